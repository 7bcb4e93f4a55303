import { type Expr, e } from "../expression.ts";
import type { Builder } from "../loops.ts";
import {
  copySign,
  float,
  type KernelFunction,
  keepNan,
  ofLanes,
  polynomial,
  sizeBits,
} from "./define.ts";

const NAN = float(Number.NaN);
const HALF_PI = float(Math.PI / 2);
const PI = float(Math.PI);

/** The reduced angle: x = q π/2 + r with |r| ≤ π/4. */
interface Turns {
  readonly q: Expr;
  readonly r: Expr;
}

/** Reduces |x| ≤ 8192 by subtracting multiples of π/2 in three parts. */
function nearTurns(x: Expr): Turns {
  const n = e.round(e.mul(x, float(2 / Math.PI)));
  const first = e.sub(x, e.mul(n, float(1.5703125)));
  const r = e.sub(e.sub(first, e.mul(n, float(0.0004837513))), e.mul(n, float(7.54979e-8)));
  return { q: e.bitAnd(e.bitcast(e.nativeInt(n), "u32"), e.u32(3)), r };
}

const isFar = (x: Expr): Expr => e.gt(sizeBits(x), e.u32(0x46000000));

/** The bits of 2/π, in words of 32. */
const twoOverPi = [
  0, 0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab,
];

/** 32 bits of 2/π, from bit `at` on. */
function bitsFrom(at: Expr): Expr {
  const word = (number: Expr): Expr =>
    twoOverPi
      .slice(0, -1)
      .reduceRight(
        (rest, value, i) => e.select(e.eq(number, e.u32(i)), e.u32(value), rest),
        e.u32(twoOverPi.at(-1) as number),
      );
  const number = e.shiftRight(at, e.u32(5));
  const shift = e.bitAnd(at, e.u32(31));
  const high = word(number);
  const back = e.sub(e.u32(32), e.nativeMax(shift, e.u32(1)));
  const low = e.shiftRight(word(e.add(number, e.u32(1))), back);
  return e.select(e.eq(shift, e.u32(0)), high, e.bitOr(e.shiftLeft(high, shift), low));
}

/**
 * Reduces larger |x|: the fraction of x · 2/π in 96-bit fixed point, from those bits of 2/π that
 * matter (Payne and Hanek 1983).
 */
function farTurns(x: Expr): Turns {
  const bits = sizeBits(x);
  const at = e.nativeMin(e.sub(e.shiftRight(bits, e.u32(23)), e.u32(120)), e.u32(134));
  const m = e.bitOr(e.bitAnd(bits, e.u32(0x7fffff)), e.u32(0x800000));
  const w1 = bitsFrom(e.add(at, e.u32(32)));
  const w2 = bitsFrom(e.add(at, e.u32(64)));
  const t2 = e.mul(m, w2);
  const carry = e.mulHigh(m, w2);
  const t1 = e.add(e.mul(m, w1), carry);
  const over = e.select(e.lt(t1, carry), e.u32(1), e.u32(0));
  const t0 = e.add(e.add(e.mul(m, bitsFrom(at)), e.mulHigh(m, w1)), over);
  const joined = (high: Expr, low: Expr): Expr =>
    e.bitOr(e.shiftLeft(high, e.u32(2)), e.shiftRight(low, e.u32(30)));
  const [high, low] = [joined(t0, t1), joined(t1, t2)];
  const up = e.shiftRight(high, e.u32(31));
  const turned = e.eq(up, e.u32(1));
  const flipped = (word: Expr): Expr => e.select(turned, e.bitXor(word, e.u32(0xffffffff)), word);
  const fraction = e.add(
    e.mul(e.cast(flipped(high), "f32"), float(2.3283064e-10)),
    e.mul(e.cast(flipped(low), "f32"), float(5.421011e-20)),
  );
  const r = e.mul(fraction, HALF_PI);
  const q = e.add(e.shiftRight(t0, e.u32(30)), up);
  const angle = e.select(turned, e.neg(r), r);
  const below = e.lt(x, float(0));
  return {
    q: e.bitAnd(e.select(below, e.sub(e.u32(0), q), q), e.u32(3)),
    r: e.select(below, e.neg(angle), angle),
  };
}

/** The reduced angle of any x, lane by lane. */
function turnsOf(b: Builder, x: Expr): Turns {
  const near = nearTurns(x);
  const q = b.var(near.q);
  const r = b.var(near.r);
  const far = b.let(isFar(x));
  const rare = true;
  b.if(
    x.lanes === 1 ? far : e.any(far),
    () => {
      const both = b.let(e.farTurns(x));
      b.set(q, e.select(far, e.bitAnd(both, e.u32(3)), q));
      const rest = e.bitcast(e.bitAnd(both, e.u32(0xfffffffc)), "f32");
      b.set(r, e.select(far, rest, r));
    },
    undefined,
    rare,
  );
  return { q: b.let(q), r: b.let(r) };
}

const sinNear = (r: Expr): Expr => {
  const z = e.mul(r, r);
  const p = polynomial(z, -0.16666667, 0.008333329, -0.00019839327, 2.7182373e-6);
  return e.add(r, e.mul(e.mul(r, z), p));
};
const cosNear = (r: Expr): Expr => {
  const z = e.mul(r, r);
  const p = polynomial(z, 0.041666668, -0.0013888883, 2.4799512e-5, -2.7209546e-7);
  return e.add(e.sub(float(1), e.mul(float(0.5), z)), e.mul(e.mul(z, z), p));
};

const isOdd = (q: Expr): Expr => e.ne(e.bitAnd(q, e.u32(1)), e.u32(0));

/** asin t for 0 ≤ t ≤ ½. */
const asinNear = (t: Expr): Expr => {
  const z = e.mul(t, t);
  const p = polynomial(z, 0.1666666, 0.07500511, 0.04451572, 0.031817608, 0.014402615, 0.037565187);
  return e.add(t, e.mul(e.mul(t, z), p));
};

/** asin a, or if a > ½ (`far`) asin √((1 − a)/2), from which asin a = π/2 − 2 asin √((1 − a)/2). */
const asinPart = (a: Expr, far: Expr): Expr => {
  const half = e.nativeMax(e.sub(float(0.5), e.mul(float(0.5), a)), float(0));
  return asinNear(e.select(far, e.nativeSqrt(half), a));
};

/** atan t for 0 ≤ t ≤ 1. */
const atanNear = (t: Expr): Expr => {
  const z = e.mul(t, t);
  const p = polynomial(
    z,
    -0.33333302,
    0.19998638,
    -0.14265245,
    0.10957572,
    -0.08419446,
    0.05823432,
    -0.03145547,
    0.011064315,
    -0.0018271847,
  );
  return e.add(t, e.mul(e.mul(t, z), p));
};

const ofTurns = (body: (x: Expr, turns: Turns) => Expr): KernelFunction => ({
  single: false,
  body: (b, x) => e.select(e.isFinite(x as Expr), body(x as Expr, turnsOf(b, x as Expr)), NAN),
});

const unary = (body: (x: Expr) => Expr): KernelFunction => ofLanes((x) => body(x as Expr));

export const trigonometry: Record<string, KernelFunction> = {
  // q and r in one word: q replaces the last two bits of r, which are below its accuracy
  farTurns_f32: {
    single: true,
    body: (_, x) => {
      const { q, r } = farTurns(x as Expr);
      return e.bitOr(e.bitAnd(e.bitcast(r, "u32"), e.u32(0xfffffffc)), q);
    },
  },
  sin_f32: ofTurns((x, { q, r }) => {
    const y = e.select(isOdd(q), cosNear(r), sinNear(r));
    const signed = e.select(e.gt(q, e.u32(1)), e.neg(y), y);
    return e.select(e.lt(e.abs(x), float(1e-5)), x, signed);
  }),
  cos_f32: ofTurns((_, { q, r }) => {
    const y = e.select(isOdd(q), sinNear(r), cosNear(r));
    const below = e.ne(e.bitAnd(e.add(q, e.u32(1)), e.u32(2)), e.u32(0));
    return e.select(below, e.neg(y), y);
  }),
  tan_f32: ofTurns((x, { q, r }) => {
    const [s, c] = [sinNear(r), cosNear(r)];
    const y = e.select(isOdd(q), e.nativeDiv(e.neg(c), s), e.nativeDiv(s, c));
    return e.select(e.lt(e.abs(x), float(1e-5)), x, y);
  }),
  asin_f32: unary((x) => {
    const a = e.abs(x);
    const far = e.gt(a, float(0.5));
    const t = asinPart(a, far);
    const y = copySign(e.select(far, e.sub(HALF_PI, e.mul(float(2), t)), t), x);
    return e.select(e.or(e.gt(a, float(1)), e.isNan(x)), NAN, y);
  }),
  acos_f32: unary((x) => {
    const a = e.abs(x);
    const far = e.gt(a, float(0.5));
    const t = asinPart(a, far);
    const near = e.sub(HALF_PI, copySign(t, x));
    const twice = e.mul(float(2), t);
    const beyond = e.select(e.lt(x, float(0)), e.sub(PI, twice), twice);
    return e.select(e.or(e.gt(a, float(1)), e.isNan(x)), NAN, e.select(far, beyond, near));
  }),
  atan_f32: unary((x) => {
    const a = e.abs(x);
    const far = e.gt(a, float(1));
    const inverse = e.nativeDiv(float(1), e.nativeMax(a, float(1)));
    const t = atanNear(e.select(far, inverse, e.nativeMin(a, float(1))));
    return keepNan(x, copySign(e.select(far, e.sub(HALF_PI, t), t), x));
  }),
  atan2_f32: ofLanes((up, along) => {
    const [y, x] = [up as Expr, along as Expr];
    const [a, b] = [e.abs(y), e.abs(x)];
    const large = e.nativeMax(a, b);
    const both = e.bitAnd(e.bitcast(y, "u32"), e.bitcast(x, "u32"));
    const infinite = e.eq(e.bitAnd(both, e.u32(0x7fffffff)), e.u32(0x7f800000));
    const quotient = e.nativeDiv(e.nativeMin(a, b), large);
    const ratio = e.select(e.nativeEq(large, float(0)), float(0), quotient);
    const t = atanNear(e.select(infinite, float(1), ratio));
    const first = e.select(e.gt(a, b), e.sub(HALF_PI, t), t);
    const left = e.eq(e.shiftRight(e.bitcast(x, "u32"), e.u32(31)), e.u32(1));
    const angle = copySign(e.select(left, e.sub(PI, first), first), y);
    return e.select(e.or(e.isNan(x), e.isNan(y)), NAN, angle);
  }),
};
