import { checkCall } from "@wgrad/autograd/plugin";
import { DataError } from "../table/error.ts";
import { checkLimit, type PackedOptions } from "./limits.ts";
import type { NumberArray } from "./number-array.ts";
import { bytesOf, checkBytes, nameOf, type Source } from "./open.ts";
import { unzip } from "./zip.ts";

type Data = NumberArray["data"];
interface Kind {
  readonly size: number;
  readonly make: (length: number) => Data;
  readonly at: (view: DataView, offset: number, little: boolean) => number;
}

const kinds: Readonly<Record<string, Kind>> = {
  b1: { size: 1, make: (n) => new Uint8Array(n), at: (v, o) => v.getUint8(o) },
  u1: { size: 1, make: (n) => new Uint8Array(n), at: (v, o) => v.getUint8(o) },
  i1: { size: 1, make: (n) => new Int8Array(n), at: (v, o) => v.getInt8(o) },
  u2: { size: 2, make: (n) => new Uint16Array(n), at: (v, o, e) => v.getUint16(o, e) },
  i2: { size: 2, make: (n) => new Int16Array(n), at: (v, o, e) => v.getInt16(o, e) },
  u4: { size: 4, make: (n) => new Uint32Array(n), at: (v, o, e) => v.getUint32(o, e) },
  i4: { size: 4, make: (n) => new Int32Array(n), at: (v, o, e) => v.getInt32(o, e) },
  u8: { size: 8, make: (n) => new Float64Array(n), at: (v, o, e) => Number(v.getBigUint64(o, e)) },
  i8: { size: 8, make: (n) => new Float64Array(n), at: (v, o, e) => Number(v.getBigInt64(o, e)) },
  f2: { size: 2, make: (n) => new Float32Array(n), at: (v, o, e) => half(v.getUint16(o, e)) },
  f4: { size: 4, make: (n) => new Float32Array(n), at: (v, o, e) => v.getFloat32(o, e) },
  f8: { size: 8, make: (n) => new Float64Array(n), at: (v, o, e) => v.getFloat64(o, e) },
};

/**
 * Reads an array from the bytes of a npy file, as numpy.save writes it, in any byte order and
 * dimension order. 64-bit integers become f64, halves f32, booleans 0 and 1.
 *
 * Throws DataError for invalid or truncated bytes, for elements that are not real numbers, and for
 * integers beyond 2⁵³.
 */
export function parseNpy(bytes: Uint8Array, name = "npy"): NumberArray {
  checkCall("parseNpy(bytes: array, name?: string)", arguments);
  checkBytes("parseNpy", bytes);
  const { descr, fortran, shape, start } = headerOf(bytes, name);
  const kind = kinds[descr.slice(1)];
  if (kind === undefined) {
    throw new DataError(
      `${name}: has elements of type ${JSON.stringify(descr)}, which is not supported` +
        "\n  hint: save it as float32 or int32: numpy.save(file, x.astype('float32'))",
    );
  }
  const count = shape.reduce((product, size) => product * size, 1);
  const wanted = start + count * kind.size;
  if (bytes.length !== wanted) {
    throw new DataError(
      `${name}: has ${bytes.length} bytes, but its header [${shape.join(", ")}] requires ${wanted}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, count * kind.size);
  const little = descr[0] !== ">";
  const data = kind.make(count);
  const from = fortran ? fromFortran(shape) : (i: number) => i;
  for (let i = 0; i < count; i++) {
    const value = kind.at(view, from(i) * kind.size, little);
    if (kind.size === 8 && Math.abs(value) > Number.MAX_SAFE_INTEGER && descr[1] !== "f") {
      throw new DataError(`${name}: element ${i} is beyond 2⁵³, where numbers are no longer exact`);
    }
    data[i] = value;
  }
  return { shape, data };
}

/**
 * Reads a npy file. Throws the errors of `parseNpy`, DataError if there is nothing to read, and
 * LimitError if it unpacks to too much.
 */
export async function readNpy(source: Source, options: PackedOptions = {}): Promise<NumberArray> {
  checkCall("readNpy(source: any, { maxBytes: number })", arguments);
  checkLimit("readNpy", "maxBytes", options.maxBytes);
  const name = nameOf(source, "npy");
  return parseNpy(await bytesOf(source, name, options.maxBytes), name);
}

/**
 * Reads the arrays of a npz file by name, as numpy.savez and numpy.savez_compressed write it.
 *
 * Throws the errors of `parseNpy`, DataError for an invalid zip archive, for damaged, encrypted or
 * repeated arrays, and if there is nothing to read, and LimitError if the arrays unpack to too
 * much.
 */
export async function readNpz(
  source: Source,
  options: PackedOptions = {},
): Promise<Record<string, NumberArray>> {
  checkCall("readNpz(source: any, { maxBytes: number })", arguments);
  checkLimit("readNpz", "maxBytes", options.maxBytes);
  const name = nameOf(source, "npz");
  const files = await unzip(await bytesOf(source, name, options.maxBytes), name, options.maxBytes);
  const arrays = new Map<string, NumberArray>();
  for (const [path, content] of files) {
    const array = path.replace(/\.npy$/, "");
    if (arrays.has(array))
      throw new DataError(`${name}: has two arrays with the name ${JSON.stringify(array)}`);
    arrays.set(array, parseNpy(content, `${name}: ${path}`));
  }
  return Object.fromEntries(arrays);
}

interface Header {
  readonly descr: string;
  readonly fortran: boolean;
  readonly shape: readonly number[];
  readonly start: number;
}

/** Parses magic bytes, version, header length, and the Python dictionary of three entries. */
function headerOf(bytes: Uint8Array, name: string): Header {
  const magic = String.fromCharCode(...bytes.subarray(1, 6));
  if (bytes[0] !== 0x93 || magic !== "NUMPY" || bytes.length < 12) {
    throw new DataError(`${name}: not a npy file`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const isOld = bytes[6] === 1;
  const start = isOld ? 10 + view.getUint16(8, true) : 12 + view.getUint32(8, true);
  const text = new TextDecoder().decode(bytes.subarray(isOld ? 10 : 12, start));
  const descr = /'descr': '([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order': (True|False)/.exec(text)?.[1];
  const sizes = /'shape': \(([\d, ]*)\)/.exec(text)?.[1];
  if (descr === undefined || order === undefined || sizes === undefined) {
    const what = text.includes("'descr': [") ? "has records, not numbers" : "has an invalid header";
    throw new DataError(`${name}: ${what}`);
  }
  const shape = sizes.split(",").flatMap((size) => (size.trim() === "" ? [] : [Number(size)]));
  return { descr, fortran: order === "True", shape, start };
}

/**
 * Maps row-major index `i` to the index in Fortran order, where the first dimension varies fastest.
 */
function fromFortran(shape: readonly number[]): (i: number) => number {
  const strides = shape.map((_, d) =>
    shape.slice(0, d).reduce((product, size) => product * size, 1),
  );
  return (i) => {
    let rest = i;
    let place = 0;
    for (let d = shape.length - 1; d >= 0; d--) {
      const size = shape[d] as number;
      place += (rest % size) * (strides[d] as number);
      rest = Math.floor(rest / size);
    }
    return place;
  };
}

/** Converts 16 bits of an IEEE 754 half to a number. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
