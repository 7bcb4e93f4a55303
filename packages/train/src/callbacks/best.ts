import { ArgumentError } from "@wgrad/autograd";
import type { EpochRecord } from "../history.ts";
import { monitored } from "../schedule.ts";

/** Which score is looked at, and what counts as better. */
export interface MonitorOptions {
  /**
   * "validation.loss" (default, or "training.loss" where there is no validation),
   * "validation.accuracy", …
   */
  readonly monitor?: string;
  /** Whether smaller is better or larger (default "min"). */
  readonly mode?: "min" | "max";
  /** By how much more than this a score must be better to count (default 0). */
  readonly minDelta?: number;
}

/** The best score so far. */
export class Best {
  score: number | null = null;
  readonly #call: string;
  readonly #options: MonitorOptions;

  constructor(call: string, options: MonitorOptions) {
    const { mode = "min", minDelta = 0 } = options;
    if (mode !== "min" && mode !== "max") {
      throw new ArgumentError(`${call}: mode is "min" or "max"; got ${JSON.stringify(mode)}`);
    }
    if (!(minDelta >= 0))
      throw new ArgumentError(`${call}: minDelta is ${minDelta}\n  hint: 0 or more`);
    this.#call = call;
    this.#options = options;
  }

  /** Whether this epoch is the best so far; then it is remembered. NaN never is. */
  improves(record: EpochRecord): boolean {
    const { mode = "min", minDelta = 0 } = this.#options;
    const monitor =
      this.#options.monitor ?? (record.validation === null ? "training.loss" : "validation.loss");
    const score = monitored(this.#call, "monitor", record, monitor);
    if (Number.isNaN(score)) return false;
    if (this.score !== null) {
      const gain = mode === "max" ? score - this.score : this.score - score;
      if (!(gain > minDelta)) return false;
    }
    this.score = score;
    return true;
  }
}
