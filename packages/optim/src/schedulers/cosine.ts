import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { LRScheduler, type Scheduled, type SchedulerOptions } from "./scheduler.ts";

export interface CosineOptions extends SchedulerOptions {
  /** The smallest rate (default 0). */
  readonly etaMin?: number;
}

/** η = ηₘᵢₙ + (η₀ − ηₘᵢₙ)(1 + cos(π t / T)) / 2 (Loshchilov & Hutter 2017, without restarts); past T it rises again. */
export class CosineAnnealingLR extends LRScheduler {
  constructor(optimizer: Scheduled, TMax: number, options: CosineOptions = {}) {
    checkCall(
      "new CosineAnnealingLR(optimizer, TMax: number, { etaMin: number, lastEpoch: number })",
      arguments,
    );
    const { etaMin = 0 } = options;
    const height = (epoch: number): number => 1 + Math.cos((Math.PI * epoch) / TMax);
    super(
      optimizer,
      {
        lr({ epoch, now, base }) {
          if (epoch === 0) return now;
          // at the bottom the ratio of heights is 0/0
          if ((epoch - 1 - TMax) % (2 * TMax) === 0)
            return now + ((base - etaMin) * (1 - Math.cos(Math.PI / TMax))) / 2;
          return etaMin + (now - etaMin) * (height(epoch) / height(epoch - 1));
        },
      },
      options,
    );
  }
}

export interface WarmRestartsOptions extends CosineOptions {
  /** How much longer each period is than the one before (default 1). */
  readonly TMult?: number;
}

/**
 * SGDR (Loshchilov & Hutter 2017): η = ηₘᵢₙ + (η₀ − ηₘᵢₙ)(1 + cos(π t / Tᵢ)) / 2, t counted from the last restart; periods
 * last T₀, T₀ · TMult, T₀ · TMult² … steps.
 */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  constructor(optimizer: Scheduled, T0: number, options: WarmRestartsOptions = {}) {
    checkCall(
      "new CosineAnnealingWarmRestarts(optimizer, T0: number, { TMult: number, etaMin: number, lastEpoch: number })",
      arguments,
    );
    const { TMult = 1, etaMin = 0 } = options;
    if (!(T0 > 0) || !(TMult >= 1)) {
      throw new ArgumentError(
        `CosineAnnealingWarmRestarts: T0 is ${T0} and TMult ${TMult}\n  hint: T0 above 0, TMult 1 or more`,
      );
    }
    super(
      optimizer,
      {
        lr({ epoch, base }) {
          let length = T0;
          let since = TMult === 1 ? epoch % T0 : epoch;
          while (since >= length) {
            since -= length;
            length *= TMult;
          }
          return etaMin + ((base - etaMin) * (1 + Math.cos((Math.PI * since) / length))) / 2;
        },
      },
      options,
    );
  }

  /** Takes the next step, or goes to step `epoch`, which may be a fraction: `step(epoch + i / batches)`. */
  override step(epoch?: number): void {
    checkCall("scheduler.step(epoch?: number)", arguments);
    if (epoch === undefined) super.step();
    else this.jumpTo(epoch);
  }
}
