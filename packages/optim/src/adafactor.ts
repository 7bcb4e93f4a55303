import { ArgumentError, type Tensor, zeros } from "@wgrad/autograd";
import { checkCall, persist } from "@wgrad/autograd/plugin";
import { blank } from "./blank.ts";
import { checkNotNegative } from "./check.ts";
import { Optimizer } from "./optimizer.ts";
import { type BaseOptions, type Trained, withDefaults } from "./parameter-groups.ts";

/** Settings of Adafactor, with PyTorch's defaults. */
export interface AdafactorOptions extends BaseOptions {
  /** The greatest relative step size (default 1e-2). */
  readonly lr: number;
  /** Power of t by which the squares' mean forgets (default −0.8). */
  readonly beta2Decay: number;
  /**
   * Keeps squares above 0 (null: the smallest step of the dtype above 1), and the parameter's size
   * (default [null, 1e-3]).
   */
  readonly eps: readonly [number | null, number];
  /** The greatest root mean square of an update (default 1). */
  readonly d: number;
  /** Shrinks the parameter by lr · weightDecay (default 0). */
  readonly weightDecay: number;
  /** Climbs instead of descending (default false). */
  readonly maximize: boolean;
}

/** Running means of the gradient's squares: of rows and columns, or of all elements of a vector. */
export type AdafactorState = { rowVar: Tensor; colVar: Tensor; variance: Tensor };

const defaults: AdafactorOptions = {
  lr: 1e-2,
  beta2Decay: -0.8,
  eps: [null, 1e-3],
  d: 1,
  weightDecay: 0,
  maximize: false,
};

/** 1 and the next greater number are this far apart. */
const spacing: Readonly<Record<string, number>> = { f16: 2 ** -10, f32: 2 ** -23, f64: 2 ** -52 };

/**
 * Adafactor (Shazeer & Stern 2018): the squares of a matrix's gradient are remembered by row and by
 * column alone.
 *   β = 1 − t^decay        R ← β R + (1 − β) mean over columns of g²        C alike over rows        V = R C / mean R
 *   u = g / √V        p ← (1 − η λ) p − α u / max(1, RMS(u) / d)        α = max(ε₂, RMS(p)) min(η, 1/√t)
 */
export class Adafactor extends Optimizer<AdafactorOptions, AdafactorState> {
  constructor(params: Trained<AdafactorOptions>, options: Partial<AdafactorOptions> = {}) {
    checkCall(
      "new Adafactor(params, { lr: number, beta2Decay: number, eps, d: number, weightDecay: number, maximize: boolean })",
      arguments,
    );
    super(params, withDefaults(defaults, options));
  }

  protected override check(options: AdafactorOptions): void {
    super.check(options);
    const { beta2Decay, eps, d, weightDecay } = options;
    if (!Array.isArray(eps) || eps.length !== 2 || !eps.every((one) => one === null || one >= 0)) {
      throw new ArgumentError(
        `${this.name}: eps are two numbers, 0 or more, the first perhaps null`,
      );
    }
    if (beta2Decay > 0 || d < 1)
      throw new ArgumentError(
        `${this.name}: beta2Decay is at most 0 and d at least 1, got ${beta2Decay} and ${d}`,
      );
    checkNotNegative(this.name, { weightDecay });
  }

  protected override initial(p: Tensor): Partial<AdafactorState> {
    if (p.ndim < 2) return { variance: blank(p) };
    const of = (shape: readonly number[]): Tensor =>
      persist(zeros(shape, { dtype: p.dtype, device: p }));
    const { shape } = p;
    return { rowVar: of(shape.with(-1, 1)), colVar: of(shape.with(-2, 1)) };
  }

  protected update(
    p: Tensor,
    gradient: Tensor,
    s: Partial<AdafactorState>,
    { lr, beta2Decay, eps, d, weightDecay, maximize }: AdafactorOptions,
    t: number,
  ): Tensor {
    const g = maximize ? gradient.neg() : gradient;
    const least = eps[0] ?? (spacing[p.dtype] as number);
    const fresh = t ** beta2Decay;
    const moved = (mean: Tensor, now: Tensor): Tensor => mean.add(now.sub(mean).mul(fresh));
    const squares = g.square();
    let variance: Tensor;
    if (p.ndim < 2) variance = s.variance = moved(s.variance as Tensor, squares);
    else {
      const rows = moved(s.rowVar as Tensor, squares.mean(-1, { keepdim: true }));
      const columns = moved(s.colVar as Tensor, squares.mean(-2, { keepdim: true }));
      s.rowVar = rows;
      s.colVar = columns;
      variance = rows.mul(columns).div(rows.mean(-2, { keepdim: true }).clamp(least));
    }
    const rms = (x: Tensor): Tensor => x.square().mean().sqrt();
    const u = variance
      .clamp(least * least)
      .rsqrt()
      .mul(g);
    const alpha = rms(p)
      .clamp(eps[1])
      .mul(Math.min(lr, 1 / Math.sqrt(t)));
    const bounded = u.mul(alpha.div(rms(u).div(d).clamp(1)));
    return p.mul(1 - lr * weightDecay).sub(bounded);
  }
}
