import { ArgumentError, type Tensor, where } from "@wgrad/autograd";
import { checkCall, persist } from "@wgrad/autograd/plugin";
import { Optimizer } from "./optimizer.ts";
import { type BaseOptions, type ParamsInput, withDefaults } from "./parameter-groups.ts";
import { persistentZeros } from "./persistent-zeros.ts";

/** Settings of Rprop, with PyTorch's defaults. */
export interface RpropOptions extends BaseOptions {
  /** Initial step size (default 1e-2). */
  readonly lr: number;
  /**
   * The factors η⁻, by which a step size shrinks when the gradient changes sign, and η⁺, by which it
   * grows when the sign stays (default [0.5, 1.2]).
   */
  readonly etas: readonly [number, number];
  /** Minimum and maximum step size (default [1e-6, 50]). */
  readonly stepSizes: readonly [number, number];
  /** Maximizes the objective instead of minimizing it (default false). */
  readonly maximize: boolean;
}

/** Gradient of the last step (0 where its sign had changed), and the step size of every element. */
export type RpropState = { prev: Tensor; stepSize: Tensor };

const defaults: RpropOptions = {
  lr: 1e-2,
  etas: [0.5, 1.2],
  stepSizes: [1e-6, 50],
  maximize: false,
};

/**
 * Resilient backpropagation (Riedmiller & Braun 1993), for full-batch training. It uses only the
 * signs of the gradient; each element has its own step size s.
 *   s ← clamp(s · η⁺) where g · gₜ₋₁ > 0, clamp(s · η⁻) and g ← 0 where it is < 0        p ← p − s
 *   sign g
 */
export class Rprop extends Optimizer<RpropOptions, RpropState> {
  constructor(params: ParamsInput<RpropOptions>, options: Partial<RpropOptions> = {}) {
    checkCall(
      "new Rprop(params: any, { lr: number, etas: list, stepSizes: list, maximize: boolean })",
      arguments,
    );
    super(params, withDefaults(defaults, options));
  }

  protected override check(options: RpropOptions): void {
    super.check(options);
    const [minus, plus] = options.etas;
    if (!(minus > 0 && minus < 1 && plus > 1)) {
      throw new ArgumentError(
        `${this.name}: etas are ${minus} and ${plus}\n  hint: the first must be between 0 and 1, the second above 1`,
      );
    }
    const [least, most] = options.stepSizes;
    if (!(least >= 0 && most >= least)) {
      throw new ArgumentError(
        `${this.name}: stepSizes are ${least} and ${most}\n  hint: the least and the largest step, [1e-6, 50]`,
      );
    }
  }

  protected override initial(p: Tensor, { lr }: RpropOptions): Partial<RpropState> {
    return { prev: persistentZeros(p), stepSize: persist(persistentZeros(p).add(lr)) };
  }

  protected update(
    p: Tensor,
    gradient: Tensor,
    s: Partial<RpropState>,
    { etas: [minus, plus], stepSizes: [least, most], maximize }: RpropOptions,
  ): Tensor {
    const g = maximize ? gradient.neg() : gradient;
    const agreement = g.mul(s.prev as Tensor);
    const factor = where(agreement.gt(0), plus, where(agreement.lt(0), minus, 1));
    const size = (s.stepSize as Tensor).mul(factor).clamp(least, most);
    const kept = where(agreement.lt(0), 0, g);
    s.stepSize = size;
    s.prev = kept;
    return p.sub(kept.sign().mul(size));
  }
}
