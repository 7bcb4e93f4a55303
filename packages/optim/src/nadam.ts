import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { checkBetas, checkNotNegative } from "./check.ts";
import { descent } from "./gradient.ts";
import { Optimizer } from "./optimizer.ts";
import { type BaseOptions, type ParamsInput, withDefaults } from "./parameter-groups.ts";
import { persistentZeros } from "./persistent-zeros.ts";

/** Settings of NAdam, with PyTorch's defaults. */
export interface NAdamOptions extends BaseOptions {
  /** Step size (default 2e-3). */
  readonly lr: number;
  /** Decay rates of the running means of the gradient and of its square (default [0.9, 0.999]). */
  readonly betas: readonly [number, number];
  /** Added to the denominator for numerical stability (default 1e-8). */
  readonly eps: number;
  /** L2 penalty λ: adds λ p to the gradient (default 0). */
  readonly weightDecay: number;
  /** Decay rate ψ in the schedule of the momentum μₜ (default 4e-3). */
  readonly momentumDecay: number;
  /** Multiplies the parameter by 1 − lr · weightDecay instead, as AdamW does (default false). */
  readonly decoupledWeightDecay: boolean;
  /** Maximizes the objective instead of minimizing it (default false). */
  readonly maximize: boolean;
}

/** Running means of the gradient and of its square, and the product of all momenta so far. */
export type NAdamState = { expAvg: Tensor; expAvgSq: Tensor; muProduct: number };

const defaults: NAdamOptions = {
  lr: 2e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  momentumDecay: 4e-3,
  decoupledWeightDecay: false,
  maximize: false,
};

/**
 * Adam with Nesterov momentum (Dozat 2016); ψ is the momentum decay:
 *   μₜ = β₁ (1 − 0.96^(t ψ) / 2)
 *   m ← β₁ m + (1 − β₁) g        v ← β₂ v + (1 − β₂) g²        v̂ = v / (1 − β₂ᵗ)
 *   m̂ = μₜ₊₁ m / (1 − Π μ₁…ₜ₊₁) + (1 − μₜ) g / (1 − Π μ₁…ₜ)        p ← p − η m̂ / (√v̂ + ε)
 */
export class NAdam extends Optimizer<NAdamOptions, NAdamState> {
  constructor(params: ParamsInput<NAdamOptions>, options: Partial<NAdamOptions> = {}) {
    checkCall(
      "new NAdam(params: any, { lr: number, betas: list, eps: number, weightDecay: number, momentumDecay: number, decoupledWeightDecay: boolean, maximize: boolean })",
      arguments,
    );
    super(params, withDefaults(defaults, options));
  }

  protected override check(options: NAdamOptions): void {
    super.check(options);
    const { betas, eps, weightDecay, momentumDecay } = options;
    checkBetas(this.name, betas);
    checkNotNegative(this.name, { eps, weightDecay, momentumDecay });
  }

  protected override initial(p: Tensor): Partial<NAdamState> {
    return { expAvg: persistentZeros(p), expAvgSq: persistentZeros(p) };
  }

  protected update(
    p: Tensor,
    gradient: Tensor,
    s: Partial<NAdamState>,
    options: NAdamOptions,
    t: number,
  ): Tensor {
    const { lr, betas, eps, weightDecay, momentumDecay, decoupledWeightDecay, maximize } = options;
    const [b1, b2] = betas;
    const coupled = decoupledWeightDecay ? 0 : weightDecay;
    const g = descent(p, gradient, { maximize, weightDecay: coupled });
    const from = decoupledWeightDecay ? p.mul(1 - lr * weightDecay) : p;
    const momentum = (step: number): number => b1 * (1 - 0.5 * 0.96 ** (step * momentumDecay));
    const muProduct = (s.muProduct ?? 1) * momentum(t);
    const m = (s.expAvg as Tensor).mul(b1).add(g.mul(1 - b1));
    const v = (s.expAvgSq as Tensor).mul(b2).add(g.square().mul(1 - b2));
    s.muProduct = muProduct;
    s.expAvg = m;
    s.expAvgSq = v;
    const next = momentum(t + 1);
    const mHat = m
      .mul(next / (1 - muProduct * next))
      .add(g.mul((1 - momentum(t)) / (1 - muProduct)));
    const vHat = v.div(1 - b2 ** t);
    return from.sub(mHat.div(vHat.sqrt().add(eps)).mul(lr));
  }
}
