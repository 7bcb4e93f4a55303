import { type Expr, e } from "../expression.ts";
import { clamp, copySign, float, int, type KernelFunction, ofLanes, sizeBits } from "./define.ts";

const inf = Number.POSITIVE_INFINITY;
const NAN = Number.NaN;

/** The extreme of two values by a comparison; NaN if either is. */
const extreme = (beats: (a: Expr, b: Expr) => Expr): KernelFunction =>
  ofLanes((a, b) => {
    const chosen = e.select(beats(a as Expr, b as Expr), a as Expr, b as Expr);
    const other = e.select(e.isNan(b as Expr), b as Expr, chosen);
    return e.select(e.isNan(a as Expr), a as Expr, other);
  });

export const arithmetic: Record<string, KernelFunction> = {
  isNan_f32: ofLanes((x) => e.gt(sizeBits(x as Expr), e.u32(0x7f800000))),
  isFinite_f32: ofLanes((x) => e.lt(sizeBits(x as Expr), e.u32(0x7f800000))),
  // rounds to f16 by bits, ties to even, since targets' conversions may round otherwise or lose
  // infinity; below 2⁻¹⁴ (subnormal halves) fewer digits are kept, below 2⁻²⁵ none
  half_f32: ofLanes((value) => {
    const x = value as Expr;
    const bits = e.bitcast(x, "u32");
    const size = sizeBits(x);
    const exponent = e.nativeMin(e.shiftRight(size, e.u32(23)), e.u32(113));
    const dropped = e.nativeMin(e.sub(e.u32(126), exponent), e.u32(23));
    const step = e.shiftLeft(e.u32(1), dropped);
    const odd = e.bitAnd(e.shiftRight(size, dropped), e.u32(1));
    const rounded = e.add(e.sub(e.add(size, e.shiftRight(step, e.u32(1))), e.u32(1)), odd);
    let y = e.bitAnd(rounded, e.bitXor(e.sub(step, e.u32(1)), e.u32(0xffffffff)));
    y = e.select(e.ge(y, e.u32(0x47800000)), e.u32(0x7f800000), y);
    const tiny = e.select(e.gt(size, e.u32(0x33000000)), e.u32(0x33800000), e.u32(0));
    y = e.select(e.lt(size, e.u32(0x33800000)), tiny, y);
    y = e.select(e.gt(size, e.u32(0x7f800000)), size, y);
    return e.bitcast(e.bitOr(y, e.bitAnd(bits, e.u32(0x80000000))), "f32");
  }),
  ne_f32: ofLanes((a, b) =>
    e.or(e.not(e.nativeEq(a as Expr, b as Expr)), e.or(e.isNan(a as Expr), e.isNan(b as Expr))),
  ),
  eq_f32: ofLanes((a, b) =>
    e.and(
      e.nativeEq(a as Expr, b as Expr),
      e.and(e.not(e.isNan(a as Expr)), e.not(e.isNan(b as Expr))),
    ),
  ),
  max_f32: extreme(e.gt),
  min_f32: extreme(e.lt),
  sign_f32: ofLanes((x) => {
    const above = e.select(e.gt(x as Expr, float(0)), float(1), float(0));
    return e.select(e.lt(x as Expr, float(0)), float(-1), above);
  }),
  sqrt_f32: ofLanes((value) => {
    const x = value as Expr;
    const same = e.or(e.nativeEq(x, float(0)), e.ge(sizeBits(x), e.u32(0x7f800000)));
    const root = e.select(same, x, e.nativeSqrt(e.abs(x)));
    return e.select(e.lt(x, float(0)), float(NAN), root);
  }),
  rsqrt_f32: ofLanes((value) => {
    const x = value as Expr;
    const bits = sizeBits(x);
    let y = e.nativeDiv(float(1), e.nativeSqrt(e.abs(x)));
    y = e.select(e.nativeEq(bits, e.u32(0x7f800000)), float(0), y);
    y = e.select(e.nativeEq(x, float(0)), copySign(float(inf), x), y);
    y = e.select(e.lt(x, float(0)), float(NAN), y);
    return e.select(e.gt(bits, e.u32(0x7f800000)), x, y);
  }),
  // targets' conversions are undefined out of range: here i32 saturates, u32 wraps, NaN gives 0
  i32_f32: ofLanes((value) => {
    const x = value as Expr;
    const inside = e.nativeInt(clamp(x, float(-2147483648), float(2147483520)));
    const top = e.select(e.ge(x, float(2147483648)), int(2147483647), inside);
    return e.select(e.isNan(x), int(0), top);
  }),
  u32_f32: ofLanes((value) => {
    const x = value as Expr;
    const size = e.select(e.isFinite(x), e.trunc(e.abs(x)), float(0));
    const turns = e.floor(e.mul(size, float(2 ** -32)));
    const rest = e.sub(size, e.mul(turns, float(2 ** 32)));
    const low = e.nativeUnsigned(clamp(rest, float(0), float(4294967040)));
    return e.select(e.lt(x, float(0)), e.sub(e.u32(0), low), low);
  }),
};
