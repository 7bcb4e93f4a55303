import { type Expr, e } from "../expression.ts";
import type { Builder } from "../loops.ts";

/**
 * Defines an intrinsic for targets that have no instruction for it, or a less accurate one, or one
 * that treats NaN and infinities wrongly. Accuracy is about 1e-6; special values are IEEE 754's.
 */
export interface KernelFunction {
  readonly body: (b: Builder, ...args: Expr[]) => Expr;
  /** Whether it must be called lane by lane. */
  readonly single: boolean;
}

export const ofLanes = (body: (...args: Expr[]) => Expr): KernelFunction => ({
  body: (_, ...args) => body(...args),
  single: false,
});

export const float = (value: number): Expr => e.constant(value);
export const int = (value: number): Expr => e.constant(value, "i32");

/** The bits of a float without its sign. */
export const sizeBits = (x: Expr): Expr => e.bitAnd(e.bitcast(x, "u32"), e.u32(0x7fffffff));

export const clamp = (x: Expr, low: Expr, high: Expr): Expr =>
  e.nativeMin(e.nativeMax(x, low), high);

/** The magnitude of one float with the sign of another. */
export const copySign = (size: Expr, sign: Expr): Expr =>
  e.bitcast(e.bitOr(sizeBits(size), e.bitAnd(e.bitcast(sign, "u32"), e.u32(0x80000000))), "f32");

/** x if it is NaN, else y. */
export const keepNan = (x: Expr, y: Expr): Expr => e.select(e.isNan(x), x, y);

/** c₀ + c₁ x + c₂ x² … as nested multiply-adds. */
export function polynomial(x: Expr, ...coefficients: number[]): Expr {
  const [last, ...rest] = coefficients.reverse();
  return rest.reduce((sum, c) => e.add(e.mul(sum, x), float(c)), float(last as number));
}
