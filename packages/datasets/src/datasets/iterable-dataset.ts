import { ArgumentError, type Generator } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { PassOptions, StreamDataset } from "./dataset.ts";

/**
 * The source of a stream: an iterable that can be iterated repeatedly, or a function that opens it
 * anew.
 */
export type StreamSource<Item> =
  | Iterable<Item>
  | AsyncIterable<Item>
  | (() => Iterable<Item> | AsyncIterable<Item>);

/** Settings of IterableDataset. */
export interface IterableDatasetOptions {
  /**
   * Number of buffered examples, from which each one is drawn when a DataLoader shuffles (default
   * 1: no shuffling).
   */
  readonly shuffleBuffer?: number;
}

/**
 * A stream of examples: lines of a file, rows of a table larger than memory, or a generator. Only
 * one batch and the shuffle buffer are in memory. A batch is a list of examples.
 *
 * Throws ArgumentError for a buffer size that is not a positive whole number, and for a second pass
 * over an iterator that can be iterated only once.
 */
export class IterableDataset<Item> implements StreamDataset<Item[]> {
  readonly shuffleBuffer: number;
  readonly #source: StreamSource<Item>;
  #spent = false;

  constructor(source: StreamSource<Item>, options: IterableDatasetOptions = {}) {
    checkCall("new IterableDataset(source: any, { shuffleBuffer: number })", arguments);
    const { shuffleBuffer = 1 } = options;
    if (!Number.isInteger(shuffleBuffer) || shuffleBuffer < 1) {
      throw new ArgumentError(
        `IterableDataset: shuffleBuffer is ${shuffleBuffer}\n  hint: a whole number ≥ 1`,
      );
    }
    this.shuffleBuffer = shuffleBuffer;
    this.#source = source;
  }

  async *batches(options: PassOptions): AsyncGenerator<Item[], void, undefined> {
    checkCall(
      "dataset.batches({ batchSize: number, dropLast: boolean, skip: number, generator: generator | null })",
      arguments,
    );
    const { batchSize, dropLast, skip, generator } = options;
    const items =
      generator === null
        ? this.#open()
        : throughBuffer(this.#open(), this.shuffleBuffer, checked(this, generator));
    let left = skip * batchSize;
    let batch: Item[] = [];
    for await (const item of items) {
      if (left > 0) {
        left--;
        continue;
      }
      batch.push(item);
      if (batch.length < batchSize) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0 && !dropLast) yield batch;
  }

  example(batch: Item[]): Item {
    checkCall("dataset.example(batch: array)", arguments);
    return batch[0] as Item;
  }

  #open(): Iterable<Item> | AsyncIterable<Item> {
    const source = typeof this.#source === "function" ? this.#source() : this.#source;
    if (!("next" in source)) return source;
    if (this.#spent && typeof this.#source !== "function") {
      throw new ArgumentError(
        "IterableDataset: its iterator has already been consumed\n  hint: pass a function that opens the source: () => read(file)",
      );
    }
    this.#spent = true;
    return source;
  }
}

function checked(dataset: IterableDataset<unknown>, generator: Generator): Generator {
  if (dataset.shuffleBuffer > 1) return generator;
  throw new ArgumentError(
    "DataLoader: a stream cannot be shuffled without a buffer\n  hint: new IterableDataset(source, { shuffleBuffer: 1000 }) draws each example from the next 1000",
  );
}

/** Draws each item from a buffer of the next `size` items, and shuffles the rest at the end. */
async function* throughBuffer<Item>(
  source: Iterable<Item> | AsyncIterable<Item>,
  size: number,
  generator: Generator,
): AsyncGenerator<Item, void, undefined> {
  const buffer: Item[] = [];
  for await (const item of source) {
    if (buffer.length < size) {
      buffer.push(item);
      continue;
    }
    const drawn = generator.u32() % size;
    yield buffer[drawn] as Item;
    buffer[drawn] = item;
  }
  for (const i of generator.permutation(buffer.length)) yield buffer[i] as Item;
}
