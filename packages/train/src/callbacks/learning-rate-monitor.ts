import type { Run } from "../run.ts";
import type { Callback } from "./callback.ts";

/** Writes down the rates that each update was made with. */
export class LearningRateMonitor implements Callback {
  /** Of each update, each group's rate. */
  rates: number[][] = [];

  onStep(run: Run): void {
    this.rates.push([...run.lastRates]);
  }

  /** What was written down. */
  stateDict(): { readonly rates: readonly (readonly number[])[] } {
    return { rates: this.rates };
  }

  /** Goes on from what was. */
  loadStateDict({ rates }: { readonly rates: readonly (readonly number[])[] }): void {
    this.rates = rates.map((each) => [...each]);
  }
}
