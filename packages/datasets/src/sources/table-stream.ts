import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { Row, Table } from "../table/table.ts";

/**
 * Rows in batches, each a Table. Every `for await` starts from the first row. Only one batch is in
 * memory.
 */
export class TableStream implements AsyncIterable<Table> {
  /** Name of the source in error messages. */
  readonly source: string;
  readonly #open: () => AsyncIterable<Table>;

  constructor(source: string, open: () => AsyncIterable<Table>) {
    checkCall("new TableStream(source: string, open: function)", arguments);
    this.source = source;
    this.#open = open;
  }

  [Symbol.asyncIterator](): AsyncIterator<Table> {
    return this.#open()[Symbol.asyncIterator]();
  }

  /** The rows one by one, from the first each time, for an IterableDataset. */
  get rows(): AsyncIterable<Row> {
    return { [Symbol.asyncIterator]: () => rowsOf(this.#open()) };
  }

  /** Applies `change` to each batch. */
  map(change: (batch: Table) => Table): TableStream {
    checkCall("stream.map(change: function)", arguments);
    const open = this.#open;
    return new TableStream(this.source, () => mapped(open(), change));
  }
}

async function* rowsOf(batches: AsyncIterable<Table>): AsyncGenerator<Row, void, undefined> {
  for await (const batch of batches) yield* batch.rows();
}

async function* mapped(
  batches: AsyncIterable<Table>,
  change: (batch: Table) => Table,
): AsyncGenerator<Table, void, undefined> {
  for await (const batch of batches) yield change(batch);
}

/**
 * Returns the number of rows per batch (default 1024). Throws ArgumentError unless it is a positive
 * whole number.
 */
export function checkBatchRows(reader: string, batchRows = 1024): number {
  if (Number.isInteger(batchRows) && batchRows > 0) return batchRows;
  throw new ArgumentError(`${reader}: batchRows is ${batchRows}\n  hint: a whole number ≥ 1`);
}
