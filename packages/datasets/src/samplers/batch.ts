import { ArgumentError, type Generator as RandomGenerator } from "@wgrad/autograd";
import { checkCall, defineKind } from "@wgrad/autograd/plugin";
import type { BatchOrder, Sampler } from "./sampler.ts";

/** Settings of batches. */
export interface BatchOptions {
  /** Drops a last batch that is not full (default false). */
  readonly dropLast?: boolean;
}

defineKind(
  "sampler",
  "a sampler",
  (value) => typeof (value as Partial<Sampler> | null)?.indices === "function",
);

/** Groups a sampler's indices into batches of `batchSize`. */
export class BatchSampler implements BatchOrder {
  readonly length: number;
  readonly #sampler: Sampler;
  readonly #batchSize: number;
  readonly #dropLast: boolean;

  constructor(sampler: Sampler, batchSize: number, options: BatchOptions = {}) {
    checkCall(
      "new BatchSampler(sampler: sampler, batchSize: number, { dropLast: boolean })",
      arguments,
    );
    const { dropLast = false } = options;
    this.#sampler = sampler;
    this.#batchSize = checkBatchSize(batchSize);
    this.#dropLast = dropLast;
    this.length = (dropLast ? Math.floor : Math.ceil)(sampler.length / batchSize);
  }

  *batches(generator: RandomGenerator): Generator<number[], void, undefined> {
    checkCall("sampler.batches(generator: any)", arguments);
    let batch: number[] = [];
    for (const index of this.#sampler.indices(generator)) {
      batch.push(index);
      if (batch.length < this.#batchSize) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0 && !this.#dropLast) yield batch;
  }
}

/** Throws ArgumentError unless `batchSize` is a positive whole number. */
export function checkBatchSize(batchSize: number): number {
  if (Number.isInteger(batchSize) && batchSize >= 1) return batchSize;
  throw new ArgumentError(`DataLoader: batchSize is ${batchSize}\n  hint: a whole number ≥ 1`);
}
