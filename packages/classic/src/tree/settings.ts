import { defaultGenerator, Generator } from "@wgrad/autograd";
import {
  choice,
  either,
  fraction,
  none,
  type Rule,
  real,
  type Schema,
  seed,
  whole,
} from "../estimator/settings.ts";
import type { GrowLimits } from "./grow.ts";

/** How many features a split looks at: a count, a part below 1, "sqrt", "log2", or all (null). */
export type MaxFeatures = number | "sqrt" | "log2" | null;

/** Settings of every tree. */
export interface TreeLimits {
  /** The most questions a row is asked; null: no limit (default null). */
  readonly maxDepth: number | null;
  /** Fewest rows of a node that is parted; below 1 a part of all rows (default 2). */
  readonly minSamplesSplit: number;
  /** Fewest rows of a leaf; below 1 a part of all rows (default 1). */
  readonly minSamplesLeaf: number;
  /** Least weight of a leaf, as a part of all (default 0). */
  readonly minWeightFractionLeaf: number;
  /** How many features each split looks at. */
  readonly maxFeatures: MaxFeatures;
  /**
   * The tree grows by its best leaf up to so many leaves; null: depth first, without a limit
   * (default null).
   */
  readonly maxLeafNodes: number | null;
  /**
   * The least that a split takes away of the impurity, as a part of the root's weight (default 0).
   */
  readonly minImpurityDecrease: number;
  /** Price of a leaf in minimal cost-complexity pruning (default 0: nothing is pruned). */
  readonly ccpAlpha: number;
  /** Seed of what is random; null: the library's default generator (default null). */
  readonly randomState: number | null;
}

const partOrCount = (least: number): Rule => either(whole(least), fraction);

export const treeSchema = (maxFeatures: MaxFeatures): Schema<TreeLimits> => ({
  maxDepth: [null, either(whole(1), none)],
  minSamplesSplit: [2, partOrCount(2)],
  minSamplesLeaf: [1, partOrCount(1)],
  minWeightFractionLeaf: [0, real(0, 0.5)],
  maxFeatures: [maxFeatures, either(whole(1), fraction, choice("sqrt", "log2"), none)],
  maxLeafNodes: [null, either(whole(2), none)],
  minImpurityDecrease: [0, real(0)],
  ccpAlpha: [0, real(0)],
  randomState: [null, seed],
});

/** How many features a split looks at. */
function featureCount(maxFeatures: MaxFeatures, width: number): number {
  if (maxFeatures === null) return width;
  if (maxFeatures === "sqrt") return Math.max(1, Math.floor(Math.sqrt(width)));
  if (maxFeatures === "log2") return Math.max(1, Math.floor(Math.log2(width)));
  if (maxFeatures < 1) return Math.max(1, Math.floor(maxFeatures * width));
  return Math.min(maxFeatures, width);
}

/** The limits as counts, for so many rows of this weight. */
export function growLimits(
  params: TreeLimits,
  {
    rows,
    width,
    weight,
  }: { readonly rows: number; readonly width: number; readonly weight: number },
): GrowLimits {
  const { minSamplesSplit, minSamplesLeaf } = params;
  const count = (part: number): number => (part < 1 ? Math.ceil(part * rows) : part);
  const leaf = count(minSamplesLeaf);
  return {
    maxDepth: params.maxDepth ?? Number.POSITIVE_INFINITY,
    minSamplesSplit: Math.max(2, count(minSamplesSplit), 2 * leaf),
    minSamplesLeaf: leaf,
    minWeightLeaf: params.minWeightFractionLeaf * weight,
    maxFeatures: featureCount(params.maxFeatures, width),
    maxLeafNodes: params.maxLeafNodes,
    minImpurityDecrease: params.minImpurityDecrease,
  };
}

/** What draws for a seed; the library's own generator without one. */
export const randomOf = (randomState: number | null): Generator =>
  randomState === null ? new Generator(defaultGenerator().u32()) : new Generator(randomState);
