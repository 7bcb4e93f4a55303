import type { Linkage, Merge } from "./merge.ts";
import { pairPlace } from "./pairs.ts";

/** The leaves of a node: those of its left child, then those of its right child. */
interface Branch {
  readonly left: number;
  readonly right: number;
  readonly leaves: readonly number[];
}

/**
 * Flips branches so that neighbouring leaves are close (Bar-Joseph, Gifford & Jaakkola 2001), in
 * time n³. `pairs` are the pairwise distances of rows. As in scipy, each branch is optimised for
 * the ends of its own merge only, so the sum of neighbours' distances is small but not always
 * least.
 */
export function optimalOrder(merges: Linkage, pairs: Float64Array): Merge[] {
  const rows = merges.length + 1;
  const far = (a: number, b: number): number => pairs[pairPlace(rows, a, b)] as number;
  const branches: Branch[] = [];
  const leavesOf = (node: number): readonly number[] =>
    node < rows ? [node] : (branches[node - rows] as Branch).leaves;
  /**
   * Least sum over orders of a node that start with leaf u and end with leaf w; the node is the
   * smallest that contains both.
   */
  const least = new Float32Array(rows * rows);
  /** Leaves at the other end of orders of a node that have `end` at one end. */
  const otherEnds = (node: number, end: number): readonly number[] => {
    if (node < rows) return [node];
    const { left, right } = branches[node - rows] as Branch;
    return leavesOf(left).includes(end) ? leavesOf(right) : leavesOf(left);
  };
  merges.forEach(({ left, right }, i) => {
    branches[i] = { left, right, leaves: [...leavesOf(left), ...leavesOf(right)] };
    const after = leavesOf(right);
    const inner = new Map(after.map((k) => [k, otherEnds(right, k)]));
    for (const u of leavesOf(left)) {
      const ends = otherEnds(left, u);
      // from u through the left child to k
      const reached = new Map<number, number>();
      for (const k of after) {
        let best = Number.POSITIVE_INFINITY;
        for (const m of ends) best = Math.min(best, (least[u * rows + m] as number) + far(m, k));
        reached.set(k, best);
      }
      for (const w of after) {
        let best = Number.POSITIVE_INFINITY;
        for (const k of inner.get(w) as readonly number[]) {
          best = Math.min(best, (reached.get(k) as number) + (least[k * rows + w] as number));
        }
        least[u * rows + w] = best;
        least[w * rows + u] = best;
      }
    }
  });

  const turned = new Uint8Array(merges.length);
  branches.forEach(({ left, right }) => {
    let [first, last, sum] = [-1, -1, Number.POSITIVE_INFINITY];
    for (const u of leavesOf(left)) {
      for (const w of leavesOf(right)) {
        const own = least[u * rows + w] as number;
        if (own < sum) [first, last, sum] = [u, w, own];
      }
    }
    const startsRight = (node: number, leaf: number): number =>
      Number(leavesOf((branches[node - rows] as Branch).right).includes(leaf));
    if (left >= rows) turned[left - rows] = startsRight(left, first);
    if (right >= rows) turned[right - rows] = 1 - startsRight(right, last);
  });
  // flipping a branch flips everything below it
  for (let i = merges.length - 1; i >= 0; i--) {
    const { left, right } = branches[i] as Branch;
    for (const child of [left, right]) {
      if (child >= rows)
        turned[child - rows] = (turned[child - rows] as number) ^ (turned[i] as number);
    }
  }
  return merges.map((merge, i) =>
    turned[i] === 1 ? { ...merge, left: merge.right, right: merge.left } : merge,
  );
}
