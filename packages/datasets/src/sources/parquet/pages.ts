import type { FileMetaData } from "hyparquet";
import { crc32 } from "../crc32.ts";
import { checkRuns } from "./runs.ts";
import { type Cursor, type Fields, readFields, writeFields } from "./thrift.ts";
import type { Unpack } from "./unpack.ts";

type ColumnMetaData = NonNullable<
  FileMetaData["row_groups"][number]["columns"][number]["meta_data"]
>;
type SchemaElement = FileMetaData["schema"][number];

/** A column of a row group, as described in the file. */
export interface Chunk {
  readonly meta: ColumnMetaData;
  readonly element: SchemaElement;
  readonly rows: number;
}

const DATA = 0;
const DICTIONARY = 2;
const DATA_V2 = 3;
const widths: Readonly<Record<string, number>> = {
  INT32: 4,
  FLOAT: 4,
  INT64: 8,
  DOUBLE: 8,
  INT96: 12,
};
const PLAIN = 0;
const PLAIN_DICTIONARY = 2;
const RLE = 3;
const RLE_DICTIONARY = 8;
/**
 * Encodings whose lengths are checked here, and the delta and byte-stream encodings, which the
 * decoder itself cannot overrun.
 */
const decoded = new Set([PLAIN, PLAIN_DICTIONARY, RLE, 5, 6, 7, RLE_DICTIONARY, 9]);

/**
 * Decompresses and checks the pages of a column, and returns them as an uncompressed chunk, so that
 * the decoder gets valid lengths even from a damaged file. `onUnpacked` receives each page's size
 * before it is allocated. Throws an Error for invalid chunks.
 */
export function checkedPages(
  bytes: Uint8Array,
  chunk: Chunk,
  unpack: Unpack,
  onUnpacked: (bytes: number) => void,
): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const cursor: Cursor = { bytes, at: 0 };
  let [values, dictionary] = [0, 0];
  while (values < chunk.rows) {
    const page = readPage(cursor, unpack, onUnpacked);
    if (page.type === DICTIONARY) {
      dictionary = count(structIn(page.header, 7), 1, "values");
      checkPlain(page.bytes, 0, dictionary, chunk.element);
    } else {
      values += checkData(page, chunk, dictionary, chunk.rows - values);
    }
    const size = page.bytes.length;
    const header = new Map(page.header).set(2, size).set(3, size);
    header.delete(4);
    if (page.type === DATA_V2) header.set(8, new Map(structIn(header, 8)).set(7, false));
    parts.push(Uint8Array.from(writeFields(header)), page.bytes);
  }
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

interface Page {
  readonly type: number;
  readonly header: Fields;
  /** The decompressed bytes. */
  readonly bytes: Uint8Array;
}

function readPage(cursor: Cursor, unpack: Unpack, onUnpacked: (bytes: number) => void): Page {
  const header = readFields(cursor);
  const type = count(header, 1, "the kind of page");
  const size = count(header, 2, "bytes of a page");
  const packed = count(header, 3, "packed bytes of a page");
  if (packed > cursor.bytes.length - cursor.at) throw new Error("a page is truncated");
  const body = cursor.bytes.subarray(cursor.at, cursor.at + packed);
  cursor.at += packed;
  const sum = header.get(4);
  if (typeof sum === "number" && crc32(body) !== sum >>> 0) {
    throw new Error("a page's checksum does not match its bytes");
  }
  onUnpacked(size);
  if (type === DATA || type === DICTIONARY) return { type, header, bytes: unpack(body, size) };
  if (type !== DATA_V2) throw new Error(`unknown page type ${type}`);
  const about = structIn(header, 8);
  const levels = count(about, 5, "bytes of levels") + count(about, 6, "bytes of levels");
  if (levels > packed || levels > size) throw new Error("levels are longer than their page");
  const isPacked = about.get(7) !== false;
  const rest = body.subarray(levels);
  const bytes = new Uint8Array(size);
  if (!isPacked && rest.length !== size - levels) throw new Error("a page has the wrong length");
  bytes.set(body.subarray(0, levels));
  bytes.set(isPacked ? unpack(rest, size - levels) : rest, levels);
  return { type, header, bytes };
}

/** Checks a page of values and returns their number. */
function checkData(page: Page, chunk: Chunk, dictionary: number, most: number): number {
  const { bytes, header } = page;
  const isNew = page.type === DATA_V2;
  const about = structIn(header, isNew ? 8 : 5);
  const values = count(about, 1, "values");
  if (values > most) throw new Error(`a page has ${values} values, but only ${most} rows are left`);
  const encoding = count(about, isNew ? 4 : 2, "the encoding");
  if (!decoded.has(encoding)) throw new Error(`the encoding ${encoding} is not supported`);
  const optional = chunk.element.repetition_type !== "REQUIRED";
  let at = 0;
  let present = values;
  if (isNew) {
    if (count(about, 6, "bytes of levels") > 0) throw new Error("lists are not supported");
    at = count(about, 5, "bytes of levels");
    if (optional) present = checkRuns({ bytes, at: 0 }, at, 1, values, 2);
    if (values - present !== count(about, 2, "missing values")) {
      throw new Error("the number of missing values does not match the levels");
    }
    if (count(about, 3, "rows") !== values)
      throw new Error("the numbers of rows and values differ");
  } else if (optional) {
    const length = lengthAt(bytes, 0);
    present = checkRuns({ bytes, at: 4 }, 4 + length, 1, values, 2);
    at = 4 + length;
  }
  if (at > bytes.length) throw new Error("levels are longer than their page");
  if (encoding === PLAIN) checkPlain(bytes, at, present, chunk.element);
  else if (encoding === RLE && chunk.element.type === "BOOLEAN")
    checkRuns({ bytes, at: at + 4 }, at + 4 + lengthAt(bytes, at), 1, present, 2);
  else if (encoding === PLAIN_DICTIONARY || encoding === RLE_DICTIONARY || encoding === RLE)
    checkPlaces(bytes, at, present, dictionary);
  return values;
}

/** Checks dictionary indices: their width, then runs. */
function checkPlaces(bytes: Uint8Array, at: number, values: number, dictionary: number): void {
  if (values === 0) return;
  const width = bytes[at];
  if (width === undefined) throw new Error("a page is truncated");
  if (dictionary === 0) throw new Error("there are dictionary indices, but no dictionary");
  if (width > 0) checkRuns({ bytes, at: at + 1 }, bytes.length, width, values, dictionary);
}

function checkPlain(
  bytes: Uint8Array,
  start: number,
  values: number,
  element: SchemaElement,
): void {
  const { type, type_length: length = 0 } = element;
  let end = start;
  if (type === "BOOLEAN") end += Math.ceil(values / 8);
  else if (type === "BYTE_ARRAY") {
    for (let i = 0; i < values; i++) end += 4 + lengthAt(bytes, end);
  } else {
    const width = type === "FIXED_LEN_BYTE_ARRAY" ? length : widths[type ?? ""];
    if (width === undefined || !(width > 0))
      throw new Error(`values of type ${type} are not supported`);
    end += values * width;
  }
  if (end > bytes.length) throw new Error("the values are truncated");
}

/** A 32-bit length, checked against the rest of the page. */
function lengthAt(bytes: Uint8Array, at: number): number {
  if (at + 4 > bytes.length) throw new Error("a page is truncated");
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(at, true);
  if (length > bytes.length - at - 4) throw new Error("a length exceeds its page");
  return length;
}

function structIn(fields: Fields, id: number): Fields {
  const value = fields.get(id);
  if (value instanceof Map) return value;
  throw new Error("a page's header does not describe its values");
}

function count(fields: Fields, id: number, what: string): number {
  const value = fields.get(id);
  if (typeof value === "number" && value >= 0 && value < 2 ** 31) return value;
  throw new Error(`${what}: ${value ?? "missing"}`);
}
