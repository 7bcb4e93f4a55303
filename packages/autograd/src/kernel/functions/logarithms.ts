import { type Expr, e } from "../expression.ts";
import {
  copySign,
  float,
  int,
  type KernelFunction,
  keepNan,
  ofLanes,
  polynomial,
  sizeBits,
} from "./define.ts";

const NAN = float(Number.NaN);
const INF = float(Number.POSITIVE_INFINITY);

/** log(1 + f) − f for √½ ≤ 1 + f ≤ √2, by the series of 2 atanh s, s = f / (2 + f). */
export const logTail = (f: Expr): Expr => {
  const s = e.nativeDiv(f, e.add(float(2), f));
  const z = e.mul(s, s);
  const square = e.mul(e.mul(float(0.5), f), f);
  const series = e.mul(z, polynomial(z, 0.6666667, 0.4, 0.2857143, 0.22222222));
  return e.sub(e.mul(s, e.add(square, series)), square);
};

/** x = 2ᵏ (1 + f) with √½ ≤ 1 + f < √2. */
export const parted = (x: Expr): { k: Expr; f: Expr } => {
  const bits = e.bitcast(x, "i32");
  const k = e.shiftRight(e.sub(bits, int(0x3f3504f3)), int(23));
  const f = e.sub(e.bitcast(e.sub(bits, e.shiftLeft(k, int(23))), "f32"), float(1));
  return { k, f };
};

const ends = (y: Expr, x: Expr): Expr => {
  const bits = sizeBits(x);
  const top = e.select(e.ge(bits, e.u32(0x7f800000)), x, y);
  const below = e.select(e.lt(x, float(0)), NAN, top);
  return e.select(e.lt(bits, e.u32(0x800000)), float(Number.NEGATIVE_INFINITY), below);
};

const unary = (body: (x: Expr) => Expr): KernelFunction => ofLanes((x) => body(x as Expr));

export const logarithms: Record<string, KernelFunction> = {
  log_f32: unary((x) => {
    const { k, f } = parted(x);
    const n = e.cast(k, "f32");
    const low = e.add(f, e.add(logTail(f), e.mul(n, float(3.1946183e-5))));
    return ends(e.add(e.mul(n, float(0.69311523)), low), x);
  }),
  log2_f32: unary((x) => {
    const { k, f } = parted(x);
    return ends(e.add(e.cast(k, "f32"), e.mul(e.add(f, logTail(f)), float(Math.LOG2E))), x);
  }),
  // near 0 the series in x; elsewhere log u for the rounded u = 1 + x, plus the rounding error
  log1p_f32: unary((x) => {
    const u = e.add(float(1), x);
    const near = e.and(e.gt(x, float(-0.29)), e.lt(x, float(0.41)));
    const f = e.select(near, x, float(0));
    const lost = e.nativeDiv(e.sub(x, e.sub(u, float(1))), u);
    const rest = e.select(e.gt(u, float(1e7)), float(0), lost);
    const log = e.log(u);
    const y = e.select(near, e.add(f, logTail(f)), e.add(log, rest));
    const outside = e.or(e.ge(sizeBits(x), e.u32(0x7f800000)), e.le(x, float(-1)));
    return e.select(e.lt(e.abs(x), float(1e-8)), x, e.select(outside, log, y));
  }),
  asinh_f32: unary((x) => {
    const a = e.abs(x);
    const b = e.nativeMin(a, float(1e4));
    const square = e.mul(b, b);
    const root = e.nativeSqrt(e.add(float(1), square));
    const near = e.log1p(e.add(b, e.nativeDiv(square, e.add(float(1), root))));
    const far = e.add(e.log(a), float(Math.LN2));
    return keepNan(x, copySign(e.select(e.gt(a, float(1e4)), far, near), x));
  }),
  acosh_f32: unary((x) => {
    const t = e.sub(e.nativeMin(e.nativeMax(x, float(1)), float(1e4)), float(1));
    const near = e.log1p(e.add(t, e.nativeSqrt(e.mul(t, e.add(float(2), t)))));
    const far = e.add(e.log(x), float(Math.LN2));
    const y = e.select(e.gt(x, float(1e4)), far, near);
    return keepNan(x, e.select(e.lt(x, float(1)), NAN, y));
  }),
  atanh_f32: unary((x) => {
    const a = e.abs(x);
    const y = e.mul(float(0.5), e.log1p(e.nativeDiv(e.mul(float(2), a), e.sub(float(1), a))));
    const outside = e.select(e.or(e.gt(a, float(1)), e.isNan(x)), NAN, INF);
    return copySign(e.select(e.lt(a, float(1)), y, outside), x);
  }),
};
