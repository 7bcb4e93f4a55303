import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { LRScheduler, type Scheduled, type SchedulerOptions } from "./scheduler.ts";

/** Settings of CosineAnnealingLR. */
export interface CosineOptions extends SchedulerOptions {
  /** Minimum rate (default 0). */
  readonly etaMin?: number;
}

/**
 * Cosine annealing without restarts (Loshchilov & Hutter 2017): η = ηₘᵢₙ + (η₀ − ηₘᵢₙ)(1 + cos(π t
 * / T)) / 2. After step T the rate rises again.
 */
export class CosineAnnealingLR extends LRScheduler {
  constructor(optimizer: Scheduled, TMax: number, options: CosineOptions = {}) {
    checkCall(
      "new CosineAnnealingLR(optimizer: any, TMax: number, { etaMin: number, lastEpoch: number })",
      arguments,
    );
    const { etaMin = 0 } = options;
    const height = (epoch: number): number => 1 + Math.cos((Math.PI * epoch) / TMax);
    super(
      optimizer,
      {
        lr({ epoch, initial, now, base }) {
          if (epoch === 0 || initial) return now;
          // at the minimum the recursion would divide 0 by 0
          if ((epoch - 1 - TMax) % (2 * TMax) === 0)
            return now + ((base - etaMin) * (1 - Math.cos(Math.PI / TMax))) / 2;
          return etaMin + (now - etaMin) * (height(epoch) / height(epoch - 1));
        },
      },
      options,
    );
  }
}

/** Settings of CosineAnnealingWarmRestarts. */
export interface WarmRestartsOptions extends CosineOptions {
  /** Factor by which each period is longer than the one before (default 1). */
  readonly TMult?: number;
}

/**
 * Cosine annealing with warm restarts (SGDR, Loshchilov & Hutter 2017):
 *   η = ηₘᵢₙ + (η₀ − ηₘᵢₙ)(1 + cos(π t / Tᵢ)) / 2, t counted from the last restart
 * The periods last T₀, T₀ · TMult, T₀ · TMult² … steps.
 */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  constructor(optimizer: Scheduled, T0: number, options: WarmRestartsOptions = {}) {
    checkCall(
      "new CosineAnnealingWarmRestarts(optimizer: any, T0: number, { TMult: number, etaMin: number, lastEpoch: number })",
      arguments,
    );
    const { TMult = 1, etaMin = 0, lastEpoch = -1 } = options;
    if (!(Number.isInteger(T0) && T0 > 0) || !(Number.isInteger(TMult) && TMult >= 1)) {
      throw new ArgumentError(
        `CosineAnnealingWarmRestarts: T0 is ${T0} and TMult ${TMult}\n  hint: whole numbers, 1 or more`,
      );
    }
    // with lastEpoch, PyTorch counts all steps into the first period, even if more periods have
    // ended
    const period = { epoch: lastEpoch, since: lastEpoch, length: T0 };
    const enter = (epoch: number): void => {
      if (epoch === period.epoch) return;
      if (epoch === period.epoch + 1 && epoch > 0) {
        period.since++;
        if (period.since >= period.length) {
          period.since %= period.length;
          period.length *= TMult;
        }
      } else Object.assign(period, periodAt(epoch, T0, TMult));
      period.epoch = epoch;
    };
    super(
      optimizer,
      {
        lr({ epoch, base }) {
          enter(epoch);
          const part = period.since / period.length;
          return etaMin + ((base - etaMin) * (1 + Math.cos(Math.PI * part))) / 2;
        },
      },
      options,
    );
  }

  /**
   * Takes the next step, or jumps to step `epoch`. It may be a fraction: `step(epoch + i /
   * batches)`.
   */
  override step(epoch?: number): void {
    checkCall("scheduler.step(epoch?: number)", arguments);
    if (epoch === undefined) super.step();
    else if (epoch >= 0 && epoch < Number.POSITIVE_INFINITY) this.jumpTo(epoch);
    else {
      throw new ArgumentError(
        `CosineAnnealingWarmRestarts.step: epoch is ${epoch}\n  hint: a number, 0 or more`,
      );
    }
  }
}

/** The period that contains a step, and the steps since its start. */
function periodAt(
  epoch: number,
  T0: number,
  TMult: number,
): { readonly since: number; readonly length: number } {
  let length = T0;
  let since = TMult === 1 ? epoch % T0 : epoch;
  while (since >= length) {
    since -= length;
    length *= TMult;
  }
  return { since, length };
}
