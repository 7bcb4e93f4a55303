import type { DType } from "../../dtype.ts";
import { checkCall } from "../../signature.ts";
import { type Operand, resultType as typeBeside } from "./apply.ts";

/** The dtype that an operation on a and b, tensors or numbers, promotes to. */
export function resultType(a: Operand, b: Operand): DType {
  if (arguments.length > 2) checkCall("resultType(a: operand, b: operand)", arguments);
  return typeBeside("resultType", a, b);
}
