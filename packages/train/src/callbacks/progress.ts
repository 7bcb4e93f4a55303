import { ArgumentError } from "@wgrad/autograd";
import { checkCall, describe } from "@wgrad/autograd/plugin";
import type { EpochRecord } from "../history.ts";
import type { Run } from "../run.ts";
import type { Callback } from "./callback.ts";

/** The progress of a training. */
export interface ProgressReport {
  /** The current epoch, or the one that has just ended, from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Number of batches done in this epoch. */
  readonly batch: number;
  /** Number of batches per epoch; null if the loader has no length. */
  readonly batches: number | null;
  /** The last batch's loss; after an epoch, the mean over its examples. */
  readonly loss: number;
  /** The record of the epoch, if it has ended. */
  readonly record: EpochRecord | null;
}

/**
 * Calls `report` after every `every` updates (default 10), for which it reads the loss, and after
 * every epoch.
 *
 * ```ts
 * new Progress((report) => console.log(progressLine(report)), { every: 100 });
 * new Progress(({ batch, loss }) => bar.update(batch, { loss })); // cli-progress
 * ```
 */
export class Progress implements Callback {
  readonly #report: (report: ProgressReport) => void;
  readonly #every: number;

  constructor(report: (report: ProgressReport) => void, options: { readonly every?: number } = {}) {
    checkCall("new Progress(report: function, { every: number })", arguments);
    const { every = 10 } = options;
    if (!Number.isInteger(every) || every < 1) {
      throw new ArgumentError(
        `Progress: every is ${every}\n  hint: a whole number of updates, 1 or more`,
      );
    }
    this.#report = report;
    this.#every = every;
  }

  async onStep({ epoch, epochs, step, batch, batches, loss }: Run): Promise<void> {
    if (step % this.#every !== 0 || loss === null) return;
    const value = await loss.item();
    this.#report({ epoch: epoch + 1, epochs, batch, batches, loss: value, record: null });
  }

  onEpoch({ epochs, batches }: Run, record: EpochRecord): void {
    const { epoch, training, batches: batch } = record;
    this.#report({ epoch, epochs, batch, batches, loss: training.loss, record });
  }
}

/** A report as one line of text: `epoch 2/10  batch 30/120  loss 0.1234`. */
export function progressLine(report: ProgressReport): string {
  checkCall("progressLine(report: object)", arguments);
  const { epoch, epochs, batch, batches = null, loss, record = null } = report;
  if (typeof loss !== "number") {
    throw new ArgumentError(
      `progressLine: the report's loss is ${describe(loss)}, not a number\n  hint: pass what a callback of Progress gets`,
    );
  }
  const place = `epoch ${epoch}/${epochs}  batch ${batch}${batches === null ? "" : `/${batches}`}`;
  if (record === null) return `${place}  loss ${short(loss)}`;
  const passes = (["training", "validation"] as const).flatMap((pass) =>
    Object.entries(record[pass] ?? {}).map(([name, score]) => `${pass} ${name} ${short(score)}`),
  );
  return `${place}  ${passes.join("  ")}`;
}

const short = (value: number): string => value.toPrecision(4);
