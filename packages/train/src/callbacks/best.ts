import { ArgumentError } from "@wgrad/autograd";
import type { EpochRecord } from "../history.ts";
import { monitored } from "../schedule.ts";

/** The score that is monitored, and what counts as an improvement. */
export interface MonitorOptions {
  /**
   * Name of the score, for example "validation.accuracy" (default "validation.loss", or
   * "training.loss" without validation).
   */
  readonly monitor?: string;
  /** Whether a smaller ("min") or a larger ("max") score is better (default "min"). */
  readonly mode?: "min" | "max";
  /** An improvement must be larger than this (default 0). */
  readonly minDelta?: number;
}

/** Tracks the best score so far. */
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
      throw new ArgumentError(`${call}: minDelta is ${minDelta}\n  hint: a number ≥ 0`);
    this.#call = call;
    this.#options = options;
  }

  /** Whether this epoch has the best score so far; if so, stores it. NaN is never the best. */
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
