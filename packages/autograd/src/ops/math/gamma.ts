import { ArgumentError } from "../../errors.ts";
import { type Expr, e } from "../../kernel/expression.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor, type Operand, type UnaryOp, unaryFloat } from "../core/apply.ts";
import { cast } from "../core/constant.ts";
import { elementwise, polynomial } from "../core/define.ts";
import { add, mul, neg, sub } from "./arithmetic.ts";
import { eq, gt, where } from "./comparison.ts";
import { ofInput, reciprocal, round, square, tan } from "./unary.ts";
import { bernoulli, zeta } from "./zeta.ts";

/**
 * log Γ x = (x − ½) log x − x + ½ log 2π + Σ B₂ⱼ / (2j (2j−1)) x^(1−2j). Abramowitz & Stegun
 * 6.1.41.
 */
const ofLogGamma = bernoulli.map((b, i) => b / ((2 * i + 2) * (2 * i + 1)));
/** ψ(x) = log x − 1/2x − Σ B₂ⱼ / 2j x^(−2j). Abramowitz & Stegun 6.3.18. */
const ofDigamma = bernoulli.map((b, i) => b / (2 * i + 2));
const HALF_LOG_TAU = Math.log(2 * Math.PI) / 2;

const sumAt = (coefficients: readonly number[], x: number): number =>
  coefficients.reduceRight((sum, c) => sum * x + c, 0);

/** log |Γ(x)| in f64. */
export function lgammaReference(x: number): number {
  if (x <= 0) {
    const sine = Math.sin(Math.PI * (x - Math.round(x)));
    return sine === 0 || x === -Infinity
      ? Infinity
      : Math.log(Math.PI / Math.abs(x * sine)) - lgammaReference(-x);
  }
  let product = 1;
  let a = x;
  for (; a < 15; a++) product *= a;
  const series = sumAt(ofLogGamma, 1 / (a * a)) / a;
  return (a - 0.5) * (Math.log(a) - 1) - 0.5 + HALF_LOG_TAU + series - Math.log(product);
}

/**
 * On [1, 3]: (x − 1)(x − 2) P(x), fitted to 1e-8. Below 1: by Γ(x + 1) = x Γ(x). Above 3: by the
 * asymptotic series. Negative x: by the reflection formula.
 */
function lgammaExpression(x: Expr): Expr {
  const [one, two, three] = [1, 2, 3].map((n) => e.number(n, x)) as [Expr, Expr, Expr];
  const a = e.abs(x);
  const below = e.lt(a, one);
  const y = e.select(below, e.add(a, one), a);
  const u = e.sub(y, two);
  const fitted = polynomial(
    u,
    [
      0.422784328, -0.100317247, 0.0329656266, -0.0123855295, 0.00499155978, -0.00209895684,
      0.000944300264, -0.00043266837, 0.000130628279, -4.53222419e-5, 7.81773051e-5, -4.13150701e-5,
    ],
  );
  const middle = e.mul(e.mul(e.sub(y, one), u), fitted);
  const near = e.select(below, e.sub(middle, e.log(a)), middle);
  const z = e.div(one, a);
  const series = e.mul(z, polynomial(e.mul(z, z), ofLogGamma.slice(0, 4)));
  const size = e.mul(e.sub(a, e.number(0.5, x)), e.sub(e.log(a), one));
  const far = e.add(size, e.add(e.number(HALF_LOG_TAU - 0.5, x), series));
  const right = e.select(e.lt(a, three), near, far);
  const sine = e.sin(e.mul(e.number(Math.PI, x), e.sub(a, e.round(a))));
  const left = e.sub(e.log(e.abs(e.div(e.number(Math.PI, x), e.mul(a, sine)))), right);
  const whole = e.eq(e.floor(a), a);
  const mirrored = e.select(whole, e.number(Infinity, x), left);
  return e.select(e.gt(x, e.number(0, x)), right, mirrored);
}

/** y = log |Γ(x)|, elementwise: ∞ at 0, −1, −2, … */
export const lgamma: UnaryOp = unaryFloat(
  elementwise(ofInput("lgamma", lgammaReference, lgammaExpression, (dy, x) => mul(dy, digamma(x)))),
);

function digammaReference(x: number): number {
  if (x <= 0) {
    const rest = x === 0 ? x : x - Math.round(x);
    if (rest === 0 && x < 0) return Number.NaN;
    return digammaReference(1 - x) - Math.PI / Math.tan(Math.PI * rest);
  }
  let sum = 0;
  let a = x;
  for (; a < 15; a++) sum += 1 / a;
  return Math.log(a) - 0.5 / a - sumAt(ofDigamma, 1 / (a * a)) / (a * a) - sum;
}

/**
 * By ψ(x) = ψ(x + 6) − Σ 1/(x + k) and the asymptotic series; for negative x by
 * ψ(x) = ψ(1 − x) − π / tan πx.
 */
function digammaExpression(x: Expr): Expr {
  const [zero, one, pi] = [0, 1, Math.PI].map((n) => e.number(n, x)) as [Expr, Expr, Expr];
  const left = e.le(x, zero);
  const y = e.select(left, e.sub(one, x), x);
  const a = e.add(y, e.number(6, x));
  const z = e.div(one, a);
  const square = e.mul(z, z);
  const series = e.mul(square, polynomial(square, ofDigamma.slice(0, 4)));
  let right = e.sub(e.sub(e.log(a), e.mul(z, e.number(0.5, x))), series);
  for (let k = 5; k >= 0; k--) right = e.sub(right, e.div(one, e.add(y, e.number(k, x))));
  const rest = e.select(e.eq(x, zero), x, e.sub(x, e.round(x)));
  const mirrored = e.sub(right, e.div(pi, e.tan(e.mul(pi, rest))));
  const pole = e.and(e.eq(rest, zero), e.lt(x, zero));
  return e.select(pole, e.number(Number.NaN, x), e.select(left, mirrored, right));
}

/** ψ(x), the derivative of log Γ, elementwise: ∓∞ at ±0, NaN at −1, −2, … */
export const digamma: UnaryOp = unaryFloat(
  elementwise(
    ofInput("digamma", digammaReference, digammaExpression, (dy, x) => mul(dy, polygamma(1, x))),
  ),
);

/**
 * ψ⁽ⁿ⁾(x), the n-th derivative of digamma, elementwise: (−1)ⁿ⁺¹ n! ζ(n + 1, x); for negative x
 * (−1)ⁿ ψ⁽ⁿ⁾(1 − x) − π dⁿ/dxⁿ cot πx. ±∞ at 0, −1, −2, …
 */
export function polygamma(n: number, x: Tensor): Tensor {
  checkCall("polygamma(n: number, x)", arguments);
  checkTensor("polygamma", x);
  if (x.dtype === "bool") return polygamma(n, cast(x, "f32"));
  if (!(Number.isInteger(n) && n >= 0)) {
    throw new ArgumentError(`polygamma: n must be a whole number, 0 or more, got ${n}`);
  }
  if (n === 0) return digamma(x);
  let size = 1;
  for (let k = 2; k <= n; k++) size *= k;
  const odd = n % 2 === 1;
  return composite(() => {
    const right = gt(x, 0);
    const value = mul(zeta(n + 1, where(right, x, sub(1, x))), odd ? size : -size);
    const rest = where(right, 0.25, sub(x, round(x)));
    const pole = eq(rest, 0);
    const reflected = mul(cotDerivative(n, where(pole, 0.25, rest)), Math.PI ** (n + 1));
    const left = sub(odd ? neg(value) : value, reflected);
    return where(pole, odd ? Infinity : -Infinity, where(right, value, left));
  });
}

/** dⁿ/dtⁿ cot t at t = πx, as a polynomial in c = cot t: dc/dt = −(1 + c²). */
function cotDerivative(n: number, x: Tensor): Tensor {
  let powers = [0, 1];
  for (let i = 0; i < n; i++) {
    const next = new Array<number>(powers.length + 1).fill(0);
    powers.forEach((p, k) => {
      if (k === 0) return;
      next[k - 1] = (next[k - 1] as number) - k * p;
      next[k + 1] = (next[k + 1] as number) - k * p;
    });
    powers = next;
  }
  const c = reciprocal(tan(mul(x, Math.PI)));
  const squared = square(c);
  // The powers are all even or all odd.
  let sum: Operand = powers[n + 1] as number;
  for (let k = n - 1; k >= 0; k -= 2) sum = add(mul(squared, sum), powers[k] as number);
  return n % 2 === 1 ? (sum as Tensor) : mul(c, sum);
}

/**
 * log Γₚ(x) = ¼ p (p − 1) log π + Σⱼ log Γ(x − j/2) over j < p, elementwise, for x > (p − 1) / 2.
 */
export function mvlgamma(x: Tensor, p: number): Tensor {
  checkCall("mvlgamma(x, p: number)", arguments);
  checkTensor("mvlgamma", x);
  if (!(Number.isInteger(p) && p >= 1)) {
    throw new ArgumentError(`mvlgamma: p must be a whole number, 1 or more, got ${p}`);
  }
  return composite(() => {
    let sum = lgamma(x);
    for (let j = 1; j < p; j++) sum = add(sum, lgamma(sub(x, j / 2)));
    return add(sum, (p * (p - 1) * Math.log(Math.PI)) / 4);
  });
}
