import { ArgumentError } from "@wgrad/autograd";
import { checkCall, describe } from "@wgrad/autograd/plugin";
import type { Run } from "../run.ts";
import type { Callback } from "./callback.ts";

/** Writes down the rates that each update was made with. */
export class LearningRateMonitor implements Callback {
  /** Of each update, each group's rate. */
  rates: number[][] = [];

  constructor() {
    checkCall("new LearningRateMonitor()", arguments);
  }

  onStep(run: Run): void {
    this.rates.push([...run.lastRates]);
  }

  /** What was written down. */
  stateDict(): { readonly rates: readonly (readonly number[])[] } {
    if (arguments.length > 0) checkCall("monitor.stateDict()", arguments);
    return { rates: this.rates };
  }

  /** Goes on from what was. Throws ArgumentError for what is no such state. */
  loadStateDict(saved: { readonly rates: readonly (readonly number[])[] }): void {
    checkCall("callback.loadStateDict(saved)", arguments);
    const { rates } = (saved ?? {}) as Partial<typeof saved>;
    const isRates = (each: unknown): boolean =>
      Array.isArray(each) && each.every((rate) => typeof rate === "number");
    if (!Array.isArray(rates) || !rates.every(isRates)) {
      throw new ArgumentError(
        `LearningRateMonitor.loadStateDict: rates is ${describe(rates)}\n  hint: what stateDict() gave`,
      );
    }
    this.rates = rates.map((each) => [...each]);
  }
}
