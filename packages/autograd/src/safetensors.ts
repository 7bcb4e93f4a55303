import { arrayType, type DType, type TypedArray } from "./dtype.ts";
import { WgradError } from "./errors.ts";
import { type Shape, sizeOf } from "./shape.ts";

/** A tensor outside any device: what safetensors files are read into and written from. */
export interface TensorRecord {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly data: TypedArray;
}

export interface SafetensorsFile {
  readonly tensors: Readonly<Record<string, TensorRecord>>;
  /** The file's free-form strings; empty where it has none. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Bytes that are not a safetensors file, or tensors that cannot become one. */
export class SafetensorsError extends WgradError {}

const HEADER_LIMIT = 100_000_000;
const METADATA = "__metadata__";
/** The header's object, a tensor's, its two lists. */
const DEEPEST = 3;

interface Stored {
  readonly dtype: DType;
  readonly bytes: number;
  readonly decode: (bytes: Uint8Array, name: string) => TypedArray;
}

/** File dtypes and what they are here: int64 becomes i32 (checked), half precision f32. */
const stored: ReadonlyMap<string, Stored> = new Map<string, Stored>([
  ["F64", plain("f64")],
  ["F32", plain("f32")],
  ["I32", plain("i32")],
  ["U32", plain("u32")],
  ["U8", plain("u8")],
  ["BOOL", { dtype: "bool", bytes: 1, decode: decodeBool }],
  ["I64", { dtype: "i32", bytes: 8, decode: decodeI64 }],
  ["F16", { dtype: "f32", bytes: 2, decode: (bytes) => decodeHalf(bytes, float16Bits) }],
  ["BF16", { dtype: "f32", bytes: 2, decode: (bytes) => decodeHalf(bytes, bfloat16Bits) }],
]);

const fileType: Record<DType, string> = {
  f64: "F64",
  f32: "F32",
  i32: "I32",
  u32: "U32",
  u8: "U8",
  bool: "BOOL",
};

/**
 * Reads a safetensors file. Data that is aligned in `file` is a view of it, other data a copy.
 * Throws SafetensorsError, before anything is allocated, where header and bytes do not agree in every detail.
 */
export function readSafetensors(file: ArrayBuffer | Uint8Array): SafetensorsFile {
  const bytes = file instanceof Uint8Array ? file : new Uint8Array(file);
  const headerLength = readHeaderLength(bytes);
  const header = parseHeader(bytes.subarray(8, 8 + headerLength));
  const body = bytes.subarray(8 + headerLength);
  const { [METADATA]: metadata = {}, ...entries } = header;
  checkMetadata(metadata);
  const layout = Object.entries(entries).map(([name, entry]) => checkEntry(name, entry));
  checkCoverage(layout, body.length);
  const tensors = layout.map(({ name, type, shape, begin, end }): [string, TensorRecord] => [
    name,
    { dtype: type.dtype, shape, data: type.decode(body.subarray(begin, end), name) },
  ]);
  return { tensors: Object.fromEntries(tensors), metadata };
}

/** Writes tensors as a safetensors file: wider types first, so that a reader finds all of them aligned. */
export function writeSafetensors(
  tensors: Readonly<Record<string, TensorRecord>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const entries = Object.entries(tensors).sort(
    ([a, { data: x }], [b, { data: y }]) =>
      y.BYTES_PER_ELEMENT - x.BYTES_PER_ELEMENT || (a < b ? -1 : 1),
  );
  checkMetadata(metadata);
  const header: [string, unknown][] =
    Object.keys(metadata).length > 0 ? [[METADATA, metadata]] : [];
  let end = 0;
  for (const [name, { dtype, shape, data }] of entries) {
    if (name === METADATA) throw fault(name, "the name is reserved");
    if (!(data instanceof arrayType(dtype)) || data.length !== sizeOf(shape)) {
      const given = `${data.constructor.name} of ${data.length}`;
      throw fault(name, `[${shape.join(", ")}] ${dtype} does not fit a ${given}`);
    }
    const begin = end;
    end += data.byteLength;
    header.push([name, { dtype: fileType[dtype], shape, data_offsets: [begin, end] }]);
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const headerLength = Math.ceil(text.length / 8) * 8;
  const file = new Uint8Array(8 + headerLength + end);
  new DataView(file.buffer).setUint32(0, headerLength, true);
  file.set(text, 8);
  file.fill(0x20, 8 + text.length, 8 + headerLength);
  let at = 8 + headerLength;
  for (const [, { data }] of entries) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}

interface Entry {
  readonly name: string;
  readonly type: Stored;
  readonly shape: Shape;
  readonly begin: number;
  readonly end: number;
}

function readHeaderLength(bytes: Uint8Array): number {
  if (bytes.length < 8) {
    throw new SafetensorsError(`readSafetensors: ${bytes.length} bytes are too few for a file`);
  }
  const words = new DataView(bytes.buffer, bytes.byteOffset, 8);
  const length = words.getUint32(0, true) + words.getUint32(4, true) * 2 ** 32;
  if (length > HEADER_LIMIT || length > bytes.length - 8) {
    throw new SafetensorsError(
      `readSafetensors: a header of ${length} bytes in a file of ${bytes.length}` +
        "\n  hint: the file is cut short, or is no safetensors file",
    );
  }
  return length;
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (!text.startsWith("{")) throw new SyntaxError("it does not start with {");
    checkKeys(text);
    return JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof SafetensorsError) throw error;
    throw new SafetensorsError(
      `readSafetensors: the header is not JSON: ${(error as Error).message}`,
    );
  }
}

/** Refuses a key given twice, of which `JSON.parse` would quietly keep the last, and needless nesting. */
function checkKeys(text: string): void {
  const open: (Set<string> | null)[] = [];
  let last = "";
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:]/g)) {
    if (token === "{" || token === "[") {
      if (open.push(token === "{" ? new Set() : null) > DEEPEST) {
        throw new SafetensorsError("readSafetensors: the header is nested too deep");
      }
    } else if (token === "}" || token === "]") open.pop();
    else if (token === ":") {
      const name = JSON.parse(last) as string;
      const keys = open.at(-1);
      if (keys?.has(name)) throw fault(name, "the name is given twice");
      keys?.add(name);
    } else last = token;
  }
}

function checkEntry(name: string, entry: unknown): Entry {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  const type = stored.get(dtype as string);
  if (type === undefined) {
    const known = [...stored.keys()].join(", ");
    throw fault(name, `dtype ${JSON.stringify(dtype)} is not read\n  hint: one of ${known}`);
  }
  if (!isCounts(shape)) throw fault(name, `shape ${JSON.stringify(shape)} is no list of sizes`);
  if (!isCounts(offsets) || offsets.length !== 2) {
    throw fault(name, `data_offsets ${JSON.stringify(offsets)} are no range`);
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

/** Tensors lie one after the other and fill the file: nothing shared, nothing hidden, nothing missing. */
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
      `readSafetensors: ${length - covered} bytes at the end belong to no tensor`,
    );
  }
}

function checkMetadata(metadata: unknown): asserts metadata is Record<string, string> {
  const fits =
    typeof metadata === "object" &&
    metadata !== null &&
    !Array.isArray(metadata) &&
    Object.values(metadata).every((value) => typeof value === "string");
  if (!fits) throw fault(METADATA, "metadata is a map from strings to strings");
}

function fault(name: string, what: string): SafetensorsError {
  return new SafetensorsError(`safetensors: ${JSON.stringify(name)}: ${what}`);
}

function plain(dtype: DType): Stored {
  const array = arrayType(dtype);
  const bytes = array.BYTES_PER_ELEMENT;
  return { dtype, bytes, decode: (data) => new array(...aligned(data, bytes)) };
}

/** Where an array of `width`-byte elements finds these bytes: in place if aligned, in a copy if not. */
function aligned(data: Uint8Array, width: number): [ArrayBufferLike, number, number] {
  const at = data.byteOffset % width === 0 ? data : data.slice();
  return [at.buffer, at.byteOffset, at.byteLength / width];
}

function decodeBool(bytes: Uint8Array, name: string): Uint8Array {
  const odd = bytes.find((byte) => byte > 1);
  if (odd !== undefined) throw fault(name, `BOOL holds the byte ${odd}`);
  return bytes;
}

function decodeI64(bytes: Uint8Array, name: string): Int32Array {
  const words = new Int32Array(...aligned(bytes, 4));
  return Int32Array.from({ length: words.length / 2 }, (_, i) => {
    const low = words[2 * i] as number;
    if (words[2 * i + 1] !== low >> 31) {
      throw fault(name, `I64 element ${i} does not fit 32 bits\n  hint: int64 is read as i32`);
    }
    return low;
  });
}

function decodeHalf(bytes: Uint8Array, toBits: (half: number) => number): Float32Array {
  const halves = new Uint16Array(...aligned(bytes, 2));
  return new Float32Array(Uint32Array.from(halves, toBits).buffer);
}

const bfloat16Bits = (half: number): number => half << 16;

/** IEEE binary16 to binary32: subnormals become normal, NaN payloads survive. */
function float16Bits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 31;
  const fraction = half & 0x3ff;
  if (exponent === 31) return sign | 0x7f800000 | (fraction << 13);
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}
