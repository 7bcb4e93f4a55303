import { type Tensor, zerosLike } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { blank } from "./blank.ts";
import { checkNotNegative } from "./check.ts";
import { descent } from "./gradient.ts";
import { Optimizer } from "./optimizer.ts";
import { type BaseOptions, type Trained, withDefaults } from "./parameter-groups.ts";

/** Settings of ASGD, with PyTorch's defaults. */
export interface ASGDOptions extends BaseOptions {
  /** Step size (default 1e-2). */
  readonly lr: number;
  /** How strongly parameters and the step size decay (default 1e-4). */
  readonly lambd: number;
  /** Power of the step size's decay (default 0.75). */
  readonly alpha: number;
  /** The step from which on values are averaged (default 1e6). */
  readonly t0: number;
  /** Adds this times the parameter to its gradient (default 0). */
  readonly weightDecay: number;
  /** Climbs instead of descending (default false). */
  readonly maximize: boolean;
}

/** The average of the values, and the step size and weight that the next step has. */
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
 * Averaged gradient descent (Polyak & Juditsky 1992). The average is `state.get(p).ax`; the
 * parameter itself is not averaged.
 *   p ← (1 − λ η) p − η g        a ← a + μ (p − a)
 *   η = η₀ / (1 + λ η₀ t)^α        μ = 1 / max(1, t − t₀)
 */
export class ASGD extends Optimizer<ASGDOptions, ASGDState> {
  constructor(params: Trained<ASGDOptions>, options: Partial<ASGDOptions> = {}) {
    checkCall(
      "new ASGD(params, { lr: number, lambd: number, alpha: number, t0: number, weightDecay: number, maximize: boolean })",
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
    return { ax: blank(p), eta: lr, mu: 1 };
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
