import { e } from "../../kernel/expression.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { type BinaryOp, binaryFloat, checkTensor } from "../core/apply.ts";
import { elementwise } from "../core/define.ts";
import { mul, trueDivide } from "./arithmetic.ts";
import { ge, isnan, le, logicalOr, where } from "./comparison.ts";

/** √(a² + b²), elementwise, without overflow. ∞ if either operand is infinite. */
export const hypot: BinaryOp = binaryFloat(
  elementwise({
    name: "hypot",
    reference: Math.hypot as (...values: number[]) => number,
    expression: (a, b) => {
      const [zero, one, infinity] = [0, 1, Infinity].map((value) => e.number(value, a));
      const [x, y] = [e.abs(a), e.abs(b)];
      const [large, small] = [e.max(x, y), e.min(x, y)];
      const ratio = e.div(small, large);
      const length = e.mul(large, e.sqrt(e.add(one as typeof a, e.mul(ratio, ratio))));
      const finite = e.select(e.eq(large, zero as typeof a), large, length);
      const endless = e.or(e.eq(x, infinity as typeof a), e.eq(y, infinity as typeof a));
      return e.select(endless, infinity as typeof a, finite);
    },
    saves: [0, 1, "output"],
    gradient: (dy, [a, b], { needs, output }) => [
      needs[0] === true && mul(dy, trueDivide(a as Tensor, output)),
      needs[1] === true && mul(dy, trueDivide(b as Tensor, output)),
    ],
  }),
);

/** Converts degrees to radians, elementwise. */
export function deg2rad(x: Tensor): Tensor {
  checkCall("deg2rad(x)", arguments);
  checkTensor("deg2rad", x);
  return composite(() => mul(x, Math.PI / 180));
}

/** Converts radians to degrees, elementwise. */
export function rad2deg(x: Tensor): Tensor {
  checkCall("rad2deg(x)", arguments);
  checkTensor("rad2deg", x);
  return composite(() => mul(x, 180 / Math.PI));
}

/**
 * The larger of two elements. If one of them is NaN, the result is the other one. If they are
 * equal,
 * a gets the gradient.
 */
export function fmax(a: Tensor, b: Tensor): Tensor {
  checkCall("fmax(a, b)", arguments);
  checkTensor("fmax", a);
  checkTensor("fmax", b);
  return composite(() => where(logicalOr(ge(a, b), isnan(b)), a, b));
}

/**
 * The smaller of two elements. If one of them is NaN, the result is the other one. If they are
 * equal, a gets the gradient.
 */
export function fmin(a: Tensor, b: Tensor): Tensor {
  checkCall("fmin(a, b)", arguments);
  checkTensor("fmin", a);
  checkTensor("fmin", b);
  return composite(() => where(logicalOr(le(a, b), isnan(b)), a, b));
}
