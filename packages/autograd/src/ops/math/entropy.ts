import { e } from "../../kernel/expression.ts";
import type { Tensor } from "../../tensor.ts";
import { type BinaryOp, binaryFloat, type UnaryOp, unaryFloat } from "../core/apply.ts";
import { elementwise } from "../core/define.ts";
import { add, mul, neg } from "./arithmetic.ts";
import { eq, le, logicalAnd, where } from "./comparison.ts";
import { div } from "./division.ts";
import { log, ofInput } from "./unary.ts";

/** y = −x log x, elementwise: 0 at x = 0, −∞ for x < 0. */
export const entr: UnaryOp = unaryFloat(
  elementwise(
    ofInput(
      "entr",
      (x) => (x > 0 ? -x * Math.log(x) : x === 0 ? 0 : x < 0 ? -Infinity : x),
      (x) => {
        const number = (value: number) => e.number(value, x);
        const inside = e.neg(e.mul(x, e.log(x)));
        const ends = e.select(e.eq(x, number(0)), number(0), number(-Infinity));
        return e.select(e.le(x, number(0)), ends, inside);
      },
      (dy, x) => mul(dy, neg(add(log(x), 1))),
    ),
  ),
);

/**
 * y = a log(1 + b), elementwise: 0 where a = 0, whatever the logarithm is, but NaN where b is NaN.
 */
export const xlog1py: BinaryOp = binaryFloat(
  elementwise({
    name: "xlog1py",
    reference: (a, b) => (a === 0 && !Number.isNaN(b) ? 0 : a * Math.log1p(b)),
    expression: (a, b) => {
      const none = e.and(e.eq(a, e.number(0, a)), e.not(e.isNan(b)));
      return e.select(none, e.number(0, a), e.mul(a, e.log1p(b)));
    },
    saves: [0, 1],
    gradient: (dy, [a, b], { needs }) => {
      const [x, y] = [a as Tensor, b as Tensor];
      return [
        needs[0] === true && where(logicalAnd(eq(x, 0), le(y, -1)), 0, xlog1py(dy, y)),
        needs[1] === true && div(mul(dy, x), add(y, 1)),
      ];
    },
  }),
);
