import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { checkBetas, checkNotNegative } from "./check.ts";
import { Optimizer } from "./optimizer.ts";
import { type BaseOptions, type ParamsInput, withDefaults } from "./parameter-groups.ts";
import { persistentZeros } from "./persistent-zeros.ts";

/** Settings of Lion, with the paper's defaults. */
export interface LionOptions extends BaseOptions {
  /** Step size (default 1e-4): a tenth to a third of Adam's. */
  readonly lr: number;
  /** Weight of the running mean in the step, and its decay rate (default [0.9, 0.99]). */
  readonly betas: readonly [number, number];
  /** Weight decay λ: multiplies the parameter by 1 − lr · weightDecay (default 0). */
  readonly weightDecay: number;
  /** Maximizes the objective instead of minimizing it (default false). */
  readonly maximize: boolean;
}

/** The running mean of the gradient. */
export type LionState = { expAvg: Tensor };

const defaults: LionOptions = { lr: 1e-4, betas: [0.9, 0.99], weightDecay: 0, maximize: false };

/**
 * Lion (Chen et al. 2023, Algorithm 2). Every element moves by the same amount, and the only state
 * is one running mean.
 *   p ← (1 − η λ) p − η sign(β₁ m + (1 − β₁) g)        m ← β₂ m + (1 − β₂) g
 */
export class Lion extends Optimizer<LionOptions, LionState> {
  constructor(params: ParamsInput<LionOptions>, options: Partial<LionOptions> = {}) {
    checkCall(
      "new Lion(params: any, { lr: number, betas: list, weightDecay: number, maximize: boolean })",
      arguments,
    );
    super(params, withDefaults(defaults, options));
  }

  protected override check(options: LionOptions): void {
    super.check(options);
    checkBetas(this.name, options.betas);
    checkNotNegative(this.name, { weightDecay: options.weightDecay });
  }

  protected override initial(p: Tensor): Partial<LionState> {
    return { expAvg: persistentZeros(p) };
  }

  protected update(
    p: Tensor,
    gradient: Tensor,
    s: Partial<LionState>,
    { lr, betas: [b1, b2], weightDecay, maximize }: LionOptions,
  ): Tensor {
    const g = maximize ? gradient.neg() : gradient;
    const m = s.expAvg as Tensor;
    s.expAvg = m.mul(b2).add(g.mul(1 - b2));
    const step = m
      .mul(b1)
      .add(g.mul(1 - b1))
      .sign();
    return p.mul(1 - lr * weightDecay).sub(step.mul(lr));
  }
}
