import { isFloating } from "../../dtype.ts";
import { DTypeError, detail, GradError } from "../../errors.ts";
import { type Expr, e } from "../../kernel/expression.ts";
import { inOrder, type Pair } from "../../results.ts";
import { checkCall } from "../../signature.ts";
import { composite, noGrad } from "../../tape/modes.ts";
import { record, recordGradient } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { type BinaryOp, binaryFloat, checkTensor } from "../core/apply.ts";
import { cast, checkFloating, zeroGradient } from "../core/constant.ts";
import { elementwise } from "../core/define.ts";
import { mul, neg, trueDivide } from "./arithmetic.ts";
import { eq, gt, lt, where } from "./comparison.ts";
import { exp2 } from "./unary.ts";

/** |a| with the sign of b (−0 counts as negative), elementwise. The gradient at a = 0 is 0. */
export const copysign: BinaryOp = binaryFloat(
  elementwise({
    name: "copysign",
    reference: (a, b) => (b < 0 || Object.is(b, -0) ? -Math.abs(a) : Math.abs(a)),
    expression: (a, b) => {
      const zero = e.number(0, b);
      const isMinusZero = e.and(e.eq(b, zero), e.lt(e.div(e.number(1, b), b), zero));
      const size = e.abs(a);
      return e.select(e.or(e.lt(b, zero), isMinusZero), e.neg(size), size);
    },
    saves: ([first]) => (first ? [0, "output"] : []),
    gradient: (dy, [a], { needs, output }) => [
      needs[0] === true && where(eq(a as Tensor, 0), 0, mul(dy, trueDivide(output, a as Tensor))),
      needs[1] === true && zeroGradient(dy),
    ],
  }),
);

/** Whether x is negative or −0, elementwise, as bool. */
export function signbit(x: Tensor): Tensor {
  checkCall("signbit(x)", arguments);
  checkTensor("signbit", x);
  return composite(() => lt(isFloating(x.dtype) ? copysign(1, x) : x, 0));
}

/** Whether x is +∞, elementwise, as bool. */
export function isposinf(x: Tensor): Tensor {
  checkCall("isposinf(x)", arguments);
  return composite(() => eq(x, Infinity));
}

/** Whether x is −∞, elementwise, as bool. */
export function isneginf(x: Tensor): Tensor {
  checkCall("isneginf(x)", arguments);
  return composite(() => eq(x, -Infinity));
}

/** y = a · 2ᵇ, elementwise. */
export function ldexp(a: Tensor, b: Tensor): Tensor {
  checkCall("ldexp(a, b)", arguments);
  return composite(() => mul(a, exp2(b)));
}

/** The exponent n with 2ⁿ⁻¹ ≤ |x| < 2ⁿ. It is 0 for 0 and for elements that are not finite. */
function exponentReference(x: number): number {
  if (x === 0 || !Number.isFinite(x)) return 0;
  const exponent = Math.floor(Math.log2(Math.abs(x))) + 1;
  const size = Math.abs(x) / 2 ** exponent;
  return size >= 1 ? exponent + 1 : size < 0.5 ? exponent - 1 : exponent;
}

const bitsOf = (x: Expr): Expr => e.bitcast(x, "u32");
const isPlain = (x: Expr): Expr => {
  const field = e.bitAnd(e.shiftRight(bitsOf(x), e.u32(23)), e.u32(255));
  return e.and(e.ne(field, e.u32(0)), e.ne(field, e.u32(255)));
};

const exponentOp = elementwise({
  name: "frexp exponent",
  reference: exponentReference as (...values: number[]) => number,
  expression: (x) => {
    const field = e.bitAnd(e.shiftRight(bitsOf(x), e.u32(23)), e.u32(255));
    const exponent = e.sub(e.bitcast(field, "i32"), e.constant(126, "i32"));
    return e.select(isPlain(x), exponent, e.constant(0, "i32"));
  },
});

const mantissaOp = elementwise({
  name: "frexp mantissa",
  reference: (x) => x / 2 ** exponentReference(x),
  expression: (x) => {
    const bits = e.bitOr(e.bitAnd(bitsOf(x), e.u32(0x807fffff)), e.u32(0x3f000000));
    return e.select(isPlain(x), e.bitcast(bits, "f32"), x);
  },
  saves: [0],
  gradient: (dy, [x]) => [mul(dy, exp2(neg(exponentOf(x as Tensor))))],
});

const exponentOf = (x: Tensor): Tensor => record(exponentOp, [x], x.shape, "i32");

/** The result of `frexp`: by name, or `const [mantissa, exponent] = …`. */
export interface MantissaAndExponent extends Pair<Tensor> {
  readonly mantissa: Tensor;
  readonly exponent: Tensor;
}

/**
 * x = mantissa · 2^exponent with ½ ≤ |mantissa| < 1, elementwise; the exponents are i32. 0, ±∞ and
 * NaN keep their value, with the exponent 0.
 */
export function frexp(x: Tensor): MantissaAndExponent {
  checkCall("frexp(x)", arguments);
  checkTensor("frexp", x);
  checkFloating("frexp", x);
  return composite(() => {
    const value = x.dtype === "f16" ? cast(x, "f32") : x;
    const mantissa = cast(record(mantissaOp, [value], x.shape, value.dtype), x.dtype);
    return inOrder({ mantissa, exponent: exponentOf(value) });
  });
}

/**
 * 0 where x < 0, 1 where x > 0, and `values` where x = 0, elementwise. Both have one dtype. It has
 * no derivative, as in PyTorch.
 */
export function heaviside(x: Tensor, values: Tensor): Tensor {
  checkCall("heaviside(x, values)", arguments);
  checkTensor("heaviside", x);
  checkTensor("heaviside", values);
  if (x.dtype !== values.dtype) {
    throw new DTypeError(
      `heaviside: both must be of one dtype${detail("x", x.shape, x.dtype)}${detail("values", values.shape, values.dtype)}`,
    );
  }
  const step = (): Tensor => where(eq(x, 0), values, cast(gt(x, 0), x.dtype));
  const made = noGrad(() => composite(step));
  recordGradient("heaviside", made, [x, values], () => {
    throw new GradError(
      "heaviside: has no derivative, as in PyTorch\n  hint: heaviside(x.detach(), …)",
    );
  });
  return made;
}
