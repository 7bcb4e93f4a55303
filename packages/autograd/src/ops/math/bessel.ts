import { type Expr, e } from "../../kernel/expression.ts";
import type { Tensor } from "../../tensor.ts";
import { type UnaryOp, unaryFloat } from "../core/apply.ts";
import { elementwise, polynomial } from "../core/define.ts";
import { add, mul, sub } from "./arithmetic.ts";
import { eq, where } from "./comparison.ts";
import { div } from "./division.ts";
import { ofInput, sign } from "./unary.ts";

/**
 * Computes e^(−|x|) Iₙ(x) for n = 0 and 1: by the power series up to 30, by the asymptotic series
 * beyond. Abramowitz & Stegun 9.6.10, 9.7.1.
 */
function scaledReference(n: 0 | 1, x: number): number {
  const size = Math.abs(x);
  const side = n === 1 ? Math.sign(x) : 1;
  if (size === Infinity) return 0 * side;
  let [sum, term] = [1, 1];
  if (size <= 30) {
    for (let k = 1; term > sum * 1e-18; k++) {
      term *= (size * size) / 4 / (k * (k + n));
      sum += term;
    }
    return side * (n === 1 ? size / 2 : 1) * sum * Math.exp(-size);
  }
  for (let k = 1; Math.abs(term) > 1e-18 && k < 40; k++) {
    term *= ((2 * k - 1) ** 2 - 4 * n) / (8 * k * size);
    sum += term;
  }
  return (side * sum) / Math.sqrt(2 * Math.PI * size);
}

const reference = (n: 0 | 1, x: number): number => {
  const half = Math.exp(Math.abs(x) / 2);
  return x === 0 ? 1 - n : scaledReference(n, x) * half * half;
};

/** Iₙ(x) / (x/2)ⁿ as a polynomial in x²/4 up to |x| = 7.75, fitted to 1e-13. */
const near = {
  0: [
    1, 1, 0.25, 0.0277777777, 0.00173611115, 6.94444199e-5, 1.92902158e-6, 3.93653566e-8,
    6.15479429e-10, 7.55534959e-12, 7.86681405e-14, 5.07584526e-16, 7.27128851e-18,
  ],
  1: [
    0.5, 0.25, 0.0416666667, 0.00347222222, 0.000173611113, 5.78703583e-6, 1.3778702e-7,
    2.46037782e-9, 3.4188139e-11, 3.78170934e-13, 3.55606633e-15, 2.16995306e-17, 2.73022093e-19,
  ],
} as const;

/** √|x| e^(−|x|) Iₙ(x) as a polynomial in 1/|x| for larger |x|, fitted to 1e-8. */
const far = {
  0: [0.398942276, 0.0498700085, 0.0278686397, 0.034529369, -0.0212687027, 0.413619803],
  1: [0.398942286, -0.149605944, -0.046540593, -0.0470189991, 0.0182559227, -0.48185417],
} as const;

/** Iₙ(x), multiplied by e^(−|x|) if `scaled`. */
function expression(n: 0 | 1, scaled: boolean, x: Expr): Expr {
  const number = (value: number): Expr => e.number(value, x);
  const size = e.abs(x);
  const limit = number(7.75);
  const isNear = e.le(size, limit);
  const half = e.mul(e.min(size, limit), number(0.5));
  const small = polynomial(e.mul(half, half), near[n]);
  const series = n === 1 ? e.mul(small, e.min(size, limit)) : small;
  const beyond = e.max(size, limit);
  const large = e.div(polynomial(e.div(number(1), beyond), far[n]), e.sqrt(beyond));
  const growth = e.exp(e.mul(size, number(scaled ? -1 : 0.5)));
  const whole = scaled
    ? e.select(isNear, e.mul(series, growth), large)
    : e.select(isNear, series, e.mul(e.mul(large, growth), growth));
  const made = n === 1 ? e.select(e.lt(x, number(0)), e.neg(whole), whole) : whole;
  return e.select(e.isNan(x), x, made);
}

/** y / x, or its limit ½ at x = 0. */
const quotientAtZero = (y: Tensor, x: Tensor): Tensor => {
  const zero = eq(x, 0);
  return where(zero, 0.5, div(y, where(zero, 1, x)));
};

/** The modified Bessel function of the first kind of order 0, I₀(x), elementwise. */
export const i0: UnaryOp = unaryFloat(
  elementwise(
    ofInput(
      "i0",
      (x) => reference(0, x),
      (x) => expression(0, false, x),
      (dy, x) => mul(dy, i1(x)),
    ),
  ),
);

/** e^(−|x|) I₀(x), elementwise. */
export const i0e: UnaryOp = unaryFloat(
  elementwise(
    ofInput(
      "i0e",
      (x) => scaledReference(0, x),
      (x) => expression(0, true, x),
      (dy, x) => mul(dy, sub(i1e(x), mul(sign(x), i0e(x)))),
    ),
  ),
);

/** The modified Bessel function of the first kind of order 1, I₁(x), elementwise. */
export const i1: UnaryOp = unaryFloat(
  elementwise(
    ofInput(
      "i1",
      (x) => reference(1, x),
      (x) => expression(1, false, x),
      (dy, x) => mul(dy, sub(i0(x), quotientAtZero(i1(x), x))),
    ),
  ),
);

/** e^(−|x|) I₁(x), elementwise. */
export const i1e: UnaryOp = unaryFloat(
  elementwise(
    ofInput(
      "i1e",
      (x) => scaledReference(1, x),
      (x) => expression(1, true, x),
      (dy, x) => mul(dy, sub(i0e(x), add(mul(sign(x), i1e(x)), quotientAtZero(i1e(x), x)))),
    ),
  ),
);
