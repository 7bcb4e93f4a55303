import { type Shape, sizeOf } from "../shape.ts";
import { fault, SafetensorsError, type Stored, stored } from "./format.ts";

/** The longest header that is read or written. */
export const HEADER_LIMIT = 100_000_000;
/** The bytes before the header, which hold its length. */
export const PREFIX = 8;
/** The key of the metadata in the header. */
export const METADATA = "__metadata__";
/** The depth of a header: its object, a tensor's object, its lists. */
const DEEPEST = 3;

/** The position of a tensor in the bytes after the header. */
export interface Entry {
  readonly name: string;
  readonly type: Stored;
  readonly shape: Shape;
  readonly begin: number;
  readonly end: number;
}

/** A header: its tensors, and the metadata. */
export interface Header {
  readonly entries: readonly Entry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** The length of the header, from a file's first bytes and its size. */
export function headerLengthOf(prefix: Uint8Array, fileLength: number): number {
  if (fileLength < PREFIX) {
    throw new SafetensorsError(`safetensors: a file of ${fileLength} bytes is too short`);
  }
  const words = new DataView(prefix.buffer, prefix.byteOffset, PREFIX);
  const length = words.getUint32(0, true) + words.getUint32(4, true) * 2 ** 32;
  if (length > HEADER_LIMIT || length > fileLength - PREFIX) {
    throw new SafetensorsError(
      `safetensors: the header has ${length} bytes, but the file has ${fileLength}` +
        "\n  hint: the file is truncated, or is not a safetensors file",
    );
  }
  return length;
}

/** Parses a header and checks it against the number of bytes that follow. */
export function parseHeader(bytes: Uint8Array, bodyLength: number): Header {
  const { [METADATA]: metadata = {}, ...tensors } = parseJson(bytes);
  checkMetadata(metadata);
  const entries = Object.entries(tensors).map(([name, entry]) => checkEntry(name, entry));
  checkCoverage(entries, bodyLength);
  return { entries, metadata };
}

function parseJson(bytes: Uint8Array): Record<string, unknown> {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (!text.startsWith("{")) throw new SyntaxError("it does not start with {");
    checkKeys(text);
    return JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof SafetensorsError) throw error;
    throw new SafetensorsError(
      `safetensors: the header is not JSON: ${(error as Error).message}` +
        "\n  hint: the file is damaged, or is not a safetensors file",
    );
  }
}

/**
 * Throws if a key occurs twice (`JSON.parse` would keep the last one) or if the header is nested
 * too deep.
 */
function checkKeys(text: string): void {
  const open: (Set<string> | null)[] = [];
  const marks = /["{}[\]:]/g;
  let last = "";
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    const [token] = mark;
    if (token === "{" || token === "[") {
      if (open.push(token === "{" ? new Set() : null) > DEEPEST) {
        throw new SafetensorsError("safetensors: the header is nested too deep");
      }
    } else if (token === "}" || token === "]") open.pop();
    else if (token === ":") {
      const name = JSON.parse(last) as string;
      const keys = open.at(-1);
      if (keys?.has(name)) throw fault(name, "the name is given twice");
      keys?.add(name);
    } else {
      marks.lastIndex = endOfString(text, mark.index);
      last = text.slice(mark.index, marks.lastIndex);
    }
  }
}

/**
 * The index after the quote that closes the string at `start`: the next one that is not escaped.
 */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text[end - 1 - slashes] === "\\") slashes++;
    if (slashes % 2 === 0) return end + 1;
  }
  throw new SyntaxError("a string does not end");
}

function checkEntry(name: string, entry: unknown): Entry {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  const type = stored.get(dtype as string);
  if (type === undefined) {
    const known = [...stored.keys()].join(", ");
    throw fault(name, `dtype ${JSON.stringify(dtype)} is not read\n  hint: one of ${known}`);
  }
  if (!isCounts(shape)) throw fault(name, `shape ${JSON.stringify(shape)} is not a list of sizes`);
  if (!isCounts(offsets) || offsets.length !== 2) {
    throw fault(name, `data_offsets ${JSON.stringify(offsets)} are not a range`);
  }
  const [begin, end] = offsets as [number, number];
  const bytes = sizeOf(shape) * type.bytes;
  if (end - begin !== bytes) {
    throw fault(
      name,
      `[${shape.join(", ")}] ${dtype} takes ${bytes} bytes, but has ${end - begin}`,
    );
  }
  return { name, type, shape, begin, end };
}

const isCounts = (list: unknown): list is number[] =>
  Array.isArray(list) && list.every((n) => Number.isSafeInteger(n) && (n as number) >= 0);

/** Throws unless the tensors follow one another and fill the file. */
function checkCoverage(layout: readonly Entry[], length: number): void {
  let covered = 0;
  for (const { name, begin, end } of layout.toSorted(
    (a, b) => a.begin - b.begin || a.end - b.end,
  )) {
    if (begin !== covered) {
      const what = begin < covered ? "overlaps the tensor before it" : "leaves a gap before it";
      throw fault(name, `range [${begin}, ${end}] ${what}, which ends at ${covered}`);
    }
    if (end > length)
      throw fault(name, `range [${begin}, ${end}] exceeds the ${length} bytes of data`);
    covered = end;
  }
  if (covered !== length) {
    throw new SafetensorsError(
      `safetensors: ${length - covered} bytes at the end belong to no tensor`,
    );
  }
}

/** Throws unless the metadata maps strings to strings. */
export function checkMetadata(metadata: unknown): asserts metadata is Record<string, string> {
  const fits =
    typeof metadata === "object" &&
    metadata !== null &&
    !Array.isArray(metadata) &&
    Object.values(metadata).every((value) => typeof value === "string");
  if (!fits) throw fault(METADATA, "metadata must map strings to strings");
}
