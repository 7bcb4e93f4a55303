import type { Shape } from "../../shape.ts";

/** One dimension, several, or all (null). */
export type Dims = number | readonly number[] | null;

/** Options with a `dim`, which PyTorch takes both as an argument and by name. */
export interface DimOption<D = number> {
  readonly dim?: D | undefined;
}

/**
 * Merges a positional `dim` into the options: f(x, 1, { keepdim: true }) is f(x, { dim: 1, keepdim:
 * true }).
 */
export function withDim<D, O extends DimOption<D>>(
  place: D | O | undefined,
  options: O | undefined,
): O {
  if (typeof place === "object" && place !== null && !Array.isArray(place)) return place as O;
  return (place === undefined ? (options ?? {}) : { ...options, dim: place }) as O;
}

/** Sizes as PyTorch's methods take them: x.view(2, 3) or x.view([2, 3]). */
export type Sizes = readonly number[] | readonly [Shape];

/** The sizes as one list. */
export const sizesOf = (sizes: Sizes): Shape =>
  (Array.isArray(sizes[0]) ? sizes[0] : sizes) as Shape;
