import { type Tensor, zerosLike } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { checkNotNegative } from "./check.ts";
import { descent } from "./gradient.ts";
import { Optimizer } from "./optimizer.ts";
import { type BaseOptions, type ParamsInput, withDefaults } from "./parameter-groups.ts";
import { persistentZeros } from "./persistent-zeros.ts";

/** Settings of ASGD, with PyTorch's defaults. */
export interface ASGDOptions extends BaseOptions {
  /** Step size (default 1e-2). */
  readonly lr: number;
  /** Decay rate λ of the parameters and of the step size (default 1e-4). */
  readonly lambd: number;
  /** Exponent of the step size's decay (default 0.75). */
  readonly alpha: number;
  /** The step at which averaging starts (default 1e6). */
  readonly t0: number;
  /** L2 penalty: adds weightDecay · p to the gradient (default 0). */
  readonly weightDecay: number;
  /** Maximizes the objective instead of minimizing it (default false). */
  readonly maximize: boolean;
}

/**
 * Average of the parameter's values, and the step size η and averaging weight μ of the next step.
 */
export type ASGDState = { ax: Tensor; eta: number; mu: number };

const defaults: ASGDOptions = {
  lr: 1e-2,
  lambd: 1e-4,
  alpha: 0.75,
  t0: 1e6,
  weightDecay: 0,
  maximize: false,
};

/**
 * Averaged stochastic gradient descent (Polyak & Juditsky 1992). The average is `state.get(p).ax`;
 * the parameter itself is not averaged.
 *   p ← (1 − λ η) p − η g        a ← a + μ (p − a)
 *   η = η₀ / (1 + λ η₀ t)^α        μ = 1 / max(1, t − t₀)
 */
export class ASGD extends Optimizer<ASGDOptions, ASGDState> {
  constructor(params: ParamsInput<ASGDOptions>, options: Partial<ASGDOptions> = {}) {
    checkCall(
      "new ASGD(params: any, { lr: number, lambd: number, alpha: number, t0: number, weightDecay: number, maximize: boolean })",
      arguments,
    );
    super(params, withDefaults(defaults, options));
  }

  protected override check(options: ASGDOptions): void {
    super.check(options);
    const { weightDecay } = options;
    checkNotNegative(this.name, { weightDecay });
  }

  protected override initial(p: Tensor, { lr }: ASGDOptions): Partial<ASGDState> {
    return { ax: persistentZeros(p), eta: lr, mu: 1 };
  }

  protected update(
    p: Tensor,
    gradient: Tensor,
    s: Partial<ASGDState>,
    options: ASGDOptions,
    t: number,
  ): Tensor {
    const { lr, lambd, alpha, t0 } = options;
    const { ax = zerosLike(p), eta = lr, mu = 1 } = s;
    const g = descent(p, gradient, options);
    const next = p.mul(1 - lambd * eta).sub(g.mul(eta));
    s.ax = mu === 1 ? next.clone() : ax.add(next.sub(ax).mul(mu));
    s.eta = lr / (1 + lambd * lr * t) ** alpha;
    s.mu = 1 / Math.max(1, t - t0);
    return next;
  }
}
