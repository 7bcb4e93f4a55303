import type { Generator } from "@wgrad/autograd";
import { type Criterion, EPSILON, type NodeRows } from "./criteria.ts";
import type { RankedFeature } from "./ranked.ts";
import { type Split, type SplitLimits, Splitter } from "./splitter.ts";
import { LEAF, NO_FEATURE, type Tree } from "./tree.ts";

/** Limits of a growing tree. */
export interface GrowLimits extends SplitLimits {
  readonly maxDepth: number;
  readonly minSamplesSplit: number;
  readonly minImpurityDecrease: number;
  /**
   * Maximum number of leaves, of which the best is split next; null: no limit, grown depth first.
   */
  readonly maxLeafNodes: number | null;
}

/** Settings of growTree. */
export interface GrowOptions {
  readonly limits: GrowLimits;
  readonly random: Generator;
  /** "random" tries one random threshold for each feature. */
  readonly splitter: "best" | "random";
}

/** A node to be processed. */
interface Pending {
  readonly start: number;
  readonly end: number;
  readonly depth: number;
  readonly parent: number;
  readonly isLeft: boolean;
  readonly impurity: number;
  readonly constants: number;
}

/** A node that can be split. */
interface Splittable {
  readonly node: number;
  readonly start: number;
  readonly middle: number;
  readonly end: number;
  readonly depth: number;
  readonly constants: number;
  readonly leftImpurity: number;
  readonly rightImpurity: number;
  /** The decrease of impurity by the split, weighted by the node's fraction of the rows. */
  readonly improvement: number;
}

/** Grows a tree on these rows. The rows are reordered in place, in the order of the leaves. */
export function growTree(
  features: readonly RankedFeature[],
  criterion: Criterion,
  rows: Uint32Array,
  { limits, random, splitter }: GrowOptions,
): Tree {
  const finder = new Splitter(
    features,
    criterion,
    limits,
    random,
    rows.length,
    splitter === "random",
  );
  const nodes = new Nodes(criterion.width);
  let total = 0;

  /** Adds a node. Returns its split, or null for a leaf. */
  const add = (pending: Pending): Splittable | null => {
    const { start, end, depth, parent, isLeft } = pending;
    const node: NodeRows = { rows, start, end };
    criterion.enter(node);
    const { weight } = criterion;
    if (parent < 0) total = weight;
    const impurity = parent < 0 ? criterion.impurity() : pending.impurity;
    const samples = end - start;
    const isLeaf =
      depth >= limits.maxDepth ||
      samples < limits.minSamplesSplit ||
      samples < 2 * limits.minSamplesLeaf ||
      weight < 2 * limits.minWeightLeaf ||
      impurity <= EPSILON;
    let parted: Omit<Splittable, "node"> | null = null;
    let found: Split | null = null;
    if (!isLeaf) {
      const { split, constants } = finder.find(node, pending.constants);
      if (split !== null) {
        const middle = finder.splitRows(node, split);
        const sides = criterion.sides(node, middle);
        const { leftImpurity, rightImpurity, leftWeight, rightWeight } = sides;
        const improvement =
          (weight / total) *
          (impurity -
            (rightWeight / weight) * rightImpurity -
            (leftWeight / weight) * leftImpurity);
        if (improvement + EPSILON >= limits.minImpurityDecrease) {
          found = split;
          parted = {
            start,
            middle,
            end,
            depth,
            constants,
            leftImpurity,
            rightImpurity,
            improvement,
          };
        }
      }
    }
    const at = nodes.add({ parent, isLeft, split: found, impurity, samples, weight }, criterion);
    return parted && { node: at, ...parted };
  };
  const leftOf = ({
    node,
    start,
    middle,
    depth,
    constants,
    leftImpurity,
  }: Splittable): Pending => ({
    start,
    end: middle,
    depth: depth + 1,
    parent: node,
    isLeft: true,
    impurity: leftImpurity,
    constants,
  });
  const rightOf = ({
    node,
    middle,
    end,
    depth,
    constants,
    rightImpurity,
  }: Splittable): Pending => ({
    start: middle,
    end,
    depth: depth + 1,
    parent: node,
    isLeft: false,
    impurity: rightImpurity,
    constants,
  });
  const root: Pending = {
    start: 0,
    end: rows.length,
    depth: 0,
    parent: -1,
    isLeft: false,
    impurity: 0,
    constants: 0,
  };

  if (limits.maxLeafNodes === null) {
    const stack = [root];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const parted = add(next);
      if (parted !== null) stack.push(rightOf(parted), leftOf(parted));
    }
    return nodes.finish();
  }
  const frontier: Splittable[] = [];
  const push = (parted: Splittable | null): void => {
    // constant features are tracked along one path only
    if (parted !== null) frontier.push({ ...parted, constants: 0 });
  };
  push(add(root));
  for (let left = limits.maxLeafNodes - 1; left > 0 && frontier.length > 0; left--) {
    let best = 0;
    frontier.forEach(({ improvement }, i) => {
      if (improvement > (frontier[best] as Splittable).improvement) best = i;
    });
    const [parted] = frontier.splice(best, 1) as [Splittable];
    push(add(leftOf(parted)));
    push(add(rightOf(parted)));
  }
  for (const { node } of frontier) nodes.close(node);
  return nodes.finish();
}

interface NewNode {
  readonly parent: number;
  readonly isLeft: boolean;
  readonly split: Split | null;
  readonly impurity: number;
  readonly samples: number;
  readonly weight: number;
}

/** The nodes of a growing tree. */
class Nodes {
  readonly #width: number;
  readonly #feature: number[] = [];
  readonly #threshold: number[] = [];
  readonly #left: number[] = [];
  readonly #right: number[] = [];
  readonly #missingLeft: number[] = [];
  readonly #impurity: number[] = [];
  readonly #samples: number[] = [];
  readonly #weight: number[] = [];
  readonly #value: number[] = [];
  readonly #one: Float64Array;

  constructor(width: number) {
    this.#width = width;
    this.#one = new Float64Array(width);
  }

  /**
   * Adds a node with its value from the criterion and links it to its parent. Returns its index.
   */
  add({ parent, isLeft, split, impurity, samples, weight }: NewNode, criterion: Criterion): number {
    const node = this.#left.length;
    if (parent >= 0) (isLeft ? this.#left : this.#right)[parent] = node;
    this.#feature.push(split?.feature ?? NO_FEATURE);
    this.#threshold.push(split?.threshold ?? NO_FEATURE);
    this.#left.push(LEAF);
    this.#right.push(LEAF);
    this.#missingLeft.push(Number(split?.missingLeft ?? false));
    this.#impurity.push(impurity);
    this.#samples.push(samples);
    this.#weight.push(weight);
    criterion.value(this.#one, 0);
    this.#value.push(...this.#one);
    return node;
  }

  /** Makes a leaf of a node that was to be split. */
  close(node: number): void {
    this.#feature[node] = NO_FEATURE;
    this.#threshold[node] = NO_FEATURE;
  }

  finish(): Tree {
    return {
      feature: new Int32Array(this.#feature),
      threshold: new Float64Array(this.#threshold),
      left: new Int32Array(this.#left),
      right: new Int32Array(this.#right),
      missingLeft: new Uint8Array(this.#missingLeft),
      impurity: new Float64Array(this.#impurity),
      samples: new Int32Array(this.#samples),
      weight: new Float64Array(this.#weight),
      value: new Float64Array(this.#value),
      width: this.#width,
    };
  }
}
