import { ArgumentError, type Generator } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { joined } from "../table/join.ts";
import type { Table } from "../table/table.ts";
import type { Dataset, PassOptions, StreamDataset } from "./dataset.ts";

/**
 * Rows of a table. A batch is a table of its rows; `collate` says what becomes of it.
 *
 * ```ts
 * new DataLoader(new TableDataset(table), {
 *   collate: (rows) => ({ x: rows.tensor(["beds", "sqft"]), y: rows.tensor(["price"]) }),
 * });
 * ```
 */
export class TableDataset implements Dataset<Table> {
  readonly table: Table;

  constructor(table: Table) {
    checkCall("new TableDataset(table)", arguments);
    this.table = table;
  }

  get length(): number {
    return this.table.length;
  }

  batch(indices: ArrayLike<number>): Table {
    if (arguments.length > 1) checkCall("dataset.batch(indices)", arguments);
    return this.table.take(indices);
  }
}

/** Settings of TableStreamDataset. */
export interface TableStreamDatasetOptions {
  /** Rows held and shuffled together when a DataLoader shuffles (default 1: no shuffling). */
  readonly shuffleBuffer?: number;
}

/**
 * Rows that come in tables, larger together than memory: what `streamCsv` and its like read. Cut
 * into batches of the loader's size, whatever the size of the pieces; only a piece, a batch and the
 * shuffle buffer are held at a time.
 *
 * Throws ArgumentError for a buffer size that is no positive whole number.
 */
export class TableStreamDataset implements StreamDataset<Table> {
  readonly shuffleBuffer: number;
  readonly #tables: AsyncIterable<Table> | Iterable<Table>;

  constructor(
    tables: AsyncIterable<Table> | Iterable<Table>,
    options: TableStreamDatasetOptions = {},
  ) {
    checkCall("new TableStreamDataset(tables, { shuffleBuffer: number })", arguments);
    const { shuffleBuffer = 1 } = options;
    if (!Number.isInteger(shuffleBuffer) || shuffleBuffer < 1) {
      throw new ArgumentError(
        `TableStreamDataset: shuffleBuffer is ${shuffleBuffer}\n  hint: a whole number, 1 or more`,
      );
    }
    this.shuffleBuffer = shuffleBuffer;
    this.#tables = tables;
  }

  async *batches(options: PassOptions): AsyncGenerator<Table, void, undefined> {
    checkCall(
      "dataset.batches({ batchSize: number, dropLast: boolean, skip: number, generator })",
      arguments,
    );
    const { batchSize, dropLast, skip, generator } = options;
    const rows =
      generator === null ? this.#tables : shuffled(this.#tables, this.shuffleBuffer, generator);
    const kept = skip === 0 ? rows : without(rows, skip * batchSize);
    for await (const batch of inPieces(kept, batchSize)) {
      if (batch.length === batchSize || !dropLast) yield batch;
    }
  }
}

/** Blocks of `size` rows, each in random order. */
async function* shuffled(
  tables: AsyncIterable<Table> | Iterable<Table>,
  size: number,
  generator: Generator,
): AsyncGenerator<Table, void, undefined> {
  if (size < 2) {
    throw new ArgumentError(
      "DataLoader: a stream has no order to shuffle" +
        "\n  hint: new TableStreamDataset(tables, { shuffleBuffer: 10_000 }) shuffles so many rows at a time",
    );
  }
  for await (const block of inPieces(tables, size)) {
    yield block.take(generator.permutation(block.length));
  }
}

/** The tables less their first `count` rows. */
async function* without(
  tables: AsyncIterable<Table> | Iterable<Table>,
  count: number,
): AsyncGenerator<Table, void, undefined> {
  let left = count;
  for await (const table of tables) {
    if (left < table.length) yield left === 0 ? table : table.slice(left);
    left = Math.max(0, left - table.length);
  }
}

/** The same rows in tables of `size`, the last as long as it is. */
async function* inPieces(
  tables: AsyncIterable<Table> | Iterable<Table>,
  size: number,
): AsyncGenerator<Table, void, undefined> {
  let parts: Table[] = [];
  let count = 0;
  for await (const table of tables) {
    let start = 0;
    while (table.length - start >= size - count) {
      const end = start + size - count;
      yield joined([...parts, table.slice(start, end)]);
      [parts, count, start] = [[], 0, end];
    }
    if (start === table.length) continue;
    parts.push(table.slice(start));
    count += table.length - start;
  }
  if (count > 0) yield joined(parts);
}
