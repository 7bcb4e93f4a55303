import { ArgumentError, defaultGenerator, Generator } from "@wgrad/autograd";
import { boundary } from "@wgrad/autograd/plugin";
import type { Dataset } from "./dataset.ts";

/** Settings of a DataLoader, with PyTorch's names and defaults. */
export interface DataLoaderOptions {
  /** Examples in a batch (default 1). */
  readonly batchSize?: number;
  /** A fresh order every epoch (default false). */
  readonly shuffle?: boolean;
  /** Leaves out a last batch that is not full (default false). */
  readonly dropLast?: boolean;
  /** What orders are drawn from; the library's default generator if not given. */
  readonly generator?: Generator;
}

/**
 * Batches of a dataset, epoch after epoch: `for await (const { images, labels } of loader)`. The same seed gives the
 * orders PyTorch's DataLoader gives. Before each batch it lets the device catch up, so that a loop that
 * reads nothing does not run ahead without bound.
 *
 * Throws ArgumentError for a batch size that is no positive whole number.
 */
export class DataLoader<Batch> implements AsyncIterable<Batch> {
  readonly dataset: Dataset<Batch>;
  readonly batchSize: number;
  readonly #shuffle: boolean;
  readonly #dropLast: boolean;
  readonly #generator: Generator | null;

  constructor(dataset: Dataset<Batch>, options: DataLoaderOptions = {}) {
    const { batchSize = 1, shuffle = false, dropLast = false, generator = null } = options;
    if (!Number.isInteger(batchSize) || batchSize < 1) {
      throw new ArgumentError(
        `DataLoader: batchSize is ${batchSize}\n  hint: a whole number, 1 or more`,
      );
    }
    this.dataset = dataset;
    this.batchSize = batchSize;
    this.#shuffle = shuffle;
    this.#dropLast = dropLast;
    this.#generator = generator;
  }

  /** Batches in an epoch. */
  get length(): number {
    const batches = this.dataset.length / this.batchSize;
    return this.#dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
    const { dataset, batchSize } = this;
    const generator = this.#generator ?? defaultGenerator();
    // PyTorch's loader draws a seed for its workers, used or not, and its sampler one for each epoch's order.
    draw64(generator);
    const sampler = this.#generator ?? (this.#shuffle ? new Generator(draw64(generator)) : null);
    const order =
      this.#shuffle && sampler !== null
        ? sampler.permutation(dataset.length)
        : Int32Array.from({ length: dataset.length }, (_, i) => i);
    for (let i = 0; i < this.length; i++) {
      await boundary();
      yield await dataset.batch(order.subarray(i * batchSize, (i + 1) * batchSize));
    }
    // PyTorch's sampler ends with an order of which it takes nothing; only a generator that goes on notices.
    if (this.#shuffle) this.#generator?.permutation(dataset.length);
    await boundary();
  }
}

/** A 64-bit draw as a seed: only its low word, the second drawn, matters. */
function draw64(generator: Generator): number {
  generator.u32();
  return generator.u32();
}
