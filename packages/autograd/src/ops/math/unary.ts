import { type DType, isFloating } from "../../dtype.ts";
import { type Expr, e } from "../../kernel/expression.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import { watch } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor, type UnaryOp, unary, unaryFloat } from "../core/apply.ts";
import { cast, checkFloating, copy, refuseBool, zeroGradient } from "../core/constant.ts";
import { type ElementwiseSpec, elementwise } from "../core/define.ts";
import { erfReference, roundHalfToEven } from "../core/reference.ts";
import { add, mul, neg, sub, trueDivide } from "./arithmetic.ts";
import { eq, isnan, le, lt, where } from "./comparison.ts";

/** An op with one operand, whose gradient reads the operand: dL/dx = rule(dy, x). */
export const ofInput = (
  name: string,
  reference: (x: number) => number,
  expression: (x: Expr) => Expr,
  rule: (dy: Tensor, x: Tensor) => Tensor,
): ElementwiseSpec => ({
  name,
  reference: reference as (...values: number[]) => number,
  expression: expression as (...values: Expr[]) => Expr,
  saves: [0],
  gradient: (dy, [x]) => [rule(dy, x as Tensor)],
});

/** An op with one operand, whose gradient reads the result: dL/dx = rule(dy, y). */
export const ofOutput = (
  name: string,
  reference: (x: number) => number,
  expression: (x: Expr) => Expr,
  rule: (dy: Tensor, y: Tensor) => Tensor,
): ElementwiseSpec => ({
  name,
  reference: reference as (...values: number[]) => number,
  expression: expression as (...values: Expr[]) => Expr,
  saves: ["output"],
  gradient: (dy, _, { output }) => [rule(dy, output)],
});

/** y = |x|, elementwise. The gradient at 0 is 0. */
export const abs: UnaryOp = unary(
  elementwise(ofInput("abs", Math.abs, e.abs, (dy, x) => mul(dy, sign(x)))),
);
/** y = −1, 0 or 1, the sign of x, elementwise; 0 for NaN. The gradient is 0. */
export const sign: UnaryOp = unary(
  elementwise({
    name: "sign",
    reference: (x) => Number((x as number) > 0) - Number((x as number) < 0),
    expression: (input) => {
      const x = input as Expr;
      const zero = e.number(0, x);
      const notAbove = x.dtype === "u32" ? zero : e.select(e.lt(x, zero), e.number(-1, x), zero);
      return e.select(e.gt(x, zero), e.number(1, x), notAbove);
    },
    gradient: (dy) => [zeroGradient(dy)],
  }),
);

/** y = eˣ, elementwise. */
export const exp: UnaryOp = unaryFloat(elementwise(ofOutput("exp", Math.exp, e.exp, mul)));
/** y = 2ˣ, elementwise. */
export const exp2: UnaryOp = unaryFloat(
  elementwise(
    ofOutput(
      "exp2",
      (x) => 2 ** x,
      e.exp2,
      (dy, y) => mul(mul(dy, y), Math.LN2),
    ),
  ),
);
/** y = eˣ − 1, elementwise, accurate near 0. */
export const expm1: UnaryOp = unaryFloat(
  elementwise(ofOutput("expm1", Math.expm1, e.expm1, (dy, y) => mul(dy, add(y, 1)))),
);
/** y = ln x, elementwise. */
export const log: UnaryOp = unaryFloat(elementwise(ofInput("log", Math.log, e.log, trueDivide)));
/** y = log₂ x, elementwise. */
export const log2: UnaryOp = unaryFloat(
  elementwise(ofInput("log2", Math.log2, e.log2, (dy, x) => trueDivide(dy, mul(x, Math.LN2)))),
);
/** y = log₁₀ x, elementwise. */
export const log10: UnaryOp = unaryFloat(
  elementwise(
    ofInput(
      "log10",
      Math.log10,
      (x) => e.mul(e.log2(x), e.number(Math.LOG10E * Math.LN2, x)),
      (dy, x) => trueDivide(dy, mul(x, Math.LN10)),
    ),
  ),
);
/** y = ln(1 + x), elementwise, accurate near 0. */
export const log1p: UnaryOp = unaryFloat(
  elementwise(ofInput("log1p", Math.log1p, e.log1p, (dy, x) => trueDivide(dy, add(x, 1)))),
);
/** y = √x, elementwise. */
export const sqrt: UnaryOp = unaryFloat(
  elementwise(ofOutput("sqrt", Math.sqrt, e.sqrt, (dy, y) => trueDivide(dy, mul(y, 2)))),
);
/** y = √x, elementwise, with the gradient 0 at 0: norms and standard deviations need it. */
export const safeSqrt: UnaryOp = unaryFloat(
  elementwise(
    ofOutput("safeSqrt", Math.sqrt, e.sqrt, (dy, y) =>
      where(eq(y, 0), zeroGradient(dy), trueDivide(dy, mul(y, 2))),
    ),
  ),
);
/** y = 1/√x, elementwise. */
export const rsqrt: UnaryOp = unaryFloat(
  elementwise(
    ofOutput(
      "rsqrt",
      (x) => 1 / Math.sqrt(x),
      e.rsqrt,
      (dy, y) => mul(dy, mul(mul(mul(y, y), y), -0.5)),
    ),
  ),
);
const squareOf: UnaryOp = unary(
  elementwise({
    ...ofInput(
      "square",
      (x) => x * x,
      (x) => e.mul(x, x),
      (dy, x) => mul(dy, mul(x, 2)),
    ),
    integerReference: (x) => Math.imul(x as number, x as number),
  }),
);
/** y = x², elementwise. */
export function square(x: Tensor): Tensor {
  if (arguments.length > 1) checkCall("square(x)", arguments);
  checkTensor("square", x);
  return squareOf(x.dtype === "bool" ? cast(x, "i32") : x);
}
/** y = 1/x, elementwise. */
export const reciprocal: UnaryOp = unaryFloat(
  elementwise(
    ofOutput(
      "reciprocal",
      (x) => 1 / x,
      (x) => e.div(e.number(1, x), x),
      (dy, y) => neg(mul(dy, mul(y, y))),
    ),
  ),
);

/** y = sin x, elementwise. */
export const sin: UnaryOp = unaryFloat(
  elementwise(ofInput("sin", Math.sin, e.sin, (dy, x) => mul(dy, cos(x)))),
);
/** y = cos x, elementwise. */
export const cos: UnaryOp = unaryFloat(
  elementwise(ofInput("cos", Math.cos, e.cos, (dy, x) => neg(mul(dy, sin(x))))),
);
/** y = sin πx / πx, elementwise; 1 at 0. */
export const sinc: UnaryOp = unaryFloat(
  elementwise(
    ofInput(
      "sinc",
      (x) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)),
      (x) => {
        const [one, turn] = [e.number(1, x), e.mul(x, e.number(Math.PI, x))];
        return e.select(e.eq(x, e.number(0, x)), one, e.div(e.sin(turn), turn));
      },
      (dy, x) => {
        const none = eq(x, 0);
        const turn = mul(where(none, 1, x), Math.PI);
        const derivative = trueDivide(
          sub(mul(turn, cos(turn)), sin(turn)),
          mul(square(turn), 1 / Math.PI),
        );
        return where(none, zeroGradient(dy), mul(dy, derivative));
      },
    ),
  ),
);
/** y = tan x, elementwise. */
export const tan: UnaryOp = unaryFloat(
  elementwise(ofOutput("tan", Math.tan, e.tan, (dy, y) => mul(dy, add(square(y), 1)))),
);
/** y = arcsin x, elementwise. */
export const asin: UnaryOp = unaryFloat(
  elementwise(ofInput("asin", Math.asin, e.asin, (dy, x) => mul(dy, rsqrt(sub(1, square(x)))))),
);
/** y = arccos x, elementwise. */
export const acos: UnaryOp = unaryFloat(
  elementwise(
    ofInput("acos", Math.acos, e.acos, (dy, x) => neg(mul(dy, rsqrt(sub(1, square(x)))))),
  ),
);
/** y = arctan x, elementwise. */
export const atan: UnaryOp = unaryFloat(
  elementwise(ofInput("atan", Math.atan, e.atan, (dy, x) => trueDivide(dy, add(square(x), 1)))),
);
/** y = sinh x, elementwise. */
export const sinh: UnaryOp = unaryFloat(
  elementwise(ofInput("sinh", Math.sinh, e.sinh, (dy, x) => mul(dy, cosh(x)))),
);
/** y = cosh x, elementwise. */
export const cosh: UnaryOp = unaryFloat(
  elementwise(ofInput("cosh", Math.cosh, e.cosh, (dy, x) => mul(dy, sinh(x)))),
);
/** y = tanh x, elementwise. */
export const tanh: UnaryOp = unaryFloat(
  elementwise(ofOutput("tanh", Math.tanh, e.tanh, (dy, y) => mul(dy, sub(1, square(y))))),
);
/** y = arsinh x, elementwise. */
export const asinh: UnaryOp = unaryFloat(
  elementwise(ofInput("asinh", Math.asinh, e.asinh, (dy, x) => mul(dy, rsqrt(add(square(x), 1))))),
);
/** y = arcosh x, elementwise. */
export const acosh: UnaryOp = unaryFloat(
  elementwise(ofInput("acosh", Math.acosh, e.acosh, (dy, x) => mul(dy, rsqrt(sub(square(x), 1))))),
);
/** y = artanh x, elementwise. */
export const atanh: UnaryOp = unaryFloat(
  elementwise(ofInput("atanh", Math.atanh, e.atanh, (dy, x) => trueDivide(dy, sub(1, square(x))))),
);
/** y = 2/√π ∫₀ˣ exp(−t²) dt, elementwise. */
export const erf: UnaryOp = unaryFloat(
  elementwise(
    ofInput("erf", erfReference, e.erf, (dy, x) =>
      mul(dy, mul(exp(neg(square(x))), 2 / Math.sqrt(Math.PI))),
    ),
  ),
);
/** y = 1 / (1 + e⁻ˣ), elementwise. */
export const sigmoid: UnaryOp = unaryFloat(
  elementwise(
    ofOutput(
      "sigmoid",
      (x) => 1 / (1 + Math.exp(-x)),
      (x) => e.div(e.number(1, x), e.add(e.number(1, x), e.exp(e.neg(x)))),
      (dy, y) => mul(dy, mul(y, sub(1, y))),
    ),
  ),
);

/** A step function: integers stay as they are, and the gradient is 0. */
const rounding = (
  name: string,
  round: (x: number) => number,
  expression: (x: Expr) => Expr,
): UnaryOp =>
  unary(
    elementwise({
      name,
      reference: round as (...values: number[]) => number,
      expression: (x) => (isFloating((x as Expr).dtype) ? expression(x as Expr) : (x as Expr)),
      gradient: (dy) => [zeroGradient(dy)],
    }),
  );

/** y = ⌊x⌋, elementwise. The gradient is 0. */
export const floor: UnaryOp = rounding("floor", Math.floor, e.floor);
/** y = ⌈x⌉, elementwise. The gradient is 0. */
export const ceil: UnaryOp = rounding("ceil", Math.ceil, e.ceil);
/** y = x rounded toward zero, elementwise. The gradient is 0. */
export const trunc: UnaryOp = rounding("trunc", Math.trunc, e.trunc);
const roundToWhole: UnaryOp = rounding("round", roundHalfToEven, e.round);

/** Options of `round`. */
export interface RoundOptions {
  /** Digits after the decimal point. A negative number counts digits before it. */
  readonly decimals?: number;
}

/** y = x rounded to `decimals` digits, halves to even, elementwise. The gradient is 0. */
export function round(x: Tensor, options: RoundOptions = {}): Tensor {
  if (arguments.length > 1) checkCall("round(x, { decimals: int })", arguments);
  const { decimals = 0 } = options;
  if (decimals === 0) return roundToWhole(x);
  const scale = 10 ** Math.abs(decimals);
  return composite(() =>
    decimals > 0
      ? trueDivide(roundToWhole(mul(x, scale)), scale)
      : mul(roundToWhole(trueDivide(x, scale)), scale),
  );
}

const fraction: UnaryOp = unary(
  elementwise({
    name: "frac",
    reference: (x) => (x as number) - Math.trunc(x as number),
    expression: (x) => e.sub(x as Expr, e.trunc(x as Expr)),
    gradient: (dy) => [dy],
  }),
);

/** y = x − trunc x of a floating-point x, elementwise. It has the sign of x. */
export function frac(x: Tensor): Tensor {
  if (arguments.length > 1) checkCall("frac(x)", arguments);
  checkTensor("frac", x);
  checkFloating("frac", x);
  return fraction(x);
}

const rectified: UnaryOp = unary(
  elementwise(
    ofOutput(
      "relu",
      (x) => Math.max(x, 0),
      (x) => e.select(e.lt(x, e.number(0, x)), e.number(0, x), x),
      (dy, y) => where(le(y, 0), zeroGradient(dy), dy),
    ),
  ),
);

/** y = max(0, x), elementwise. The gradient at 0 is 0. Bools throw. */
export function relu(x: Tensor): Tensor {
  if (arguments.length > 1) checkCall("relu(x)", arguments);
  return rectified(refuseBool("relu", x, 'x.to("f32") first'));
}

/** Whether x is +∞ or −∞, elementwise, as bool. */
export function isinf(x: Tensor): Tensor {
  if (arguments.length > 1) checkCall("isinf(x)", arguments);
  return composite(() => eq(abs(x), Infinity));
}
/** Whether x is neither infinite nor NaN, elementwise, as bool. */
export function isfinite(x: Tensor): Tensor {
  if (arguments.length > 1) checkCall("isfinite(x)", arguments);
  return composite(() => lt(abs(x), Infinity));
}

/** Options of `nanToNum`. */
export interface NanToNumOptions {
  readonly nan?: number;
  readonly posinf?: number;
  readonly neginf?: number;
}

const largest: Partial<Record<DType, number>> = {
  f16: 65504,
  f32: (2 - 2 ** -23) * 2 ** 127,
  f64: Number.MAX_VALUE,
};

/**
 * x with NaN and the infinities replaced by numbers, elementwise: by default 0 and the dtype's
 * largest values.
 */
export function nanToNum(x: Tensor, options: NanToNumOptions = {}): Tensor {
  if (arguments.length > 1)
    checkCall(
      "nanToNum(x, { nan: number | NaN, posinf: number | NaN | null, neginf: number | NaN | null })",
      arguments,
    );
  checkTensor("nanToNum", x);
  if (!isFloating(x.dtype)) return copy(x);
  const limit = largest[x.dtype] as number;
  const { nan = 0, posinf = limit, neginf = -limit } = options;
  const made = composite(() => {
    const finite = where(eq(x, -Infinity), neginf, x);
    return where(isnan(x), nan, where(eq(x, Infinity), posinf, finite));
  });
  return watch(made, x);
}
