import { type DType, isFloating, largestWhole, promote } from "../../dtype.ts";
import { DTypeError } from "../../errors.ts";
import { Handle } from "../../graph/handle.ts";
import type { Op } from "../../graph/op.ts";
import { type Expr, e } from "../../kernel/expression.ts";
import { broadcastShapes } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { record } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import {
  applyBinary,
  asTensor,
  type BinaryOp,
  binaryBool,
  checkTensor,
  type Operand,
  resultType,
  streamOf,
} from "../core/apply.ts";
import { cast, held, zeroGradient } from "../core/constant.ts";
import { elementwise } from "../core/define.ts";

const comparison = (
  name: string,
  reference: (a: number, b: number) => boolean,
  expression: (a: Expr, b: Expr) => Expr,
): BinaryOp => {
  const compare = binaryBool(
    elementwise({
      name,
      reference: (a, b) => Number(reference(a as number, b as number)),
      expression,
    }),
  );
  return function (a, b) {
    if (arguments.length > 2) checkCall(`${name}(a: operand, b: operand)`, arguments);
    return compare(beyond(a, b), beyond(b, a));
  };
};

/**
 * Replaces a number beyond the range of the other operand's integer dtype by ±∞, which compares
 * alike.
 */
function beyond(operand: Operand, other: Operand): Operand {
  if (typeof operand !== "number" || typeof other !== "object") return operand;
  const { dtype } = other as Tensor;
  const most = largestWhole(dtype);
  const least = dtype === "i32" ? -most - 1 : 0;
  if (isFloating(dtype) || dtype === "bool" || (operand >= least && operand <= most))
    return operand;
  return operand * Infinity;
}

/** a = b, elementwise, as bool. */
export const eq: BinaryOp = comparison("eq", (a, b) => a === b, e.eq);
/** a ≠ b, elementwise, as bool. NaN differs from everything. */
export const ne: BinaryOp = comparison("ne", (a, b) => a !== b, e.ne);
/** a < b, elementwise, as bool. */
export const lt: BinaryOp = comparison("lt", (a, b) => a < b, e.lt);
/** a ≤ b, elementwise, as bool. */
export const le: BinaryOp = comparison("le", (a, b) => a <= b, e.le);
/** a > b, elementwise, as bool. */
export const gt: BinaryOp = comparison("gt", (a, b) => a > b, e.gt);
/** a ≥ b, elementwise, as bool. */
export const ge: BinaryOp = comparison("ge", (a, b) => a >= b, e.ge);

const truth = (x: Operand): Operand =>
  x instanceof Handle ? cast(x, "bool") : x !== 0 && x !== false;

function logical(op: Op): BinaryOp {
  return function (a, b) {
    if (arguments.length > 2) checkCall(`${op.name}(a: operand, b: operand)`, arguments);
    resultType(op.name, a, b);
    return applyBinary(op, truth(a), truth(b), "bool");
  };
}

/** a ∧ b, elementwise, as bool. Any element but 0 is true. */
export const logicalAnd: BinaryOp = logical(
  elementwise({ name: "logicalAnd", reference: (a, b) => a & b, expression: e.and }),
);
/** a ∨ b, elementwise, as bool. Any element but 0 is true. */
export const logicalOr: BinaryOp = logical(
  elementwise({ name: "logicalOr", reference: (a, b) => a | b, expression: e.or }),
);
/** Whether exactly one of a and b is true, elementwise. Any element but 0 is true. */
export const logicalXor: BinaryOp = logical(
  elementwise({ name: "logicalXor", reference: (a, b) => a ^ b, expression: e.xor }),
);

const notOp: Op = elementwise({ name: "logicalNot", reference: (x) => 1 - x, expression: e.not });

/** ¬x, elementwise, as bool. Any element but 0 is true. */
export function logicalNot(x: Tensor): Tensor {
  if (arguments.length > 1) checkCall("logicalNot(x)", arguments);
  checkTensor("logicalNot", x);
  return record(notOp, [cast(x, "bool")], x.shape, "bool");
}

/** Combines the bits of integers, or the truth values of bools. */
function bitwise(name: string, op: Op, onBools: BinaryOp): BinaryOp {
  return function (a, b) {
    if (arguments.length > 2) checkCall(`${name}(a: operand, b: operand)`, arguments);
    const dtype = integerType(name, resultType(name, a, b));
    return dtype === "bool" ? onBools(a, b) : applyBinary(op, a, b, dtype);
  };
}

function integerType(name: string, dtype: DType): DType {
  if (!isFloating(dtype)) return dtype;
  throw new DTypeError(`${name}: takes integers and bools, got ${dtype}`);
}

/** a & b of integers or bools, elementwise. */
export const bitwiseAnd: BinaryOp = bitwise(
  "bitwiseAnd",
  elementwise({ name: "bitwiseAnd", reference: (a, b) => a & b, expression: e.bitAnd }),
  logicalAnd,
);
/** a | b of integers or bools, elementwise. */
export const bitwiseOr: BinaryOp = bitwise(
  "bitwiseOr",
  elementwise({ name: "bitwiseOr", reference: (a, b) => a | b, expression: e.bitOr }),
  logicalOr,
);
/** a ^ b of integers or bools, elementwise. */
export const bitwiseXor: BinaryOp = bitwise(
  "bitwiseXor",
  elementwise({ name: "bitwiseXor", reference: (a, b) => a ^ b, expression: e.bitXor }),
  logicalXor,
);
/**
 * A shift of integers. A shift by the number of bits or more gives 0; to the right, it gives the
 * sign (0 or −1).
 */
function shift(
  name: string,
  reference: (a: number, b: number) => number,
  op: BinaryExpr,
): BinaryOp {
  const shifted = elementwise({
    name,
    reference: reference as (...values: number[]) => number,
    expression: (a, b) => op(a as Expr, b as Expr),
  });
  return function (a, b) {
    if (arguments.length > 2) checkCall(`${name}(a: operand, b: operand)`, arguments);
    const dtype = integerType(name, resultType(name, a, b));
    if (dtype === "bool") throw new DTypeError(`${name}: takes integers, got bool`);
    return applyBinary(shifted, a, b, dtype);
  };
}

type BinaryExpr = (a: Expr, b: Expr) => Expr;

/** Whether a shift count is from 0 to 31. */
const isShift = (count: Expr): Expr => {
  const bits = e.bitcast(count, "u32");
  return e.lt(bits, e.constant(32, "u32"));
};

/** a · 2ᵇ of integers, elementwise. Bits beyond the last are lost; b < 0 gives 0. */
export const bitwiseLeftShift: BinaryOp = shift(
  "bitwiseLeftShift",
  (a, b) => (b >= 0 && b < 32 ? a << b : 0),
  (a, b) => e.select(isShift(b), e.shiftLeft(a, b), e.number(0, a)),
);
/** ⌊a / 2ᵇ⌋ of integers, elementwise. b < 0 gives the sign: 0 or −1. */
export const bitwiseRightShift: BinaryOp = shift(
  "bitwiseRightShift",
  (a, b) => Math.floor(a / 2 ** (b >= 0 ? b : 32)),
  (a, b) => {
    const beyond = a.dtype === "i32" ? e.shiftRight(a, e.number(31, a)) : e.number(0, a);
    return e.select(isShift(b), e.shiftRight(a, b), beyond);
  },
);

/** ~x of integers, ¬x of bools, elementwise. */
export function bitwiseNot(x: Tensor): Tensor {
  if (arguments.length > 1) checkCall("bitwiseNot(x)", arguments);
  checkTensor("bitwiseNot", x);
  const dtype = integerType("bitwiseNot", x.dtype);
  return dtype === "bool" ? logicalNot(x) : bitwiseXor(x, dtype === "i32" ? -1 : 2 ** 32 - 1);
}

const whereOp: Op = elementwise({
  name: "where",
  reference: (condition, a, b) => (condition !== 0 ? (a as number) : (b as number)),
  expression: (condition, a, b) => e.select(condition as Expr, a as Expr, b as Expr),
  saves: [0],
  gradient: (dy, [condition], { needs }) => [
    null,
    needs[1] === true && where(condition as Tensor, dy, zeroGradient(dy)),
    needs[2] === true && where(condition as Tensor, zeroGradient(dy), dy),
  ],
});

/**
 * y = a where `condition` (bool) is true, else b; the three broadcast. A NaN in the operand that is
 * not chosen does not reach the result or the gradient.
 */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  if (arguments.length > 3) checkCall("where(condition, a: operand, b: operand)", arguments);
  checkTensor("where", condition);
  // PyTorch accepts u8 as a mask, but no other integers.
  if (condition.dtype === "u8") return where(cast(condition, "bool"), a, b);
  if (condition.dtype !== "bool") {
    throw new DTypeError(
      `where: the condition must be bool, got ${condition.dtype}\n  hint: compare first, x.gt(0)`,
    );
  }
  const scalars = typeof a !== "object" && typeof b !== "object";
  const dtype = scalars ? promote(ofNumber(a), ofNumber(b)) : resultType("where", a, b);
  const stream = streamOf(condition);
  const [x, y] = [a, b].map((chosen) =>
    asTensor(typeof chosen === "number" ? held("where", chosen, dtype) : chosen, dtype, stream),
  ) as [Tensor, Tensor];
  const shape = broadcastShapes(
    "where",
    condition.shape,
    broadcastShapes("where", x.shape, y.shape),
  );
  return record(whereOp, [condition, x, y], shape, dtype);
}

const ofNumber = (x: number | boolean): DType => (typeof x === "boolean" ? "bool" : "f32");

/** Whether x is NaN, elementwise, as bool. */
export function isnan(x: Tensor): Tensor {
  if (arguments.length > 1) checkCall("isnan(x)", arguments);
  checkTensor("isnan", x);
  return record(isNanOp, [x], x.shape, "bool");
}
const isNanOp: Op = elementwise({
  name: "isnan",
  reference: (x) => Number(Number.isNaN(x)),
  expression: (x) => (isFloating(x.dtype) ? e.isNan(x) : e.constant(0, "bool")),
});
