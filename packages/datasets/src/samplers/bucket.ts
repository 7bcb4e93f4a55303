import { ArgumentError, type Generator as RandomGenerator } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { type BatchOptions, checkBatchSize } from "./batch.ts";
import type { BatchOrder } from "./sampler.ts";

/** Settings of BucketBatchSampler. */
export interface BucketOptions extends BatchOptions {
  /** Shuffles the examples before they are bucketed, and the batches afterwards (default true). */
  readonly shuffle?: boolean;
  /**
   * Number of batches per bucket, whose examples are sorted by length (default 50). Larger buckets
   * need less padding; smaller ones mix more.
   */
  readonly bucketBatches?: number;
}

/**
 * Batches examples of similar length, to reduce padding: shuffles the examples, sorts them by
 * length within buckets of `bucketBatches` batches, cuts these into batches, and shuffles the
 * batches.
 *
 * Throws ArgumentError for sizes that are not positive whole numbers and lengths that are not
 * numbers.
 */
export class BucketBatchSampler implements BatchOrder {
  readonly length: number;
  readonly #lengths: Float64Array;
  readonly #batchSize: number;
  readonly #bucket: number;
  readonly #dropLast: boolean;
  readonly #shuffle: boolean;

  constructor(lengths: ArrayLike<number>, batchSize: number, options: BucketOptions = {}) {
    checkCall(
      "new BucketBatchSampler(lengths: count[], batchSize: number, { bucketBatches: number, shuffle: boolean, dropLast: boolean })",
      arguments,
    );
    const { bucketBatches = 50, shuffle = true, dropLast = false } = options;
    this.#lengths = Float64Array.from(lengths);
    const wrong = this.#lengths.findIndex(Number.isNaN);
    if (wrong >= 0) {
      throw new ArgumentError(`BucketBatchSampler: length ${wrong} is ${lengths[wrong]}`);
    }
    if (!Number.isInteger(bucketBatches) || bucketBatches < 1) {
      throw new ArgumentError(
        `BucketBatchSampler: bucketBatches is ${bucketBatches}\n  hint: a whole number ≥ 1`,
      );
    }
    this.#batchSize = checkBatchSize(batchSize);
    this.#bucket = batchSize * bucketBatches;
    this.#dropLast = dropLast;
    this.#shuffle = shuffle;
    this.length = (dropLast ? Math.floor : Math.ceil)(lengths.length / batchSize);
  }

  *batches(generator: RandomGenerator): Generator<Int32Array, void, undefined> {
    checkCall("sampler.batches(generator: any)", arguments);
    const count = this.#lengths.length;
    const order = this.#shuffle
      ? generator.permutation(count)
      : Int32Array.from({ length: count }, (_, i) => i);
    const batches: Int32Array[] = [];
    for (let start = 0; start < count; start += this.#bucket) {
      const bucket = order
        .subarray(start, start + this.#bucket)
        .sort((a, b) => (this.#lengths[a] as number) - (this.#lengths[b] as number));
      for (let i = 0; i < bucket.length; i += this.#batchSize) {
        batches.push(bucket.subarray(i, i + this.#batchSize));
      }
    }
    const full = batches.filter((batch) => !this.#dropLast || batch.length === this.#batchSize);
    if (!this.#shuffle) yield* full;
    else for (const i of generator.permutation(full.length)) yield full[i] as Int32Array;
  }
}
