import type { Operand } from "../ops/core/apply.ts";
import { i0 } from "../ops/math/bessel.ts";
import { igamma, igammac } from "../ops/math/incomplete-gamma.ts";
import type { Tensor } from "../tensor.ts";
import type { Table } from "./table.ts";

/** Methods from `special`. */
export interface SpecialMethods {
  i0(): Tensor;
  igamma(other: Operand): Tensor;
  igammac(other: Operand): Tensor;
}

export const specialMethods: Table<SpecialMethods> = { i0, igamma, igammac };
