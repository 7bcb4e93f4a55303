import { ArgumentError, noGrad, ShapeError } from "@wgrad/autograd";
import { checkCall, composite } from "@wgrad/autograd/plugin";
import { checkChoice, checkSameLength } from "./check.ts";
import { asFloat, readFinite, tensorsOf, type Values } from "./values.ts";

/** Settings of silhouetteScore. */
export interface SilhouetteOptions {
  /** Distance between examples (default "euclidean"). */
  readonly metric?: "euclidean" | "manhattan";
}

/**
 * Mean silhouette coefficient (Rousseeuw 1987): (b − a) / max(a, b), where a is the mean distance
 * to the rest of an example's cluster, and b to the nearest other cluster; 0 for a cluster of one.
 * features: [n, d]; labels: n, of 2 … n − 1 clusters.
 */
export async function silhouetteScore(
  features: Values,
  labels: Values,
  options: SilhouetteOptions = {},
): Promise<number> {
  checkCall(
    'silhouetteScore(features: any, labels: any, { metric: "euclidean" | "manhattan" })',
    arguments,
  );
  const each = await silhouettes("silhouetteScore", features, labels, options);
  return each.reduce((sum, value) => sum + value, 0) / each.length;
}

/** The silhouette coefficient of each example. */
export async function silhouetteSamples(
  features: Values,
  labels: Values,
  options: SilhouetteOptions = {},
): Promise<Float64Array> {
  checkCall(
    'silhouetteSamples(features: any, labels: any, { metric: "euclidean" | "manhattan" })',
    arguments,
  );
  return silhouettes("silhouetteSamples", features, labels, options);
}

async function silhouettes(
  call: string,
  features: Values,
  labels: Values,
  { metric = "euclidean" }: SilhouetteOptions,
): Promise<Float64Array> {
  checkChoice(call, "metric", metric, ["euclidean", "manhattan"]);
  const x = asFloat(tensorsOf(call, { features }).features);
  if (x.ndim !== 2) {
    throw new ShapeError(`${call}: takes features [n, d]\n  features: [${x.shape.join(", ")}]`);
  }
  const distances = noGrad(() =>
    composite(() => {
      const gaps = x.unsqueeze(1).sub(x.unsqueeze(0));
      return metric === "euclidean" ? gaps.square().sum(2).sqrt() : gaps.abs().sum(2);
    }),
  );
  const [d, own] = await Promise.all([
    readFinite(call, "distances of features", distances),
    readFinite(call, "labels", labels),
  ]);
  const n = x.shape[0] as number;
  checkSameLength(call, { length: n }, own);
  const clusters = [...new Set(own)];
  if (clusters.length < 2 || clusters.length >= n) {
    throw new ArgumentError(
      `${call}: ${clusters.length} clusters for ${n} examples\n  hint: there must be at least 2 clusters, and fewer than examples`,
    );
  }
  const size = new Map(
    clusters.map((label) => [label, own.reduce((k, other) => k + Number(other === label), 0)]),
  );
  const each = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const toCluster = new Map<number, number>();
    own.forEach((label, j) => {
      toCluster.set(label, (toCluster.get(label) ?? 0) + (d[i * n + j] as number));
    });
    const mine = own[i] as number;
    const others = (size.get(mine) as number) - 1;
    if (others === 0) continue;
    const a = (toCluster.get(mine) as number) / others;
    const b = Math.min(
      ...clusters
        .filter((label) => label !== mine)
        .map((label) => (toCluster.get(label) as number) / (size.get(label) as number)),
    );
    each[i] = Math.max(a, b) === 0 ? 0 : (b - a) / Math.max(a, b);
  }
  return each;
}

/** Examples grouped by cluster, and the mean of each cluster. */
interface Clusters {
  readonly rows: readonly (readonly number[])[];
  readonly members: readonly (readonly number[])[];
  readonly centers: readonly (readonly number[])[];
}

async function clustersOf(metric: string, features: Values, labels: Values): Promise<Clusters> {
  const x = asFloat(tensorsOf(metric, { features }).features);
  if (x.ndim !== 2)
    throw new ShapeError(`${metric}: takes features [n, d]\n  features: [${x.shape.join(", ")}]`);
  const [n, width] = x.shape as readonly [number, number];
  const [data, own] = await Promise.all([
    readFinite(metric, "features", x),
    readFinite(metric, "labels", labels),
  ]);
  checkSameLength(metric, { length: n }, own);
  const rows = Array.from({ length: n }, (_, i) => [...data.subarray(i * width, (i + 1) * width)]);
  const found = [...new Set(own)];
  if (found.length < 2 || found.length >= n) {
    throw new ArgumentError(
      `${metric}: ${found.length} clusters for ${n} examples\n  hint: there must be at least 2 clusters, and fewer than examples`,
    );
  }
  const members = found.map((label) => [...own.keys()].filter((i) => own[i] === label));
  return {
    rows,
    members,
    centers: members.map((places) => meanOf(places.map((i) => rows[i] as number[]))),
  };
}

const meanOf = (rows: readonly (readonly number[])[]): number[] =>
  (rows[0] as readonly number[]).map(
    (_, d) => rows.reduce((sum, row) => sum + (row[d] as number), 0) / rows.length,
  );

const squared = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, d) => sum + (value - (b[d] as number)) ** 2, 0);

/**
 * Ratio of the variance between clusters to that within them (Caliński & Harabasz 1974); higher is
 * better. features: [n, d]; labels: n.
 */
export async function calinskiHarabaszScore(features: Values, labels: Values): Promise<number> {
  checkCall("calinskiHarabaszScore(features: any, labels: any)", arguments);
  const { rows, members, centers } = await clustersOf("calinskiHarabaszScore", features, labels);
  const middle = meanOf(rows);
  let [between, within] = [0, 0];
  members.forEach((places, k) => {
    const center = centers[k] as number[];
    between += places.length * squared(center, middle);
    for (const i of places) within += squared(rows[i] as number[], center);
  });
  const k = members.length;
  return within === 0 ? 1 : (between * (rows.length - k)) / (within * (k - 1));
}

/**
 * Mean over clusters of the similarity (sᵢ + sⱼ) / dᵢⱼ to the most similar other cluster (Davies &
 * Bouldin 1979); lower is better. features: [n, d]; labels: n.
 */
export async function daviesBouldinScore(features: Values, labels: Values): Promise<number> {
  checkCall("daviesBouldinScore(features: any, labels: any)", arguments);
  const { rows, members, centers } = await clustersOf("daviesBouldinScore", features, labels);
  const spread = members.map((places, k) => {
    const sizes = places.map((i) =>
      Math.sqrt(squared(rows[i] as number[], centers[k] as number[])),
    );
    return sizes.reduce((sum, size) => sum + size, 0) / places.length;
  });
  const worst = centers.map((center, i) =>
    Math.max(
      ...centers.flatMap((other, j) => {
        const distance = Math.sqrt(squared(center, other));
        if (i === j) return [];
        return [distance === 0 ? 0 : ((spread[i] as number) + (spread[j] as number)) / distance];
      }),
    ),
  );
  return worst.reduce((sum, value) => sum + value, 0) / worst.length;
}
