import { ArgumentError } from "@wgrad/autograd";

/** One number for all dimensions, or a number for each. */
export type Sizes = number | readonly number[];

/** A number for each of `rank` dimensions. */
export const perDim = (rank: number, sizes: Sizes): readonly number[] =>
  typeof sizes === "number" ? Array<number>(rank).fill(sizes) : sizes;

/**
 * Throws ArgumentError with the names of the layer and the argument for a size that is not a whole
 * number of 1 or more.
 */
export function positive(layer: string, sizes: Readonly<Record<string, Sizes>>): void {
  for (const [name, size] of Object.entries(sizes)) {
    const all = typeof size === "number" ? [size] : size;
    if (all.length > 0 && all.every((n) => Number.isInteger(n) && n > 0)) continue;
    throw new ArgumentError(
      `${layer}: ${name} is ${JSON.stringify(size)}\n  hint: whole numbers, 1 or more`,
    );
  }
}

/** A dimension given as a number or as a setting. Throws ArgumentError if it is missing. */
export function dimOf(layer: string, given: number | { readonly dim: number } | undefined): number {
  const dim = typeof given === "object" ? given.dim : given;
  if (dim !== undefined) return dim;
  throw new ArgumentError(`${layer}: dim is missing\n  hint: new ${layer}(dim)`);
}
