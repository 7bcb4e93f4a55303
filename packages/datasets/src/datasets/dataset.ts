import { ArgumentError, type Generator, noGrad, Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";

/** Examples by number. `Batch` is what a DataLoader yields, or hands to `collate`. */
export interface Dataset<Batch> {
  /** How many examples there are. */
  readonly length: number;
  /** The examples at `indices`, in that order, as one batch. */
  batch(indices: ArrayLike<number>): Batch | Promise<Batch>;
  /**
   * The example that a batch of one holds, for `batchSize: null`; without it, the row of its
   * tensors.
   */
  example?(batch: Batch): unknown;
}

/** How a stream is gone through. */
export interface PassOptions {
  /** Examples in a batch. */
  readonly batchSize: number;
  /** Leaves out a last batch that is not full. */
  readonly dropLast: boolean;
  /** So many batches are read and left out first. */
  readonly skip: number;
  /** What the order is drawn from; null for the stream's own order. */
  readonly generator: Generator | null;
}

/** Examples one after the other, as often as asked, with no number known before the end. */
export interface StreamDataset<Batch> {
  /** One pass from the start. */
  batches(options: PassOptions): AsyncIterableIterator<Batch>;
  /**
   * The example that a batch of one holds, for `batchSize: null`; without it, the row of its
   * tensors.
   */
  example?(batch: Batch): unknown;
}

/** A plain array counts as the dataset of its elements. */
export type Indexed<Batch> = Dataset<Batch> | (Batch & readonly unknown[]);

/** `source` itself, or the dataset of an array's elements. */
export function datasetOf<Batch>(source: Indexed<Batch>): Dataset<Batch> {
  return isArray(source) ? (new ArrayDataset(source) as unknown as Dataset<Batch>) : source;
}

const isArray = (source: unknown): source is readonly unknown[] => Array.isArray(source);

/**
 * A dataset that knows how to get one example: extend it with `length` and `get`. A batch is the
 * list of its examples; a DataLoader's `collate` makes tensors of it.
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
  /** How many examples there are. */
  abstract readonly length: number;
  /** The example of that number, from 0. */
  abstract get(index: number): Item | Promise<Item>;

  /** The examples at `indices`, all asked for at once. */
  batch(indices: ArrayLike<number>): Promise<Item[]> {
    if (arguments.length > 1) checkCall("dataset.batch(indices)", arguments);
    return Promise.all(Array.from(indices, (index) => this.get(index)));
  }

  example(batch: Item[]): Item {
    if (arguments.length > 1) checkCall("dataset.example(batch)", arguments);
    return batch[0] as Item;
  }
}

/** The example of a batch of one: as its dataset says, or the row of each of its tensors. */
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
    "DataLoader: batchSize is null, and the dataset gives batches without examples" +
      "\n  hint: a dataset with example(batch), or batchSize: 1",
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
 * The number itself. Throws ArgumentError if there is no such example: a sampler's fault, most
 * often.
 */
export function checkIndex(name: string, index: number, length: number): number {
  if (Number.isInteger(index) && index >= 0 && index < length) return index;
  throw new ArgumentError(
    `${name}: no example ${index} in a dataset of ${length}\n  hint: numbers from 0 to ${length - 1}`,
  );
}
