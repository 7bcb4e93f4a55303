import { anyWidth, polynomial, scalar, type WgslFunction } from "./wgsl-function.ts";

export const exponentials: Record<string, WgslFunction> = {
  // exp r - 1 = r + r² P(r) for |r| ≤ ½ log 2.
  expTail_f32: anyWidth(`fn expTail_f32$(r: $F) -> $F {
  return r + r * r * ${polynomial("r", 0.5, 0.16666506, 0.04166617, 0.008370321, 0.001395297)};
}`),
  // 2ⁿ y for -126 ≤ n ≤ 128, to infinity and to 0.
  scale_f32: anyWidth(`fn scale_f32$(y: $F, n: $I) -> $F {
  return (y + y) * bitcast<$F>((n + $I(126)) << $U(23u));
}`),
  // For -87.3 ≤ x ≤ 89.
  expMiddle_f32: anyWidth(
    `fn expMiddle_f32$(x: $F) -> $F {
  let n = round(x * 1.44269504);
  let r = (x - n * 0.69311523) - n * 3.1946183e-5;
  return scale_f32$(expTail_f32$(r) + 1.0, $I(n));
}`,
    "expTail_f32",
    "scale_f32",
  ),
  exp_f32: anyWidth(
    `fn exp_f32$(x: $F) -> $F {
  return select(expMiddle_f32$(clamp(x, $F(-87.3), $F(89.0))), x, isNan_f32$(x));
}`,
    "expMiddle_f32",
    "isNan_f32",
  ),
  exp2_f32: anyWidth(
    `fn exp2_f32$(x: $F) -> $F {
  let t = clamp(x, $F(-126.0), $F(128.5));
  let n = round(t);
  let y = scale_f32$(expTail_f32$((t - n) * 0.6931472) + 1.0, $I(n));
  return select(y, x, isNan_f32$(x));
}`,
    "expTail_f32",
    "scale_f32",
    "isNan_f32",
  ),
  // exp x - 1 = 2ⁿ (exp r - 1) + (2ⁿ - 1), for |x| ≤ 87.
  expm1Middle_f32: anyWidth(
    `fn expm1Middle_f32$(x: $F) -> $F {
  let n = round(x * 1.44269504);
  let r = (x - n * 0.69311523) - n * 3.1946183e-5;
  let s = bitcast<$F>(($I(n) + $I(127)) << $U(23u));
  return s * expTail_f32$(r) + (s - 1.0);
}`,
    "expTail_f32",
  ),
  expm1_f32: anyWidth(
    `fn expm1_f32$(x: $F) -> $F {
  let y = select(expm1Middle_f32$(clamp(x, $F(-25.0), $F(87.0))), exp_f32$(x), x > $F(87.0));
  return select(y, x, (abs(x) < $F(1e-8)) | isNan_f32$(x));
}`,
    "expm1Middle_f32",
    "exp_f32",
  ),
  sinh_f32: anyWidth(
    `fn sinh_f32$(x: $F) -> $F {
  let e = expm1Middle_f32$(min(abs(x), $F(10.0)));
  let root = exp_f32$(abs(x) * 0.5);
  let y = copySign_f32$(select(0.5 * (e + e / (e + 1.0)), (0.5 * root) * root, abs(x) > $F(9.0)), x);
  return select(y, x, isNan_f32$(x));
}`,
    "expm1Middle_f32",
    "exp_f32",
    "copySign_f32",
  ),
  cosh_f32: anyWidth(
    `fn cosh_f32$(x: $F) -> $F {
  let e = exp_f32$(min(abs(x), $F(10.0)));
  let root = exp_f32$(abs(x) * 0.5);
  return select(select(0.5 * e + 0.5 / e, (0.5 * root) * root, abs(x) > $F(9.0)), x, isNan_f32$(x));
}`,
    "exp_f32",
  ),
  tanh_f32: anyWidth(
    `fn tanh_f32$(x: $F) -> $F {
  let e = expm1Middle_f32$(2.0 * min(abs(x), $F(10.0)));
  return select(copySign_f32$(e / (e + 2.0), x), x, isNan_f32$(x));
}`,
    "expm1Middle_f32",
    "copySign_f32",
    "isNan_f32",
  ),
  erf_f32: anyWidth(
    `fn erf_f32$(x: $F) -> $F {
  let a = abs(x);
  let z = min(a, $F(1.0)) * min(a, $F(1.0));
  let near = a * ${polynomial("z", 1.1283791, -0.37612626, 0.112835854, -0.026853811, 0.0051883273, -0.0008010191, 7.853852e-5)};
  let t = clamp(a, $F(1.0), $F(4.0)) - 1.0;
  let far = 1.0 - expMiddle_f32$(${polynomial("t", -1.8496056, -2.6389668, -0.8431183, -0.04150069, 0.009890896, -0.0018261664, 0.0001855749)});
  return select(copySign_f32$(select(near, far, a > $F(1.0)), x), x, isNan_f32$(x));
}`,
    "expMiddle_f32",
    "copySign_f32",
    "isNan_f32",
  ),
};

export const logarithms: Record<string, WgslFunction> = {
  // log(1 + f) - f for √½ ≤ 1 + f ≤ √2, by the series of 2 atanh s, s = f / (2 + f).
  logTail_f32: anyWidth(`fn logTail_f32$(f: $F) -> $F {
  let s = f / (2.0 + f);
  let z = s * s;
  let square = 0.5 * f * f;
  return s * (square + z * ${polynomial("z", 0.6666667, 0.4, 0.2857143, 0.22222222)}) - square;
}`),
  // x = 2ⁿ m with √½ ≤ m < √2: gives n.
  logExponent_f32: anyWidth(`fn logExponent_f32$(x: $F) -> $I {
  return (bitcast<$I>(x) - $I(0x3f3504f3)) >> $U(23u);
}`),
  logEnds_f32: anyWidth(
    `fn logEnds_f32$(y: $F, x: $F) -> $F {
  let bits = bitcast<$U>(x) & $U(0x7fffffffu);
  let top = select(y, x, bits >= $U(0x7f800000u));
  return select(select(top, $F(nan_f32()), x < $F(0.0)), $F(-inf_f32()), bits < $U(0x800000u));
}`,
    "nan_f32",
    "inf_f32",
  ),
  log_f32: anyWidth(
    `fn log_f32$(x: $F) -> $F {
  let k = logExponent_f32$(x);
  let f = bitcast<$F>(bitcast<$I>(x) - (k << $U(23u))) - 1.0;
  let n = $F(k);
  return logEnds_f32$(n * 0.69311523 + (f + (logTail_f32$(f) + n * 3.1946183e-5)), x);
}`,
    "logTail_f32",
    "logExponent_f32",
    "logEnds_f32",
  ),
  log2_f32: anyWidth(
    `fn log2_f32$(x: $F) -> $F {
  let k = logExponent_f32$(x);
  let f = bitcast<$F>(bitcast<$I>(x) - (k << $U(23u))) - 1.0;
  return logEnds_f32$($F(k) + (f + logTail_f32$(f)) * 1.44269504, x);
}`,
    "logTail_f32",
    "logExponent_f32",
    "logEnds_f32",
  ),
  // Near 0 the series of x itself; elsewhere log u for u = 1 + x as rounded, and what rounding lost.
  log1p_f32: anyWidth(
    `fn log1p_f32$(x: $F) -> $F {
  let u = 1.0 + x;
  let near = (x > $F(-0.29)) & (x < $F(0.41));
  let f = select($F(0.0), x, near);
  let lost = select((x - (u - 1.0)) / u, $F(0.0), u > $F(1e7));
  let y = select(log_f32$(u) + lost, f + logTail_f32$(f), near);
  let ends = ((bitcast<$U>(x) & $U(0x7fffffffu)) >= $U(0x7f800000u)) | (x <= $F(-1.0));
  return select(select(y, log_f32$(u), ends), x, abs(x) < $F(1e-8));
}`,
    "log_f32",
  ),
  asinh_f32: anyWidth(
    `fn asinh_f32$(x: $F) -> $F {
  let a = abs(x);
  let b = min(a, $F(1e4));
  let y = select(log1p_f32$(b + b * b / (1.0 + sqrt(1.0 + b * b))), log_f32$(a) + 0.6931472, a > $F(1e4));
  return select(copySign_f32$(y, x), x, isNan_f32$(x));
}`,
    "log1p_f32",
    "copySign_f32",
    "isNan_f32",
  ),
  acosh_f32: anyWidth(
    `fn acosh_f32$(x: $F) -> $F {
  let t = clamp(x, $F(1.0), $F(1e4)) - 1.0;
  let y = select(log1p_f32$(t + sqrt(t * (2.0 + t))), log_f32$(x) + 0.6931472, x > $F(1e4));
  return select(select(y, $F(nan_f32()), x < $F(1.0)), x, isNan_f32$(x));
}`,
    "log1p_f32",
    "isNan_f32",
  ),
  atanh_f32: anyWidth(
    `fn atanh_f32$(x: $F) -> $F {
  let a = abs(x);
  let y = 0.5 * log1p_f32$(2.0 * a / (1.0 - a));
  let ends = select($F(inf_f32()), $F(nan_f32()), (a > $F(1.0)) | isNan_f32$(x));
  return copySign_f32$(select(ends, y, a < $F(1.0)), x);
}`,
    "log1p_f32",
    "copySign_f32",
    "isNan_f32",
  ),
};

export const powers: Record<string, WgslFunction> = {
  // 2^(b log₂ a), with the whole part of log₂ kept apart for its digits.
  powSize_f32: anyWidth(
    `fn powSize_f32$(a: $F, b: $F) -> $F {
  let k = logExponent_f32$(a);
  let f = bitcast<$F>(bitcast<$I>(a) - (k << $U(23u))) - 1.0;
  let l = (f + logTail_f32$(f)) * 1.44269504;
  let whole = $F(k);
  let total = b * whole + b * l;
  let n = round(clamp(total, $F(-126.0), $F(128.0)));
  let high = bitcast<$F>(bitcast<$U>(b) & $U(0xfffff000u));
  let r = (high * whole - n) + ((b - high) * whole + b * l);
  let y = scale_f32$(expTail_f32$(r * 0.6931472) + 1.0, $I(n));
  return select(select(y, $F(inf_f32()), total >= $F(128.5)), $F(0.0), total < $F(-126.5));
}`,
    "logExponent_f32",
    "logTail_f32",
    "expTail_f32",
    "scale_f32",
    "inf_f32",
  ),
  pow_f32: anyWidth(
    `fn pow_f32$(a: $F, b: $F) -> $F {
  let size = abs(a);
  let whole = (abs(b) >= $F(8388608.0)) | (b == trunc(b));
  // Small whole exponents by repeated multiplication, so that 3² is 9.
  var n = select($U(0u), $U(min(abs(b), $F(64.0))), whole & (abs(b) <= $F(64.0)));
  let few = n != $U(0u);
  var product = $F(1.0);
  var factor = size;
  for (var more = any(few); more; more = any(n != $U(0u))) {
    product = select(product, product * factor, (n & $U(1u)) != $U(0u));
    factor = factor * factor;
    n = n >> $U(1u);
  }
  let inside = (product > $F(1e-37)) & (product < $F(1e37));
  let exact = few & ((b > $F(0.0)) | inside);
  var y = select(powSize_f32$(size, b), select(product, 1.0 / product, b < $F(0.0)), exact);
  let negative = (bitcast<$U>(a) >> $U(31u)) == $U(1u);
  let odd = whole & (abs(b) < $F(16777216.0)) & ((bitcast<$U>($I(clamp(b, $F(-2e7), $F(2e7)))) & $U(1u)) != $U(0u));
  let large = !isFinite_f32$(a);
  let zero = size == $F(0.0);
  y = select(y, select($F(0.0), $F(inf_f32()), zero == (b < $F(0.0))), zero | large);
  y = select(y, $F(nan_f32()), negative & !whole & !zero & !large);
  y = select(y, -y, negative & odd);
  let limit = select(select($F(0.0), $F(inf_f32()), (size > $F(1.0)) == (b > $F(0.0))), $F(1.0), size == $F(1.0));
  y = select(y, limit, !isFinite_f32$(b));
  y = select(y, $F(nan_f32()), isNan_f32$(a) | isNan_f32$(b));
  return select(y, $F(1.0), ((b == $F(0.0)) & !isNan_f32$(b)) | ((a == $F(1.0)) & !isNan_f32$(a)));
}`,
    "powSize_f32",
    "isNan_f32",
    "isFinite_f32",
    "nan_f32",
    "inf_f32",
  ),
  // C's fmod, exactly: the remainder of the mantissas, eight bits of quotient a round.
  rem_f32: scalar(
    `fn rem_f32(a: f32, b: f32) -> f32 {
  let sign = bitcast<u32>(a) & 0x80000000u;
  let ua = bitcast<u32>(a) & 0x7fffffffu;
  let ub = bitcast<u32>(b) & 0x7fffffffu;
  if (ub < 0x800000u || ua >= 0x7f800000u || ub > 0x7f800000u) { return nan_f32(); }
  if (ua < ub) { return a; }
  let divisor = (ub & 0x7fffffu) | 0x800000u;
  var rest = ((ua & 0x7fffffu) | 0x800000u) % divisor;
  var left = (ua >> 23u) - (ub >> 23u);
  while (left > 0u && rest != 0u) {
    let step = min(left, 8u);
    rest = (rest << step) % divisor;
    left -= step;
  }
  let zeros = countLeadingZeros(rest) - 8u;
  if (rest == 0u || zeros >= (ub >> 23u)) { return bitcast<f32>(sign); }
  return bitcast<f32>(sign | (((ub >> 23u) - zeros) << 23u) | ((rest << zeros) & 0x7fffffu));
}`,
    "nan_f32",
  ),
};
