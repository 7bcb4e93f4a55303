import { type Expr, e } from "../expression.ts";
import type { Builder, Local } from "../loops.ts";
import { float, int, type KernelFunction, ofLanes, polynomial, sizeBits } from "./define.ts";
import { logTail } from "./logarithms.ts";

const NAN = float(Number.NaN);

/** e^(x²) for |x| ≤ 9.5. x is split after eight bits, so that x² loses no digits. */
function expOfSquare(x: Expr): Expr {
  const high = e.mul(e.floor(e.mul(x, float(256))), float(1 / 256));
  const low = e.mul(e.sub(x, high), e.add(x, high));
  return e.mul(e.exp(e.mul(high, high)), e.exp(low));
}

/** erfcx(x) for x ≥ 0: t = 1 / (1 + x/2), and log(erfcx(x) / t) as a polynomial, fitted to 1e-8. */
const erfcxRight = (x: Expr): Expr => {
  const t = e.nativeDiv(float(1), e.add(float(1), e.mul(x, float(0.5))));
  const exponent = polynomial(
    t,
    -1.26551213,
    1.00000143,
    0.374970356,
    0.0832682717,
    -0.0795783584,
    -0.213033254,
    0.279712531,
    -1.12752909,
    2.28750206,
    -2.12608867,
    0.959457009,
    -0.173170165,
  );
  return e.mul(t, e.exp(exponent));
};

/**
 * log Γ(z + 1) for 0 ≤ z ≤ about 12: for z ≤ 2 z (z − 1) P(z − 1), fitted to 1e-8; for larger z
 * Stirling's series at z + 8.
 */
function logGamma1(z: Expr): Expr {
  const u = e.sub(z, float(1));
  const near = e.mul(
    e.mul(z, u),
    polynomial(
      u,
      0.422784328,
      -0.100317247,
      0.0329656266,
      -0.0123855295,
      0.00499155978,
      -0.00209895684,
      0.000944300264,
      -0.00043266837,
      0.000130628279,
      -4.53222419e-5,
      7.81773051e-5,
      -4.13150701e-5,
    ),
  );
  const y = e.add(z, float(8));
  let product = e.add(z, float(1));
  for (let k = 2; k < 8; k++) product = e.mul(product, e.add(z, float(k)));
  const inverse = e.nativeDiv(float(1), y);
  const series = e.mul(inverse, polynomial(e.mul(inverse, inverse), 1 / 12, -1 / 360, 1 / 1260));
  const main = e.mul(e.sub(y, float(0.5)), e.sub(e.log(y), float(1)));
  const half = float(Math.log(2 * Math.PI) / 2 - 0.5);
  const far = e.sub(e.add(e.add(main, half), series), e.log(product));
  return e.select(e.lt(z, float(2)), near, far);
}

/** Variables for a result: P(a, x), or Q(a, x) = 1 − P(a, x) if `isUpper` is 1. */
interface Parts {
  readonly part: Local;
  readonly isUpper: Local;
}

/**
 * P(a, x) or Q(a, x) (Gautschi 1979). For a > 200 and x near a: Temme's expansion, P or Q =
 * e^(−t) (½ erfcx √t ∓ (C₀ + C₁/a) / √(2πa)). Otherwise the series of Q if Q is wanted, x < 1.1 and
 * a ≤ 10; the series of P if x < a + 1; else a continued fraction of Q.
 */
function incomplete(b: Builder, a: Expr, x: Expr, upper: boolean): Expr {
  const part = b.var(float(0));
  const isUpper = b.var(int(0));
  const mu = b.let(e.nativeDiv(e.sub(x, a), a));
  const inRange = b.let(e.and(e.gt(mu, float(-0.29)), e.lt(mu, float(0.41))));
  const phi = b.let(e.neg(logTail(e.select(inRange, mu, float(0)))));
  const temme = b.let(e.and(inRange, e.gt(a, float(200))));
  b.if(temme, () => ofTemme(b, a, mu, phi, { part, isUpper }));
  b.if(e.not(temme), () => {
    // x^a e^(−x) / Γ(a + 1); for a > 10 by Stirling's series, with common factors cancelled
    const inverse = b.let(e.nativeDiv(float(1), e.nativeMax(a, float(10))));
    const stirling = e.mul(
      inverse,
      polynomial(e.mul(inverse, inverse), 1 / 12, -1 / 360, 1 / 1260),
    );
    const apart = e.sub(e.nativeDiv(e.sub(x, a), a), e.log(e.nativeDiv(x, a)));
    const distance = e.select(inRange, phi, apart);
    const root = e.nativeSqrt(e.mul(float(2 * Math.PI), e.nativeMax(a, float(10))));
    const large = e.nativeDiv(e.exp(e.neg(e.add(e.mul(a, distance), stirling))), root);
    const logX = b.let(e.log(x));
    const exponent = b.let(e.sub(e.mul(a, logX), logGamma1(e.nativeMin(a, float(12)))));
    const factor = b.let(e.select(e.gt(a, float(10)), large, e.exp(e.sub(exponent, x))));
    const below = b.let(e.lt(x, e.add(a, float(1))));
    const own = b.let(
      upper ? e.and(e.lt(x, float(1.1)), e.le(a, float(10))) : e.constant(0, "bool"),
    );
    b.if(own, () => {
      b.set(part, upperSeries(b, a, x, exponent));
      b.set(isUpper, int(1));
    });
    b.if(e.and(below, e.not(own)), () => b.set(part, e.mul(factor, lowerSeries(b, a, x))));
    b.if(e.not(e.or(below, own)), () => {
      b.set(part, e.mul(e.mul(a, factor), fraction(b, a, x)));
      b.set(isUpper, int(1));
    });
  });
  const same = e.eq(isUpper, int(upper ? 1 : 0));
  return e.select(same, part, e.sub(float(1), part));
}

function ofTemme(b: Builder, a: Expr, mu: Expr, phi: Expr, { part, isUpper }: Parts): void {
  const right = b.let(e.ge(mu, float(0)));
  const size = e.nativeSqrt(e.mul(float(2), phi));
  const eta = b.let(e.select(right, size, e.neg(size)));
  const c0 = polynomial(
    eta,
    -0.333333333,
    0.083333333,
    -0.014814818,
    0.00115743141,
    0.000352828398,
    -0.000179173463,
    3.83546855e-5,
  );
  const c1 = polynomial(
    eta,
    -0.00185185298,
    -0.00347222389,
    0.00264566405,
    -0.000990178588,
    0.000202338299,
  );
  const rest = e.nativeDiv(
    e.add(c0, e.nativeDiv(c1, a)),
    e.nativeSqrt(e.mul(float(2 * Math.PI), a)),
  );
  const t = b.let(e.mul(a, phi));
  const signed = e.select(right, rest, e.neg(rest));
  const half = e.mul(float(0.5), e.erfcx(e.nativeSqrt(t)));
  b.set(part, e.mul(e.exp(e.neg(t)), e.add(half, signed)));
  b.set(isUpper, e.select(right, int(1), int(0)));
}

const MOST = 2000;

/** Σ xⁿ / ((a + 1) … (a + n)). */
function lowerSeries(b: Builder, a: Expr, x: Expr): Expr {
  const [sum, term, n, count] = [b.var(float(1)), b.var(float(1)), b.var(a), b.var(int(0))];
  b.while(e.and(e.gt(term, e.mul(sum, float(1e-8))), e.lt(count, int(MOST))), () => {
    b.set(n, e.add(n, float(1)));
    b.set(term, e.mul(term, e.nativeDiv(x, n)));
    b.set(sum, e.add(sum, term));
    b.set(count, e.add(count, int(1)));
  });
  return sum;
}

/** Q = 1 − x^a/Γ(a + 1) − x^a/Γ(a) Σ (−x)ⁿ / (n! (a + n)); `exponent` is log(x^a / Γ(a + 1)). */
function upperSeries(b: Builder, a: Expr, x: Expr, exponent: Expr): Expr {
  const [sum, factor, n] = [b.var(float(0)), b.var(float(1)), b.var(float(1))];
  b.while(e.lt(n, float(24)), () => {
    b.set(factor, e.neg(e.mul(factor, e.nativeDiv(x, n))));
    b.set(sum, e.add(sum, e.nativeDiv(factor, e.add(a, n))));
    b.set(n, e.add(n, float(1)));
  });
  return e.neg(e.add(e.expm1(exponent), e.mul(e.mul(a, e.exp(exponent)), sum)));
}

/** The continued fraction 1/(x + 1 − a − 1(1 − a)/(x + 3 − a − …)), by Lentz's method (1976). */
function fraction(b: Builder, a: Expr, x: Expr): Expr {
  const tiny = float(1e-30);
  const kept = (y: Expr): Expr => e.select(e.lt(e.abs(y), tiny), tiny, y);
  const base = b.var(e.sub(e.add(x, float(1)), a));
  const c = b.var(float(1e30));
  const d = b.var(e.nativeDiv(float(1), kept(base)));
  const [h, change, i] = [b.var(d), b.var(float(2)), b.var(float(1))];
  b.while(e.and(e.gt(e.abs(e.sub(change, float(1))), float(1e-7)), e.lt(i, float(MOST))), () => {
    const step = b.let(e.mul(i, e.sub(a, i)));
    b.set(base, e.add(base, float(2)));
    b.set(d, e.nativeDiv(float(1), kept(e.add(e.mul(step, d), base))));
    b.set(c, kept(e.add(base, e.nativeDiv(step, c))));
    b.set(change, e.mul(c, d));
    b.set(h, e.mul(h, change));
    b.set(i, e.add(i, float(1)));
  });
  return h;
}

/** P(a, x) or Q(a, x), with limits: P is 0 at x = 0, and 1 at x = ∞ and at a = 0. */
const incompleteGamma = (upper: boolean): KernelFunction => ({
  single: true,
  body: (b, first, second) => {
    const [a, x] = [first as Expr, second as Expr];
    const infinite = (y: Expr): Expr => e.eq(sizeBits(y), e.u32(0x7f800000));
    const inside = b.let(
      e.and(e.and(e.gt(a, float(0)), e.gt(x, float(0))), e.and(e.isFinite(a), e.isFinite(x))),
    );
    const made = b.var(NAN);
    const [none, all] = [float(upper ? 1 : 0), float(upper ? 0 : 1)];
    b.if(inside, () => b.set(made, incomplete(b, a, x, upper)));
    b.if(e.not(inside), () => {
      const valid = e.and(e.ge(a, float(0)), e.ge(x, float(0)));
      const undecided = e.or(
        e.and(e.eq(a, float(0)), e.eq(x, float(0))),
        e.and(infinite(a), infinite(x)),
      );
      const isAll = e.or(e.eq(a, float(0)), infinite(x));
      const end = e.select(isAll, all, none);
      b.set(made, e.select(e.and(valid, e.not(undecided)), end, NAN));
    });
    return made;
  },
});

/** B₂ⱼ / (2j)! for j = 1 … 4. */
const euler = [1 / 12, -1 / 720, 1 / 30240, -1 / 1209600];

export const gammas: Record<string, KernelFunction> = {
  erfcx_f32: ofLanes((value) => {
    const x = value as Expr;
    const size = e.abs(x);
    const right = erfcxRight(size);
    const mirrored = e.sub(e.mul(float(2), expOfSquare(e.nativeMin(size, float(9.5)))), right);
    const left = e.select(e.gt(size, float(9.42)), float(Number.POSITIVE_INFINITY), mirrored);
    return e.select(e.isNan(x), x, e.select(e.lt(x, float(0)), left, right));
  }),
  igamma_f32: incompleteGamma(false),
  igammac_f32: incompleteGamma(true),
  // sums terms up to q + n = max(8, s) while they matter, then adds Euler–Maclaurin's remainder
  zeta_f32: {
    single: true,
    body: (b, first, second) => {
      const [s, q] = [first as Expr, second as Expr];
      const [sum, term, a] = [b.var(float(0)), b.var(float(1)), b.var(q)];
      const count = b.var(int(0));
      const grows = (): Expr => e.gt(term, e.mul(sum, float(1e-9)));
      const more = e.or(e.lt(a, float(8)), e.and(e.lt(a, s), grows()));
      b.while(e.and(more, e.lt(count, int(2 ** 20))), () => {
        b.set(term, e.pow(a, e.neg(s)));
        b.set(sum, e.add(sum, term));
        b.set(a, e.add(a, float(1)));
        b.set(count, e.add(count, int(1)));
      });
      const inverse = b.let(e.nativeDiv(float(1), a));
      let factor = e.mul(s, inverse);
      let tail = e.add(e.nativeDiv(a, e.sub(s, float(1))), float(0.5));
      for (const [j, c] of euler.entries()) {
        tail = e.add(tail, e.mul(float(c), factor));
        const rising = e.mul(e.add(s, float(2 * j + 1)), e.add(s, float(2 * j + 2)));
        factor = e.mul(factor, e.mul(rising, e.mul(inverse, inverse)));
      }
      const power = b.let(e.pow(a, e.neg(s)));
      const rest = e.select(e.eq(power, float(0)), float(0), e.mul(power, tail));
      const valid = e.and(e.ge(s, float(1)), e.not(e.isNan(q)));
      const pole = e.and(e.le(q, float(0)), e.eq(q, e.floor(q)));
      const infinite = e.or(e.eq(s, float(1)), pole);
      const made = e.select(infinite, float(Number.POSITIVE_INFINITY), e.add(sum, rest));
      return e.select(valid, made, NAN);
    },
  },
};
