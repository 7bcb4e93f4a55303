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

/** Calls `visit` with the offsets of each place in turn. The array it passes is reused. */
export type Walk = (starts: readonly number[], visit: (at: readonly number[]) => void) => void;

/**
 * A walk over all indices of `shape` in row-major order. It gives an offset for each strides list.
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
 * Loops over a shape: a walk over `outer`, with an inner loop of `count` elements at each place.
 */
export interface Loops {
  readonly outer: Shape;
  readonly outerStrides: readonly (readonly number[])[];
  readonly count: number;
  /** The innermost stride of each operand. */
  readonly steps: readonly number[];
}

/** Merges neighbouring dimensions where all strides allow it, so that the inner loop is long. */
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
