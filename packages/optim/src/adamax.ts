import { maximum, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { checkBetas, checkNotNegative } from "./check.ts";
import { descent } from "./gradient.ts";
import { Optimizer } from "./optimizer.ts";
import { type BaseOptions, type ParamsInput, withDefaults } from "./parameter-groups.ts";
import { persistentZeros } from "./persistent-zeros.ts";

/** Settings of Adamax, with PyTorch's defaults. */
export interface AdamaxOptions extends BaseOptions {
  /** Step size (default 2e-3). */
  readonly lr: number;
  /** Decay rates of the running mean and of the infinity norm (default [0.9, 0.999]). */
  readonly betas: readonly [number, number];
  /** Added to |g| for numerical stability (default 1e-8). */
  readonly eps: number;
  /** L2 penalty λ: adds λ p to the gradient (default 0). */
  readonly weightDecay: number;
  /** Maximizes the objective instead of minimizing it (default false). */
  readonly maximize: boolean;
}

/** Running mean of the gradient, and its exponentially weighted infinity norm. */
export type AdamaxState = { expAvg: Tensor; expInf: Tensor };

const defaults: AdamaxOptions = {
  lr: 2e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  maximize: false,
};

/**
 * Adam with the infinity norm (Kingma & Ba 2015, Algorithm 2):
 *   m ← β₁ m + (1 − β₁) g        u ← max(β₂ u, |g| + ε)        p ← p − η / (1 − β₁ᵗ) · m / u
 */
export class Adamax extends Optimizer<AdamaxOptions, AdamaxState> {
  constructor(params: ParamsInput<AdamaxOptions>, options: Partial<AdamaxOptions> = {}) {
    checkCall(
      "new Adamax(params: any, { lr: number, betas: list, eps: number, weightDecay: number, maximize: boolean })",
      arguments,
    );
    super(params, withDefaults(defaults, options));
  }

  protected override check(options: AdamaxOptions): void {
    super.check(options);
    const { betas, eps, weightDecay } = options;
    checkBetas(this.name, betas);
    checkNotNegative(this.name, { eps, weightDecay });
  }

  protected override initial(p: Tensor): Partial<AdamaxState> {
    return { expAvg: persistentZeros(p), expInf: persistentZeros(p) };
  }

  protected update(
    p: Tensor,
    gradient: Tensor,
    s: Partial<AdamaxState>,
    options: AdamaxOptions,
    t: number,
  ): Tensor {
    const { lr, betas, eps } = options;
    const [b1, b2] = betas;
    const g = descent(p, gradient, options);
    const m = (s.expAvg as Tensor).mul(b1).add(g.mul(1 - b1));
    const u = maximum((s.expInf as Tensor).mul(b2), g.abs().add(eps));
    s.expAvg = m;
    s.expInf = u;
    return p.sub(m.div(u).mul(lr / (1 - b1 ** t)));
  }
}
