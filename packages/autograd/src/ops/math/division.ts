import { type DType, isFloating } from "../../dtype.ts";
import { ArgumentError, DTypeError, GradError } from "../../errors.ts";
import type { Op } from "../../graph/op.ts";
import { type Expr, e } from "../../kernel/expression.ts";
import { checkCall } from "../../signature.ts";
import { recordGradient } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { applyBinary, type BinaryOp, type Operand, resultType } from "../core/apply.ts";
import { checkedDivisor } from "../core/bounds.ts";
import { zeroGradient } from "../core/constant.ts";
import { elementwise } from "../core/define.ts";
import { floorQuotient } from "../core/reference.ts";
import { mul, neg, trueDivide } from "./arithmetic.ts";

/** a / b of integers, rounded toward zero. Every device gives 0 where b is 0. */
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

/**
 * ⌊a / b⌋ in floating point, from the exact remainder, because a rounded quotient may have crossed
 * an integer. The rule is that of PyTorch and Python.
 */
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

/**
 * a / b rounded toward zero ("trunc") or down ("floor"). Integers stay integers. The gradient is 0.
 */
function roundedDivision(mode: "trunc" | "floor"): Op {
  return elementwise({
    name: `div ${mode}`,
    reference: mode === "trunc" ? (a, b) => Math.trunc(a / b) : floorQuotient,
    integerReference: (a, b) => Math[mode](a / b), // Exact in f64. A division by 0 stores 0.
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

/**
 * c = f(a, b) for a division that keeps integers. Bools throw, and so does an integer divided by
 * the
 * number 0.
 */
function dividing(call: string, op: Op): BinaryOp {
  return function (a, b) {
    if (arguments.length > 2) checkCall(`${call}(a: operand, b: operand)`, arguments);
    const dtype = resultType(call, a, b);
    if (dtype === "bool") throw noBools(call);
    if (isFloating(dtype)) return applyBinary(op, a, b, dtype);
    const tell = () => byZero(call, dtype);
    if (typeof b === "object") return applyBinary(op, a, checkedDivisor(b, tell), dtype);
    if (Number(b) === 0) throw tell();
    return applyBinary(op, a, b, dtype);
  };
}

const noBools = (call: string): DTypeError =>
  new DTypeError(`${call}: takes numbers, got bool\n  hint: x.to("i32") first`);

const byZero = (call: string, dtype: DType): ArgumentError =>
  new ArgumentError(
    `${call}: cannot divide ${dtype} by 0\n  hint: div gives ±∞ and NaN; or replace zeros of the divisor first`,
  );

const divTrunc: BinaryOp = dividing("div", roundedDivision("trunc"));
const divFloor: BinaryOp = dividing("floorDivide", roundedDivision("floor"));

/** Options of `div`. */
export interface DivOptions {
  /**
   * "trunc" rounds the quotient toward zero, "floor" rounds it down. Without it the quotient is
   * floating-point.
   */
  readonly roundingMode?: "trunc" | "floor" | null;
}

/**
 * c = a / b, elementwise. Integers give f32 unless `roundingMode` is set; then a 0 in b throws an
 * ArgumentError.
 */
export function div(a: Operand, b: Operand, options: DivOptions = {}): Tensor {
  if (arguments.length > 2)
    checkCall('div(a: operand, b: operand, { roundingMode: "trunc" | "floor" | null })', arguments);
  const { roundingMode = null } = options;
  if (roundingMode === "trunc") return divTrunc(a, b);
  if (roundingMode === "floor") return divFloor(a, b);
  return trueDivide(a, b);
}

/**
 * c = ⌊a / b⌋, elementwise, in the promoted dtype. For integers a 0 in b throws an ArgumentError.
 */
export function floorDivide(a: Operand, b: Operand): Tensor {
  if (arguments.length > 2) checkCall("floorDivide(a: operand, b: operand)", arguments);
  const quotient = divFloor(a, b);
  recordGradient("floorDivide", quotient, [quotient], () => {
    throw new GradError(
      'floorDivide: has no derivative, as in PyTorch\n  hint: a.div(b, { roundingMode: "floor" }) has the gradient 0',
    );
  });
  return quotient;
}

/**
 * r = a − b · trunc(a / b), elementwise: the remainder with the sign of a, as C's fmod. For
 * integers a 0 in b throws an ArgumentError.
 */
export const fmod: BinaryOp = dividing(
  "fmod",
  elementwise({
    name: "fmod",
    reference: (a, b) => (a as number) % (b as number),
    expression: (a, b) => e.rem(a as Expr, b as Expr),
    saves: ([, divisor]) => (divisor ? [0, 1] : []),
    gradient: (dy, [a, b], { needs }) => [
      needs[0] === true && dy,
      needs[1] === true && neg(mul(dy, div(a as Tensor, b as Tensor, { roundingMode: "trunc" }))),
    ],
  }),
);

/**
 * r = a − b · ⌊a / b⌋, elementwise: the remainder with the sign of b, as Python's %. For
 * integers a 0 in b throws an ArgumentError.
 */
export const remainder: BinaryOp = dividing(
  "remainder",
  elementwise({
    name: "remainder",
    reference: (a, b) => {
      const rest = (a as number) % (b as number);
      return rest !== 0 && rest < 0 !== (b as number) < 0 ? rest + (b as number) : rest;
    },
    expression: (a, b) => remainderExpression(a as Expr, b as Expr),
    range: (dtype, _, [least, most]) => {
      if (least <= 0 && most >= 0) return null;
      const short = isFloating(dtype) ? 0 : 1; // In floating point the remainder may round to the divisor itself.
      return least > 0 ? [0, most - short] : [least + short, 0];
    },
    saves: ([, divisor]) => (divisor ? [0, 1] : []),
    gradient: (dy, [a, b], { needs }) => [
      needs[0] === true && dy,
      needs[1] === true && neg(mul(dy, div(a as Tensor, b as Tensor, { roundingMode: "floor" }))),
    ],
  }),
);

function remainderExpression(a: Expr, b: Expr): Expr {
  const rest = e.rem(a, b);
  if (a.dtype === "u32" || a.dtype === "u8") return rest;
  const zero = e.number(0, a);
  const wrongSide = e.and(e.ne(rest, zero), e.xor(e.lt(rest, zero), e.lt(b, zero)));
  return e.select(wrongSide, e.add(rest, b), rest);
}
