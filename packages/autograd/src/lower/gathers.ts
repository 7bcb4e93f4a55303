import type { KernelOperand, KernelStep } from "../devices/device.ts";
import { isFloating } from "../dtype.ts";
import { dimOf, partStrides } from "../graph/attributes.ts";
import { boxOf } from "../graph/region.ts";
import { type Expr, e } from "../kernel/expression.ts";
import { shapeOf, startOf, stridesOf } from "./index-map.ts";
import type { Lowering } from "./lowering.ts";
import type { Place } from "./place.ts";

/** An i32 index as a place from the front (0 if out of range), and whether it is in range. */
export function wrapped(index: Expr, count: Expr): { readonly place: Expr; readonly found: Expr } {
  const size = e.bitcast(count, "i32");
  const zero = e.constant(0, "i32");
  const at = e.select(e.lt(index, zero), e.add(index, size), index);
  const found = e.and(e.ge(at, zero), e.lt(at, size));
  return { place: e.select(found, e.bitcast(at, "u32"), e.u32(0)), found };
}

/** The element of a gather at a place of its shape: NaN (0 for integers) if out of range. */
export function gathered(lowering: Lowering, step: KernelStep, place: Place): Expr {
  const [x, index] = step.operands as [KernelOperand, KernelOperand];
  const dim = dimOf(step.attrs);
  const { place: at, found } = wrapped(
    lowering.operand(index, place),
    e.size(shapeOf(x)[dim] as number),
  );
  const line = place.walk(stridesOf(x).with(dim, 0), startOf(x));
  const value = lowering.element(x, e.add(line, e.mul(at, e.size(stridesOf(x)[dim] as number))));
  const missing = isFloating(step.dtype) ? Number.NaN : 0;
  return e.select(found, value, e.constant(missing, step.dtype));
}

/**
 * The element of an assembly at a place of its shape: from the last part that covers it, else 0.
 */
export function assembled(lowering: Lowering, step: KernelStep, place: Place): Expr {
  const strides = partStrides(step.attrs, step.operands.map(shapeOf));
  let result: Expr = e.constant(0, step.dtype);
  step.operands.forEach((part, i) => {
    const origin = e.param(step.scalars[i] as number, "u32");
    const inside: Expr[] = [];
    const terms: Expr[] = [];
    for (const { size, stride, count, step: by } of axesOf(step, part, strides[i] as number[])) {
      const [n, s] = [e.size(size), e.size(stride)];
      const start = e.remainder(e.quotient(origin, s), n);
      const at = e.sub(e.remainder(e.quotient(place.whole, s), n), start);
      if (count !== size) inside.push(e.lt(at, e.size(count)));
      if (by !== 0) terms.push(e.mul(at, e.size(by)));
    }
    const index = e.sum(startOf(part), ...terms);
    if (inside.length === 0) {
      result = lowering.element(part, index);
      return;
    }
    const covered = inside.reduce(e.and);
    const value = lowering.element(part, e.select(covered, index, e.u32(0)));
    result = e.select(covered, value, result);
  });
  return result;
}

interface Axis {
  readonly size: number;
  readonly stride: number;
  readonly count: number;
  /** The part's stride along it. */
  readonly step: number;
}

/** The axes of size > 1. An axis that the part covers whole is merged with the one before. */
function axesOf({ shape }: KernelStep, part: KernelOperand, strides: readonly number[]): Axis[] {
  const own = stridesOf(part);
  const axes: Axis[] = [];
  for (const { size, stride, count, dim } of boxOf(shape, shapeOf(part), strides) ?? []) {
    if (size === 1) continue;
    const step = dim < 0 ? 0 : (own[dim] as number);
    const above = axes.at(-1);
    if (above !== undefined && count === size && above.step === step * size) {
      axes[axes.length - 1] = { size: above.size * size, stride, count: above.count * size, step };
    } else axes.push({ size, stride, count, step });
  }
  return axes;
}
