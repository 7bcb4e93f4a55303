import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { checkNotNegative, checkRange } from "./check.ts";
import { descent } from "./gradient.ts";
import { Optimizer } from "./optimizer.ts";
import { type BaseOptions, type ParamsInput, withDefaults } from "./parameter-groups.ts";
import { persistentZeros } from "./persistent-zeros.ts";

/** Settings of Adadelta, with PyTorch's defaults. */
export interface AdadeltaOptions extends BaseOptions {
  /** Scales the step (default 1). */
  readonly lr: number;
  /** Decay rate of the running means of squares (default 0.9). */
  readonly rho: number;
  /** Added to the mean squares under both roots (default 1e-6). */
  readonly eps: number;
  /** L2 penalty λ: adds λ p to the gradient (default 0). */
  readonly weightDecay: number;
  /** Maximizes the objective instead of minimizing it (default false). */
  readonly maximize: boolean;
}

/** Running means of the squared gradient and of the squared step. */
export type AdadeltaState = { squareAvg: Tensor; accDelta: Tensor };

const defaults: AdadeltaOptions = {
  lr: 1,
  rho: 0.9,
  eps: 1e-6,
  weightDecay: 0,
  maximize: false,
};

/**
 * Adadelta (Zeiler 2012):
 *   v ← ρ v + (1 − ρ) g²        δ = √(u + ε) / √(v + ε) · g        u ← ρ u + (1 − ρ) δ²        p ← p − η δ
 */
export class Adadelta extends Optimizer<AdadeltaOptions, AdadeltaState> {
  constructor(params: ParamsInput<AdadeltaOptions>, options: Partial<AdadeltaOptions> = {}) {
    checkCall(
      "new Adadelta(params: any, { lr: number, rho: number, eps: number, weightDecay: number, maximize: boolean })",
      arguments,
    );
    super(params, withDefaults(defaults, options));
  }

  protected override check(options: AdadeltaOptions): void {
    super.check(options);
    const { rho, eps, weightDecay } = options;
    checkRange(this.name, "rho", rho, 0, 1);
    checkNotNegative(this.name, { eps, weightDecay });
  }

  protected override initial(p: Tensor): Partial<AdadeltaState> {
    return { squareAvg: persistentZeros(p), accDelta: persistentZeros(p) };
  }

  protected update(
    p: Tensor,
    gradient: Tensor,
    s: Partial<AdadeltaState>,
    options: AdadeltaOptions,
  ): Tensor {
    const { lr, rho, eps } = options;
    const g = descent(p, gradient, options);
    const u = s.accDelta as Tensor;
    const v = (s.squareAvg as Tensor).mul(rho).add(g.square().mul(1 - rho));
    const delta = u.add(eps).sqrt().div(v.add(eps).sqrt()).mul(g);
    s.squareAvg = v;
    s.accDelta = u.mul(rho).add(delta.square().mul(1 - rho));
    return p.sub(delta.mul(lr));
  }
}
