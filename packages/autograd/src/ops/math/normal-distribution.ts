import { type Expr, e } from "../../kernel/expression.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor, type UnaryOp, unaryFloat } from "../core/apply.ts";
import { elementwise, polynomial } from "../core/define.ts";
import { erfcReference } from "../core/reference.ts";
import { mul, sub } from "./arithmetic.ts";
import { div } from "./division.ts";
import { erfc } from "./error-function.ts";
import { exp, ofInput, ofOutput, square } from "./unary.ts";

function erfcxReference(x: number): number {
  if (x < 2) return Math.exp(x * x) * erfcReference(x);
  let fraction = x;
  for (let n = 200; n >= 1; n--) fraction = x + n / 2 / fraction;
  return 1 / (Math.sqrt(Math.PI) * fraction);
}

/** y = e^(x²) erfc x, elementwise. It does not underflow where erfc does. */
export const erfcx: UnaryOp = unaryFloat(
  elementwise(
    ofInput("erfcx", erfcxReference, e.erfcx, (dy, x) =>
      mul(dy, sub(mul(mul(x, 2), erfcx(x)), 2 / Math.sqrt(Math.PI))),
    ),
  ),
);

const logNdtrReference = (x: number): number =>
  x < 0
    ? Math.log(erfcxReference(-x / Math.SQRT2) / 2) - (x * x) / 2
    : Math.log1p(-erfcReference(x / Math.SQRT2) / 2);

/** By erfcx for negative x; for positive x by log(1 − Φ(−x)). */
function logNdtrExpression(x: Expr): Expr {
  const number = (value: number): Expr => e.number(value, x);
  const size = e.abs(x);
  const scaled = e.mul(e.erfcx(e.mul(size, number(Math.SQRT1_2))), number(0.5));
  const left = e.sub(e.log(scaled), e.mul(e.mul(x, number(0.5)), x));
  const tail = e.mul(scaled, e.exp(e.mul(e.mul(size, number(-0.5)), size)));
  const right = e.log1p(e.neg(tail));
  return e.select(e.lt(x, number(0)), left, right);
}

/**
 * log Φ(x), the log of the standard normal's distribution function, elementwise. It is accurate
 * where Φ(x) underflows.
 */
export const logNdtr: UnaryOp = unaryFloat(
  elementwise(
    ofInput("logNdtr", logNdtrReference, logNdtrExpression, (dy, x) =>
      mul(dy, div(Math.sqrt(2 / Math.PI), erfcx(mul(x, -Math.SQRT1_2)))),
    ),
  ),
);

/** Φ(x) = ½ erfc(−x/√2), the standard normal's distribution function, elementwise. */
export function ndtr(x: Tensor): Tensor {
  checkCall("ndtr(x)", arguments);
  checkTensor("ndtr", x);
  return composite(() => mul(erfc(mul(x, -Math.SQRT1_2)), 0.5));
}

/** By Newton's method on log Φ, for p ≤ ½. */
function ndtriReference(p: number): number {
  if (!(p > 0 && p < 1)) return p === 0 ? -Infinity : p === 1 ? Infinity : Number.NaN;
  if (p > 0.5) return -ndtriReference(1 - p);
  if (p === 0.5) return 0;
  let x = -Math.sqrt(-2 * Math.log(p));
  for (let i = 0; i < 30; i++) {
    const step =
      (logNdtrReference(x) - Math.log(p)) *
      erfcxReference(-x / Math.SQRT2) *
      Math.sqrt(Math.PI / 2);
    x -= step;
    if (Math.abs(step) <= 1e-16 * Math.abs(x)) break;
  }
  return x;
}

/**
 * (2p − 1) F(w) with w = −log 4p(1 − p). F is a polynomial in w up to 5 and in √w beyond, with
 * another one from 16 on. Fitted to 6e-8.
 */
function ndtriExpression(p: Expr): Expr {
  const number = (value: number): Expr => e.number(value, p);
  const one = number(1);
  const x = e.sub(e.add(p, p), one);
  const w = e.neg(e.log(e.mul(e.mul(number(4), p), e.sub(one, p))));
  const root = e.sqrt(w);
  const near = polynomial(
    w,
    [
      1.25331413, 0.328117088, 0.0163322632, -0.00330119367, -0.000180285926, 6.30245381e-5,
      5.63321285e-6, -2.79515058e-6, 3.12585625e-7, -1.24324313e-8,
    ],
  );
  const middle = polynomial(
    e.sub(root, number(3)),
    [
      4.00643436, 1.41658099, 0.0133492651, -0.0107783073, 0.00811260131, -0.00520006619,
      0.0019175207, 0.000147518169, -0.000289878863,
    ],
  );
  const far = polynomial(
    e.sub(root, number(7)),
    [
      9.71426097, 1.42637065, -0.000725726594, 7.48990329e-6, 8.98757822e-6, -1.80281895e-6,
      3.48097518e-7, -1.35633878e-7, 2.17001011e-8,
    ],
  );
  const beyond = e.select(e.lt(w, number(16)), middle, far);
  const inside = e.mul(x, e.select(e.lt(w, number(5)), near, beyond));
  const end = e.mul(x, number(Infinity));
  const outside = e.select(e.eq(e.abs(x), one), end, number(Number.NaN));
  const valid = e.and(e.gt(p, number(0)), e.lt(p, one));
  const known = e.and(e.ge(p, number(0)), e.le(p, one));
  return e.select(valid, inside, e.select(known, outside, number(Number.NaN)));
}

/** The inverse of Φ on (0, 1), elementwise: ∓∞ at 0 and 1, NaN outside. */
export const ndtri: UnaryOp = unaryFloat(
  elementwise(
    ofOutput("ndtri", ndtriReference, ndtriExpression, (dy, y) =>
      mul(dy, mul(exp(mul(square(y), 0.5)), Math.sqrt(2 * Math.PI))),
    ),
  ),
);
