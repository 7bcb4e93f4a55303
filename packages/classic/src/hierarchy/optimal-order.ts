import type { Linkage, Merge } from "./merge.ts";
import { pairPlace } from "./pairs.ts";

/** Leaves of a node: those of its left child, then those of its right one. */
interface Branch {
  readonly left: number;
  readonly right: number;
  readonly leaves: readonly number[];
}

/**
 * Turns branches so that neighbouring leaves are near each other (Bar-Joseph, Gifford & Jaakkola
 * 2001), in time n³. `pairs` are the distances of rows two by two. As in scipy each branch is
 * turned for the best ends of the merge it is in, whatever is above; the sum of neighbours'
 * distances is small, and not always the least.
 */
export function optimalOrder(merges: Linkage, pairs: Float64Array): Merge[] {
  const rows = merges.length + 1;
  const far = (a: number, b: number): number => pairs[pairPlace(rows, a, b)] as number;
  const branches: Branch[] = [];
  const leavesOf = (node: number): readonly number[] =>
    node < rows ? [node] : (branches[node - rows] as Branch).leaves;
  /**
   * Least sum of a node's order that starts with leaf u and ends with w: of the smallest node that
   * holds both.
   */
  const least = new Float32Array(rows * rows);
  /** Leaves at the other end of a node's order that has `end` at one. */
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
      // from u through the left child and on to k
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
  // turning a branch turns all in it
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
