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

/**
 * Number of features that a split searches: a count, a fraction below 1, "sqrt", "log2", or all
 * (null).
 */
export type MaxFeatures = number | "sqrt" | "log2" | null;

/** Settings of every tree. */
export interface TreeLimits {
  /** Maximum depth; null: no limit (default null). */
  readonly maxDepth: number | null;
  /**
   * Least number of rows of a node that may be split; a fraction of all rows if below 1 (default
   * 2).
   */
  readonly minSamplesSplit: number;
  /** Least number of rows of a leaf; a fraction of all rows if below 1 (default 1). */
  readonly minSamplesLeaf: number;
  /** Least weight of a leaf, as a fraction of all (default 0). */
  readonly minWeightFractionLeaf: number;
  /** Number of features that each split searches. */
  readonly maxFeatures: MaxFeatures;
  /**
   * Maximum number of leaves, of which the best is split next; null: no limit, grown depth first
   * (default null).
   */
  readonly maxLeafNodes: number | null;
  /**
   * Least decrease of impurity by a split, weighted by the node's fraction of the rows (default 0).
   */
  readonly minImpurityDecrease: number;
  /** The α of minimal cost-complexity pruning (default 0: no pruning). */
  readonly ccpAlpha: number;
  /** Seed of the random numbers; null: the library's default generator (default null). */
  readonly randomState: number | null;
}

const partOrCount = (least: number): Rule => either(whole(least), fraction);

/** The settings of trees and their rules. */
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

/** The number of features that a split searches. */
function featureCount(maxFeatures: MaxFeatures, width: number): number {
  if (maxFeatures === null) return width;
  if (maxFeatures === "sqrt") return Math.max(1, Math.floor(Math.sqrt(width)));
  if (maxFeatures === "log2") return Math.max(1, Math.floor(Math.log2(width)));
  if (maxFeatures < 1) return Math.max(1, Math.floor(maxFeatures * width));
  return Math.min(maxFeatures, width);
}

/** The limits as counts, for this number of rows and this weight. */
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

/** The generator of a seed; without one the library's default generator. */
export const randomOf = (randomState: number | null): Generator =>
  randomState === null ? new Generator(defaultGenerator().u32()) : new Generator(randomState);
