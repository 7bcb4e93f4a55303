import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { checkBetas, checkNotNegative } from "./check.ts";
import { descent } from "./gradient.ts";
import { Optimizer } from "./optimizer.ts";
import { type BaseOptions, type ParamsInput, withDefaults } from "./parameter-groups.ts";
import { persistentZeros } from "./persistent-zeros.ts";

/** Settings of RAdam, with PyTorch's defaults. */
export interface RAdamOptions extends BaseOptions {
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
  /** Maximizes the objective instead of minimizing it (default false). */
  readonly maximize: boolean;
}

/** Running means of the gradient and of its square. */
export type RAdamState = { expAvg: Tensor; expAvgSq: Tensor };

const defaults: RAdamOptions = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  decoupledWeightDecay: false,
  maximize: false,
};

/**
 * Rectified Adam (Liu et al. 2020). Divides by the second moment only after enough steps, when its
 * variance is bounded:
 *   p ← p − η r m̂ √(1 − β₂ᵗ) / (√v + ε) if ρ > 5, else p − η m̂        m̂ = m / (1 − β₁ᵗ)
 *   ρ = ρ∞ − 2 t β₂ᵗ / (1 − β₂ᵗ), ρ∞ = 2 / (1 − β₂) − 1
 *   r = √( (ρ − 4)(ρ − 2) ρ∞ / ((ρ∞ − 4)(ρ∞ − 2) ρ) )
 */
export class RAdam extends Optimizer<RAdamOptions, RAdamState> {
  constructor(params: ParamsInput<RAdamOptions>, options: Partial<RAdamOptions> = {}) {
    checkCall(
      "new RAdam(params: any, { lr: number, betas: list, eps: number, weightDecay: number, decoupledWeightDecay: boolean, maximize: boolean })",
      arguments,
    );
    super(params, withDefaults(defaults, options));
  }

  protected override check(options: RAdamOptions): void {
    super.check(options);
    const { betas, eps, weightDecay } = options;
    checkBetas(this.name, betas);
    checkNotNegative(this.name, { eps, weightDecay });
  }

  protected override initial(p: Tensor): Partial<RAdamState> {
    return { expAvg: persistentZeros(p), expAvgSq: persistentZeros(p) };
  }

  protected update(
    p: Tensor,
    gradient: Tensor,
    s: Partial<RAdamState>,
    options: RAdamOptions,
    t: number,
  ): Tensor {
    const { lr, betas, eps, weightDecay, decoupledWeightDecay, maximize } = options;
    const [b1, b2] = betas;
    const coupled = decoupledWeightDecay ? 0 : weightDecay;
    const g = descent(p, gradient, { maximize, weightDecay: coupled });
    const from = decoupledWeightDecay ? p.mul(1 - lr * weightDecay) : p;
    const m = (s.expAvg as Tensor).mul(b1).add(g.mul(1 - b1));
    const v = (s.expAvgSq as Tensor).mul(b2).add(g.square().mul(1 - b2));
    s.expAvg = m;
    s.expAvgSq = v;
    const rest = 1 - b2 ** t;
    const rectified = rectification(b2, t);
    const step = lr / (1 - b1 ** t);
    if (rectified === null) return from.sub(m.mul(step));
    return from.sub(m.div(v.sqrt().add(eps)).mul(step * rectified * Math.sqrt(rest)));
  }
}

/** The rectification r after t steps, or null while the variance is unbounded (ρ ≤ 5). */
function rectification(b2: number, t: number): number | null {
  const limit = 2 / (1 - b2) - 1;
  const rho = limit - (2 * t * b2 ** t) / (1 - b2 ** t);
  if (rho <= 5) return null;
  return Math.sqrt(((rho - 4) * (rho - 2) * limit) / ((limit - 4) * (limit - 2) * rho));
}
