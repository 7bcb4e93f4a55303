import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { LRScheduler, perGroup, type Scheduled, type SchedulerOptions } from "./scheduler.ts";

/** Settings of the schedules that multiply the rate by γ. */
export interface GammaOptions extends SchedulerOptions {
  /** The factor γ (default 0.1). */
  readonly gamma?: number;
}

/** Multiplies the rate by γ every `stepSize` steps: η ← γ η. */
export class StepLR extends LRScheduler {
  constructor(optimizer: Scheduled, stepSize: number, options: GammaOptions = {}) {
    checkCall(
      "new StepLR(optimizer: any, stepSize: number, { gamma: number, lastEpoch: number })",
      arguments,
    );
    if (!(Number.isInteger(stepSize) && stepSize > 0)) {
      throw new ArgumentError(`StepLR: stepSize is ${stepSize}\n  hint: a whole number, 1 or more`);
    }
    const { gamma = 0.1 } = options;
    super(
      optimizer,
      { lr: ({ epoch, now }) => (epoch > 0 && epoch % stepSize === 0 ? now * gamma : now) },
      options,
    );
  }
}

/** Multiplies the rate by γ at each milestone: η ← γ η. A milestone given twice counts twice. */
export class MultiStepLR extends LRScheduler {
  constructor(optimizer: Scheduled, milestones: readonly number[], options: GammaOptions = {}) {
    checkCall(
      "new MultiStepLR(optimizer: any, milestones: int[], { gamma: number, lastEpoch: number })",
      arguments,
    );
    const { gamma = 0.1 } = options;
    super(
      optimizer,
      {
        lr: ({ epoch, now }) =>
          now * gamma ** milestones.filter((milestone) => milestone === epoch).length,
      },
      options,
    );
  }
}

/** Multiplies the rate by γ every step: η ← γ η. */
export class ExponentialLR extends LRScheduler {
  constructor(optimizer: Scheduled, gamma: number, options: SchedulerOptions = {}) {
    checkCall("new ExponentialLR(optimizer: any, gamma: number, { lastEpoch: number })", arguments);
    super(
      optimizer,
      { lr: ({ epoch, initial, now }) => (epoch === 0 || initial ? now : now * gamma) },
      options,
    );
  }
}

/** Maps the number of steps taken to a factor. */
export type Factor = (epoch: number) => number;

/** η = η₀ f(t), with one f for all groups or one per group. */
export class LambdaLR extends LRScheduler {
  constructor(
    optimizer: Scheduled,
    lrLambda: Factor | readonly Factor[],
    options: SchedulerOptions = {},
  ) {
    checkCall(
      "new LambdaLR(optimizer: any, lrLambda: function | function[], { lastEpoch: number })",
      arguments,
    );
    const factors = perGroup("LambdaLR", "lrLambda", optimizer, lrLambda);
    super(
      optimizer,
      { lr: ({ epoch, group, base }) => base * (factors[group] as Factor)(epoch) },
      options,
    );
  }
}

/** η ← f(t) η from the first step on, with one f for all groups or one per group. */
export class MultiplicativeLR extends LRScheduler {
  constructor(
    optimizer: Scheduled,
    lrLambda: Factor | readonly Factor[],
    options: SchedulerOptions = {},
  ) {
    checkCall(
      "new MultiplicativeLR(optimizer: any, lrLambda: function | function[], { lastEpoch: number })",
      arguments,
    );
    const factors = perGroup("MultiplicativeLR", "lrLambda", optimizer, lrLambda);
    super(
      optimizer,
      {
        lr: ({ epoch, initial, group, now }) =>
          epoch === 0 || initial ? now : now * (factors[group] as Factor)(epoch),
      },
      options,
    );
  }

  /**
   * Restarts from the current rate, as PyTorch does: this schedule has no formula for its first
   * rate.
   */
  override restart(): void {
    checkCall("scheduler.restart()", arguments);
    this.lastEpoch = -1;
    this.step();
  }
}
