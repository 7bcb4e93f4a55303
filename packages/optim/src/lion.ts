import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { blank } from "./blank.ts";
import { checkBetas, checkNotNegative } from "./check.ts";
import { Optimizer } from "./optimizer.ts";
import { type BaseOptions, type Trained, withDefaults } from "./parameter-groups.ts";

/** Settings of Lion, with the paper's defaults. */
export interface LionOptions extends BaseOptions {
  /** Step size (default 1e-4): a tenth to a third of Adam's. */
  readonly lr: number;
  /** How much of the mean is in the step, and how slowly the mean moves (default [0.9, 0.99]). */
  readonly betas: readonly [number, number];
  /** Shrinks the parameter by lr · weightDecay (default 0). */
  readonly weightDecay: number;
  /** Climbs instead of descending (default false). */
  readonly maximize: boolean;
}

/** The running mean of the gradient. */
export type LionState = { expAvg: Tensor };

const defaults: LionOptions = { lr: 1e-4, betas: [0.9, 0.99], weightDecay: 0, maximize: false };

/**
 * Lion (Chen et al. 2023, Algorithm 2): every element moves by the same size, and one mean is
 * remembered.
 *   p ← (1 − η λ) p − η sign(β₁ m + (1 − β₁) g)        m ← β₂ m + (1 − β₂) g
 */
export class Lion extends Optimizer<LionOptions, LionState> {
  constructor(params: Trained<LionOptions>, options: Partial<LionOptions> = {}) {
    checkCall(
      "new Lion(params, { lr: number, betas: list, weightDecay: number, maximize: boolean })",
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
    return { expAvg: blank(p) };
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
