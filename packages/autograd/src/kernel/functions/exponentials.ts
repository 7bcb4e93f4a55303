import { type Expr, e } from "../expression.ts";
import {
  clamp,
  copySign,
  float,
  int,
  type KernelFunction,
  keepNan,
  ofLanes,
  polynomial,
} from "./define.ts";

/** exp r − 1 = r + r² P(r) for |r| ≤ ½ log 2. */
export const expTail = (r: Expr): Expr =>
  e.add(
    r,
    e.mul(e.mul(r, r), polynomial(r, 0.5, 0.16666506, 0.04166617, 0.008370321, 0.001395297)),
  );

/** 2^(n + bias − 127) for 1 ≤ n + bias ≤ 254, by the bits of the exponent; 0 if n = −bias. */
const power = (n: Expr, bias: number): Expr =>
  e.bitcast(e.shiftLeft(e.add(n, int(bias)), int(23)), "f32");

/** 2ⁿ y for −126 ≤ n ≤ 128. Overflow gives infinity, n = −126 gives 0. */
export const scale = (y: Expr, n: Expr): Expr => e.mul(e.add(y, y), power(n, 126));

/** An integral float, known to be in range, as an integer. */
const whole = (n: Expr): Expr => e.nativeInt(n);

/** x = n log 2 + r. */
const reduced = (x: Expr): { n: Expr; r: Expr } => {
  const n = e.round(e.mul(x, float(Math.LOG2E)));
  const r = e.sub(e.sub(x, e.mul(n, float(0.69311523))), e.mul(n, float(3.1946183e-5)));
  return { n, r };
};

/** exp x for −87.3 ≤ x ≤ 89. */
const expMiddle = (x: Expr): Expr => {
  const { n, r } = reduced(x);
  return scale(e.add(expTail(r), float(1)), whole(n));
};

/** exp x − 1 = 2ⁿ (exp r − 1) + (2ⁿ − 1), for |x| ≤ 87. */
const expm1Middle = (x: Expr): Expr => {
  const { n, r } = reduced(x);
  const s = power(whole(n), 127);
  return e.add(e.mul(s, expTail(r)), e.sub(s, float(1)));
};

const unary = (body: (x: Expr) => Expr): KernelFunction => ofLanes((x) => body(x as Expr));

export const exponentials: Record<string, KernelFunction> = {
  exp_f32: unary((x) => keepNan(x, expMiddle(clamp(x, float(-87.3), float(89))))),
  exp2_f32: unary((x) => {
    const t = clamp(x, float(-126), float(128.5));
    const n = e.round(t);
    const y = scale(e.add(expTail(e.mul(e.sub(t, n), float(Math.LN2))), float(1)), whole(n));
    return keepNan(x, y);
  }),
  expm1_f32: unary((x) => {
    const middle = expm1Middle(clamp(x, float(-25), float(87)));
    const y = e.select(e.gt(x, float(87)), e.exp(x), middle);
    return e.select(e.or(e.lt(e.abs(x), float(1e-8)), e.isNan(x)), x, y);
  }),
  sinh_f32: unary((x) => {
    const a = e.abs(x);
    const m = expm1Middle(e.nativeMin(a, float(10)));
    const root = e.exp(e.mul(a, float(0.5)));
    const near = e.mul(float(0.5), e.add(m, e.nativeDiv(m, e.add(m, float(1)))));
    const far = e.mul(e.mul(float(0.5), root), root);
    return keepNan(x, copySign(e.select(e.gt(a, float(9)), far, near), x));
  }),
  cosh_f32: unary((x) => {
    const a = e.abs(x);
    const y = e.exp(e.nativeMin(a, float(10)));
    const root = e.exp(e.mul(a, float(0.5)));
    const near = e.add(e.mul(float(0.5), y), e.nativeDiv(float(0.5), y));
    const far = e.mul(e.mul(float(0.5), root), root);
    return keepNan(x, e.select(e.gt(a, float(9)), far, near));
  }),
  tanh_f32: unary((x) => {
    const m = expm1Middle(e.mul(float(2), e.nativeMin(e.abs(x), float(10))));
    return keepNan(x, copySign(e.nativeDiv(m, e.add(m, float(2))), x));
  }),
  erf_f32: unary((x) => {
    const a = e.abs(x);
    const least = e.nativeMin(a, float(1));
    const z = e.mul(least, least);
    const near = e.mul(
      a,
      polynomial(
        z,
        1.1283791,
        -0.37612626,
        0.112835854,
        -0.026853811,
        0.0051883273,
        -0.0008010191,
        7.853852e-5,
      ),
    );
    const t = e.sub(clamp(a, float(1), float(4)), float(1));
    const exponent = polynomial(
      t,
      -1.8496056,
      -2.6389668,
      -0.8431183,
      -0.04150069,
      0.009890896,
      -0.0018261664,
      0.0001855749,
    );
    const far = e.sub(float(1), expMiddle(exponent));
    return keepNan(x, copySign(e.select(e.gt(a, float(1)), far, near), x));
  }),
};
