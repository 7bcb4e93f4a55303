import type { FileMetaData } from "hyparquet";
import { checkUnpacked } from "../limits.ts";
import type { PartFile } from "./file.ts";
import { type Chunk, checkedPages } from "./pages.ts";
import { unpackers } from "./unpack.ts";

type RowGroup = FileMetaData["row_groups"][number];

/** What to read from a file. */
export interface ReadRequest {
  readonly name: string;
  readonly file: PartFile;
  readonly metadata: FileMetaData;
  readonly columns: readonly string[];
  readonly maxBytes: number | undefined;
}

/** Gaps up to this many bytes are read too; merged ranges are at most that long. */
const GAP = 2 ** 13;
const JOINED = 2 ** 21;

/**
 * Reads a row group's columns in the requested order, with null for missing values. Throws an Error
 * for invalid data.
 */
export async function readGroup(
  { name, file, metadata, columns, maxBytes }: ReadRequest,
  group: RowGroup,
): Promise<Map<string, unknown[]>> {
  const rows = safe(group.num_rows, "rows of a group");
  const chunks = columns.map((column) => chunkOf(metadata, group, column, rows));
  const ranges = chunks.map(({ meta }) => rangeOf(meta, file.byteLength));
  const parts = await readRanges(file, ranges);
  const unpack = await unpackers();
  let unpacked = 0;
  const pages = chunks.map((chunk, j) => {
    const own = unpack[chunk.meta.codec];
    if (own === undefined) throw new Error(`the codec ${chunk.meta.codec} is not supported`);
    return checkedPages(parts[j] as Uint8Array, chunk, own, (bytes) => {
      unpacked += bytes;
      checkUnpacked(name, file.byteLength, unpacked, maxBytes);
    });
  });
  const found = await decode(metadata, group, chunks, pages, rows);
  return new Map(columns.map((column) => [column, found.get(column) as unknown[]]));
}

function chunkOf(metadata: FileMetaData, group: RowGroup, column: string, rows: number): Chunk {
  const meta = group.columns.find(
    ({ meta_data: m }) => m?.path_in_schema.join("\0") === column,
  )?.meta_data;
  const element = metadata.schema.slice(1).find((each) => each.name === column);
  if (meta === undefined || element === undefined || element.type === undefined) {
    throw new Error(`column ${JSON.stringify(column)} is not in every group`);
  }
  if (safe(meta.num_values, "values of a column") !== rows) {
    throw new Error(
      `column ${JSON.stringify(column)} has ${meta.num_values} values, but there are ${rows} rows`,
    );
  }
  if (meta.type !== element.type) {
    throw new Error(
      `column ${JSON.stringify(column)} has two types, ${meta.type} and ${element.type}`,
    );
  }
  return { meta, element, rows };
}

type Range = readonly [start: number, end: number];

function rangeOf(meta: Chunk["meta"], size: number): Range {
  const { dictionary_page_offset: dictionary, data_page_offset: data } = meta;
  const start = safe(dictionary ? dictionary : data, "where a column starts");
  const end = start + safe(meta.total_compressed_size, "bytes of a column");
  if (end > size)
    throw new Error(`a column is at bytes ${start} to ${end}, but the file has ${size}`);
  return [start, end];
}

/** Converts a 64-bit integer to a number; throws an Error if it is not exact. */
function safe(value: bigint | number | undefined, what: string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new Error(`${what}: ${value ?? "missing"}`);
}

/** Reads the bytes of each range; nearby ranges are read together. */
async function readRanges(file: PartFile, ranges: readonly Range[]): Promise<Uint8Array[]> {
  const order = [...ranges.keys()].sort(
    (a, b) => (ranges[a] as Range)[0] - (ranges[b] as Range)[0],
  );
  const found: Uint8Array[] = [];
  for (let from = 0; from < order.length; ) {
    const [start, firstEnd] = ranges[order[from] as number] as Range;
    let end = firstEnd;
    let to = from + 1;
    for (; to < order.length; to++) {
      const [next, nextEnd] = ranges[order[to] as number] as Range;
      if (next > end + GAP || nextEnd - start > JOINED) break;
      end = Math.max(end, nextEnd);
    }
    const bytes = new Uint8Array(await file.slice(start, end));
    for (const place of order.slice(from, to)) {
      const [a, b] = ranges[place] as Range;
      found[place] = bytes.subarray(a - start, b - start);
    }
    from = to;
  }
  return found;
}

/** Decodes checked pages by passing the library a file of only this group. */
async function decode(
  metadata: FileMetaData,
  group: RowGroup,
  chunks: readonly Chunk[],
  pages: readonly Uint8Array<ArrayBuffer>[],
  rows: number,
): Promise<Map<string, unknown[]>> {
  const { parquetRead } = await import("hyparquet");
  const file = new Blob(pages as Uint8Array<ArrayBuffer>[]);
  let at = 0;
  const columns = chunks.map(({ meta }, j): RowGroup["columns"][number] => {
    const { dictionary_page_offset: _, ...rest } = meta;
    const size = (pages[j] as Uint8Array).length;
    const start = BigInt(at);
    at += size;
    return {
      file_offset: start,
      meta_data: {
        ...rest,
        codec: "UNCOMPRESSED",
        data_page_offset: start,
        total_compressed_size: BigInt(size),
      },
    };
  });
  const found = new Map<string, unknown[]>();
  await parquetRead({
    file: {
      byteLength: file.size,
      slice: (start, end) => file.slice(start, end).arrayBuffer(),
    },
    metadata: { ...metadata, num_rows: BigInt(rows), row_groups: [{ ...group, columns }] },
    columns: chunks.map(({ meta }) => meta.path_in_schema[0] as string),
    parsers: { stringFromBytes: textOf },
    onChunk: ({ columnName, columnData }) => {
      const values = found.get(columnName) ?? [];
      for (let i = 0; i < columnData.length; i++) values.push(columnData[i]);
      found.set(columnName, values);
    },
  });
  for (const { meta } of chunks) {
    const values = found.get(meta.path_in_schema[0] as string) ?? [];
    if (values.length === rows && !values.includes(undefined)) continue;
    throw new Error(
      `column ${JSON.stringify(meta.path_in_schema[0])} has ${values.length} values, but there are ${rows} rows`,
    );
  }
  return found;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Decodes UTF-8; throws for invalid bytes. */
const textOf = (bytes: Uint8Array | null | undefined): string | null =>
  bytes ? decoder.decode(bytes) : null;
