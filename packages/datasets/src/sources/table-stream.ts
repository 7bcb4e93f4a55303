import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { Row, Table } from "../table/table.ts";

/**
 * Rows in batches, each a Table, as often as asked: every `for await` starts from the first row.
 * Only a batch is held.
 */
export class TableStream implements AsyncIterable<Table> {
  /** What messages call the source. */
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

  /** Row after row, from the first every time: what an IterableDataset takes. */
  get rows(): AsyncIterable<Row> {
    return { [Symbol.asyncIterator]: () => rowsOf(this.#open()) };
  }

  /** Each batch as `change` returns it. */
  map(change: (batch: Table) => Table): TableStream {
    if (arguments.length > 1) checkCall("stream.map(change: function)", arguments);
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
 * The rows in a batch, 1024 if not given. Throws ArgumentError for what is no positive whole
 * number.
 */
export function checkBatchRows(reader: string, batchRows = 1024): number {
  if (Number.isInteger(batchRows) && batchRows > 0) return batchRows;
  throw new ArgumentError(
    `${reader}: batchRows is ${batchRows}\n  hint: a whole number, 1 or more`,
  );
}
