import { type Expr, e } from "../../kernel/expression.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { type BinaryOp, binaryFloat, type UnaryOp, unaryFloat } from "../core/apply.ts";
import { elementwise } from "../core/define.ts";
import { add, mul, sub, trueDivide } from "./arithmetic.ts";
import { clamp } from "./binary.ts";
import { eq, gt, le, logicalAnd, where } from "./comparison.ts";
import { abs, exp, exp2, ofInput } from "./unary.ts";

const logOdds: UnaryOp = unaryFloat(
  elementwise(
    ofInput(
      "logit",
      (x) => Math.log(x / (1 - x)),
      (x) => e.log(e.div(x, e.sub(e.number(1, x), x))),
      (dy, x) => where(gt(abs(sub(x, 0.5)), 0.5), Number.NaN, trueDivide(dy, mul(x, sub(1, x)))),
    ),
  ),
);

/** Options of `logit`. */
export interface LogitOptions {
  /** ε: x is clamped to [ε, 1 − ε] first. */
  readonly eps?: number | null;
}

/**
 * y = log(x / (1 − x)), the inverse of sigmoid, elementwise: NaN outside [0, 1]. With `eps`, x is
 * clamped to [eps, 1 − eps] first.
 */
export function logit(x: Tensor, eps: number | null | LogitOptions = {}): Tensor {
  checkCall("logit(x, eps?: number | null, { eps })", arguments);
  const least = typeof eps === "object" ? (eps?.eps ?? null) : eps;
  return least === null ? logOdds(x) : composite(() => logOdds(clamp(x, least, 1 - least)));
}

/** y = a log b, elementwise: 0 where a = 0, whatever log b is, but NaN where b is NaN. */
export const xlogy: BinaryOp = binaryFloat(
  elementwise({
    name: "xlogy",
    reference: (a, b) => (a === 0 && !Number.isNaN(b) ? 0 : a * Math.log(b)),
    expression: (a, b) => {
      const none = e.and(e.eq(a, e.number(0, a)), e.not(e.isNan(b)));
      return e.select(none, e.number(0, a), e.mul(a, e.log(b)));
    },
    saves: [0, 1],
    gradient: (dy, [a, b], { needs }) => {
      const [x, y] = [a as Tensor, b as Tensor];
      return [
        needs[0] === true && where(logicalAnd(eq(x, 0), le(y, 0)), 0, xlogy(dy, y)),
        needs[1] === true && trueDivide(mul(dy, x), y),
      ];
    },
  }),
);

/** The log of a sum of two powers of a base: max(a, b) + log(1 + base^−|a − b|). */
function logarithmOfSum(
  name: string,
  power: (x: number) => number,
  rest: (x: number) => number,
  expression: (difference: Expr) => Expr,
  powerOf: UnaryOp,
): BinaryOp {
  return binaryFloat(
    elementwise({
      name,
      reference: (a, b) => (a === b ? a + rest(1) : Math.max(a, b) + rest(power(-Math.abs(a - b)))),
      expression: (a, b) => {
        // Two equal infinities have no difference.
        const difference = e.select(e.eq(a, b), e.number(0, a), e.neg(e.abs(e.sub(a, b))));
        return e.add(e.max(a, b), expression(difference));
      },
      saves: [0, 1],
      gradient: (dy, [a, b], { needs }) => {
        const [x, y] = [a as Tensor, b as Tensor];
        return [
          needs[0] === true && trueDivide(dy, add(powerOf(sub(y, x)), 1)),
          needs[1] === true && trueDivide(dy, add(powerOf(sub(x, y)), 1)),
        ];
      },
    }),
  );
}

/** y = log(eᵃ + eᵇ), elementwise, without overflow. */
export const logaddexp: BinaryOp = logarithmOfSum(
  "logaddexp",
  Math.exp,
  Math.log1p,
  (d) => e.log1p(e.exp(d)),
  exp,
);

/** y = log₂(2ᵃ + 2ᵇ), elementwise, without overflow. */
export const logaddexp2: BinaryOp = logarithmOfSum(
  "logaddexp2",
  (x) => 2 ** x,
  (x) => Math.log1p(x) * Math.LOG2E,
  (d) => e.mul(e.log1p(e.exp2(d)), e.number(Math.LOG2E, d)),
  exp2,
);
