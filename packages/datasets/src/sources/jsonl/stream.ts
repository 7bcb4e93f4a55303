import { DataError } from "../../table/error.ts";
import { type RowValues, tableOfRows } from "../../table/records.ts";
import type { ColumnTypes, Table } from "../../table/table.ts";
import { nameOf, type Source } from "../open.ts";
import { checkBatchRows, TableStream } from "../table-stream.ts";
import { numberedLines } from "../text.ts";
import { type JsonlOptions, rowIn } from "./parse.ts";

/** Settings of a reader of JSON Lines in batches. */
export interface JsonlStreamOptions extends JsonlOptions {
  /** Rows in a batch (default 1024). */
  readonly batchRows?: number;
}

/**
 * Rows of JSON Lines in batches, read as they are asked for: a file may be larger than memory, packed by gzip or not. The
 * columns, and what one not named in `types` holds, are those of the first batch.
 *
 * Throws DataError as `readJsonl`, and for a column that the first batch has not, when the batch with the fault is asked for.
 */
export function streamJsonl(source: Source, options: JsonlStreamOptions = {}): TableStream {
  const name = options.name ?? nameOf(source, "JSON Lines");
  const batchRows = checkBatchRows("streamJsonl", options.batchRows);
  return new TableStream(name, () => batches(source, name, batchRows, options.types));
}

async function* batches(
  source: Source,
  name: string,
  batchRows: number,
  declared: ColumnTypes | undefined,
): AsyncGenerator<Table, void, undefined> {
  let first: Table | null = null;
  let before = 0;
  let rows: RowValues[] = [];
  let lines: number[] = [];
  const batchOf = (): Table => {
    const known = first && { names: first.names };
    const types = first?.types ?? declared ?? {};
    const batch = tableOfRows(rows, { name, types, lines, before, ...known });
    first ??= batch;
    before += rows.length;
    rows = [];
    lines = [];
    return batch;
  };
  for await (const { text, line } of numberedLines(source, name)) {
    if (text.trim() === "") continue;
    const row = rowIn(text, line, name);
    if (first !== null) checkColumns(row, first, line, name);
    rows.push(row);
    lines.push(line);
    if (rows.length === batchRows) yield batchOf();
  }
  if (rows.length > 0) yield batchOf();
  if (before === 0) throw new DataError(`${name}: the file is empty`);
}

function checkColumns(row: RowValues, { names }: Table, line: number, name: string): void {
  const stray = Object.keys(row).find((column) => !names.includes(column));
  if (stray === undefined) return;
  throw new DataError(
    `${name}: line ${line}: column ${JSON.stringify(stray)} is new; the first rows have ${names.join(", ")}`,
  );
}
