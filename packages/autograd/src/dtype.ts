import { DTypeError, LimitError } from "./errors.ts";
import { defineKind } from "./kinds.ts";
import { checkCall, describe } from "./signature.ts";

/**
 * Element types. `f64` is on the `cpu` device only; `f16` is there and on adapters with
 * `shader-f16`; `u8`
 * is for bytes (images); PyTorch's int64 is `i32` here.
 */
export type DType = "f16" | "f32" | "f64" | "i32" | "u32" | "bool" | "u8";

export type TypedArray = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array;

type ArrayConstructor = {
  new (length: number): TypedArray;
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): TypedArray;
  readonly BYTES_PER_ELEMENT: number;
};

interface DTypeTraits {
  /** The code of the dtype in plan keys. */
  readonly code: number;
  readonly array: ArrayConstructor;
  readonly floating: boolean;
  /** The rank in promotion: bool < u8 < u32 < i32 < f16 < f32 < f64. */
  readonly rank: number;
}

const traits: Record<DType, DTypeTraits> = {
  bool: { code: 0, array: Uint8Array, floating: false, rank: 0 },
  u8: { code: 1, array: Uint8Array, floating: false, rank: 1 },
  u32: { code: 2, array: Uint32Array, floating: false, rank: 2 },
  i32: { code: 3, array: Int32Array, floating: false, rank: 3 },
  f16: { code: 6, array: Float32Array, floating: true, rank: 4 },
  f32: { code: 4, array: Float32Array, floating: true, rank: 5 },
  f64: { code: 5, array: Float64Array, floating: true, rank: 6 },
};

/** The code of a dtype in plan keys. */
export const dtypeCode = (dtype: DType): number => traits[dtype].code;
/** Whether a dtype is floating-point. */
export const isFloating = (dtype: DType): boolean => traits[dtype].floating;
/** The typed array that has a dtype's elements on the host. */
export const arrayType = (dtype: DType): ArrayConstructor => traits[dtype].array;
/** An array of zeros on the host. Throws a LimitError if it is too long. */
export function newArray(call: string, dtype: DType, length: number): TypedArray {
  try {
    return new (arrayType(dtype))(length);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new LimitError(
      `${call}: the host cannot allocate an array of ${length} elements\n  hint: process the data in parts`,
    );
  }
}
/** Bytes of an element on the host, where an f16 is an f32. */
export const hostBytes = (dtype: DType): number => traits[dtype].array.BYTES_PER_ELEMENT;

/** The dtype, if it is one; else throws. */
export function checkDType(call: string, dtype: unknown): DType {
  if (typeof dtype === "string" && Object.hasOwn(traits, dtype)) return dtype as DType;
  if (dtype === "bfloat16") {
    throw new DTypeError(
      `${call}: ${dtype} is not supported on any device\n  hint: use f32, or f16`,
    );
  }
  throw new DTypeError(
    `${call}: unknown dtype ${describe(dtype)}\n  hint: one of ${Object.keys(traits).join(", ")}${nearest(dtype)}`,
  );
}

defineKind("dtype", "a dtype", (x) => Object.hasOwn(traits, x as string), checkDType);

/** The dtype with another name in PyTorch. */
function nearest(dtype: unknown): string {
  if (dtype === "half") return nearest("float16");
  const [, kind, bits] = /^(u?int|float)(8|16|32|64)$/.exec(String(dtype)) ?? [];
  if (kind === undefined) return "";
  const here = dtype === "int64" ? "i32" : `${kind[0]}${bits}`;
  return Object.hasOwn(traits, here) ? `; PyTorch's ${dtype} is ${here} here` : "";
}

/** The dtype of an operation on two tensors, promoted as in PyTorch (the wider kind wins). */
export function promote(a: DType, b: DType): DType {
  if (a === b) return a;
  return traits[a].rank > traits[b].rank ? a : b;
}

/** The largest integer of an integer dtype; ∞ for all others. */
export function largestWhole(dtype: DType): number {
  if (dtype === "u8") return 255;
  if (dtype === "u32") return 2 ** 32 - 1;
  return dtype === "i32" ? 2 ** 31 - 1 : Infinity;
}

/** `promote` for users: the dtype of an operation on two tensors of these dtypes. */
export function promoteTypes(a: DType, b: DType): DType {
  checkCall("promoteTypes(a: string, b: string)", arguments);
  return promote(checkDType("promoteTypes", a), checkDType("promoteTypes", b));
}

/**
 * Whether an in-place operation may write a result of one dtype to a tensor of another.
 * Floating-point
 * results cannot be written to integers, and neither can be written to bool.
 */
export function canCast(from: DType, to: DType): boolean {
  checkCall("canCast(from: string, to: string)", arguments);
  const kind = (dtype: DType): number =>
    isFloating(checkDType("canCast", dtype)) ? 2 : dtype === "bool" ? 0 : 1;
  return kind(from) <= kind(to);
}

/** The smallest number of the dtype. */
export const lowest = (dtype: DType): number =>
  isFloating(dtype) ? -Infinity : dtype === "i32" ? -(2 ** 31) : 0;

/**
 * The dtype of a number next to a tensor: the tensor's, unless a fraction meets an integer tensor.
 */
export function dtypeOfNumber(value: number, beside: DType): DType {
  if (isFloating(beside)) return beside;
  if (!Number.isInteger(value)) return "f32";
  return beside === "bool" ? "i32" : beside;
}

/** The dtype of a result that is always floating-point (division, exp, mean). */
export const floatOf = (dtype: DType): DType => (isFloating(dtype) ? dtype : "f32");

/** The error for a dtype that a device does not have. */
export function unsupported(call: string, device: string, dtype: DType): DTypeError {
  const why = dtype === "f16" ? ": its adapter lacks the feature shader-f16" : "";
  return new DTypeError(
    `${call}: the ${device} device has no ${dtype}${why}\n  hint: use f32, or the cpu device`,
  );
}
