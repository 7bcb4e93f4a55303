import type { Layout } from "../kernel/expression.ts";

/** Dimensions that every walk passes as one, and how far each walk moves along them. */
export interface Axis {
  readonly size: number;
  readonly strides: readonly number[];
}

/** Drops dimensions of one element and merges neighbours that every walk passes as one. */
export function mergedAxes({ dims, walks }: Layout): Axis[] {
  const merged: Axis[] = [];
  dims.forEach((size, d) => {
    if (size === 1) return;
    const strides = walks.map((walk) => walk.strides[d] as number);
    const before = merged.at(-1);
    const joins = before?.strides.every((stride, w) => stride === (strides[w] as number) * size);
    if (before !== undefined && joins) {
      merged[merged.length - 1] = { size: before.size * size, strides };
    } else merged.push({ size, strides });
  });
  return merged;
}
