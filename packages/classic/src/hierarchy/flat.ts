import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { shown } from "../estimator/settings.ts";
import { type Linkage, MERGES, type Merge } from "./merge.ts";

/** Statistics of the merge heights below a merge. */
export interface Inconsistency {
  readonly mean: number;
  readonly deviation: number;
  /** Number of heights, including that of the merge itself. */
  readonly count: number;
  /** (height − mean) / standard deviation; 0 if the standard deviation is 0. */
  readonly coefficient: number;
}

/**
 * Statistics of each merge and the merges at most `depth − 1` below it, like scipy's
 * `inconsistent`.
 */
export function inconsistent(merges: Linkage, depth = 2): Inconsistency[] {
  checkCall(`inconsistent(merges: ${MERGES}, depth?: number)`, arguments);
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

/** The largest value of `of` over each merge and all merges below it. */
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

/** Settings of fcluster. */
export interface FclusterOptions {
  /**
   * "distance": clusters of height at most `t`; "maxclust": at most `t` clusters; "inconsistent":
   * clusters whose merges have an inconsistency coefficient of at most `t` (default "inconsistent",
   * as in scipy).
   */
  readonly criterion?: "inconsistent" | "distance" | "maxclust";
  /** Depth of merges that "inconsistent" compares (default 2). */
  readonly depth?: number;
}

/**
 * Cuts a tree into flat clusters, numbered from 1 in the order of the tree, like scipy's
 * `fcluster`.
 *
 * Throws ArgumentError for an invalid `t`.
 */
export function fcluster(merges: Linkage, t: number, options: FclusterOptions = {}): Int32Array {
  checkCall(`fcluster(merges: ${MERGES}, t: number, { criterion, depth: number })`, arguments);
  const { criterion = "inconsistent", depth = 2 } = options;
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
  // bisection for the lowest height that leaves at most `t` clusters
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

/** Number of clusters that a cut leaves. */
const countClusters = (merges: Linkage, values: Float64Array, t: number): number =>
  cut(merges, values, t).reduce((most, label) => Math.max(most, label), 0);

/** A node on the path through the tree. */
interface Visit {
  readonly node: number;
  /** Number of children that have been visited. */
  seen: number;
  /** Whether it is the root of a cluster. */
  isLeader: boolean;
}

/**
 * Makes each highest merge whose value is at most `t` a cluster. Inner children are visited before
 * rows.
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
