import { LEAF, NO_FEATURE, type Tree } from "./tree.ts";

/** The trees of minimal cost-complexity pruning, from the whole tree to its root. */
export interface PruningPath {
  /** The smallest α at which each tree is optimal, ascending from 0. */
  readonly ccpAlphas: Float64Array;
  /** Weighted sum of the impurities of the leaves of each tree. */
  readonly impurities: Float64Array;
}

/**
 * Minimal cost-complexity pruning (Breiman et al. 1984): repeatedly makes a leaf of the branch with
 * the smallest α = (R(node) − R(branch)) / (leaves − 1).
 */
class Pruning {
  readonly #tree: Tree;
  readonly #parent: Int32Array;
  /**
   * Impurity of a node as a leaf, and of the leaves below it, as fractions of the training weight.
   */
  readonly #own: Float64Array;
  readonly #branch: Float64Array;
  readonly #leaves: Int32Array;
  /** Inner nodes, and leaves of the remaining tree. */
  readonly inner: Uint8Array;

  constructor(tree: Tree) {
    const { left, right, weight, impurity } = tree;
    const nodes = left.length;
    const total = weight[0] as number;
    this.#tree = tree;
    this.#parent = new Int32Array(nodes).fill(-1);
    this.#own = Float64Array.from(weight, (w, i) => (w * (impurity[i] as number)) / total);
    this.#branch = new Float64Array(nodes);
    this.#leaves = new Int32Array(nodes);
    this.inner = new Uint8Array(nodes);
    for (let node = nodes - 1; node >= 0; node--) {
      const [a, b] = [left[node] as number, right[node] as number];
      if (a === LEAF) {
        this.#branch[node] = this.#own[node] as number;
        this.#leaves[node] = 1;
        continue;
      }
      this.inner[node] = 1;
      this.#parent[a] = node;
      this.#parent[b] = node;
      this.#branch[node] = (this.#branch[a] as number) + (this.#branch[b] as number);
      this.#leaves[node] = (this.#leaves[a] as number) + (this.#leaves[b] as number);
    }
  }

  /** Sum of the impurities of the remaining leaves. */
  get impurity(): number {
    return this.#branch[0] as number;
  }

  /** The next branch to prune and its α; null if the root is a leaf. */
  weakest(): { node: number; alpha: number } | null {
    let [node, alpha] = [-1, Number.POSITIVE_INFINITY];
    for (let i = 0; i < this.inner.length; i++) {
      if (this.inner[i] === 0) continue;
      const own =
        ((this.#own[i] as number) - (this.#branch[i] as number)) /
        ((this.#leaves[i] as number) - 1);
      if (own < alpha) [node, alpha] = [i, own];
    }
    return node < 0 ? null : { node, alpha };
  }

  /** Makes a leaf of an inner node. */
  cut(node: number): void {
    const { left, right } = this.#tree;
    const gone = [node];
    for (let next = gone.pop(); next !== undefined; next = gone.pop()) {
      if (this.inner[next] === 0) continue;
      this.inner[next] = 0;
      gone.push(left[next] as number, right[next] as number);
    }
    const fewer = (this.#leaves[node] as number) - 1;
    const more = (this.#own[node] as number) - (this.#branch[node] as number);
    for (let at = node; at >= 0; at = this.#parent[at] as number) {
      this.#leaves[at] = (this.#leaves[at] as number) - fewer;
      this.#branch[at] = (this.#branch[at] as number) + more;
    }
  }
}

/** The trees of minimal cost-complexity pruning, each with its α. */
export function pruningPath(tree: Tree): PruningPath {
  const pruning = new Pruning(tree);
  const ccpAlphas = [0];
  const impurities = [pruning.impurity];
  for (let next = pruning.weakest(); next !== null; next = pruning.weakest()) {
    pruning.cut(next.node);
    ccpAlphas.push(next.alpha);
    impurities.push(pruning.impurity);
  }
  return { ccpAlphas: Float64Array.from(ccpAlphas), impurities: Float64Array.from(impurities) };
}

/** The smallest of those trees whose α is at most `alpha`. Its nodes are numbered depth first. */
export function prune(tree: Tree, alpha: number): Tree {
  const pruning = new Pruning(tree);
  for (let next = pruning.weakest(); next !== null; next = pruning.weakest()) {
    if (next.alpha > alpha) break;
    pruning.cut(next.node);
  }
  const kept: number[] = [];
  const places = new Int32Array(tree.left.length);
  const stack = [0];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    places[node] = kept.length;
    kept.push(node);
    if (pruning.inner[node] === 1) {
      stack.push(tree.right[node] as number, tree.left[node] as number);
    }
  }
  const isInner = (node: number): boolean => pruning.inner[node] === 1;
  const child = (of: Int32Array, node: number): number =>
    isInner(node) ? (places[of[node] as number] as number) : LEAF;
  const { width } = tree;
  return {
    feature: Int32Array.from(kept, (i) => (isInner(i) ? (tree.feature[i] as number) : NO_FEATURE)),
    threshold: Float64Array.from(kept, (i) =>
      isInner(i) ? (tree.threshold[i] as number) : NO_FEATURE,
    ),
    left: Int32Array.from(kept, (i) => child(tree.left, i)),
    right: Int32Array.from(kept, (i) => child(tree.right, i)),
    missingLeft: Uint8Array.from(kept, (i) => (isInner(i) ? (tree.missingLeft[i] as number) : 0)),
    impurity: Float64Array.from(kept, (i) => tree.impurity[i] as number),
    samples: Int32Array.from(kept, (i) => tree.samples[i] as number),
    weight: Float64Array.from(kept, (i) => tree.weight[i] as number),
    value: Float64Array.from(
      kept.flatMap((i) => [...tree.value.subarray(i * width, (i + 1) * width)]),
    ),
    width,
  };
}
