import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { LRScheduler, perGroup, type Scheduled, type SchedulerOptions } from "./scheduler.ts";

export interface GammaOptions extends SchedulerOptions {
  /** The factor (default 0.1). */
  readonly gamma?: number;
}

/** η ← γ η every `stepSize` steps. */
export class StepLR extends LRScheduler {
  constructor(optimizer: Scheduled, stepSize: number, options: GammaOptions = {}) {
    checkCall(
      "new StepLR(optimizer, stepSize: number, { gamma: number, lastEpoch: number })",
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

/** η ← γ η at each of these steps; one named twice counts twice. */
export class MultiStepLR extends LRScheduler {
  constructor(optimizer: Scheduled, milestones: readonly number[], options: GammaOptions = {}) {
    checkCall(
      "new MultiStepLR(optimizer, milestones: list, { gamma: number, lastEpoch: number })",
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

/** η ← γ η every step. */
export class ExponentialLR extends LRScheduler {
  constructor(optimizer: Scheduled, gamma: number, options: SchedulerOptions = {}) {
    checkCall("new ExponentialLR(optimizer, gamma: number, { lastEpoch: number })", arguments);
    super(
      optimizer,
      { lr: ({ epoch, initial, now }) => (epoch === 0 || initial ? now : now * gamma) },
      options,
    );
  }
}

/** A factor by the number of steps taken. */
export type Factor = (epoch: number) => number;

/** η = η₀ f(t): one f for all groups, or one for each. */
export class LambdaLR extends LRScheduler {
  constructor(
    optimizer: Scheduled,
    lrLambda: Factor | readonly Factor[],
    options: SchedulerOptions = {},
  ) {
    checkCall("new LambdaLR(optimizer, lrLambda, { lastEpoch: number })", arguments);
    const factors = perGroup("LambdaLR", "lrLambda", optimizer, lrLambda);
    super(
      optimizer,
      { lr: ({ epoch, group, base }) => base * (factors[group] as Factor)(epoch) },
      options,
    );
  }
}

/** η ← f(t) η, from the first step on: one f for all groups, or one for each. */
export class MultiplicativeLR extends LRScheduler {
  constructor(
    optimizer: Scheduled,
    lrLambda: Factor | readonly Factor[],
    options: SchedulerOptions = {},
  ) {
    checkCall("new MultiplicativeLR(optimizer, lrLambda, { lastEpoch: number })", arguments);
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

  /** Begins anew at the rate of now, as PyTorch's does: it has no rate of its own to return to. */
  override restart(): void {
    checkCall("scheduler.restart()", arguments);
    this.lastEpoch = -1;
    this.step();
  }
}
