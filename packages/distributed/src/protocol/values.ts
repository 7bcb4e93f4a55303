import type { DType, TypedArray } from "@wgrad/autograd";

/** How elements lie on the host and what is sent: a half is an f32 there, as in `Tensor.data()`. */
export type Kind = "f32" | "f64" | "i32" | "u32" | "u8";

/** What is reduced with what. */
export type ReduceOp = "sum" | "avg" | "product" | "min" | "max";

export const reduceOps: readonly ReduceOp[] = ["sum", "avg", "product", "min", "max"];

/** The kind of a typed array's elements. */
export function kindOf(values: TypedArray): Kind {
  if (values instanceof Float32Array) return "f32";
  if (values instanceof Float64Array) return "f64";
  if (values instanceof Int32Array) return "i32";
  return values instanceof Uint32Array ? "u32" : "u8";
}

/** Names of what a header can say its elements are, by their code. */
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

/** The bytes of an array, not copied. */
export const bytesOf = (values: TypedArray): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
