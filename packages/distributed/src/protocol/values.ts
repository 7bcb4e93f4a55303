import type { DType, TypedArray } from "@wgrad/autograd";

/** Element types on the host and in messages. f16 is sent as f32, as in `Tensor.data()`. */
export type Kind = "f32" | "f64" | "i32" | "u32" | "u8";

/** The reduction of a collective. */
export type ReduceOp = "sum" | "avg" | "product" | "min" | "max";

export const reduceOps: readonly ReduceOp[] = ["sum", "avg", "product", "min", "max"];

/** Element type of a typed array. */
export function kindOf(values: TypedArray): Kind {
  if (values instanceof Float32Array) return "f32";
  if (values instanceof Float64Array) return "f64";
  if (values instanceof Int32Array) return "i32";
  return values instanceof Uint32Array ? "u32" : "u8";
}

/** The array class of fractions. */
export const arrayFor = (kind: "f32" | "f64"): Float32ArrayConstructor | Float64ArrayConstructor =>
  kind === "f32" ? Float32Array : Float64Array;

/** Names of element types in a header, by code. */
export const elementNames: readonly (DType | "objects" | "nothing")[] = [
  "nothing",
  "f16",
  "f32",
  "f64",
  "i32",
  "u32",
  "u8",
  "bool",
  "objects",
];

/** View of an array's bytes, without a copy. */
export const bytesOf = (values: TypedArray): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
