import { ArgumentError, type Tensor, zeros } from "@wgrad/autograd";
import { checkCall, persist } from "@wgrad/autograd/plugin";
import { checkNotNegative } from "./check.ts";
import { Optimizer } from "./optimizer.ts";
import { type BaseOptions, type ParamsInput, withDefaults } from "./parameter-groups.ts";
import { persistentZeros } from "./persistent-zeros.ts";

/** Settings of Adafactor, with PyTorch's defaults. */
export interface AdafactorOptions extends BaseOptions {
  /** The greatest relative step size (default 1e-2). */
  readonly lr: number;
  /** Exponent of t in the decay of the second moments (default −0.8). */
  readonly beta2Decay: number;
  /**
   * [ε₁, ε₂] (default [null, 1e-3]). ε₁ is the lower bound of the second moments; null means the
   * machine epsilon of the dtype. ε₂ is the lower bound of the parameter's RMS.
   */
  readonly eps: readonly [number | null, number];
  /** Clips the root mean square of an update to this (default 1). */
  readonly d: number;
  /** Shrinks the parameter by lr · weightDecay (default 0). */
  readonly weightDecay: number;
  /** Maximizes the objective instead of minimizing it (default false). */
  readonly maximize: boolean;
}

/**
 * Running means of the squared gradient: per row and per column for a matrix (`rowVar`, `colVar`),
 * per element for a vector (`variance`).
 */
export type AdafactorState = { rowVar: Tensor; colVar: Tensor; variance: Tensor };

const defaults: AdafactorOptions = {
  lr: 1e-2,
  beta2Decay: -0.8,
  eps: [null, 1e-3],
  d: 1,
  weightDecay: 0,
  maximize: false,
};

/** Machine epsilon: the distance from 1 to the next greater number. */
const spacing: Readonly<Record<string, number>> = { f16: 2 ** -10, f32: 2 ** -23, f64: 2 ** -52 };

/**
 * Adafactor (Shazeer & Stern 2018). For a matrix, it stores only the row and column means of the
 * squared gradient.
 *   β = 1 − t^decay        R ← β R + (1 − β) mean over columns of g²        C the same over rows
 *       V = R C / mean R
 *   u = g / √V        p ← (1 − η λ) p − α u / max(1, RMS(u) / d)        α = max(ε₂, RMS(p)) min(η,
 *   1/√t)
 */
export class Adafactor extends Optimizer<AdafactorOptions, AdafactorState> {
  constructor(params: ParamsInput<AdafactorOptions>, options: Partial<AdafactorOptions> = {}) {
    checkCall(
      "new Adafactor(params: any, { lr: number, beta2Decay: number, eps, d: number, weightDecay: number, maximize: boolean })",
      arguments,
    );
    super(params, withDefaults(defaults, options));
  }

  protected override check(options: AdafactorOptions): void {
    super.check(options);
    const { beta2Decay, eps, d, weightDecay } = options;
    if (!Array.isArray(eps) || eps.length !== 2 || !eps.every((one) => one === null || one >= 0)) {
      throw new ArgumentError(
        `${this.name}: eps must be two numbers ≥ 0; only the first may be null`,
      );
    }
    if (beta2Decay > 0 || d < 1)
      throw new ArgumentError(
        `${this.name}: beta2Decay must be ≤ 0 and d ≥ 1, got ${beta2Decay} and ${d}`,
      );
    checkNotNegative(this.name, { weightDecay });
  }

  protected override initial(p: Tensor): Partial<AdafactorState> {
    if (p.ndim < 2) return { variance: persistentZeros(p) };
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
