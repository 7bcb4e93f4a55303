import { arrayType, type DType, type TypedArray } from "../dtype.ts";
import { WgradError } from "../errors.ts";
import { decodeHalves } from "../half.ts";
import type { Shape } from "../shape.ts";
import { checkCall } from "../signature.ts";

/**
 * A tensor on the host, as it is read from and written to safetensors files. Halves (f16) are a
 * Float32Array.
 */
export interface TensorRecord {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly data: TypedArray;
}

/** A safetensors file: its tensors and metadata. */
export interface SafetensorsFile {
  readonly tensors: Readonly<Record<string, TensorRecord>>;
  /** The free-form strings of the file; empty if it has none. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The bytes are not a safetensors file, or tensors cannot be written to one. */
export class SafetensorsError extends WgradError {
  static override readonly name: string = "SafetensorsError";
}

/** A tensor of a file, with the dtype that the file has. */
export interface Stored {
  readonly dtype: DType;
  readonly bytes: number;
  readonly decode: (bytes: Uint8Array, name: string) => TypedArray;
}

/**
 * Dtypes of files and their dtypes here: int64 (checked), int16 and int8 become i32, bfloat16 f32.
 */
export const stored: ReadonlyMap<string, Stored> = new Map<string, Stored>([
  ["F64", plain("f64")],
  ["F32", plain("f32")],
  ["I32", plain("i32")],
  ["U32", plain("u32")],
  ["U8", plain("u8")],
  ["BOOL", { dtype: "bool", bytes: 1, decode: decodeBool }],
  ["I64", { dtype: "i32", bytes: 8, decode: decodeI64 }],
  [
    "I16",
    {
      dtype: "i32",
      bytes: 2,
      decode: (bytes) => Int32Array.from(sixteenBits(bytes), (x) => (x << 16) >> 16),
    },
  ],
  ["U16", { dtype: "i32", bytes: 2, decode: (bytes) => Int32Array.from(sixteenBits(bytes)) }],
  [
    "I8",
    { dtype: "i32", bytes: 1, decode: (bytes) => Int32Array.from(bytes, (x) => (x << 24) >> 24) },
  ],
  ["F16", { dtype: "f16", bytes: 2, decode: (bytes) => decodeHalves(sixteenBits(bytes)) }],
  ["BF16", { dtype: "f32", bytes: 2, decode: decodeBfloat }],
]);

/** The name of each dtype in a file, in the order in which tensors are written: widest first. */
export const fileType: Record<DType, string> = {
  f64: "F64",
  f32: "F32",
  u32: "U32",
  i32: "I32",
  f16: "F16",
  u8: "U8",
  bool: "BOOL",
};

/** The error for one tensor of a file. */
export function fault(name: string, what: string): SafetensorsError {
  return new SafetensorsError(`safetensors: ${JSON.stringify(name)}: ${what}`);
}

function plain(dtype: DType): Stored {
  const array = arrayType(dtype);
  const bytes = array.BYTES_PER_ELEMENT;
  return { dtype, bytes, decode: (data) => new array(...aligned(data, bytes)) };
}

/** The bytes for an array of `width`-byte elements: in place if aligned, else a copy. */
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

const sixteenBits = (bytes: Uint8Array): Uint16Array => new Uint16Array(...aligned(bytes, 2));

function decodeBfloat(bytes: Uint8Array): Float32Array {
  return new Float32Array(Uint32Array.from(sixteenBits(bytes), (half) => half << 16).buffer);
}

/**
 * Decodes little-endian elements of a file's dtype (`F32`, `BF16`, `I64` …), for readers of other
 * formats.
 * Throws a SafetensorsError that contains `name` for an unsupported dtype and for int64 beyond 32
 * bits.
 */
export function decodeElements(
  type: string,
  bytes: Uint8Array,
  name: string,
): Pick<TensorRecord, "dtype" | "data"> {
  checkCall("decodeElements(type: string, bytes: array, name: string)", arguments);
  const known = stored.get(type);
  if (known === undefined) throw fault(name, `dtype ${JSON.stringify(type)} is not read`);
  if (bytes.length % known.bytes !== 0)
    throw fault(name, `${bytes.length} bytes do not hold whole elements of ${type}`);
  return { dtype: known.dtype, data: known.decode(bytes, name) };
}
