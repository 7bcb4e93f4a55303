import { ArgumentError } from "@wgrad/autograd";
import { checkCall, describe } from "@wgrad/autograd/plugin";
import type { Run } from "../run.ts";
import type { Callback } from "./callback.ts";

/** Records the learning rates of each update. */
export class LearningRateMonitor implements Callback {
  /** Per update, the rate of each group. */
  rates: number[][] = [];

  constructor() {
    checkCall("new LearningRateMonitor()", arguments);
  }

  onStep(run: Run): void {
    this.rates.push([...run.lastRates]);
  }

  /** The recorded rates. */
  stateDict(): { readonly rates: readonly (readonly number[])[] } {
    if (arguments.length > 0) checkCall("monitor.stateDict()", arguments);
    return { rates: this.rates };
  }

  /** Restores what `stateDict()` returned. Throws ArgumentError if `saved` is not such a state. */
  loadStateDict(saved: { readonly rates: readonly (readonly number[])[] }): void {
    checkCall("callback.loadStateDict(saved: any)", arguments);
    const { rates } = (saved ?? {}) as Partial<typeof saved>;
    const isRates = (each: unknown): boolean =>
      Array.isArray(each) && each.every((rate) => typeof rate === "number");
    if (!Array.isArray(rates) || !rates.every(isRates)) {
      throw new ArgumentError(
        `LearningRateMonitor.loadStateDict: rates is ${describe(rates)}\n  hint: pass what stateDict() returned`,
      );
    }
    this.rates = rates.map((each) => [...each]);
  }
}
