import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { LRScheduler, perGroup, type Scheduled, type SchedulerOptions } from "./scheduler.ts";

/** Settings of SWALR. */
export interface SWALROptions extends SchedulerOptions {
  /** Number of steps from the current rate to `swaLr` (default 10); 0 sets it at once. */
  readonly annealEpochs?: number;
  /** Interpolation between the rates (default "cos"). */
  readonly annealStrategy?: "cos" | "linear";
}

/**
 * Stochastic weight averaging's schedule (Izmailov et al. 2018): anneals each rate from its current
 * value to `swaLr` in `annealEpochs` steps T, then keeps it constant.
 *   ηₜ = a η_swa + (1 − a) η₀        a = (1 − cos πt/T) / 2 or t/T
 */
export class SWALR extends LRScheduler {
  constructor(optimizer: Scheduled, swaLr: number | readonly number[], options: SWALROptions = {}) {
    checkCall(
      'new SWALR(optimizer: any, swaLr: number | list, { annealEpochs: number, annealStrategy: "cos" | "linear", lastEpoch: number })',
      arguments,
    );
    const { annealEpochs = 10, annealStrategy = "cos" } = options;
    if (!Number.isInteger(annealEpochs) || annealEpochs < 0) {
      throw new ArgumentError(
        `SWALR: annealEpochs is ${annealEpochs}\n  hint: a whole number, 0 or more`,
      );
    }
    const goals = perGroup("SWALR", "swaLr", optimizer, swaLr);
    const way = (t: number): number =>
      annealStrategy === "cos" ? (1 - Math.cos(Math.PI * t)) / 2 : t;
    const part = (step: number): number =>
      way(Math.max(0, Math.min(1, step / Math.max(1, annealEpochs))));
    super(
      optimizer,
      {
        lr({ epoch, group, now }) {
          const goal = goals[group] as number;
          const step = annealEpochs === 0 ? Math.max(1, epoch) : epoch;
          const [before, next] = [part(step - 1), part(step)];
          const start = before === 1 ? goal : (now - before * goal) / (1 - before);
          return next * goal + start * (1 - next);
        },
      },
      options,
    );
  }
}
