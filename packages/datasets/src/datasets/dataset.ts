import { ArgumentError, type Generator, noGrad, Tensor } from "@wgrad/autograd";
import { checkCall, defineKind } from "@wgrad/autograd/plugin";

/** Examples by index. `Batch` is what a DataLoader yields, or passes to `collate`. */
export interface Dataset<Batch> {
  /** Number of examples. */
  readonly length: number;
  /** The examples at `indices`, in that order, as one batch. */
  batch(indices: ArrayLike<number>): Batch | Promise<Batch>;
  /**
   * The example in a batch of one, for `batchSize: null`. Without this method it is the row of each
   * tensor.
   */
  example?(batch: Batch): unknown;
}

/** Settings of a pass over a stream. */
export interface PassOptions {
  /** Number of examples per batch. */
  readonly batchSize: number;
  /** Drops a last batch that is not full. */
  readonly dropLast: boolean;
  /** Number of batches to skip first. */
  readonly skip: number;
  /** Random generator of the order; null for the stream's own order. */
  readonly generator: Generator | null;
}

/** A stream of examples that can be read repeatedly. Its length is unknown. */
export interface StreamDataset<Batch> {
  /** Starts a pass from the beginning. */
  batches(options: PassOptions): AsyncIterableIterator<Batch>;
  /**
   * The example in a batch of one, for `batchSize: null`. Without this method it is the row of each
   * tensor.
   */
  example?(batch: Batch): unknown;
}

defineKind("dataset", "a dataset", (value) => {
  return (
    Array.isArray(value) || typeof (value as Partial<Dataset<unknown>> | null)?.batch === "function"
  );
});

/** A dataset, or an array, which is used as the dataset of its elements. */
export type Indexed<Batch> = Dataset<Batch> | (Batch & readonly unknown[]);

/** `source` itself, or the dataset of an array's elements. */
export function datasetOf<Batch>(source: Indexed<Batch>): Dataset<Batch> {
  return isArray(source) ? (new ArrayDataset(source) as unknown as Dataset<Batch>) : source;
}

const isArray = (source: unknown): source is readonly unknown[] => Array.isArray(source);

/**
 * Base of datasets that load single examples: define `length` and `get`. A batch is a list of
 * examples, from which a DataLoader's `collate` makes tensors.
 *
 * ```ts
 * class Photos extends ItemDataset<Photo> {
 *   readonly length = files.length;
 *   get(index: number): Promise<Photo> {
 *     return decode(files[index]);
 *   }
 * }
 * ```
 */
export abstract class ItemDataset<Item> implements Dataset<Item[]> {
  /** Number of examples. */
  abstract readonly length: number;
  /** The example at `index`, from 0. */
  abstract get(index: number): Item | Promise<Item>;

  /** The examples at `indices`, loaded concurrently. */
  batch(indices: ArrayLike<number>): Promise<Item[]> {
    checkCall("dataset.batch(indices: list)", arguments);
    return Promise.all(Array.from(indices, (index) => this.get(index)));
  }

  example(batch: Item[]): Item {
    checkCall("dataset.example(batch: array)", arguments);
    return batch[0] as Item;
  }
}

/** The example in a batch of one: as its dataset defines, or the row of each of its tensors. */
export function exampleOf<Batch>(dataset: Pick<Dataset<Batch>, "example">, batch: Batch): unknown {
  return dataset.example === undefined ? rowOf(batch) : dataset.example(batch);
}

function rowOf(batch: unknown): unknown {
  if (batch instanceof Tensor) return noGrad(() => batch.select(0, 0));
  if (Array.isArray(batch)) {
    return batch.every((value) => value instanceof Tensor) ? batch.map(rowOf) : batch[0];
  }
  if (
    typeof batch === "object" &&
    batch !== null &&
    Object.getPrototypeOf(batch) === Object.prototype
  )
    return Object.fromEntries(Object.entries(batch).map(([name, value]) => [name, rowOf(value)]));
  throw new ArgumentError(
    "DataLoader: batchSize is null, but the dataset's batches cannot be split into examples" +
      "\n  hint: define example(batch) in the dataset, or pass batchSize: 1",
  );
}

class ArrayDataset<Item> extends ItemDataset<Item> {
  readonly length: number;
  readonly #items: readonly Item[];

  constructor(items: readonly Item[]) {
    super();
    this.length = items.length;
    this.#items = items;
  }

  get(index: number): Item {
    return this.#items[checkIndex("array", index, this.length)] as Item;
  }
}

/**
 * Returns the index. Throws ArgumentError if it is out of range, which is usually a sampler's
 * error.
 */
export function checkIndex(name: string, index: number, length: number): number {
  if (Number.isInteger(index) && index >= 0 && index < length) return index;
  throw new ArgumentError(
    `${name}: there is no example ${index} in a dataset of ${length}\n  hint: use indices from 0 to ${length - 1}`,
  );
}
