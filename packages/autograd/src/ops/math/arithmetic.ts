import { type DType, isFloating } from "../../dtype.ts";
import { ArgumentError, DTypeError, GradError } from "../../errors.ts";
import { eachOther, type Op } from "../../graph/op.ts";
import { type Expr, e } from "../../kernel/expression.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import { recordGradient } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import {
  applyBinary,
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
import { refuseBool, zeroGradient } from "../core/constant.ts";
import { elementwise } from "../core/define.ts";
import { floorQuotient } from "../core/reference.ts";

const negative: UnaryOp = unary(
  elementwise({
    name: "neg",
    reference: (x) => -x,
    expression: (x) => e.neg(x),
    gradient: (dy) => [neg(dy)],
  }),
);

/** y = −x, elementwise; integers wrap around, bools are refused. */
export function neg(x: Tensor): Tensor {
  if (arguments.length > 1) checkCall("neg(x)", arguments);
  return negative(refuseBool("neg", x, "logicalNot inverts a mask"));
}

const plus: BinaryOp = binary(
  elementwise({
    name: "add",
    reference: (a, b) => a + b,
    // bool + bool is "or": the device stores 0 or 1
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

const quotient: BinaryOp = binaryFloat(
  elementwise({
    name: "div",
    reference: (a, b) => a / b,
    expression: (a, b) => e.div(a, b),
    saves: ([, divisor]) => (divisor ? [0, 1] : [1]),
    gradient: (dy, [a, b], { needs }) => [
      needs[0] === true && quotient(dy, b as Tensor),
      needs[1] === true && neg(mul(dy, quotient(quotient(a as Tensor, b as Tensor), b as Tensor))),
    ],
  }),
);

export interface AddOptions {
  /** Factor of the second operand: a whole number unless the result is a fraction. */
  readonly alpha?: number;
}

/** c = a + α·b, elementwise; for bools "or". Shapes broadcast, dtypes promote. */
export function add(a: Operand, b: Operand, options: AddOptions = {}): Tensor {
  if (arguments.length > 2) checkCall("add(a, b, { alpha: number })", arguments);
  const { alpha = 1 } = options;
  return alpha === 1 ? plus(a, b) : composite(() => plus(a, scaled("add", a, b, alpha)));
}

/** c = a − α·b, elementwise. Shapes broadcast, dtypes promote; bools are refused, as in PyTorch. */
export function sub(a: Operand, b: Operand, options: AddOptions = {}): Tensor {
  if (arguments.length > 2) checkCall("sub(a, b, { alpha: number })", arguments);
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
      `${call}: alpha is ${alpha}, but the result is ${dtype}\n  hint: a whole number, or x.to("f32") first`,
    );
  }
  const factor = dtype === "bool" ? alpha !== 0 : alpha;
  return typeof b === "object"
    ? mul(asTensor(b, dtype, undefined), factor)
    : asTensor(Number(b) * Number(factor), dtype, streamOf(a));
}

/** c = b − α·a, elementwise: `sub` with its operands swapped. */
export function rsub(a: Operand, b: Operand, options: AddOptions = {}): Tensor {
  if (arguments.length > 2) checkCall("rsub(a, b, { alpha: number })", arguments);
  return sub(b, a, options);
}

/** a / b of integers rounded toward zero: 0 where b is 0, on every device. */
function wholeQuotient(a: Expr, b: Expr): Expr {
  const zero = e.number(0, a);
  return e.select(e.eq(b, zero), zero, e.div(a, b));
}

/** ⌊a / b⌋ of integers. */
function wholeFloor(a: Expr, b: Expr): Expr {
  const quotient = wholeQuotient(a, b);
  if (a.dtype !== "i32") return quotient;
  const zero = e.number(0, a);
  const inexact = e.ne(e.rem(a, b), zero);
  const opposite = e.xor(e.lt(a, zero), e.lt(b, zero));
  return e.select(e.and(inexact, opposite), e.sub(quotient, e.number(1, a)), quotient);
}

/** ⌊a / b⌋ of fractions by the exact remainder: a rounded quotient may have passed a whole number. PyTorch's and Python's rule. */
function fractionFloor(a: Expr, b: Expr): Expr {
  const [zero, one, half] = [0, 1, 0.5].map((value) => e.number(value, a)) as [Expr, Expr, Expr];
  const rest = e.rem(a, b);
  const exact = e.div(e.sub(a, rest), b);
  const opposite = e.and(e.ne(rest, zero), e.xor(e.lt(rest, zero), e.lt(b, zero)));
  const quotient = e.select(opposite, e.sub(exact, one), exact);
  const below = e.floor(quotient);
  const nearest = e.select(e.gt(e.sub(quotient, below), half), e.add(below, one), below);
  return e.select(e.eq(b, zero), e.div(a, b), nearest);
}

/** a / b rounded toward zero ("trunc") or down ("floor"); integers stay integers. Gradient: zero. */
function roundedDivision(mode: "trunc" | "floor"): Op {
  return elementwise({
    name: `div ${mode}`,
    reference: mode === "trunc" ? (a, b) => Math.trunc(a / b) : floorQuotient,
    integerReference: (a, b) => Math[mode](a / b), // exact in f64; ÷ 0 is stored as 0
    expression: (a, b) => {
      if (isFloating(a.dtype)) return mode === "trunc" ? e.trunc(e.div(a, b)) : fractionFloor(a, b);
      return mode === "trunc" ? wholeQuotient(a, b) : wholeFloor(a, b);
    },
    range: (_, [least, most], [from, to]) => {
      if (from <= 0 && to >= 0) return null;
      const corners = [least / from, least / to, most / from, most / to];
      return [Math[mode](Math.min(...corners)), Math[mode](Math.max(...corners))];
    },
    gradient: (dy) => [zeroGradient(dy), zeroGradient(dy)],
  });
}

/** c = f(a, b) of a division without fractions: bools are refused, and so is an integer by the number 0. */
export function dividing(call: string, op: Op): BinaryOp {
  return function (a, b) {
    if (arguments.length > 2) checkCall(`${call}(a, b)`, arguments);
    const dtype = resultType(call, a, b);
    if (dtype === "bool") throw noBools(call);
    if (b === 0 && !isFloating(dtype)) throw byZero(call, dtype);
    return applyBinary(op, a, b, dtype);
  };
}

const noBools = (call: string): DTypeError =>
  new DTypeError(`${call}: takes numbers, got bool\n  hint: x.to("i32") first`);

const byZero = (call: string, dtype: DType): ArgumentError =>
  new ArgumentError(
    `${call}: ${dtype} by 0\n  hint: div gives ±∞ and NaN; elements of a tensor that are 0 give 0`,
  );

const divTrunc: BinaryOp = dividing("div", roundedDivision("trunc"));
const divFloor: BinaryOp = dividing("floorDivide", roundedDivision("floor"));

export interface DivOptions {
  /** "trunc" rounds the quotient toward zero, "floor" down; without it the division is true, and gives a fraction. */
  readonly roundingMode?: "trunc" | "floor" | null;
}

/** c = a / b, elementwise; integers give f32 unless `roundingMode` is set, and then 0 where b is 0. */
export function div(a: Operand, b: Operand, options: DivOptions = {}): Tensor {
  if (arguments.length > 2)
    checkCall('div(a, b, { roundingMode: "trunc" | "floor" | null })', arguments);
  const { roundingMode = null } = options;
  if (roundingMode === "trunc") return divTrunc(a, b);
  if (roundingMode === "floor") return divFloor(a, b);
  return quotient(a, b);
}

/** c = a / b, elementwise: `div` under its other name. */
export const trueDivide: BinaryOp = quotient;

/** c = ⌊a / b⌋, elementwise, in the promoted dtype; of integers 0 where b is 0. */
export function floorDivide(a: Operand, b: Operand): Tensor {
  if (arguments.length > 2) checkCall("floorDivide(a, b)", arguments);
  const quotient = divFloor(a, b);
  recordGradient("floorDivide", quotient, [quotient], () => {
    throw new GradError(
      'floorDivide: has no derivative, as in PyTorch\n  hint: a.div(b, { roundingMode: "floor" }) has that of steps, 0',
    );
  });
  return quotient;
}
