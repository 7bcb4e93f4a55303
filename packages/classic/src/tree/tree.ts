import { damaged } from "../estimator/state.ts";

/** The child index and the feature index of a leaf. */
export const LEAF = -1;
export const NO_FEATURE = -2;

/** A tree as arrays over nodes; node 0 is the root, and children come after their parents. */
export interface Tree {
  /** The feature that a node tests; −2 in leaves. */
  readonly feature: Int32Array;
  /** Values up to this go left; −2 in leaves. */
  readonly threshold: Float64Array;
  /** Indices of the children; −1 in leaves. */
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** 1 where a missing value goes left. */
  readonly missingLeft: Uint8Array;
  /** The impurity of the training rows in a node. */
  readonly impurity: Float64Array;
  /** Number of training rows in a node, and the sum of their weights. */
  readonly samples: Int32Array;
  readonly weight: Float64Array;
  /** The prediction of a node: a mean or median, or the fraction of each class. [nodes, width] */
  readonly value: Float64Array;
  readonly width: number;
}

/** The leaf of each row. data: row-major, `features` numbers in each row. */
export function applyTree(
  tree: Tree,
  data: Float32Array | Float64Array,
  features: number,
  out: Int32Array = new Int32Array(data.length / features),
): Int32Array {
  const { feature, threshold, left, right, missingLeft } = tree;
  for (let row = 0, base = 0; row < out.length; row++, base += features) {
    let node = 0;
    for (let child = left[0] as number; child !== LEAF; child = left[node] as number) {
      const value = data[base + (feature[node] as number)] as number;
      if (value <= (threshold[node] as number)) node = child;
      else if (!Number.isNaN(value) || missingLeft[node] === 0) node = right[node] as number;
      else node = child;
    }
    out[row] = node;
  }
  return out;
}

/** The depth of each node. */
function depths({ left, right }: Tree): Int32Array {
  const out = new Int32Array(left.length);
  for (let node = 0; node < left.length; node++) {
    if (left[node] === LEAF) continue;
    out[left[node] as number] = (out[node] as number) + 1;
    out[right[node] as number] = (out[node] as number) + 1;
  }
  return out;
}

/** The depth of the tree. */
export const depthOf = (tree: Tree): number => Math.max(...depths(tree));

/** Number of leaves. */
export const leavesOf = ({ left }: Tree): number =>
  left.reduce((sum, child) => sum + Number(child === LEAF), 0);

/** The total decrease of impurity by each feature, weighted by the nodes. */
export function decreasesOf(
  { feature, left, right, impurity, weight }: Tree,
  features: number,
): Float64Array {
  const sums = new Float64Array(features);
  const lost = (node: number): number => (weight[node] as number) * (impurity[node] as number);
  for (let node = 0; node < left.length; node++) {
    if (left[node] === LEAF) continue;
    const gain = lost(node) - lost(left[node] as number) - lost(right[node] as number);
    sums[feature[node] as number] = (sums[feature[node] as number] as number) + gain;
  }
  return sums.map((sum) => sum / (weight[0] as number));
}

/** The decreases as fractions of their sum; all 0 for a tree without splits. */
export const importancesOf = (tree: Tree, features: number): Float64Array =>
  asParts(decreasesOf(tree, features));

/** Numbers divided by their sum; unchanged if the sum is 0. */
export function asParts(values: Float64Array): Float64Array {
  const total = values.reduce((a, b) => a + b, 0);
  return total > 0 ? values.map((value) => value / total) : values;
}

/** Throws ArgumentError unless the arrays form a tree over this number of features. */
export function verifyTree(type: string, tree: Tree, features: number): void {
  const { feature, threshold, left, right, missingLeft, impurity, samples, weight, value, width } =
    tree;
  const nodes = left?.length ?? 0;
  const arrays = [feature, threshold, right, missingLeft, impurity, samples, weight];
  const even = arrays.every((array) => array?.length === nodes) && value?.length === nodes * width;
  if (nodes === 0 || !even) throw damaged(type, "its arrays have different lengths");
  for (let node = 0; node < nodes; node++) {
    const [a, b] = [left[node] as number, right[node] as number];
    if (a === LEAF && b === LEAF) continue;
    const within = (child: number): boolean => child > node && child < nodes;
    const asked = feature[node] as number;
    if (within(a) && within(b) && asked >= 0 && asked < features) continue;
    throw damaged(type, `node ${node} has an invalid child`);
  }
}
