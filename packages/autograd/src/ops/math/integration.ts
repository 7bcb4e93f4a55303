import { isFloating } from "../../dtype.ts";
import { ArgumentError, DTypeError, detail, ShapeError } from "../../errors.ts";
import { Handle } from "../../graph/handle.ts";
import { normalizeDim, normalizeDims } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import type { DimOption } from "../core/arguments.ts";
import { cat } from "../core/assembly.ts";
import { cast, constant, refuseBool } from "../core/constant.ts";
import { reshape } from "../core/layout.ts";
import { sum } from "../shape/broadcast.ts";
import { narrow } from "../shape/movement.ts";
import { add, mul, sub, trueDivide } from "./arithmetic.ts";
import { cumsum } from "./scan.ts";

/** Options of `trapezoid` and `cumulativeTrapezoid`. */
export interface TrapezoidOptions extends DimOption {
  /** The distance between neighbours if no `x` is given (1). */
  readonly dx?: number;
  /** The sample points: of y's shape, or a vector. */
  readonly x?: Tensor | null;
}

/** The areas (yₖ + yₖ₊₁) / 2 · Δxₖ between neighbours along `dim`. */
function areas(
  call: string,
  y: Tensor,
  x: Tensor | TrapezoidOptions | null | undefined,
  options: TrapezoidOptions | undefined,
): { pieces: Tensor; dim: number } {
  checkTensor(call, y);
  refuseBool(call, y, 'y.to("f32") first');
  const settings = x instanceof Handle ? { ...options, x } : (x ?? options ?? {});
  const { dim = -1, dx = 1, x: places = null } = settings;
  if (y.shape.length === 0)
    throw new ShapeError(`${call}: expected at least 1 dimension, got a 0-d tensor`);
  const at = normalizeDim(call, dim, y.shape.length);
  const n = y.shape[at] as number;
  const rest = Math.max(0, n - 1);
  const part = (of: Tensor, d: number, start: number): Tensor =>
    narrow(of, d, Math.min(start, n), rest);
  const heights = add(part(y, at, 0), part(y, at, 1));
  const widths = (of: Tensor): Tensor => {
    checkTensor(call, of);
    const d = of.shape.length === 1 ? 0 : at;
    if (of.shape[d] !== n) {
      throw new ShapeError(
        `${call}: x must have one sample point for each element of y${detail("y", y.shape)}${detail("x", of.shape)}`,
      );
    }
    const distance = sub(part(of, d, 1), part(of, d, 0));
    return d === at
      ? distance
      : reshape(
          distance,
          y.shape.map((_, k) => (k === at ? rest : 1)),
        );
  };
  const width = places === null ? dx : widths(places);
  const halves =
    typeof width === "number" ? mul(heights, width / 2) : trueDivide(mul(heights, width), 2);
  return { pieces: halves, dim: at };
}

/**
 * ∫ y dx along `dim` (the last unless given) by the trapezoidal rule, at the sample points x or at
 * points `dx` apart.
 */
export function trapezoid(
  y: Tensor,
  x?: Tensor | null | TrapezoidOptions,
  options?: TrapezoidOptions,
): Tensor {
  checkCall("trapezoid(y, x?: tensor | null, { x, dx: number, dim: number })", arguments);
  return composite(() => {
    const { pieces, dim } = areas("trapezoid", y, x, options);
    return sum(pieces, dim);
  });
}

/** The integral up to each sample but the first, along `dim`: a cumulative `trapezoid`. */
export function cumulativeTrapezoid(
  y: Tensor,
  x?: Tensor | null | TrapezoidOptions,
  options?: TrapezoidOptions,
): Tensor {
  checkCall("cumulativeTrapezoid(y, x?: tensor | null, { x, dx: number, dim: number })", arguments);
  return composite(() => {
    const { pieces, dim } = areas("cumulativeTrapezoid", y, x, options);
    return cumsum(pieces, dim);
  });
}

/** Options of `gradient`. */
export interface GradientOptions {
  /**
   * The distance between neighbours, one number for all dimensions or one for each; or the
   * coordinates along each dimension as vectors (1).
   */
  readonly spacing?: number | readonly number[] | readonly Tensor[];
  /** The dimensions to differentiate along (all). */
  readonly dim?: number | readonly number[] | null;
  /** The order of the differences at both ends: 1 or 2. */
  readonly edgeOrder?: 1 | 2;
}

/**
 * The derivatives ∂x/∂dim of samples along each dimension, by central differences of second order.
 * Returns one tensor per dimension.
 */
export function gradient(x: Tensor, options: GradientOptions = {}): Tensor[] {
  checkCall(
    "gradient(x, { spacing: number | array, dim: number | number[] | null, edgeOrder: number })",
    arguments,
  );
  checkTensor("gradient", x);
  if (x.dtype === "bool" || x.dtype === "u8") {
    throw new DTypeError(
      `gradient: takes signed numbers, got ${x.dtype}\n  hint: x.to("f32") first`,
    );
  }
  const { spacing = 1, dim = null, edgeOrder = 1 } = options;
  if (edgeOrder !== 1 && edgeOrder !== 2) {
    throw new ArgumentError(`gradient: edgeOrder must be 1 or 2, got ${edgeOrder}`);
  }
  const dims = normalizeDims("gradient", dim, x.shape.length);
  const steps = typeof spacing === "number" ? dims.map(() => spacing) : [...spacing];
  if (steps.length !== dims.length) {
    throw new ArgumentError(`gradient: got ${steps.length} spacings for ${dims.length} dimensions`);
  }
  for (const d of dims) {
    if ((x.shape[d] as number) <= edgeOrder) {
      throw new ShapeError(
        `gradient: dimension ${d} needs more than ${edgeOrder} elements${detail("x", x.shape)}`,
      );
    }
  }
  return composite(() => {
    const value = isFloating(x.dtype) ? x : cast(x, "f32");
    return dims.map((d, i) => derivativeAlong(value, d, steps[i] as number | Tensor, edgeOrder));
  });
}

function derivativeAlong(
  x: Tensor,
  dim: number,
  spacing: number | Tensor,
  edgeOrder: 1 | 2,
): Tensor {
  const n = x.shape[dim] as number;
  const part = (start: number, count: number): Tensor => narrow(x, dim, start, count);
  const widths =
    typeof spacing === "number"
      ? constant(spacing, x.dtype, [n - 1], x.node.stream)
      : sub(narrow(spacing, 0, 1, n - 1), narrow(spacing, 0, 0, n - 1));
  const along = (start: number, count: number): Tensor =>
    reshape(
      narrow(widths, 0, start, count),
      x.shape.map((_, d) => (d === dim ? count : 1)),
    );
  const difference = (i: number, count = 1): Tensor =>
    trueDivide(sub(part(i + 1, count), part(i, count)), along(i, count));
  // The derivative at the middle point of the parabola through three points.
  const [left, right] = [along(0, n - 2), along(1, n - 2)];
  const weighted = add(mul(difference(0, n - 2), right), mul(difference(1, n - 2), left));
  const middle = trueDivide(weighted, add(left, right));
  if (edgeOrder === 1) return cat([difference(0), middle, difference(n - 2)], dim);
  const atEnd = (near: number, far: number): Tensor => {
    const [a, b] = [along(near, 1), along(far, 1)];
    const bend = trueDivide(sub(difference(far), difference(near)), add(a, b));
    return sub(difference(near), mul(bend, a));
  };
  return cat([atEnd(0, 1), middle, atEnd(n - 2, n - 3)], dim);
}
