import { maximum, type Tensor, zerosLike } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { checkBetas, checkNotNegative } from "./check.ts";
import { descent } from "./gradient.ts";
import { Optimizer } from "./optimizer.ts";
import { type BaseOptions, type ParamsInput, withDefaults } from "./parameter-groups.ts";
import { persistentZeros } from "./persistent-zeros.ts";

/** Settings of Adam, with PyTorch's defaults. */
export interface AdamOptions extends BaseOptions {
  /** Step size (default 1e-3). */
  readonly lr: number;
  /** Decay rates of the running means of the gradient and of its square (default [0.9, 0.999]). */
  readonly betas: readonly [number, number];
  /** Added to the denominator for numerical stability (default 1e-8). */
  readonly eps: number;
  /** L2 penalty λ: adds λ p to the gradient (default 0). */
  readonly weightDecay: number;
  /** Multiplies the parameter by 1 − lr · weightDecay instead, as AdamW does (default false). */
  readonly decoupledWeightDecay: boolean;
  /** Divides by the maximum of all second moments so far (default false). */
  readonly amsgrad: boolean;
  /** Maximizes the objective instead of minimizing it (default false). */
  readonly maximize: boolean;
}

/** Running means of the gradient and of its square. With amsgrad also the maximum of the latter. */
export type AdamState = { expAvg: Tensor; expAvgSq: Tensor; maxExpAvgSq: Tensor };

const defaults: AdamOptions = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  decoupledWeightDecay: false,
  amsgrad: false,
  maximize: false,
};

/**
 * Adam (Kingma & Ba 2015, Algorithm 1), amsgrad after Reddi et al. 2018:
 *   m ← β₁ m + (1 − β₁) g        v ← β₂ v + (1 − β₂) g²
 *   p ← p − η m̂ / (√v̂ + ε)       m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ)
 */
export class Adam extends Optimizer<AdamOptions, AdamState> {
  constructor(params: ParamsInput<AdamOptions>, options: Partial<AdamOptions> = {}) {
    checkCall(
      "new Adam(params: any, { lr: number, betas: list, eps: number, weightDecay: number, decoupledWeightDecay: boolean, amsgrad: boolean, maximize: boolean })",
      arguments,
    );
    super(params, withDefaults(defaults, options));
  }

  protected override check(options: AdamOptions): void {
    super.check(options);
    const { betas, eps, weightDecay } = options;
    checkBetas(this.name, betas);
    checkNotNegative(this.name, { eps, weightDecay });
  }

  protected override initial(p: Tensor): Partial<AdamState> {
    return { expAvg: persistentZeros(p), expAvgSq: persistentZeros(p) };
  }

  protected update(
    p: Tensor,
    gradient: Tensor,
    s: Partial<AdamState>,
    options: AdamOptions,
    t: number,
  ): Tensor {
    const { lr, weightDecay, decoupledWeightDecay, maximize } = options;
    if (!decoupledWeightDecay) return adamStep(p, descent(p, gradient, options), s, options, t);
    const shrunk = p.mul(1 - lr * weightDecay);
    return adamStep(shrunk, maximize ? gradient.neg() : gradient, s, options, t);
  }
}

/** The direction of one Adam step for the gradient `g`. */
function adamStep(
  p: Tensor,
  g: Tensor,
  s: Partial<AdamState>,
  { lr, betas: [b1, b2], eps, amsgrad }: AdamOptions,
  t: number,
): Tensor {
  const m = (s.expAvg as Tensor).mul(b1).add(g.mul(1 - b1));
  const v = (s.expAvgSq as Tensor).mul(b2).add(g.square().mul(1 - b2));
  s.expAvg = m;
  s.expAvgSq = v;
  if (amsgrad) s.maxExpAvgSq = maximum(s.maxExpAvgSq ?? zerosLike(p), v);
  const vHat = (amsgrad ? (s.maxExpAvgSq as Tensor) : v).div(1 - b2 ** t);
  const mHat = m.div(1 - b1 ** t);
  return p.sub(mHat.div(vHat.sqrt().add(eps)).mul(lr));
}
