import type { FileMetaData } from "hyparquet";
import { DataError } from "../../table/error.ts";
import { joined } from "../../table/join.ts";
import { columnOf } from "../../table/records.ts";
import { type Column, type ColumnTypes, Table } from "../../table/table.ts";
import { nameOf, type Source } from "../open.ts";
import { checkBatchRows, TableStream } from "../table-stream.ts";
import { type PartFile, partsOf } from "./file.ts";

/** Settings of the reader of Parquet. */
export interface ParquetOptions {
  /** The columns to read; the others are not even fetched. All if not given. */
  readonly columns?: readonly string[];
  /** What columns hold; one not named holds text if its first value is text, else numbers. */
  readonly types?: ColumnTypes;
  /** What messages call the file. */
  readonly name?: string;
}
/** Settings of a reader of Parquet in batches. */
export interface ParquetStreamOptions extends ParquetOptions {
  /** Rows in a batch (default 1024). */
  readonly batchRows?: number;
}

/**
 * Rows of a Parquet file in batches, a row group at a time, by ranges: of a file at an address only what is asked for is
 * fetched. Whole numbers of 64 bits, true and false, and dates (milliseconds since 1970) are numbers.
 *
 * Throws DataError, when a batch is asked for, if there is nothing to read, it is no Parquet file, or a value does not fit.
 */
export function streamParquet(source: Source, options: ParquetStreamOptions = {}): TableStream {
  const name = options.name ?? nameOf(source, "Parquet");
  const batchRows = checkBatchRows("streamParquet", options.batchRows);
  return new TableStream(name, () => batches(source, name, batchRows, options));
}

/** Reads a table from a Parquet file. Throws DataError as `streamParquet`. */
export async function readParquet(source: Source, options: ParquetOptions = {}): Promise<Table> {
  const name = options.name ?? nameOf(source, "Parquet");
  let whole: Table | null = null;
  const rows = { ...options, batchRows: Number.MAX_SAFE_INTEGER, name, groups: "all" as const };
  for await (const table of batches(source, name, rows.batchRows, rows)) whole = table;
  if (whole === null) throw new DataError(`${name}: has no rows`);
  return whole;
}

async function* batches(
  source: Source,
  name: string,
  batchRows: number,
  options: ParquetOptions & { readonly groups?: "all" },
): AsyncGenerator<Table, void, undefined> {
  const file = await partsOf(source, name);
  try {
    const metadata = await metadataOf(file, name);
    const names = columnsOf(metadata, options.columns, name);
    const counts = metadata.row_groups.map((group) => Number(group.num_rows));
    const total = counts.reduce((sum, count) => sum + count, 0);
    let types = options.types ?? {};
    let before = 0;
    let waiting: Table | null = null;
    for (const count of options.groups === "all" ? [total] : counts) {
      if (count === 0) continue;
      const group = await readRows(file, metadata, names, before, before + count, name, types);
      types = group.types;
      before += count;
      let start = 0;
      if (waiting !== null) {
        start = Math.min(batchRows - waiting.length, group.length);
        waiting = joined([waiting, group.slice(0, start)]);
        if (waiting.length < batchRows) continue;
        yield waiting;
        waiting = null;
      }
      for (; group.length - start >= batchRows; start += batchRows) {
        yield group.slice(start, start + batchRows);
      }
      if (start < group.length) waiting = group.slice(start);
    }
    if (waiting !== null) yield waiting;
  } finally {
    await file.close();
  }
}

async function metadataOf(file: PartFile, name: string): Promise<FileMetaData> {
  const { parquetMetadataAsync } = await import("hyparquet");
  try {
    return await parquetMetadataAsync(file, { initialFetchSize: 2 ** 16 });
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`${name}: is no Parquet file (${(error as Error).message})`);
  }
}

function columnsOf(
  metadata: FileMetaData,
  wanted: readonly string[] | undefined,
  name: string,
): readonly string[] {
  const nested = new Set<string>();
  const names: string[] = [];
  const { schema } = metadata;
  for (let i = 1, left = schema[0]?.num_children ?? 0; left > 0; left--) {
    const field = schema[i] as (typeof schema)[number];
    names.push(field.name);
    if (field.num_children || field.repetition_type === "REPEATED") nested.add(field.name);
    for (let open = 1; open > 0; i++) open += (schema[i]?.num_children ?? 0) - 1;
  }
  for (const column of wanted ?? names) {
    if (!names.includes(column)) {
      throw new DataError(
        `${name}: no column ${JSON.stringify(column)}; there are ${names.join(", ")}`,
      );
    }
    if (!nested.has(column)) continue;
    const others = names.filter((each) => !nested.has(each)).map((each) => JSON.stringify(each));
    throw new DataError(
      `${name}: column ${JSON.stringify(column)} holds lists or records, not numbers or text` +
        `\n  hint: read the others: { columns: [${others.join(", ")}] }`,
    );
  }
  return wanted ?? names;
}

async function readRows(
  file: PartFile,
  metadata: FileMetaData,
  names: readonly string[],
  rowStart: number,
  rowEnd: number,
  name: string,
  types: ColumnTypes,
): Promise<Table> {
  const [{ parquetRead }, { compressors }] = await Promise.all([
    import("hyparquet"),
    import("hyparquet-compressors"),
  ]);
  const parts = new Map(names.map((column) => [column, [] as [number, ArrayLike<unknown>][]]));
  try {
    await parquetRead({
      file,
      metadata,
      compressors,
      columns: [...names],
      rowStart,
      rowEnd,
      onChunk: ({ columnName, columnData, rowStart: start }) => {
        parts.get(columnName)?.push([start, columnData]);
      },
    });
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(
      `${name}: rows ${rowStart + 1} to ${rowEnd} cannot be read (${(error as Error).message})`,
    );
  }
  const columns = [...parts].map(([column, chunks]): [string, Column] => {
    const values: unknown[] = [];
    for (const [, data] of chunks.sort(([a], [b]) => a - b)) {
      for (let i = 0; i < data.length; i++) values.push(data[i]);
    }
    return [column, columnOf(values, column, types[column], { name, before: rowStart })];
  });
  return new Table(new Map(columns), { name, before: rowStart });
}
