import { ArgumentError, type Generator } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { joined } from "../table/join.ts";
import type { Table } from "../table/table.ts";
import type { Dataset, PassOptions, StreamDataset } from "./dataset.ts";

/**
 * The rows of a table. A batch is a table of its rows, from which `collate` can make tensors.
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
    checkCall("new TableDataset(table: table)", arguments);
    this.table = table;
  }

  get length(): number {
    return this.table.length;
  }

  batch(indices: ArrayLike<number>): Table {
    checkCall("dataset.batch(indices: list)", arguments);
    return this.table.take(indices);
  }
}

/** Settings of TableStreamDataset. */
export interface TableStreamDatasetOptions {
  /**
   * Number of rows that are buffered and shuffled together when a DataLoader shuffles (default 1:
   * no shuffling).
   */
  readonly shuffleBuffer?: number;
}

/**
 * A stream of rows that arrive in tables, such as those of `streamCsv`, and may exceed memory.
 * Splits them into batches of the loader's size. Only one table, one batch and the shuffle buffer
 * are in memory.
 *
 * Throws ArgumentError for a buffer size that is not a positive whole number.
 */
export class TableStreamDataset implements StreamDataset<Table> {
  readonly shuffleBuffer: number;
  readonly #tables: AsyncIterable<Table> | Iterable<Table>;

  constructor(
    tables: AsyncIterable<Table> | Iterable<Table>,
    options: TableStreamDatasetOptions = {},
  ) {
    checkCall("new TableStreamDataset(tables: any, { shuffleBuffer: number })", arguments);
    const { shuffleBuffer = 1 } = options;
    if (!Number.isInteger(shuffleBuffer) || shuffleBuffer < 1) {
      throw new ArgumentError(
        `TableStreamDataset: shuffleBuffer is ${shuffleBuffer}\n  hint: a whole number ≥ 1`,
      );
    }
    this.shuffleBuffer = shuffleBuffer;
    this.#tables = tables;
  }

  async *batches(options: PassOptions): AsyncGenerator<Table, void, undefined> {
    checkCall(
      "dataset.batches({ batchSize: number, dropLast: boolean, skip: number, generator: generator | null })",
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

/** Blocks of `size` rows, each shuffled. */
async function* shuffled(
  tables: AsyncIterable<Table> | Iterable<Table>,
  size: number,
  generator: Generator,
): AsyncGenerator<Table, void, undefined> {
  if (size < 2) {
    throw new ArgumentError(
      "DataLoader: a stream cannot be shuffled without a buffer" +
        "\n  hint: new TableStreamDataset(tables, { shuffleBuffer: 10_000 }) shuffles blocks of 10,000 rows",
    );
  }
  for await (const block of inPieces(tables, size)) {
    yield block.take(generator.permutation(block.length));
  }
}

/** The tables without their first `count` rows. */
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

/** The same rows in tables of `size`; the last one may be smaller. */
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
