import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { shown } from "../estimator/settings.ts";
import type { Linkage, Merge } from "./merge.ts";

/** How even the heights are below a merge. */
export interface Inconsistency {
  readonly mean: number;
  readonly deviation: number;
  /** How many heights there are, its own included. */
  readonly count: number;
  /** (height − mean) / deviation; 0 without deviation. */
  readonly coefficient: number;
}

/** Heights of each merge and of those at most `depth − 1` below it, as scipy's `inconsistent`. */
export function inconsistent(merges: Linkage, depth = 2): Inconsistency[] {
  checkCall("inconsistent(merges, depth?: number)", arguments);
  const rows = merges.length + 1;
  return merges.map((merge, i) => {
    const heights: number[] = [];
    const open: [node: number, level: number][] = [[rows + i, 1]];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [node, level] = next;
      if (node < rows) continue;
      const { left, right, distance } = merges[node - rows] as Merge;
      heights.push(distance);
      if (level < depth) open.push([left, level + 1], [right, level + 1]);
    }
    const { length } = heights;
    const mean = heights.reduce((a, b) => a + b, 0) / length;
    const squares = heights.reduce((sum, height) => sum + (height - mean) ** 2, 0);
    const deviation = length < 2 ? 0 : Math.sqrt(squares / (length - 1));
    const coefficient = deviation > 0 ? (merge.distance - mean) / deviation : 0;
    return { mean, deviation, count: length, coefficient };
  });
}

/** The largest of some numbers of each merge and of all below it. */
function largestBelow(merges: Linkage, of: (merge: number) => number): Float64Array {
  const rows = merges.length + 1;
  const out = new Float64Array(merges.length);
  merges.forEach(({ left, right }, i) => {
    const below = (node: number): number =>
      node < rows ? Number.NEGATIVE_INFINITY : (out[node - rows] as number);
    out[i] = Math.max(of(i), below(left), below(right));
  });
  return out;
}

/** How a tree is cut into flat clusters. */
export interface FclusterOptions {
  /**
   * "distance": clusters no higher than `t`; "maxclust": `t` clusters at most; "inconsistent":
   * clusters in which no merge is that much higher than those below it, in deviations (default
   * "inconsistent", as scipy's).
   */
  readonly criterion?: "inconsistent" | "distance" | "maxclust";
  /** How many merges deep "inconsistent" looks (default 2). */
  readonly depth?: number;
}

/**
 * Flat clusters of the rows, numbered from 1 in the order of the tree, as scipy's `fcluster`.
 *
 * Throws ArgumentError for a `t` there cannot be.
 */
export function fcluster(
  merges: Linkage,
  t: number,
  { criterion = "inconsistent", depth = 2 }: FclusterOptions = {},
): Int32Array {
  checkCall("fcluster(merges, t, { criterion, depth: number })", arguments);
  const criteria = ["inconsistent", "distance", "maxclust"];
  if (!criteria.includes(criterion)) {
    throw new ArgumentError(
      `fcluster: criterion is ${shown(criterion)}\n  hint: ${criteria.join(", ")}`,
    );
  }
  const isCount = criterion === "maxclust";
  if (isCount ? !Number.isInteger(t) || t < 1 : !(t >= 0)) {
    throw new ArgumentError(
      `fcluster: t is ${t}\n  hint: ${isCount ? "a whole number, 1 or more" : "0 or more"}`,
    );
  }
  if (criterion === "inconsistent") {
    const rates = inconsistent(merges, depth);
    return cut(
      merges,
      largestBelow(merges, (i) => (rates[i] as Inconsistency).coefficient),
      t,
    );
  }
  const heights = largestBelow(merges, (i) => (merges[i] as Merge).distance);
  if (!isCount) return cut(merges, heights, t);
  // the lowest of the heights that leaves no more clusters
  let [low, high] = [0, merges.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    const clusters = countClusters(merges, heights, heights[middle] as number);
    if (clusters > t) low = middle;
    else high = middle;
  }
  if (countClusters(merges, heights, heights[low] as number) <= t) high = low;
  return cut(merges, heights, heights[Math.min(high, merges.length - 1)] as number);
}

/** How many clusters a cut leaves. */
const countClusters = (merges: Linkage, values: Float64Array, t: number): number =>
  cut(merges, values, t).reduce((most, label) => Math.max(most, label), 0);

/** A node on the way through the tree. */
interface Visit {
  readonly node: number;
  /** Children that have been seen. */
  seen: number;
  /** Whether it is a cluster's highest merge. */
  isLeader: boolean;
}

/**
 * Clusters are the highest merges whose value is at most `t`. Of each merge, inner children come
 * first, then rows.
 */
function cut(merges: Linkage, values: Float64Array, t: number): Int32Array {
  const rows = merges.length + 1;
  const labels = new Int32Array(rows);
  let [cluster, inside] = [0, false];
  const path: Visit[] = [{ node: 2 * rows - 2, seen: 0, isLeader: false }];
  for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
    const { left, right } = merges[at.node - rows] as Merge;
    if (at.seen === 0 && !inside && (values[at.node - rows] as number) <= t) {
      at.isLeader = true;
      inside = true;
      cluster++;
    }
    const next = [left, right][at.seen++];
    if (next !== undefined) {
      if (next >= rows) path.push({ node: next, seen: 0, isLeader: false });
      continue;
    }
    for (const child of [left, right]) {
      if (child >= rows) continue;
      if (!inside) cluster++;
      labels[child] = cluster;
    }
    if (at.isLeader) inside = false;
    path.pop();
  }
  return labels;
}
