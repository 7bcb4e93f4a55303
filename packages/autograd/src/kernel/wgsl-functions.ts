/**
 * Functions that a shader declares when it uses them. WGSL may assume that there is no NaN and no infinity, and
 * promises few digits; these keep IEEE 754's special values and about 1e-6 relative accuracy, with our own
 * polynomials (minimax fits) where the built-in is too coarse.
 */
export interface WgslFunction {
  /** Functions that must be declared before this one. */
  readonly needs: readonly string[];
  /**
   * The declaration. In a function of any width, $F $U $I $B stand for f32 u32 i32 bool or their vec4, and names
   * end in $ (`exp_f32$` is `exp_f32` or `exp_f32x4`).
   */
  readonly code: string;
  readonly anyWidth: boolean;
  /** The declaration for vec4, where it is not the same text. */
  readonly wide?: string;
}

const scalar = (code: string, ...needs: string[]): WgslFunction => ({
  needs,
  code,
  anyWidth: false,
});
const anyWidth = (code: string, ...needs: string[]): WgslFunction => ({
  needs,
  code,
  anyWidth: true,
});

/** c₀ + c₁ x + c₂ x² … as nested multiply-adds. */
function polynomial(x: string, ...coefficients: number[]): string {
  const [last, ...rest] = coefficients.reverse();
  return rest.reduce((sum, c) => `(${sum} * ${x} + ${c})`, String(last));
}

const values: Record<string, WgslFunction> = {
  // Through a variable, because a literal, or anything that folds to one, is a compile error.
  infBits: scalar("var<private> infBits: u32 = 0x7f800000u;"),
  inf_f32: scalar("fn inf_f32() -> f32 { return bitcast<f32>(infBits); }", "infBits"),
  nan_f32: scalar("fn nan_f32() -> f32 { return bitcast<f32>(infBits | 0x400000u); }", "infBits"),
  isNan_f32: anyWidth(
    "fn isNan_f32$(x: $F) -> $B { return (bitcast<$U>(x) & $U(0x7fffffffu)) > $U(0x7f800000u); }",
  ),
  copySign_f32: anyWidth(`fn copySign_f32$(size: $F, sign: $F) -> $F {
  return bitcast<$F>((bitcast<$U>(size) & $U(0x7fffffffu)) | (bitcast<$U>(sign) & $U(0x80000000u)));
}`),
};

const sums: Record<string, WgslFunction> = {
  // What was lost when a + b was rounded to this sum.
  rounding_f32: anyWidth(`fn rounding_f32$(a: $F, b: $F, sum: $F) -> $F {
  let second = sum - a;
  return (a - (sum - second)) + (b - second);
}`),
};

const comparisons: Record<string, WgslFunction> = {
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

const roots: Record<string, WgslFunction> = {
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

const exponentials: Record<string, WgslFunction> = {
  // exp r - 1 = r + r² P(r) for |r| ≤ ½ log 2.
  expTail_f32: anyWidth(`fn expTail_f32$(r: $F) -> $F {
  return r + r * r * ${polynomial("r", 0.5, 0.16666506230831146, 0.041666168719530106, 0.008370321244001389, 0.0013952970039099455)};
}`),
  // 2ⁿ y for -126 ≤ n ≤ 128, to infinity and to 0.
  scale_f32: anyWidth(`fn scale_f32$(y: $F, n: $I) -> $F {
  return (y + y) * bitcast<$F>((n + $I(126)) << $U(23u));
}`),
  // For -87.3 ≤ x ≤ 89.
  expMiddle_f32: anyWidth(
    `fn expMiddle_f32$(x: $F) -> $F {
  let n = round(x * 1.44269504);
  let r = (x - n * 0.693115234375) - n * 3.194618329871446e-5;
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
  let y = scale_f32$(expTail_f32$((t - n) * 0.6931471805599453) + 1.0, $I(n));
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
  let r = (x - n * 0.693115234375) - n * 3.194618329871446e-5;
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
  let near = a * ${polynomial("z", 1.1283791065216064, -0.3761262595653534, 0.1128358542919159, -0.026853810995817184, 0.00518832728266716, -0.0008010190795175731, 0.00007853852002881467)};
  let t = clamp(a, $F(1.0), $F(4.0)) - 1.0;
  let far = 1.0 - expMiddle_f32$(${polynomial("t", -1.8496055603027344, -2.6389667987823486, -0.8431183099746704, -0.04150069132447243, 0.009890896268188953, -0.001826166408136487, 0.0001855748996604234)});
  return select(copySign_f32$(select(near, far, a > $F(1.0)), x), x, isNan_f32$(x));
}`,
    "expMiddle_f32",
    "copySign_f32",
    "isNan_f32",
  ),
};

const logarithms: Record<string, WgslFunction> = {
  // log(1 + f) - f for √½ ≤ 1 + f ≤ √2, by the series of 2 atanh s, s = f / (2 + f).
  logTail_f32: anyWidth(`fn logTail_f32$(f: $F) -> $F {
  let s = f / (2.0 + f);
  let z = s * s;
  let square = 0.5 * f * f;
  return s * (square + z * ${polynomial("z", 0.6666666666, 0.4, 0.2857142857, 0.2222222222)}) - square;
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
  return logEnds_f32$(n * 0.693115234375 + (f + (logTail_f32$(f) + n * 3.194618329871446e-5)), x);
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
  let y = select(log1p_f32$(b + b * b / (1.0 + sqrt(1.0 + b * b))), log_f32$(a) + 0.6931471805599453, a > $F(1e4));
  return select(copySign_f32$(y, x), x, isNan_f32$(x));
}`,
    "log1p_f32",
    "copySign_f32",
    "isNan_f32",
  ),
  acosh_f32: anyWidth(
    `fn acosh_f32$(x: $F) -> $F {
  let t = clamp(x, $F(1.0), $F(1e4)) - 1.0;
  let y = select(log1p_f32$(t + sqrt(t * (2.0 + t))), log_f32$(x) + 0.6931471805599453, x > $F(1e4));
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

const integers: Record<string, WgslFunction> = {
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

const trigonometry: Record<string, WgslFunction> = {
  // x = q π/2 + r with |r| ≤ π/4: up to 8192 by subtracting π/2 in three parts.
  nearTurns: anyWidth(`struct QuarterTurns$ { q: $U, r: $F }
fn nearTurns$(x: $F) -> QuarterTurns$ {
  let n = round(x * 0.63661977);
  let r = ((x - n * 1.5703125) - n * 0.0004837512969970703) - n * 7.549790126404332e-8;
  return QuarterTurns$($U($I(n)) & $U(3u), r);
}`),
  // Beyond, the fraction of x · 2/π in 96-bit fixed point, from the bits of 2/π that matter (Payne and Hanek).
  farTurns: scalar(
    `const twoOverPi = array<u32, 8>(
  0u, 0xa2f9836eu, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u, 0xdb629599u, 0x3c439041u, 0xfe5163abu);
fn twoOverPiBits(at: u32) -> u32 {
  let shift = at & 31u;
  let word = twoOverPi[at >> 5u];
  let next = twoOverPi[(at >> 5u) + 1u] >> (32u - max(shift, 1u));
  return select((word << shift) | next, word, shift == 0u);
}
fn farTurns(x: f32) -> QuarterTurns {
  let bits = bitcast<u32>(x) & 0x7fffffffu;
  let at = min((bits >> 23u) - 120u, 134u);
  let m = (bits & 0x7fffffu) | 0x800000u;
  let w1 = twoOverPiBits(at + 32u);
  let w2 = twoOverPiBits(at + 64u);
  let t2 = m * w2;
  let carry = mulHigh_u32(m, w2);
  let t1 = m * w1 + carry;
  let t0 = m * twoOverPiBits(at) + mulHigh_u32(m, w1) + select(0u, 1u, t1 < carry);
  var high = (t0 << 2u) | (t1 >> 30u);
  var low = (t1 << 2u) | (t2 >> 30u);
  let up = high >> 31u;
  if (up == 1u) {
    low = ~low;
    high = ~high;
  }
  let r = (f32(high) * 2.3283064365386963e-10 + f32(low) * 5.421010862427522e-20) * 1.5707963267948966;
  let q = (t0 >> 30u) + up;
  let angle = select(r, -r, up == 1u);
  return QuarterTurns(select(q, 0u - q, x < 0.0) & 3u, select(angle, -angle, x < 0.0));
}
fn isFar(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x46000000u; }`,
    "nearTurns",
    "mulHigh_u32",
  ),
  // Loops rather than branches: an adapter that runs lanes in step passes over a loop that none of them enters.
  quarterTurns: {
    needs: ["nearTurns", "farTurns"],
    anyWidth: true,
    code: `fn quarterTurns(x: f32) -> QuarterTurns {
  var t = nearTurns(x);
  for (var far = isFar(x); far; far = false) { t = farTurns(x); }
  return t;
}`,
    wide: `fn quarterTurnsx4(x: vec4<f32>) -> QuarterTurnsx4 {
  var t = nearTurnsx4(x);
  for (var far = any(abs(x) > vec4<f32>(8192.0)); far; far = false) {
    for (var i = 0u; i < 4u; i++) {
      if (isFar(x[i])) {
        let one = farTurns(x[i]);
        t.q[i] = one.q;
        t.r[i] = one.r;
      }
    }
  }
  return t;
}`,
  },
  sinNear_f32: anyWidth(`fn sinNear_f32$(r: $F) -> $F {
  let z = r * r;
  return r + r * z * ${polynomial("z", -0.1666666716337204, 0.008333329111337662, -0.00019839327433146536, 0.00000271823728326126)};
}`),
  cosNear_f32: anyWidth(`fn cosNear_f32$(r: $F) -> $F {
  let z = r * r;
  return (1.0 - 0.5 * z) + z * z * ${polynomial("z", 0.0416666679084301, -0.0013888883404433727, 0.00002479951217537746, -0.0000002720954626)};
}`),
  isFinite_f32: anyWidth(
    "fn isFinite_f32$(x: $F) -> $B { return (bitcast<$U>(x) & $U(0x7fffffffu)) < $U(0x7f800000u); }",
  ),
  sin_f32: anyWidth(
    `fn sin_f32$(x: $F) -> $F {
  let t = quarterTurns$(x);
  let y = select(sinNear_f32$(t.r), cosNear_f32$(t.r), (t.q & $U(1u)) != $U(0u));
  let signed = select(select(y, -y, t.q > $U(1u)), x, abs(x) < $F(1e-5));
  return select($F(nan_f32()), signed, isFinite_f32$(x));
}`,
    "quarterTurns",
    "sinNear_f32",
    "cosNear_f32",
    "isFinite_f32",
    "nan_f32",
  ),
  cos_f32: anyWidth(
    `fn cos_f32$(x: $F) -> $F {
  let t = quarterTurns$(x);
  let y = select(cosNear_f32$(t.r), sinNear_f32$(t.r), (t.q & $U(1u)) != $U(0u));
  return select($F(nan_f32()), select(y, -y, ((t.q + $U(1u)) & $U(2u)) != $U(0u)), isFinite_f32$(x));
}`,
    "quarterTurns",
    "sinNear_f32",
    "cosNear_f32",
    "isFinite_f32",
    "nan_f32",
  ),
  tan_f32: anyWidth(
    `fn tan_f32$(x: $F) -> $F {
  let t = quarterTurns$(x);
  let s = sinNear_f32$(t.r);
  let c = cosNear_f32$(t.r);
  let y = select(s / c, -c / s, (t.q & $U(1u)) != $U(0u));
  return select($F(nan_f32()), select(y, x, abs(x) < $F(1e-5)), isFinite_f32$(x));
}`,
    "quarterTurns",
    "sinNear_f32",
    "cosNear_f32",
    "isFinite_f32",
    "nan_f32",
  ),
  // asin t for 0 ≤ t ≤ ½.
  asinNear_f32: anyWidth(`fn asinNear_f32$(t: $F) -> $F {
  let z = t * t;
  return t + t * z * ${polynomial("z", 0.16666659712791443, 0.07500510662794113, 0.04451572149991989, 0.03181760758161545, 0.014402614906430244, 0.037565186619758606)};
}`),
  asin_f32: anyWidth(
    `fn asin_f32$(x: $F) -> $F {
  let a = abs(x);
  let far = a > $F(0.5);
  let t = asinNear_f32$(select(a, sqrt(max(0.5 - 0.5 * a, $F(0.0))), far));
  let y = copySign_f32$(select(t, 1.5707963267948966 - 2.0 * t, far), x);
  return select(y, $F(nan_f32()), (a > $F(1.0)) | isNan_f32$(x));
}`,
    "asinNear_f32",
    "copySign_f32",
    "isNan_f32",
    "nan_f32",
  ),
  acos_f32: anyWidth(
    `fn acos_f32$(x: $F) -> $F {
  let a = abs(x);
  let far = a > $F(0.5);
  let t = asinNear_f32$(select(a, sqrt(max(0.5 - 0.5 * a, $F(0.0))), far));
  let near = 1.5707963267948966 - copySign_f32$(t, x);
  let y = select(near, select(2.0 * t, 3.141592653589793 - 2.0 * t, x < $F(0.0)), far);
  return select(y, $F(nan_f32()), (a > $F(1.0)) | isNan_f32$(x));
}`,
    "asinNear_f32",
    "copySign_f32",
    "isNan_f32",
    "nan_f32",
  ),
  // atan t for 0 ≤ t ≤ 1.
  atanNear_f32: anyWidth(`fn atanNear_f32$(t: $F) -> $F {
  let z = t * t;
  return t + t * z * ${polynomial("z", -0.33333301544189453, 0.19998638331890106, -0.1426524519920349, 0.10957571864128113, -0.08419445902109146, 0.0582343190908432, -0.03145546838641167, 0.011064315214753151, -0.0018271846929565072)};
}`),
  atan_f32: anyWidth(
    `fn atan_f32$(x: $F) -> $F {
  let a = abs(x);
  let far = a > $F(1.0);
  let t = atanNear_f32$(select(min(a, $F(1.0)), 1.0 / max(a, $F(1.0)), far));
  return select(copySign_f32$(select(t, 1.5707963267948966 - t, far), x), x, isNan_f32$(x));
}`,
    "atanNear_f32",
    "copySign_f32",
    "isNan_f32",
  ),
  atan2_f32: anyWidth(
    `fn atan2_f32$(y: $F, x: $F) -> $F {
  let a = abs(y);
  let b = abs(x);
  let large = max(a, b);
  let infinite = (bitcast<$U>(y) & bitcast<$U>(x) & $U(0x7fffffffu)) == $U(0x7f800000u);
  let ratio = select(min(a, b) / large, $F(0.0), large == $F(0.0));
  let t = atanNear_f32$(select(ratio, $F(1.0), infinite));
  let first = select(t, 1.5707963267948966 - t, a > b);
  let half = select(first, 3.141592653589793 - first, (bitcast<$U>(x) >> $U(31u)) == $U(1u));
  return select(copySign_f32$(half, y), $F(nan_f32()), isNan_f32$(x) | isNan_f32$(y));
}`,
    "atanNear_f32",
    "copySign_f32",
    "isNan_f32",
    "nan_f32",
  ),
};

const powers: Record<string, WgslFunction> = {
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
  let y = scale_f32$(expTail_f32$(r * 0.6931471805599453) + 1.0, $I(n));
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

export const wgslFunctions: Readonly<Record<string, WgslFunction>> = {
  ...values,
  ...sums,
  ...comparisons,
  ...roots,
  ...exponentials,
  ...logarithms,
  ...integers,
  ...trigonometry,
  ...powers,
};
