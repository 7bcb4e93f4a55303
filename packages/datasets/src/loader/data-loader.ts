import { ArgumentError, type Generator, Tensor } from "@wgrad/autograd";
import { checkCall, describe, stepBoundary } from "@wgrad/autograd/plugin";
import {
  type Dataset,
  datasetOf,
  exampleOf,
  type Indexed,
  type StreamDataset,
} from "../datasets/dataset.ts";
import { BatchSampler, checkBatchSize } from "../samplers/batch.ts";
import { RandomSampler } from "../samplers/random.ts";
import type { BatchOrder, Sampler } from "../samplers/sampler.ts";
import { SequentialSampler } from "../samplers/sequential.ts";
import { beginEpoch, type Epoch, repeatEpoch } from "./epoch.ts";
import { type DataLoaderState, Position } from "./position.ts";
import { prefetched } from "./prefetch.ts";

/** Settings of a DataLoader, with PyTorch's names and defaults. */
export interface DataLoaderOptions<Raw = unknown, Batch = Raw> {
  /** Number of examples per batch (default 1); null yields single examples. */
  readonly batchSize?: number | null;
  /** Shuffles the examples anew every epoch (default false). */
  readonly shuffle?: boolean;
  /** Drops a last batch that is not full (default false). */
  readonly dropLast?: boolean;
  /** Random generator of the orders (default: the library's). */
  readonly generator?: Generator;
  /** The order of an epoch, instead of `shuffle`. */
  readonly sampler?: Sampler | ArrayLike<number>;
  /** The batches of an epoch, instead of `batchSize`, `shuffle`, `sampler` and `dropLast`. */
  readonly batchSampler?: BatchOrder | readonly ArrayLike<number>[];
  /** Makes a batch from the dataset's batch: stacks examples, pads, augments. */
  readonly collate?: (raw: Raw) => Batch | Promise<Batch>;
  /** Number of batches to load ahead of the current one (default 0). */
  readonly prefetch?: number;
}

/**
 * Iterates over batches of a dataset, epoch after epoch: `for await (const { images, labels } of
 * loader)`. Equal seeds give the orders of PyTorch's DataLoader. Before each batch it waits for the
 * device to catch up, so that a loop without reads does not run ahead without limit. `stateDict()`
 * is the position in the epoch, from which it can resume.
 *
 * Throws ArgumentError for a batch size that is not a positive whole number, and for settings that
 * exclude each other.
 */
export class DataLoader<Raw, Batch = Raw> implements AsyncIterable<Batch> {
  readonly dataset: Dataset<Raw> | StreamDataset<Raw>;
  /** Null if examples are yielded without batches. */
  readonly batchSize: number | null;
  readonly #options: DataLoaderOptions<Raw, Batch>;
  /** Null for a stream, which has its own order. */
  readonly #order: BatchOrder | null;
  readonly #position: Position;

  constructor(
    dataset: (Indexed<Raw> | StreamDataset<Raw>) & (Indexed<Batch[]> | StreamDataset<Batch[]>),
    options: DataLoaderOptions<Raw, Batch> & { readonly batchSize: null; readonly collate?: never },
  );
  constructor(dataset: Indexed<Raw> | StreamDataset<Raw>, options?: DataLoaderOptions<Raw, Batch>);
  constructor(
    dataset: Indexed<Raw> | StreamDataset<Raw>,
    options: DataLoaderOptions<Raw, Batch> = {},
  ) {
    checkCall(
      "new DataLoader(dataset: any, { batchSize: number | null, shuffle: boolean, dropLast: boolean, generator: generator | null, sampler, batchSampler, collate: function, prefetch: number })",
      arguments,
    );
    const { batchSize = 1, prefetch = 0, generator = null } = options;
    this.batchSize = batchSize === null ? null : checkBatchSize(batchSize);
    const size = this.batchSize ?? 1;
    if (!Number.isInteger(prefetch) || prefetch < 0) {
      throw new ArgumentError(
        `DataLoader: prefetch is ${prefetch}\n  hint: a whole number of batches`,
      );
    }
    checkExclusive(options);
    this.#options = options;
    if (isStream(dataset)) {
      if (options.sampler !== undefined || options.batchSampler !== undefined) {
        throw new ArgumentError("DataLoader: a stream has no indices, so it takes no sampler");
      }
      this.dataset = dataset;
      this.#order = null;
    } else {
      this.dataset = datasetOf(checkDataset(dataset));
      this.#order = orderOf(this.dataset.length, size, options);
    }
    const examples = "batches" in this.dataset ? null : this.dataset.length;
    this.#position = new Position(generator, { examples, batchSize: size }, this.length);
  }

  /** Number of batches per epoch; Infinity for a stream, whose length is unknown. */
  get length(): number {
    return this.#order?.length ?? Number.POSITIVE_INFINITY;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
    const { prefetch = 0 } = this.#options;
    const own = this.#options.generator ?? null;
    const { resumed, skip, reached } = this.#position.enter();
    const epoch = resumed === null ? beginEpoch(own, this.#random()) : repeatEpoch(own, resumed);
    const pass = this.#position.start(epoch.start, skip);
    const source = this.#batches(epoch, skip);
    // others may use the generator too, so repeating an epoch must not reset it
    const drawnAhead = prefetch > 0 || this.#order === null;
    if (skip > 0 && !drawnAhead && reached !== null) own?.setState(Uint32Array.from(reached));
    const batches = prefetch > 0 ? prefetched(source, prefetch) : source;
    try {
      for (;;) {
        await stepBoundary();
        const { done, value } = await batches.next();
        if (done) break;
        pass.advance();
        yield value;
      }
      pass.finish();
    } finally {
      await batches.return?.();
    }
    await stepBoundary();
  }

  /**
   * Position of the loader: number of epochs, number of batches yielded in this one, and the random
   * state of its order, as plain numbers for JSON. Within the loop body, the current batch counts
   * as done.
   */
  stateDict(): DataLoaderState {
    if (arguments.length > 0) checkCall("loader.stateDict()", arguments);
    return this.#position.save();
  }

  /**
   * Resumes from a position of `stateDict()`: the next `for await` yields the remaining batches of
   * that epoch. A stream is read from its start, skipping those already yielded.
   *
   * Throws ArgumentError if `state` is invalid, or of a loader with another kind of generator; the
   * loader is then unchanged.
   */
  loadStateDict(state: DataLoaderState): void {
    checkCall("loader.loadStateDict(state: any)", arguments);
    this.#position.load(state);
  }

  #random(): boolean {
    const { shuffle = false, sampler, batchSampler } = this.#options;
    return shuffle || sampler !== undefined || batchSampler !== undefined;
  }

  /** The epoch's batches from number `skip` on, each loaded on demand. */
  #batches({ generator }: Epoch, skip: number): AsyncIterator<Batch> {
    const { dropLast = false, shuffle = false, collate } = this.#options;
    const alone = this.batchSize === null;
    const finish = async (batch: Raw): Promise<Batch> => {
      const raw = alone ? (exampleOf(this.dataset, batch) as Raw) : batch;
      return collate === undefined ? (raw as unknown as Batch) : collate(raw);
    };
    if (this.#order === null) {
      const stream = this.dataset as StreamDataset<Raw>;
      const order = shuffle ? generator : null;
      const batchSize = this.batchSize ?? 1;
      const passes = stream.batches({ batchSize, dropLast, skip, generator: order });
      return collated(passes, finish);
    }
    const dataset = this.dataset as Dataset<Raw>;
    const order = this.#order.batches(generator)[Symbol.iterator]();
    for (let i = 0; i < skip; i++) order.next();
    return {
      next: async () => {
        const { done, value } = order.next();
        if (done) return { done, value: undefined };
        return { done: false, value: await finish(await dataset.batch(value)) };
      },
      return: async () => {
        order.return?.();
        return { done: true, value: undefined };
      },
    };
  }
}

async function* collated<Raw, Batch>(
  passes: AsyncIterable<Raw>,
  finish: (raw: Raw) => Promise<Batch>,
): AsyncGenerator<Batch, void, undefined> {
  for await (const raw of passes) yield await finish(raw);
}

function orderOf<Raw, Batch>(
  count: number,
  batchSize: number,
  { shuffle = false, dropLast = false, sampler, batchSampler }: DataLoaderOptions<Raw, Batch>,
): BatchOrder {
  if (batchSampler != null) return batchesOf(batchSampler);
  const given = sampler == null ? null : numbersOf(sampler);
  const numbers = given ?? (shuffle ? new RandomSampler(count) : new SequentialSampler(count));
  return new BatchSampler(numbers, batchSize, { dropLast });
}

/** A sampler, also for an order that is the same in every epoch. */
function numbersOf(sampler: Sampler | ArrayLike<number>): Sampler {
  if ("indices" in Object(sampler) && typeof (sampler as Sampler).indices === "function")
    return sampler as Sampler;
  if (Array.isArray(sampler) || ArrayBuffer.isView(sampler)) {
    const numbers = Array.from(sampler as ArrayLike<number>);
    return { length: numbers.length, indices: () => numbers };
  }
  throw new ArgumentError(
    `DataLoader: sampler is ${describe(sampler)}\n  hint: pass indices of examples, or an object with length and indices(generator)`,
  );
}

function batchesOf(order: BatchOrder | readonly ArrayLike<number>[]): BatchOrder {
  if ("batches" in Object(order) && typeof (order as BatchOrder).batches === "function")
    return order as BatchOrder;
  if (Array.isArray(order)) return { length: order.length, batches: () => order };
  throw new ArgumentError(
    `DataLoader: batchSampler is ${describe(order)}\n  hint: pass an array of batches, or an object with length and batches(generator)`,
  );
}

const isStream = <Raw>(dataset: Indexed<Raw> | StreamDataset<Raw>): dataset is StreamDataset<Raw> =>
  typeof dataset === "object" && dataset !== null && "batches" in dataset;

function checkDataset<Raw>(dataset: Indexed<Raw>): Indexed<Raw> {
  if (Array.isArray(dataset)) return dataset;
  const { length, batch } = (dataset ?? {}) as Partial<Dataset<Raw>>;
  if (typeof length === "number" && typeof batch === "function") return dataset;
  if (dataset instanceof Tensor) {
    throw new ArgumentError(
      "DataLoader: a tensor is not a dataset\n  hint: pass new TensorDataset({ x })",
    );
  }
  const iterable = typeof dataset === "object" && dataset !== null;
  const streams = iterable && (Symbol.asyncIterator in dataset || Symbol.iterator in dataset);
  throw new ArgumentError(
    `DataLoader: ${streams ? "a stream is not a dataset" : "not a dataset"}\n  hint: ${
      streams
        ? "pass new IterableDataset(stream)"
        : "pass an array, a TensorDataset, or an object with length and batch(indices)"
    }`,
  );
}

function checkExclusive(options: DataLoaderOptions<never, unknown>): void {
  const { shuffle = false, batchSize, dropLast = false, sampler, batchSampler } = options;
  const refuse = (one: string, other: string): never => {
    throw new ArgumentError(
      `DataLoader: ${one} and ${other} exclude each other\n  hint: leave one out`,
    );
  };
  if (batchSize === null && dropLast) refuse("batchSize: null", "dropLast");
  if (sampler !== undefined && shuffle) refuse("sampler", "shuffle");
  if (batchSampler === undefined) return;
  if (shuffle) refuse("batchSampler", "shuffle");
  if (sampler !== undefined) refuse("batchSampler", "sampler");
  if (batchSize !== undefined) refuse("batchSampler", "batchSize");
  if (dropLast) refuse("batchSampler", "dropLast");
}
