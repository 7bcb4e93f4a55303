import { anyWidth, polynomial, scalar, type WgslFunction } from "./wgsl-function.ts";

export const trigonometry: Record<string, WgslFunction> = {
  // x = q π/2 + r with |r| ≤ π/4: up to 8192 by subtracting π/2 in three parts.
  nearTurns: anyWidth(`struct QuarterTurns$ { q: $U, r: $F }
fn nearTurns$(x: $F) -> QuarterTurns$ {
  let n = round(x * 0.63661977);
  let r = ((x - n * 1.5703125) - n * 0.0004837513) - n * 7.54979e-8;
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
  let r = (f32(high) * 2.3283064e-10 + f32(low) * 5.421011e-20) * 1.57079633;
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
  return r + r * z * ${polynomial("z", -0.16666667, 0.008333329, -0.00019839327, 2.7182373e-6)};
}`),
  cosNear_f32: anyWidth(`fn cosNear_f32$(r: $F) -> $F {
  let z = r * r;
  return (1.0 - 0.5 * z) + z * z * ${polynomial("z", 0.041666668, -0.0013888883, 2.4799512e-5, -2.7209546e-7)};
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
  return t + t * z * ${polynomial("z", 0.1666666, 0.07500511, 0.04451572, 0.031817608, 0.014402615, 0.037565187)};
}`),
  asin_f32: anyWidth(
    `fn asin_f32$(x: $F) -> $F {
  let a = abs(x);
  let far = a > $F(0.5);
  let t = asinNear_f32$(select(a, sqrt(max(0.5 - 0.5 * a, $F(0.0))), far));
  let y = copySign_f32$(select(t, 1.57079633 - 2.0 * t, far), x);
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
  let near = 1.57079633 - copySign_f32$(t, x);
  let y = select(near, select(2.0 * t, 3.1415927 - 2.0 * t, x < $F(0.0)), far);
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
  return t + t * z * ${polynomial("z", -0.33333302, 0.19998638, -0.14265245, 0.10957572, -0.08419446, 0.05823432, -0.03145547, 0.011064315, -0.0018271847)};
}`),
  atan_f32: anyWidth(
    `fn atan_f32$(x: $F) -> $F {
  let a = abs(x);
  let far = a > $F(1.0);
  let t = atanNear_f32$(select(min(a, $F(1.0)), 1.0 / max(a, $F(1.0)), far));
  return select(copySign_f32$(select(t, 1.57079633 - t, far), x), x, isNan_f32$(x));
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
  let first = select(t, 1.57079633 - t, a > b);
  let half = select(first, 3.1415927 - first, (bitcast<$U>(x) >> $U(31u)) == $U(1u));
  return select(copySign_f32$(half, y), $F(nan_f32()), isNan_f32$(x) | isNan_f32$(y));
}`,
    "atanNear_f32",
    "copySign_f32",
    "isNan_f32",
    "nan_f32",
  ),
};
