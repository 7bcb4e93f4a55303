import { checkCall } from "@wgrad/autograd/plugin";
import { DataError } from "../../table/error.ts";
import { type RowValues, tableOfRows } from "../../table/records.ts";
import type { Table } from "../../table/table.ts";
import { checkTypes } from "../../table/types.ts";
import { nameOf, type Source } from "../open.ts";
import { checkBatchRows, TableStream } from "../table-stream.ts";
import { numberedLines } from "../text.ts";
import { type JsonlOptions, jsonlSettings, RowGatherer } from "./parse.ts";

/** Settings of a reader of JSON Lines in batches. */
export interface JsonlStreamOptions extends JsonlOptions {
  /** Number of rows per batch (default 1024). */
  readonly batchRows?: number;
}

/**
 * Reads JSON Lines in batches, on demand. The file may exceed memory and may be gzipped. The
 * columns, and the types of those not named in `types`, follow from the first batch.
 *
 * Throws the errors of `readJsonl`, and DataError for a column missing in the first batch, when the
 * affected batch is read.
 */
export function streamJsonl(source: Source, options: JsonlStreamOptions = {}): TableStream {
  checkCall(
    `streamJsonl(source: any, ${jsonlSettings.replace(" }", ", batchRows: number }")})`,
    arguments,
  );
  checkTypes("streamJsonl", options.types ?? {});
  const name = options.name ?? nameOf(source, "JSON Lines");
  const batchRows = checkBatchRows("streamJsonl", options.batchRows);
  return new TableStream(name, () => batches(source, name, batchRows, options));
}

async function* batches(
  source: Source,
  name: string,
  batchRows: number,
  { types: declared, maxCells }: JsonlStreamOptions,
): AsyncGenerator<Table, void, undefined> {
  let first: Table | null = null;
  let known: ReadonlySet<string> | null = null;
  let before = 0;
  let gathered = new RowGatherer(name, maxCells);
  const batchOf = (): Table => {
    const { rows, lines } = gathered;
    const names = first?.names ?? gathered.names;
    const types = first?.types ?? declared ?? {};
    const batch = tableOfRows(rows, { name, types, lines, before, names });
    first ??= batch;
    known ??= new Set(names);
    before += rows.length;
    gathered = new RowGatherer(name, maxCells);
    return batch;
  };
  for await (const { text, line } of numberedLines(source, name)) {
    if (text.trim() === "") continue;
    gathered.add(text, line);
    if (known !== null) checkColumns(gathered.rows.at(-1) as RowValues, known, line, name);
    if (gathered.rows.length === batchRows) yield batchOf();
  }
  if (gathered.rows.length > 0) yield batchOf();
  if (before === 0) throw new DataError(`${name}: the file is empty`);
}

function checkColumns(
  row: RowValues,
  known: ReadonlySet<string>,
  line: number,
  name: string,
): void {
  const stray = Object.keys(row).find((column) => !known.has(column));
  if (stray === undefined) return;
  throw new DataError(
    `${name}: line ${line}: column ${JSON.stringify(stray)} is unknown; the first batch has ${[...known].join(", ")}`,
  );
}
