import type { TypedArray } from "../../dtype.ts";
import type { Reading } from "../../graph/reading.ts";
import { contiguousStrides, type Shape } from "../../shape.ts";
import type { KernelOperand } from "../device.ts";

export function reading(operand: KernelOperand, data: TypedArray): Reading {
  const { view, base } = operand;
  return view === null
    ? { data, shape: base, strides: contiguousStrides(base), offset: 0 }
    : { data, shape: view.shape, strides: view.strides, offset: 0 };
}

/**
 * Calls `visit` with the offsets of one place after the other. Its arrays are made once: it is used
 * again with every run.
 */
export type Walk = (starts: readonly number[], visit: (at: readonly number[]) => void) => void;

/**
 * The walk over every index of `shape` in row-major order, with the offset that each list of
 * strides gives it.
 */
export function walkOver(shape: Shape, strides: readonly (readonly number[])[]): Walk {
  const rank = shape.length;
  const empty = shape.includes(0);
  const at = strides.map(() => 0);
  const index = shape.map(() => 0);
  return (starts, visit) => {
    if (empty) return;
    for (let k = 0; k < at.length; k++) at[k] = starts[k] as number;
    for (;;) {
      visit(at);
      let dim = rank - 1;
      for (; dim >= 0; dim--) {
        const i = (index[dim] as number) + 1;
        const ends = i === shape[dim];
        const moves = ends ? 1 - i : 1;
        for (let k = 0; k < at.length; k++) {
          at[k] = (at[k] as number) + moves * ((strides[k] as readonly number[])[dim] as number);
        }
        index[dim] = ends ? 0 : i;
        if (!ends) break;
      }
      if (dim < 0) return;
    }
  };
}

/**
 * Nested loops over a shape: `outer` is walked, and each place of it begins a plain loop of `count`
 * elements.
 */
export interface Loops {
  readonly outer: Shape;
  readonly outerStrides: readonly (readonly number[])[];
  readonly count: number;
  /** The innermost stride of each operand. */
  readonly steps: readonly number[];
}

/**
 * Joins neighbouring dimensions that every list of strides walks without a jump, so that the inner
 * loop is long.
 */
export function loopsOver(shape: Shape, strides: readonly (readonly number[])[]): Loops {
  const outer: number[] = [];
  const outerStrides: number[][] = strides.map(() => []);
  let count = 1;
  let steps = strides.map(() => 0);
  for (const [dim, n] of shape.entries()) {
    if (n === 1) continue;
    const inner = strides.map((list) => list[dim] as number);
    const joins = count > 1 && inner.every((stride, k) => steps[k] === stride * n);
    if (!joins && count > 1) {
      outer.push(count);
      for (const [k, list] of outerStrides.entries()) list.push(steps[k] as number);
    }
    count = joins ? count * n : n;
    steps = inner;
  }
  return { outer, outerStrides, count, steps };
}
