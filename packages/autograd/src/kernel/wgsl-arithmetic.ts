import { anyWidth, scalar, type WgslFunction } from "./wgsl-function.ts";

export const values: Record<string, WgslFunction> = {
  // Through a variable, because a literal, or anything that folds to one, is a compile error.
  infBits: scalar("var<private> infBits: u32 = 0x7f800000u;"),
  inf_f32: scalar("fn inf_f32() -> f32 { return bitcast<f32>(infBits); }", "infBits"),
  nan_f32: scalar("fn nan_f32() -> f32 { return bitcast<f32>(infBits | 0x400000u); }", "infBits"),
  isNan_f32: anyWidth(
    "fn isNan_f32$(x: $F) -> $B { return (bitcast<$U>(x) & $U(0x7fffffffu)) > $U(0x7f800000u); }",
  ),
  // Rounded to a half by its bits, ties to even, since a conversion may round as it likes and lose infinity. Below 2⁻¹⁴
  // more digits go; at 2⁻²⁵ all.
  half_f32: anyWidth(`fn half_f32$(x: $F) -> $F {
  let bits = bitcast<$U>(x);
  let size = bits & $U(0x7fffffffu);
  let dropped = min($U(126u) - min(size >> $U(23u), $U(113u)), $U(23u));
  let step = $U(1u) << dropped;
  var y = (size + (step >> $U(1u)) - $U(1u) + ((size >> dropped) & $U(1u))) & ~(step - $U(1u));
  y = select(y, $U(0x7f800000u), y >= $U(0x47800000u));
  y = select(y, select($U(0u), $U(0x33800000u), size > $U(0x33000000u)), size < $U(0x33800000u));
  y = select(y, size, size > $U(0x7f800000u));
  return bitcast<$F>(y | (bits & $U(0x80000000u)));
}`),
  copySign_f32: anyWidth(`fn copySign_f32$(size: $F, sign: $F) -> $F {
  return bitcast<$F>((bitcast<$U>(size) & $U(0x7fffffffu)) | (bitcast<$U>(sign) & $U(0x80000000u)));
}`),
};

export const sums: Record<string, WgslFunction> = {
  // What was lost when a + b was rounded to this sum.
  rounding_f32: anyWidth(`fn rounding_f32$(a: $F, b: $F, sum: $F) -> $F {
  let second = sum - a;
  return (a - (sum - second)) + (b - second);
}`),
};

export const comparisons: Record<string, WgslFunction> = {
  ne_f32: anyWidth(
    "fn ne_f32$(a: $F, b: $F) -> $B { return (a != b) | isNan_f32$(a) | isNan_f32$(b); }",
    "isNan_f32",
  ),
  eq_f32: anyWidth(
    "fn eq_f32$(a: $F, b: $F) -> $B { return (a == b) & !isNan_f32$(a) & !isNan_f32$(b); }",
    "isNan_f32",
  ),
  max_f32: anyWidth(
    `fn max_f32$(a: $F, b: $F) -> $F {
  return select(select(select(b, a, a > b), b, isNan_f32$(b)), a, isNan_f32$(a));
}`,
    "isNan_f32",
  ),
  min_f32: anyWidth(
    `fn min_f32$(a: $F, b: $F) -> $F {
  return select(select(select(b, a, a < b), b, isNan_f32$(b)), a, isNan_f32$(a));
}`,
    "isNan_f32",
  ),
  sign_f32: anyWidth(
    "fn sign_f32$(x: $F) -> $F { return select(select($F(0.0), $F(1.0), x > $F(0.0)), $F(-1.0), x < $F(0.0)); }",
  ),
};

export const roots: Record<string, WgslFunction> = {
  sqrt_f32: anyWidth(
    `fn sqrt_f32$(x: $F) -> $F {
  let same = (x == $F(0.0)) | ((bitcast<$U>(x) & $U(0x7fffffffu)) >= $U(0x7f800000u));
  return select(select(sqrt(abs(x)), x, same), $F(nan_f32()), x < $F(0.0));
}`,
    "nan_f32",
  ),
  rsqrt_f32: anyWidth(
    `fn rsqrt_f32$(x: $F) -> $F {
  let bits = bitcast<$U>(x) & $U(0x7fffffffu);
  var y = select(1.0 / sqrt(abs(x)), $F(0.0), bits == $U(0x7f800000u));
  y = select(y, copySign_f32$($F(inf_f32()), x), x == $F(0.0));
  y = select(y, $F(nan_f32()), x < $F(0.0));
  return select(y, x, bits > $U(0x7f800000u));
}`,
    "copySign_f32",
    "inf_f32",
    "nan_f32",
  ),
};

export const integers: Record<string, WgslFunction> = {
  // A conversion may do anything out of range: i32 ends at its ends, u32 is modulo 2³², and NaN is 0.
  i32_f32: anyWidth(
    `fn i32_f32$(x: $F) -> $I {
  let inside = $I(clamp(x, $F(-2147483648.0), $F(2147483520.0)));
  return select(select(inside, $I(2147483647), x >= $F(2147483648.0)), $I(0), isNan_f32$(x));
}`,
    "isNan_f32",
  ),
  u32_f32: anyWidth(`fn u32_f32$(x: $F) -> $U {
  let finite = (bitcast<$U>(x) & $U(0x7fffffffu)) < $U(0x7f800000u);
  let size = select($F(0.0), trunc(abs(x)), finite);
  let low = $U(clamp(size - floor(size * 2.3283064365386963e-10) * 4294967296.0, $F(0.0), $F(4294967040.0)));
  return select(low, $U(0u) - low, x < $F(0.0));
}`),
  // Through a call, because dividing by a literal 0 is a compile error. What WGSL gives for 0 is the dividend.
  div_i32: anyWidth("fn div_i32$(a: $I, b: $I) -> $I { return a / b; }"),
  div_u32: anyWidth("fn div_u32$(a: $U, b: $U) -> $U { return a / b; }"),
  rem_i32: anyWidth("fn rem_i32$(a: $I, b: $I) -> $I { return a % b; }"),
  rem_u32: anyWidth("fn rem_u32$(a: $U, b: $U) -> $U { return a % b; }"),
  pow_u32: scalar(`fn pow_u32(base: u32, exponent: u32) -> u32 {
  var y = 1u;
  var factor = base;
  for (var n = exponent; n != 0u; n = n >> 1u) {
    if ((n & 1u) != 0u) { y = y * factor; }
    factor = factor * factor;
  }
  return y;
}`),
  pow_i32: scalar(
    `fn pow_i32(base: i32, exponent: i32) -> i32 {
  if (exponent >= 0) { return bitcast<i32>(pow_u32(bitcast<u32>(base), u32(exponent))); }
  if (base == 1) { return 1; }
  if (base == -1) { return select(1, -1, (exponent & 1) != 0); }
  return 0;
}`,
    "pow_u32",
  ),
  mulHigh_u32: anyWidth(`fn mulHigh_u32$(a: $U, b: $U) -> $U {
  let aLow = a & $U(0xffffu);
  let aHigh = a >> $U(16u);
  let bLow = b & $U(0xffffu);
  let bHigh = b >> $U(16u);
  let middle = aHigh * bLow + ((aLow * bLow) >> $U(16u));
  let carry = (middle & $U(0xffffu)) + aLow * bHigh;
  return aHigh * bHigh + (middle >> $U(16u)) + (carry >> $U(16u));
}`),
};
