import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { LRScheduler, type Scheduled, type SchedulerOptions } from "./scheduler.ts";

/** Settings of ConstantLR. */
export interface ConstantLROptions extends SchedulerOptions {
  /** The factor f, in [0, 1] (default 1/3). */
  readonly factor?: number;
  /** Number of steps until the rate returns to η₀ (default 5). */
  readonly totalIters?: number;
}

/** η = f η₀ for `totalIters` steps, then η₀. */
export class ConstantLR extends LRScheduler {
  constructor(optimizer: Scheduled, options: ConstantLROptions = {}) {
    checkCall(
      "new ConstantLR(optimizer: any, { factor: number, totalIters: number, lastEpoch: number })",
      arguments,
    );
    const { factor = 1 / 3, totalIters = 5 } = options;
    checkFactor("ConstantLR", "factor", factor);
    super(
      optimizer,
      {
        lr({ epoch, now }) {
          if (epoch === 0) return now * factor;
          return epoch === totalIters ? now * (1 / factor) : now;
        },
      },
      options,
    );
  }
}

/** Settings of LinearLR. */
export interface LinearLROptions extends SchedulerOptions {
  /** Factor of the first step, in (0, 1] (default 1/3). */
  readonly startFactor?: number;
  /** Factor of the last step, in [0, 1] (default 1). */
  readonly endFactor?: number;
  /** Number of steps from the first factor to the last (default 5). */
  readonly totalIters?: number;
}

/** η = η₀ f, where f goes linearly from `startFactor` to `endFactor` in `totalIters` steps. */
export class LinearLR extends LRScheduler {
  constructor(optimizer: Scheduled, options: LinearLROptions = {}) {
    checkCall(
      "new LinearLR(optimizer: any, { startFactor: number, endFactor: number, totalIters: number, lastEpoch: number })",
      arguments,
    );
    const { startFactor = 1 / 3, endFactor = 1, totalIters = 5 } = options;
    checkFactor("LinearLR", "startFactor", startFactor);
    checkFactor("LinearLR", "endFactor", endFactor);
    if (startFactor === 0) {
      throw new ArgumentError(
        "LinearLR: startFactor is 0; it must be greater than 0\n  hint: a number in (0, 1]",
      );
    }
    const rise = endFactor - startFactor;
    super(
      optimizer,
      {
        lr({ epoch, initial, now }) {
          if (epoch === 0) return now * startFactor;
          if (initial || epoch > totalIters) return now;
          return now * (1 + rise / (totalIters * startFactor + (epoch - 1) * rise));
        },
      },
      options,
    );
  }
}

/** Settings of PolynomialLR. */
export interface PolynomialLROptions extends SchedulerOptions {
  /** Number of steps T until the rate is 0 (default 5). */
  readonly totalIters?: number;
  /** The exponent p (default 1). */
  readonly power?: number;
}

/** η = η₀ (1 − min(t, T) / T)ᵖ. */
export class PolynomialLR extends LRScheduler {
  constructor(optimizer: Scheduled, options: PolynomialLROptions = {}) {
    checkCall(
      "new PolynomialLR(optimizer: any, { totalIters: number, power: number, lastEpoch: number })",
      arguments,
    );
    const { totalIters = 5, power = 1 } = options;
    const left = (epoch: number): number => 1 - epoch / totalIters;
    super(
      optimizer,
      {
        lr: ({ epoch, initial, now }) =>
          epoch === 0 || initial || epoch > totalIters
            ? now
            : now * (left(epoch) / left(epoch - 1)) ** power,
      },
      options,
    );
  }
}

function checkFactor(scheduler: string, name: string, value: number): void {
  if (value >= 0 && value <= 1) return;
  throw new ArgumentError(`${scheduler}: ${name} is ${value}\n  hint: a number in [0, 1]`);
}
