import { damaged } from "../../estimator/state.ts";
import { LEAF } from "../../tree/tree.ts";

/** A tree on binned features as arrays over nodes, depth first; node 0 is the root. */
export interface HistTree {
  /** The feature that a node tests; 0 in leaves. */
  readonly feature: Int32Array;
  /** Values up to this go left; ∞ if only missing values go right. */
  readonly threshold: Float64Array;
  /** The threshold as a bin. */
  readonly bin: Int32Array;
  /** Indices of the children; −1 in leaves. */
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** 1 where a missing value goes left. */
  readonly missingLeft: Uint8Array;
  /** Index of the node's categories in `bits`; −1 for numeric features. */
  readonly categories: Int32Array;
  /** Sets of categories that go left, eight words each. */
  readonly bits: Uint32Array;
  /** The prediction of a node; in leaves multiplied by the learning rate. */
  readonly value: Float64Array;
  /** The gain of the node's best split; −1 if there is none. */
  readonly gain: Float64Array;
  /** Number of training rows in a node. */
  readonly samples: Int32Array;
}

/**
 * Adds the predictions of the tree to `out`, from `at` on with a stride. data: row-major;
 * categories are codes, −1 or NaN if unknown.
 */
export function addTree(
  tree: HistTree,
  data: Float32Array | Float64Array,
  width: number,
  out: Float64Array,
  at: number,
  step: number,
): void {
  const { feature, threshold, left, right, missingLeft, categories, bits, value } = tree;
  const rows = data.length / width;
  for (let row = 0, base = 0; row < rows; row++, base += width) {
    let node = 0;
    for (let child = left[0] as number; child !== LEAF; child = left[node] as number) {
      const x = data[base + (feature[node] as number)] as number;
      const set = categories[node] as number;
      const goesLeft = Number.isNaN(x)
        ? missingLeft[node] === 1
        : set >= 0
          ? ((bits[set + (x >>> 5)] as number) >>> (x & 31)) & 1
          : x <= (threshold[node] as number);
      node = goesLeft ? child : (right[node] as number);
    }
    const place = at + row * step;
    out[place] = (out[place] as number) + (value[node] as number);
  }
}

/** Throws ArgumentError unless the arrays form a tree over this number of features. */
export function verifyHistTree(type: string, tree: HistTree, features: number): void {
  const { feature, left, right, categories, bits } = tree;
  const nodes = left?.length ?? 0;
  const even = [feature, tree.threshold, tree.bin, right, tree.missingLeft, categories, tree.value]
    .concat(tree.gain as never, tree.samples)
    .every((array) => array?.length === nodes);
  if (nodes === 0 || !even || bits === undefined) {
    throw damaged(type, "its arrays have different lengths");
  }
  for (let node = 0; node < nodes; node++) {
    const [a, b] = [left[node] as number, right[node] as number];
    const set = categories[node] as number;
    if (set >= 0 && set + 8 > bits.length) throw damaged(type, `node ${node} has no categories`);
    if (a === LEAF && b === LEAF) continue;
    const within = (child: number): boolean => child > node && child < nodes;
    const asked = feature[node] as number;
    if (within(a) && within(b) && asked >= 0 && asked < features) continue;
    throw damaged(type, `node ${node} has an invalid child`);
  }
}
