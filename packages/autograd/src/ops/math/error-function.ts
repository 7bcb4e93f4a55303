import { type Expr, e } from "../../kernel/expression.ts";
import type { Tensor } from "../../tensor.ts";
import { type UnaryOp, unaryFloat } from "../core/apply.ts";
import { elementwise, polynomial } from "../core/define.ts";
import { erfcReference, erfinvReference } from "../core/reference.ts";
import { mul, neg } from "./arithmetic.ts";
import { exp, ofInput, ofOutput, square } from "./unary.ts";

/** dy · c · e^(x²), or dy · c · e^(−x²) with a minus sign. */
const bell = (dy: Tensor, x: Tensor, factor: number, inverse: boolean): Tensor => {
  const squared = square(x);
  return mul(dy, mul(exp(inverse ? squared : neg(squared)), factor));
};

/** e^(−x²) for 0 ≤ x ≤ 10. x is split after eight bits, so that x² loses no digits. */
function bellOf(x: Expr, further: Expr): Expr {
  const high = e.div(e.floor(e.mul(x, e.number(256, x))), e.number(256, x));
  const low = e.mul(e.sub(x, high), e.add(x, high));
  return e.mul(e.exp(e.neg(e.mul(high, high))), e.exp(e.sub(further, low)));
}

/**
 * By erf near 0; from ½ on by t e^(P(t) − x²) with t = 1 / (1 + x/2), where P is fitted to 1.4e-7.
 */
function erfcExpression(x: Expr): Expr {
  const one = e.number(1, x);
  const far = e.gt(x, e.number(0.5, x));
  const a = e.select(far, e.min(x, e.number(10, x)), one);
  const t = e.div(one, e.add(one, e.mul(a, e.number(0.5, x))));
  const exponent = polynomial(
    t,
    [
      -1.26539433, 0.997107863, 0.404245913, -0.0750613064, 0.411393434, -1.043221, 0.733353913,
      -0.145382896, -0.0170770269,
    ],
  );
  const beyond = e.select(e.gt(x, e.number(10, x)), e.number(0, x), e.mul(t, bellOf(a, exponent)));
  return e.select(far, beyond, e.sub(one, e.erf(x)));
}

/** y = 1 − erf x = 2/√π ∫ₓ exp(−t²) dt, elementwise, accurate where the result is small. */
export const erfc: UnaryOp = unaryFloat(
  elementwise(
    ofInput("erfc", erfcReference, erfcExpression, (dy, x) =>
      bell(dy, x, -2 / Math.sqrt(Math.PI), false),
    ),
  ),
);

/** x P(w), where w = −log(1 − x²), or its root from 5 on. P is fitted to 3e-7. */
function erfinvExpression(x: Expr): Expr {
  const one = e.number(1, x);
  const w = e.neg(e.log(e.mul(e.sub(one, x), e.add(one, x))));
  const near = polynomial(
    w,
    [
      0.886226892, 0.232013941, 0.0115480516, -0.0023331102, -0.000128664658, 4.52327222e-5,
      3.76091657e-6, -1.93315304e-6, 2.16469076e-7, -8.59043148e-9,
    ],
  );
  const far = polynomial(
    e.sub(e.sqrt(w), e.number(3, x)),
    [
      2.83297706, 1.00167465, 0.00943053141, -0.00763021922, 0.00579009531, -0.00364850112,
      0.0012521199, 8.06194075e-5, -0.000142635326,
    ],
  );
  const inside = e.mul(x, e.select(e.lt(w, e.number(5, x)), near, far));
  const end = e.div(x, e.number(0, x));
  const outside = e.select(e.eq(e.abs(x), one), end, e.number(Number.NaN, x));
  return e.select(e.lt(e.abs(x), one), inside, outside);
}

/** The inverse of erf on (−1, 1), elementwise: ±∞ at ±1, NaN outside. */
export const erfinv: UnaryOp = unaryFloat(
  elementwise(
    ofOutput("erfinv", erfinvReference, erfinvExpression, (dy, y) =>
      bell(dy, y, Math.sqrt(Math.PI) / 2, true),
    ),
  ),
);
