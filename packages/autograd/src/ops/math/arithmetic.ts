import { isFloating } from "../../dtype.ts";
import { DTypeError } from "../../errors.ts";
import { eachOther } from "../../graph/op.ts";
import { e } from "../../kernel/expression.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import {
  asTensor,
  type BinaryOp,
  binary,
  binaryFloat,
  type Operand,
  resultType,
  streamOf,
  type UnaryOp,
  unary,
} from "../core/apply.ts";
import { refuseBool } from "../core/constant.ts";
import { elementwise } from "../core/define.ts";

const negative: UnaryOp = unary(
  elementwise({
    name: "neg",
    reference: (x) => -x,
    expression: (x) => e.neg(x),
    gradient: (dy) => [neg(dy)],
  }),
);

/** y = −x, elementwise. Integers wrap around; bools throw a DTypeError. */
export function neg(x: Tensor): Tensor {
  if (arguments.length > 1) checkCall("neg(x)", arguments);
  return negative(refuseBool("neg", x, "logicalNot inverts a mask"));
}

const plus: BinaryOp = binary(
  elementwise({
    name: "add",
    reference: (a, b) => a + b,
    // bool + bool is "or": a device stores 0 or 1.
    expression: (a, b) => (a.dtype === "bool" ? e.or(a, b) : e.add(a, b)),
    gradient: (dy, _, { needs }) => [needs[0] === true && dy, needs[1] === true && dy],
  }),
);

const minus: BinaryOp = binary(
  elementwise({
    name: "sub",
    reference: (a, b) => a - b,
    expression: (a, b) => e.sub(a, b),
    gradient: (dy, _, { needs }) => [needs[0] === true && dy, needs[1] === true && neg(dy)],
  }),
);

/** c = a · b, elementwise. */
export const mul: BinaryOp = binary(
  elementwise({
    name: "mul",
    reference: (a, b) => a * b,
    integerReference: Math.imul,
    expression: (a, b) => (a.dtype === "bool" ? e.and(a, b) : e.mul(a, b)),
    saves: eachOther,
    gradient: (dy, [a, b], { needs }) => [
      needs[0] === true && mul(dy, b as Tensor),
      needs[1] === true && mul(dy, a as Tensor),
    ],
  }),
);

/** c = a / b, elementwise (`div` without a rounding mode). Integers give f32. */
export const trueDivide: BinaryOp = binaryFloat(
  elementwise({
    name: "div",
    reference: (a, b) => a / b,
    expression: (a, b) => e.div(a, b),
    saves: ([, divisor]) => (divisor ? [0, 1] : [1]),
    gradient: (dy, [a, b], { needs }) => [
      needs[0] === true && trueDivide(dy, b as Tensor),
      needs[1] === true &&
        neg(mul(dy, trueDivide(trueDivide(a as Tensor, b as Tensor), b as Tensor))),
    ],
  }),
);

/** Options of `add`, `sub` and `rsub`. */
export interface AddOptions {
  /** Factor of the second operand. It must be an integer unless the result is floating-point. */
  readonly alpha?: number;
}

/** c = a + α·b, elementwise; "or" for bools. Shapes broadcast and dtypes promote. */
export function add(a: Operand, b: Operand, options: AddOptions = {}): Tensor {
  if (arguments.length > 2) checkCall("add(a: operand, b: operand, { alpha: number })", arguments);
  const { alpha = 1 } = options;
  return alpha === 1 ? plus(a, b) : composite(() => plus(a, scaled("add", a, b, alpha)));
}

/** c = a − α·b, elementwise. Shapes broadcast and dtypes promote; bools throw, as in PyTorch. */
export function sub(a: Operand, b: Operand, options: AddOptions = {}): Tensor {
  if (arguments.length > 2) checkCall("sub(a: operand, b: operand, { alpha: number })", arguments);
  const { alpha = 1 } = options;
  for (const x of [a, b]) {
    if (typeof x !== "number") refuseBool("sub", x, "logicalXor, or logicalNot to invert a mask");
  }
  return alpha === 1 ? minus(a, b) : composite(() => minus(a, scaled("sub", a, b, alpha)));
}

/** α·b in the dtype of the result. */
function scaled(call: string, a: Operand, b: Operand, alpha: number): Tensor {
  const dtype = resultType(call, a, b);
  if (!isFloating(dtype) && !Number.isInteger(alpha)) {
    throw new DTypeError(
      `${call}: alpha is ${alpha}, but the result is ${dtype}\n  hint: use a whole number, or convert with x.to("f32")`,
    );
  }
  const factor = dtype === "bool" ? alpha !== 0 : alpha;
  return typeof b === "object"
    ? mul(asTensor(b, dtype, undefined), factor)
    : asTensor(Number(b) * Number(factor), dtype, streamOf(a));
}

/** c = b − α·a, elementwise: `sub` with its operands swapped. */
export function rsub(a: Operand, b: Operand, options: AddOptions = {}): Tensor {
  if (arguments.length > 2) checkCall("rsub(a: operand, b: operand, { alpha: number })", arguments);
  return sub(b, a, options);
}
