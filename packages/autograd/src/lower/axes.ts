/** One dimension, or several that every walk passes as one, and each walk's stride along it. */
export interface Axis {
  readonly size: number;
  readonly strides: readonly number[];
}

/** Drops dimensions of size 1 and merges neighbours that every walk passes as one. */
export function mergedAxes(dims: readonly number[], walks: readonly (readonly number[])[]): Axis[] {
  const merged: Axis[] = [];
  dims.forEach((size, d) => {
    if (size === 1) return;
    const strides = walks.map((walk) => walk[d] as number);
    const before = merged.at(-1);
    const joins = before?.strides.every((stride, w) => stride === (strides[w] as number) * size);
    if (before !== undefined && joins) {
      merged[merged.length - 1] = { size: before.size * size, strides };
    } else merged.push({ size, strides });
  });
  return merged;
}
