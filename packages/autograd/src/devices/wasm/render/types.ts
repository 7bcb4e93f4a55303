import type { DType } from "../../../dtype.ts";
import { arithmeticOf } from "../../../kernel/natives.ts";

/** The WebAssembly type of a scalar of this dtype; a bool is 0 or 1. */
export const typeOf = (dtype: DType): "f32" | "i32" =>
  arithmeticOf(dtype) === "f32" ? "f32" : "i32";
