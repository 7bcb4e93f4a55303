import { checkCall } from "@wgrad/autograd/plugin";
import { DataError } from "../table/error.ts";
import { checkLimit, type PackedOptions } from "./limits.ts";
import type { NumberArray } from "./number-array.ts";
import { bytesOf, checkBytes, nameOf, type Source } from "./open.ts";

const kinds: Readonly<
  Record<number, { size: number; make: (bytes: Uint8Array) => NumberArray["data"] }>
> = {
  8: { size: 1, make: (bytes) => bytes },
  9: { size: 1, make: (bytes) => new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length) },
  11: { size: 2, make: (bytes) => fill(bytes, Int16Array, (view, at) => view.getInt16(at)) },
  12: { size: 4, make: (bytes) => fill(bytes, Int32Array, (view, at) => view.getInt32(at)) },
  13: { size: 4, make: (bytes) => fill(bytes, Float32Array, (view, at) => view.getFloat32(at)) },
  14: { size: 8, make: (bytes) => fill(bytes, Float64Array, (view, at) => view.getFloat64(at)) },
};

/**
 * Reads an array from the bytes of an IDX file, the format of MNIST: two zeros, the number type,
 * the number of dimensions, their sizes, then the numbers in big-endian order.
 *
 * Throws DataError for bytes that are not a complete IDX file.
 */
export function parseIdx(bytes: Uint8Array, name = "IDX"): NumberArray {
  checkCall("parseIdx(bytes: array, name?: string)", arguments);
  checkBytes("parseIdx", bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const kind = kinds[bytes[2] ?? -1];
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0 || kind === undefined) {
    const start = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0"));
    throw new DataError(
      `${name}: not an IDX file; it starts with the bytes ${start.join(" ") || "(none)"}`,
    );
  }
  const dimensions = bytes[3] as number;
  const header = 4 + 4 * dimensions;
  if (bytes.length < header) {
    throw new DataError(
      `${name}: ends after ${bytes.length} bytes, within its header of ${header} bytes`,
    );
  }
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const wanted = header + shape.reduce((product, size) => product * size, 1) * kind.size;
  if (bytes.length !== wanted) {
    throw new DataError(
      `${name}: has ${bytes.length} bytes, but the header [${shape.join(", ")}] requires ${wanted}`,
    );
  }
  return { shape, data: kind.make(bytes.subarray(header)) };
}

/**
 * Reads an IDX file, gzipped or not. Throws the errors of `parseIdx`, DataError if there is nothing
 * to read, and LimitError if it unpacks to too much.
 */
export async function readIdx(source: Source, options: PackedOptions = {}): Promise<NumberArray> {
  checkCall("readIdx(source: any, { maxBytes: number })", arguments);
  checkLimit("readIdx", "maxBytes", options.maxBytes);
  const name = nameOf(source, "IDX");
  return parseIdx(await bytesOf(source, name, options.maxBytes), name);
}

function fill<A extends NumberArray["data"]>(
  bytes: Uint8Array,
  ArrayType: { new (length: number): A; readonly BYTES_PER_ELEMENT: number },
  at: (view: DataView, offset: number) => number,
): A {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const out = new ArrayType(bytes.length / ArrayType.BYTES_PER_ELEMENT);
  for (let i = 0; i < out.length; i++) out[i] = at(view, i * ArrayType.BYTES_PER_ELEMENT);
  return out;
}
