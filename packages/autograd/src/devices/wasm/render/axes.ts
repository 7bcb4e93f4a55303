import type { Layout } from "../../../kernel/expression.ts";

/** Dimensions of a layout, merged where all walks allow it, and the walks' strides along each. */
export interface Axes {
  readonly sizes: readonly number[];
  /** By walk, then by axis, in elements. */
  readonly strides: ReadonlyMap<number, readonly number[]>;
  readonly total: number;
}

/** Merges a layout's dimensions for the walks that are used. Walk −1 is the count itself. */
export function axesOf({ dims, walks }: Layout, used: Iterable<number>): Axes {
  const total = dims.reduce((a, b) => a * b, 1);
  const own = [...used].map((walk) => ({
    walk,
    strides: walk < 0 ? null : (walks[walk] as Layout["walks"][number]).strides,
  }));
  const sizes: number[] = [];
  const found = own.map((): number[] => []);
  let below = total;
  for (const [d, size] of dims.entries()) {
    below /= Math.max(size, 1);
    if (size === 1) continue;
    const steps = own.map(({ strides }) => (strides === null ? below : (strides[d] as number)));
    const last = sizes.length - 1;
    const joins =
      last >= 0 && steps.every((step, i) => (found[i] as number[])[last] === step * size);
    if (joins) {
      sizes[last] = (sizes[last] as number) * size;
      for (const [i, step] of steps.entries()) (found[i] as number[])[last] = step;
    } else {
      sizes.push(size);
      for (const [i, step] of steps.entries()) (found[i] as number[]).push(step);
    }
  }
  if (sizes.length === 0) {
    sizes.push(1);
    for (const steps of found) steps.push(0);
  }
  return { sizes, total, strides: new Map(own.map(({ walk }, i) => [walk, found[i] as number[]])) };
}
