import { checkCall } from "@wgrad/autograd/plugin";
import type { FileMetaData } from "hyparquet";
import { DataError } from "../../table/error.ts";
import { joined } from "../../table/join.ts";
import { columnOf } from "../../table/records.ts";
import { type Column, type ColumnTypes, Table } from "../../table/table.ts";
import { checkCells, checkLimit, type PackedOptions } from "../limits.ts";
import { nameOf, type Source } from "../open.ts";
import { checkBatchRows, TableStream } from "../table-stream.ts";
import { type PartFile, partsOf } from "./file.ts";
import { type ReadRequest, readGroup } from "./groups.ts";

/** Settings of the reader of Parquet. */
export interface ParquetOptions extends PackedOptions {
  /** Columns to read (default: all). Other columns are not fetched. */
  readonly columns?: readonly string[];
  /** Types of columns. Other columns are text if their first value is text, otherwise numbers. */
  readonly types?: ColumnTypes;
  /** Name of the file in error messages. */
  readonly name?: string;
  /**
   * Maximum number of cells (rows times columns) (default: 2²⁴, or 64 times the size of the file in
   * bytes if that is more).
   */
  readonly maxCells?: number;
}

/** Settings of a reader of Parquet in batches. */
export interface ParquetStreamOptions extends ParquetOptions {
  /** Number of rows per batch (default 1024). */
  readonly batchRows?: number;
}

/**
 * Reads the rows of a Parquet file in batches, one row group at a time. From an address only the
 * needed ranges are fetched. 64-bit integers, booleans and dates (milliseconds since 1970) become
 * numbers.
 *
 * Throws DataError when a batch is read, if there is nothing to read, the file is invalid, or a
 * value does not fit. Throws LimitError if it unpacks to too much.
 */
export function streamParquet(source: Source, options: ParquetStreamOptions = {}): TableStream {
  checkCall(
    "streamParquet(source: any, { batchRows: number, columns, types, name: string, maxBytes: number, maxCells: number })",
    arguments,
  );
  checkLimits("streamParquet", options);
  const name = options.name ?? nameOf(source, "Parquet");
  const batchRows = checkBatchRows("streamParquet", options.batchRows);
  return new TableStream(name, () => batches(source, name, batchRows, options));
}

/** Reads a table from a Parquet file. Throws the errors of `streamParquet`. */
export async function readParquet(source: Source, options: ParquetOptions = {}): Promise<Table> {
  checkCall(
    "readParquet(source: any, { columns, types, name: string, maxBytes: number, maxCells: number })",
    arguments,
  );
  const name = options.name ?? nameOf(source, "Parquet");
  return withFile("readParquet", source, name, options, async (wanted, total) => {
    const all = new Map<string, unknown[]>(wanted.columns.map((column) => [column, []]));
    checkCells(
      name,
      { rows: total, columns: all.size, values: wanted.file.byteLength },
      options.maxCells,
    );
    for (const [i] of wanted.metadata.row_groups.entries()) {
      for (const [column, values] of await groupAt(wanted, i)) {
        const before = all.get(column) as unknown[];
        for (const value of values) before.push(value);
      }
    }
    if (total === 0) throw new DataError(`${name}: the file has no rows`);
    return tableOf(all, name, 0, options.types ?? {});
  });
}

async function* batches(
  source: Source,
  name: string,
  batchRows: number,
  options: ParquetStreamOptions,
): AsyncGenerator<Table, void, undefined> {
  const file = await partsOf(source, name);
  try {
    const wanted = await wantedOf(file, name, options);
    const counts = rowsIn(wanted);
    let types = options.types ?? {};
    let before = 0;
    let waiting: Table | null = null;
    for (const [i, count] of counts.entries()) {
      if (count === 0) continue;
      const size = { rows: count, columns: wanted.columns.length, values: file.byteLength };
      checkCells(name, size, options.maxCells);
      const group = tableOf(await groupAt(wanted, i), name, before, types);
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

async function withFile<T>(
  call: string,
  source: Source,
  name: string,
  options: ParquetOptions,
  work: (wanted: ReadRequest, total: number) => Promise<T>,
): Promise<T> {
  checkLimits(call, options);
  const file = await partsOf(source, name);
  try {
    const wanted = await wantedOf(file, name, options);
    return await work(
      wanted,
      rowsIn(wanted).reduce((sum, count) => sum + count, 0),
    );
  } finally {
    await file.close();
  }
}

function checkLimits(call: string, { maxBytes, maxCells }: ParquetOptions): void {
  checkLimit(call, "maxBytes", maxBytes);
  checkLimit(call, "maxCells", maxCells);
}

async function wantedOf(
  file: PartFile,
  name: string,
  options: ParquetOptions,
): Promise<ReadRequest> {
  const metadata = await metadataOf(file, name);
  const columns = columnsOf(metadata, options.columns, name);
  return { name, file, metadata, columns, maxBytes: options.maxBytes };
}

function rowsIn({ metadata, name }: ReadRequest): number[] {
  const counts = metadata.row_groups.map((group) => Number(group.num_rows));
  if (counts.every((count) => Number.isSafeInteger(count) && count >= 0)) return counts;
  throw new DataError(
    `${name}: the file is damaged: a group has ${counts.find((count) => !(count >= 0))} rows`,
  );
}

/** Reads the columns of one row group; errors name its rows. */
async function groupAt(wanted: ReadRequest, i: number): Promise<Map<string, unknown[]>> {
  const groups = wanted.metadata.row_groups;
  try {
    return await readGroup(wanted, groups[i] as (typeof groups)[number]);
  } catch (error) {
    if (error instanceof DataError) throw error;
    const counts = rowsIn(wanted);
    const before = counts.slice(0, i).reduce((sum, count) => sum + count, 0);
    const rows = `rows ${before + 1} to ${before + (counts[i] as number)}`;
    throw new DataError(`${wanted.name}: ${rows} cannot be read (${(error as Error).message})`);
  }
}

function tableOf(
  columns: ReadonlyMap<string, unknown[]>,
  name: string,
  before: number,
  types: ColumnTypes,
): Table {
  const made = [...columns].map(
    ([column, values]) =>
      [column, columnOf(values, column, types[column], { name, before })] as const,
  );
  return new Table(new Map<string, Column>(made), { name, before });
}

async function metadataOf(file: PartFile, name: string): Promise<FileMetaData> {
  const { parquetMetadataAsync, parquetSchema } = await import("hyparquet");
  try {
    const metadata = await parquetMetadataAsync(file, { initialFetchSize: 2 ** 16 });
    parquetSchema(metadata); // throws for an invalid schema
    return metadata;
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`${name}: not a Parquet file (${(error as Error).message})`);
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
  for (let i = 1, left = schema[0]?.num_children ?? 0; left > 0 && i < schema.length; left--) {
    const field = schema[i] as (typeof schema)[number];
    if (names.includes(field.name)) {
      throw new DataError(`${name}: two columns have the name ${JSON.stringify(field.name)}`);
    }
    names.push(field.name);
    if (field.num_children || field.repetition_type === "REPEATED") nested.add(field.name);
    for (let open = 1; open > 0; i++) open += (schema[i]?.num_children ?? 0) - 1;
  }
  for (const column of wanted ?? names) {
    if (!names.includes(column)) {
      throw new DataError(
        `${name}: there is no column ${JSON.stringify(column)}; columns are ${names.join(", ")}`,
      );
    }
    if (!nested.has(column)) continue;
    const others = names.filter((each) => !nested.has(each)).map((each) => JSON.stringify(each));
    throw new DataError(
      `${name}: column ${JSON.stringify(column)} has lists or records, not numbers or text` +
        `\n  hint: read only the others: { columns: [${others.join(", ")}] }`,
    );
  }
  return wanted ?? names;
}
