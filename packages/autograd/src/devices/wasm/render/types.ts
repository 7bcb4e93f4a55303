import type { DType } from "../../../dtype.ts";
import { arithmeticOf } from "../../../kernel/natives.ts";

/** The type that a dtype's values have in one lane: a bool is 0 or 1. */
export const typeOf = (dtype: DType): "f32" | "i32" =>
  arithmeticOf(dtype) === "f32" ? "f32" : "i32";
