import { arrayType, type DType, hostBytes, type TypedArray } from "../dtype.ts";
import { DTypeError } from "../errors.ts";
import { decodeHalves, encodeHalves } from "../half.ts";

/** Bytes of one element in a buffer: a bool takes a word, a half two bytes. */
const storedBytes = (dtype: DType): number =>
  dtype === "bool" ? 4 : dtype === "f16" ? 2 : hostBytes(dtype);

/** Bytes of `count` elements, rounded up to whole words. */
export const wordBytes = (dtype: DType, count: number): number =>
  Math.ceil((storedBytes(dtype) * count) / 4) * 4;

/** Converts host elements to a buffer's words. */
export function toWords(data: TypedArray, dtype: DType): TypedArray | Uint16Array {
  if (dtype === "f64")
    throw new DTypeError('write: f64 lives on the cpu device only\n  hint: "f32"');
  if (dtype === "f16") return encodeHalves(data, data.length % 2);
  if (dtype === "bool") return Uint32Array.from(data, (value) => (value === 0 ? 0 : 1));
  if (dtype !== "u8" || data.byteLength % 4 === 0) return unshared(data);
  const words = new Uint8Array(wordBytes(dtype, data.length));
  words.set(data);
  return words;
}

/** Elements that no other thread may change, which WebGPU in Node demands. */
const unshared = (data: TypedArray): TypedArray =>
  typeof SharedArrayBuffer === "function" && (data.buffer as object) instanceof SharedArrayBuffer
    ? data.slice()
    : data;

/** Converts the words from byte `start` on to `count` host elements. */
export function fromWords(
  bytes: ArrayBuffer,
  start: number,
  dtype: DType,
  count: number,
): TypedArray {
  if (dtype === "bool")
    return Uint8Array.from(new Uint32Array(bytes, start, count), (word) => (word === 0 ? 0 : 1));
  if (dtype === "f16") return decodeHalves(new Uint16Array(bytes, start, count));
  const array = arrayType(dtype);
  return new array(bytes.slice(start, start + count * array.BYTES_PER_ELEMENT));
}
