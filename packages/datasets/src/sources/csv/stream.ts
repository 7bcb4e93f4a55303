import { checkCall } from "@wgrad/autograd/plugin";
import { DataError } from "../../table/error.ts";
import type { ColumnTypes, Table } from "../../table/table.ts";
import { nameOf, type Source, textChunksOf } from "../open.ts";
import { checkBatchRows, TableStream } from "../table-stream.ts";
import { type CsvOptions, checkCsv, csvSettings, tableOf } from "./parse.ts";
import { type CsvRecord, RecordReader } from "./records.ts";

/** Settings of the reader of CSV in batches. */
export interface CsvStreamOptions extends CsvOptions {
  /** Number of rows per batch (default 1024). */
  readonly batchRows?: number;
}

/**
 * Reads the rows of a CSV file in batches, on demand. The file may exceed memory and may be
 * gzipped. The types of columns not named in `types` follow from the first batch.
 *
 * Throws the errors of `readCsv` when the affected batch is read.
 */
export function streamCsv(source: Source, options: CsvStreamOptions = {}): TableStream {
  checkCall(
    `streamCsv(source: any, ${csvSettings.replace(" }", ", batchRows: number }")})`,
    arguments,
  );
  checkCsv("streamCsv", options);
  const name = options.name ?? nameOf(source, "CSV");
  const batchRows = checkBatchRows("streamCsv", options.batchRows);
  return new TableStream(name, () => batches(source, name, batchRows, options));
}

async function* batches(
  source: Source,
  name: string,
  batchRows: number,
  { delimiter, missing = [], types: declared = {} }: CsvStreamOptions,
): AsyncGenerator<Table, void, undefined> {
  const reader = new RecordReader(name, delimiter);
  let types: ColumnTypes | null = null;
  let before = 0;
  let waiting: CsvRecord[] = [];
  const batchOf = (records: readonly CsvRecord[]): Table => {
    const cells = tableOf(reader.names, records, {
      name,
      missing,
      before,
      types: types ?? declared,
    });
    types ??= cells.types;
    before += records.length;
    return cells.parsed();
  };
  const take = function* (records: CsvRecord[], last: boolean): Generator<Table> {
    waiting = waiting.length === 0 ? records : waiting.concat(records);
    let start = 0;
    for (; waiting.length - start >= batchRows; start += batchRows) {
      yield batchOf(waiting.slice(start, start + batchRows));
    }
    waiting = waiting.slice(start);
    if (last && waiting.length > 0) yield batchOf(waiting);
  };
  for await (const piece of textChunksOf(source, name)) {
    yield* take(reader.read(piece, false), false);
  }
  yield* take(reader.read("", true), true);
  if (reader.names.length > 0 && before === 0)
    throw new DataError(`${name}: there are no rows below the header`);
}
