import { type Tensor, zerosLike } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { checkNotNegative } from "./check.ts";
import { descent } from "./gradient.ts";
import { Optimizer } from "./optimizer.ts";
import { type BaseOptions, type ParamsInput, withDefaults } from "./parameter-groups.ts";

/** Settings of RMSprop, with PyTorch's defaults. */
export interface RMSpropOptions extends BaseOptions {
  /** Step size (default 1e-2). */
  readonly lr: number;
  /** Decay rate of the running mean of the squared gradient (default 0.99). */
  readonly alpha: number;
  /** Added to the denominator for numerical stability (default 1e-8). */
  readonly eps: number;
  /** L2 penalty λ: adds λ p to the gradient (default 0). */
  readonly weightDecay: number;
  /** Momentum factor μ (default 0). */
  readonly momentum: number;
  /**
   * Divides by the gradient's standard deviation instead of its root mean square (default false).
   */
  readonly centered: boolean;
  /** Maximizes the objective instead of minimizing it (default false). */
  readonly maximize: boolean;
}

/**
 * Running mean of the squared gradient; if centered, also of the gradient; with momentum, also the
 * momentum buffer.
 */
export type RMSpropState = { squareAvg: Tensor; gradAvg: Tensor; momentumBuffer: Tensor };

const defaults: RMSpropOptions = {
  lr: 1e-2,
  alpha: 0.99,
  eps: 1e-8,
  weightDecay: 0,
  momentum: 0,
  centered: false,
  maximize: false,
};

/**
 * RMSprop (Hinton's lecture 6e; centered after Graves 2013):
 *   v ← α v + (1 − α) g²        u = g / (√v + ε); if centered, u = g / (√(v − m²) + ε), m the
 *   running mean of g
 *   p ← p − η u; with momentum, b ← μ b + u, p ← p − η b
 */
export class RMSprop extends Optimizer<RMSpropOptions, RMSpropState> {
  constructor(params: ParamsInput<RMSpropOptions>, options: Partial<RMSpropOptions> = {}) {
    checkCall(
      "new RMSprop(params: any, { lr: number, alpha: number, eps: number, weightDecay: number, momentum: number, centered: boolean, maximize: boolean })",
      arguments,
    );
    super(params, withDefaults(defaults, options));
  }

  protected override check(options: RMSpropOptions): void {
    super.check(options);
    const { alpha, eps, weightDecay, momentum } = options;
    checkNotNegative(this.name, { alpha, eps, weightDecay, momentum });
  }

  protected update(
    p: Tensor,
    gradient: Tensor,
    s: Partial<RMSpropState>,
    options: RMSpropOptions,
  ): Tensor {
    const { lr, alpha, eps, momentum, centered } = options;
    const g = descent(p, gradient, options);
    const average = (mean: Tensor | undefined, x: Tensor): Tensor =>
      (mean ?? zerosLike(p)).mul(alpha).add(x.mul(1 - alpha));
    const v = average(s.squareAvg, g.square());
    s.squareAvg = v;
    let spread = v;
    if (centered) {
      const m = average(s.gradAvg, g);
      s.gradAvg = m;
      // rounding can make this variance slightly negative when the gradient is constant
      spread = v.sub(m.square()).clamp(0);
    }
    let u = g.div(spread.sqrt().add(eps));
    if (momentum !== 0) {
      u = (s.momentumBuffer ?? zerosLike(p)).mul(momentum).add(u);
      s.momentumBuffer = u;
    }
    return p.sub(u.mul(lr));
  }
}
