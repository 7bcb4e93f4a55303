import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { type Rows, readRows } from "../estimator/input.ts";
import type { Linkage, Merge } from "./merge.ts";
import { optimalOrder } from "./optimal-order.ts";
import { type PairMetric, pairDistances, pairPlace } from "./pairs.ts";

/** How the distance of clusters is defined. */
export type LinkageMethod =
  | "single"
  | "complete"
  | "average"
  | "weighted"
  | "centroid"
  | "median"
  | "ward";

/** Settings of `linkage`. */
export interface LinkageOptions {
  /** How the distance of clusters is defined (default "single", as in scipy). */
  readonly method?: LinkageMethod;
  /**
   * How the distance of rows is defined; "centroid", "median" and "ward" need "euclidean" (default
   * "euclidean").
   */
  readonly metric?: PairMetric;
  /** Whether to order children so that neighbouring leaves are close (default false). */
  readonly optimalOrdering?: boolean;
}

/**
 * The distance of a cluster from two clusters that are merged, from their distances and sizes
 * (Lance & Williams 1967).
 */
type Update = (
  fromLeft: number,
  fromRight: number,
  between: number,
  left: number,
  right: number,
  other: number,
) => number;

const updates: Readonly<Record<LinkageMethod, Update>> = {
  single: (a, b) => Math.min(a, b),
  complete: (a, b) => Math.max(a, b),
  average: (a, b, _, l, r) => (l * a + r * b) / (l + r),
  weighted: (a, b) => (a + b) / 2,
  centroid: (a, b, d, l, r) =>
    Math.sqrt((l * a * a + r * b * b - (l * r * d * d) / (l + r)) / (l + r)),
  median: (a, b, d) => Math.sqrt((a * a + b * b) / 2 - (d * d) / 4),
  ward: (a, b, d, l, r, o) =>
    Math.sqrt(((o + l) * a * a + (o + r) * b * b - o * d * d) / (o + l + r)),
};

/**
 * Methods whose merges may be lower than earlier ones, so that every merge must search the closest
 * pair.
 */
const CLOSEST: ReadonlySet<LinkageMethod> = new Set(["centroid", "median"]);
const EUCLIDEAN: ReadonlySet<LinkageMethod> = new Set(["centroid", "median", "ward"]);

/**
 * Merges the closest clusters repeatedly, like scipy's `linkage`. x: [rows, features], or pairwise
 * distances (`rows (rows − 1) / 2` numbers in the order of `pdist`). The merges are sorted by
 * height.
 *
 * Throws ArgumentError for fewer than two rows, and for a metric that the method does not support.
 */
export async function linkage(
  x: Rows | Float64Array,
  options: LinkageOptions = {},
): Promise<Linkage> {
  checkCall(
    "linkage(x: any, { method: string, metric: string, optimalOrdering: boolean })",
    arguments,
  );
  const { method = "single", metric = "euclidean", optimalOrdering = false } = options;
  if (!Object.hasOwn(updates, method)) {
    throw new ArgumentError(
      `linkage: method is ${JSON.stringify(method)}\n  hint: ${Object.keys(updates).join(", ")}`,
    );
  }
  const isGiven = x instanceof Float64Array;
  if (!isGiven && EUCLIDEAN.has(method) && metric !== "euclidean") {
    throw new ArgumentError(
      `linkage: method "${method}" needs metric "euclidean", got "${metric}"`,
    );
  }
  const pairs = isGiven ? x : await pairsOf(x, metric);
  const rows = Math.round((1 + Math.sqrt(1 + 8 * pairs.length)) / 2);
  if ((rows * (rows - 1)) / 2 !== pairs.length || rows < 2) {
    throw new ArgumentError(
      `linkage: got ${pairs.length} distances\n  hint: expected rows (rows − 1) / 2 distances of at least two rows`,
    );
  }
  const merges = linkageOf(pairs, rows, method);
  return optimalOrdering ? optimalOrder(merges, pairs) : merges;
}

async function pairsOf(x: Rows, metric: PairMetric): Promise<Float64Array> {
  const { data, rows, width } = await readRows("linkage", x);
  return pairDistances(data, rows, width, metric);
}

/** The merges for pairwise distances. */
export function linkageOf(pairs: Float64Array, rows: number, method: LinkageMethod): Merge[] {
  const bad = pairs.findIndex(
    (distance) => !(distance >= 0 && distance < Number.POSITIVE_INFINITY),
  );
  if (bad >= 0) throw new ArgumentError(`linkage: a distance is ${pairs[bad]}`);
  const work = pairs.slice();
  const found = CLOSEST.has(method)
    ? closestPairs(work, rows, updates[method])
    : nearestChains(work, rows, updates[method]);
  return CLOSEST.has(method) ? numbered(found, rows) : numbered(sorted(found), rows);
}

/** Two clusters, each named by one of its rows, that are merged. */
interface Join {
  readonly a: number;
  readonly b: number;
  readonly distance: number;
}

const sorted = (joins: Join[]): Join[] =>
  joins
    .map((join, i) => ({ join, i }))
    .sort((a, b) => a.join.distance - b.join.distance || a.i - b.i)
    .map(({ join }) => join);

/**
 * Follows chains of nearest neighbours to pairs that are each other's nearest (Murtagh 1983), and
 * merges each pair at once.
 */
function nearestChains(work: Float64Array, rows: number, update: Update): Join[] {
  const sizes = new Int32Array(rows).fill(1);
  const joins: Join[] = [];
  const chain: number[] = [];
  while (joins.length < rows - 1) {
    if (chain.length === 0) chain.push(sizes.findIndex((size) => size > 0));
    for (;;) {
      const x = chain.at(-1) as number;
      // prefer the previous row of the chain among equally near ones
      let nearest = chain.at(-2) ?? -1;
      let least =
        nearest < 0 ? Number.POSITIVE_INFINITY : (work[pairPlace(rows, x, nearest)] as number);
      for (let i = 0; i < rows; i++) {
        if (sizes[i] === 0 || i === x) continue;
        const distance = work[pairPlace(rows, x, i)] as number;
        if (distance < least) {
          least = distance;
          nearest = i;
        }
      }
      if (chain.length > 1 && nearest === chain.at(-2)) {
        chain.length -= 2;
        const [a, b] = x < nearest ? [x, nearest] : [nearest, x];
        joins.push({ a, b, distance: least });
        join(work, rows, sizes, a, b, least, update);
        break;
      }
      chain.push(nearest);
    }
  }
  return joins;
}

/** Merges the closest pair of all, repeatedly. */
function closestPairs(work: Float64Array, rows: number, update: Update): Join[] {
  const sizes = new Int32Array(rows).fill(1);
  const joins: Join[] = [];
  while (joins.length < rows - 1) {
    let [a, b, least] = [-1, -1, Number.POSITIVE_INFINITY];
    for (let i = 0; i < rows; i++) {
      if (sizes[i] === 0) continue;
      for (let j = i + 1; j < rows; j++) {
        if (sizes[j] === 0) continue;
        const distance = work[pairPlace(rows, i, j)] as number;
        if (distance < least) [a, b, least] = [i, j, distance];
      }
    }
    joins.push({ a, b, distance: least });
    join(work, rows, sizes, a, b, least, update);
  }
  return joins;
}

/** Merges cluster a into b. */
function join(
  work: Float64Array,
  rows: number,
  sizes: Int32Array,
  a: number,
  b: number,
  between: number,
  update: Update,
): void {
  const [left, right] = [sizes[a] as number, sizes[b] as number];
  sizes[a] = 0;
  sizes[b] = left + right;
  for (let i = 0; i < rows; i++) {
    const other = sizes[i] as number;
    if (other === 0 || i === b) continue;
    const at = pairPlace(rows, i, b);
    const fromLeft = work[pairPlace(rows, i, a)] as number;
    work[at] = update(fromLeft, work[at] as number, between, left, right, other);
  }
}

/** Numbers the clusters: rows first, then merges in order. */
function numbered(joins: readonly Join[], rows: number): Merge[] {
  const parent = Int32Array.from({ length: 2 * rows - 1 }, (_, i) => i);
  const counts = new Int32Array(2 * rows - 1).fill(1, 0, rows);
  const find = (row: number): number => {
    let root = row;
    while (parent[root] !== root) root = parent[root] as number;
    for (let at = row; parent[at] !== root; ) {
      const next = parent[at] as number;
      parent[at] = root;
      at = next;
    }
    return root;
  };
  return joins.map(({ a, b, distance }, i) => {
    const [x, y] = [find(a), find(b)];
    const made = rows + i;
    parent[x] = made;
    parent[y] = made;
    const count = (counts[x] as number) + (counts[y] as number);
    counts[made] = count;
    return { left: Math.min(x, y), right: Math.max(x, y), distance, count };
  });
}
