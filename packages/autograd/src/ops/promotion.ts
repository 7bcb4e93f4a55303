import type { DType } from "../dtype.ts";
import { type Operand, resultType as typeBeside } from "./apply.ts";

/** The dtype that an operation on a and b, tensors or numbers, promotes them to. */
export function resultType(a: Operand, b: Operand): DType {
  return typeBeside("resultType", a, b);
}
