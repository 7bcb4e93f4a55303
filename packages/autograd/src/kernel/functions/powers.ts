import { type Expr, e } from "../expression.ts";
import { clamp, float, type KernelFunction, ofLanes } from "./define.ts";
import { expTail, scale } from "./exponentials.ts";
import { logTail, parted } from "./logarithms.ts";

const NAN = float(Number.NaN);
const INF = float(Number.POSITIVE_INFINITY);

/** 2^(b log₂ a). The integer part of log₂ a is separate, so that the fraction keeps its digits. */
function powSize(a: Expr, b: Expr): Expr {
  const { k, f } = parted(a);
  const l = e.mul(e.add(f, logTail(f)), float(Math.LOG2E));
  const whole = e.cast(k, "f32");
  const total = e.add(e.mul(b, whole), e.mul(b, l));
  const n = e.round(clamp(total, float(-126), float(128)));
  const high = e.bitcast(e.bitAnd(e.bitcast(b, "u32"), e.u32(0xfffff000)), "f32");
  const rest = e.add(e.mul(e.sub(b, high), whole), e.mul(b, l));
  const r = e.add(e.sub(e.mul(high, whole), n), rest);
  const tail = e.add(expTail(e.mul(r, float(Math.LN2))), float(1));
  const y = scale(tail, e.nativeInt(n));
  const top = e.select(e.ge(total, float(128.5)), INF, y);
  return e.select(e.lt(total, float(-126.5)), float(0), top);
}

/** Powers with small integer exponents, by multiplication, so that 3² is exactly 9. */
function power(size: Expr, exponent: Expr): Expr {
  let product: Expr = float(1);
  let factor = size;
  for (let bit = 0; bit < 7; bit++) {
    const takes = e.ne(e.bitAnd(exponent, e.u32(2 ** bit)), e.u32(0));
    product = e.select(takes, e.mul(product, factor), product);
    factor = e.mul(factor, factor);
  }
  return product;
}

export const powers: Record<string, KernelFunction> = {
  pow_f32: ofLanes((base, exponent) => {
    const [a, b] = [base as Expr, exponent as Expr];
    const size = e.abs(a);
    const reach = e.abs(b);
    const whole = e.or(e.ge(reach, float(8388608)), e.nativeEq(b, e.trunc(b)));
    const small = e.and(whole, e.le(reach, float(64)));
    const times = e.cast(e.nativeInt(e.nativeMin(reach, float(64))), "u32");
    const n = e.select(small, times, e.u32(0));
    const few = e.ne(n, e.u32(0));
    const product = power(size, n);
    const inside = e.and(e.gt(product, float(1e-37)), e.lt(product, float(1e37)));
    const exact = e.and(few, e.or(e.gt(b, float(0)), inside));
    const repeated = e.select(e.lt(b, float(0)), e.nativeDiv(float(1), product), product);
    let y = e.select(exact, repeated, powSize(size, b));
    const negative = e.eq(e.shiftRight(e.bitcast(a, "u32"), e.u32(31)), e.u32(1));
    const last = e.bitAnd(
      e.bitcast(e.nativeInt(clamp(b, float(-2e7), float(2e7))), "u32"),
      e.u32(1),
    );
    const odd = e.and(e.and(whole, e.lt(reach, float(16777216))), e.ne(last, e.u32(0)));
    const large = e.not(e.isFinite(a));
    const zero = e.nativeEq(size, float(0));
    const below = e.lt(b, float(0));
    const grows = e.eq(zero, below);
    y = e.select(e.or(zero, large), e.select(grows, INF, float(0)), y);
    const undefinedHere = e.and(e.and(negative, e.not(whole)), e.not(e.or(zero, large)));
    y = e.select(undefinedHere, NAN, y);
    y = e.select(e.and(negative, odd), e.neg(y), y);
    const same = e.eq(e.gt(size, float(1)), e.gt(b, float(0)));
    const limit = e.select(e.nativeEq(size, float(1)), float(1), e.select(same, INF, float(0)));
    y = e.select(e.isFinite(b), y, limit);
    y = e.select(e.or(e.isNan(a), e.isNan(b)), NAN, y);
    const one = e.or(
      e.and(e.nativeEq(b, float(0)), e.not(e.isNan(b))),
      e.and(e.nativeEq(a, float(1)), e.not(e.isNan(a))),
    );
    return e.select(one, float(1), y);
  }),
  // C's fmod, exact: the remainder of the mantissas, with eight bits of the quotient in each round
  rem_f32: {
    single: true,
    body: (b, dividend, divisor) => {
      const [x, y] = [dividend as Expr, divisor as Expr];
      const sign = e.bitAnd(e.bitcast(x, "u32"), e.u32(0x80000000));
      const bits = (value: Expr): Expr => e.bitAnd(e.bitcast(value, "u32"), e.u32(0x7fffffff));
      const mantissa = (of: Expr): Expr => e.bitOr(e.bitAnd(of, e.u32(0x7fffff)), e.u32(0x800000));
      const exponent = (of: Expr): Expr => e.shiftRight(of, e.u32(23));
      const [ux, uy] = [b.let(bits(x)), b.let(bits(y))];
      const by = b.let(mantissa(uy));
      const rest = b.var(e.remainder(mantissa(ux), by));
      const left = b.var(e.select(e.lt(ux, uy), e.u32(0), e.sub(exponent(ux), exponent(uy))));
      b.while(e.and(e.gt(left, e.u32(0)), e.ne(rest, e.u32(0))), () => {
        const step = b.let(e.nativeMin(left, e.u32(8)));
        b.set(rest, e.remainder(e.shiftLeft(rest, step), by));
        b.set(left, e.sub(left, step));
      });
      const found = b.let(rest);
      const zeros = b.let(e.sub(e.countLeadingZeros(found), e.u32(8)));
      const none = e.or(e.eq(found, e.u32(0)), e.ge(zeros, exponent(uy)));
      const size = e.bitOr(
        e.shiftLeft(e.sub(exponent(uy), zeros), e.u32(23)),
        e.bitAnd(e.shiftLeft(found, zeros), e.u32(0x7fffff)),
      );
      const exact = e.bitcast(e.bitOr(sign, e.select(none, e.u32(0), size)), "f32");
      const less = e.select(e.lt(ux, uy), x, exact);
      const bad = e.or(
        e.or(e.lt(uy, e.u32(0x800000)), e.ge(ux, e.u32(0x7f800000))),
        e.gt(uy, e.u32(0x7f800000)),
      );
      return e.select(bad, NAN, less);
    },
  },
};
