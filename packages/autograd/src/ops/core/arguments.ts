import type { Shape } from "../../shape.ts";

/** One dimension, several, or (null, none given) all. */
export type Dims = number | readonly number[] | null;

/** `dim` under its own name among the options, where PyTorch also takes it by name. */
export interface DimOption<D = number> {
  readonly dim?: D | undefined;
}

/**
 * Options with `dim` among them, which PyTorch takes by place or by name: f(x, 1, { keepdim: true
 * }) is f(x, { dim: 1, keepdim: true }).
 */
export function withDim<D, O extends DimOption<D>>(
  place: D | O | undefined,
  options: O | undefined,
): O {
  if (typeof place === "object" && place !== null && !Array.isArray(place)) return place as O;
  return (place === undefined ? (options ?? {}) : { ...options, dim: place }) as O;
}

/** A list of sizes as PyTorch's methods take it: x.view(2, 3) or x.view([2, 3]). */
export type Sizes = readonly number[] | readonly [Shape];

export const sizesOf = (sizes: Sizes): Shape =>
  (Array.isArray(sizes[0]) ? sizes[0] : sizes) as Shape;
