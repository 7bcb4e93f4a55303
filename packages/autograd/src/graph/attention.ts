import type { Shape } from "../shape.ts";

/** The sizes of an attention. */
export interface Extent {
  readonly batch: Shape;
  readonly queries: number;
  readonly keys: number;
  /** Elements of a query or key, and of a value. */
  readonly width: number;
  readonly valueWidth: number;
}

export const extentOf = (query: Shape, value: Shape): Extent => ({
  batch: query.slice(0, -2),
  queries: query.at(-2) as number,
  keys: value.at(-2) as number,
  width: query.at(-1) as number,
  valueWidth: value.at(-1) as number,
});

/**
 * Strides of a dense tensor of this shape, whose dimensions but the last are ordered as in `like`.
 */
export function denseLike(shape: Shape, like: readonly number[]): number[] {
  const last = shape.length - 1;
  const apart = shape.every((n, d) => n === 1 || like[d] !== 0);
  const order = [...shape.keys()].slice(0, last);
  if (apart) order.sort((a, b) => (like[b] as number) - (like[a] as number));
  const strides = shape.map(() => 1);
  let stride = shape[last] as number;
  for (const d of order.reverse()) {
    strides[d] = stride;
    stride *= shape[d] as number;
  }
  return strides;
}

/** The dimensions by descending stride. */
export const memoryOrder = (strides: readonly number[]): number[] =>
  [...strides.keys()].sort((a, b) => (strides[b] as number) - (strides[a] as number));
