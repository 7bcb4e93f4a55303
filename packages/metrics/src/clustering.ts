import { ArgumentError, noGrad, ShapeError } from "@wgrad/autograd";
import { checkCall, composite } from "@wgrad/autograd/plugin";
import { checkChoice, checkSameLength } from "./check.ts";
import { asFloat, readFinite, tensorsOf, type Values } from "./values.ts";

/** How often label a and label b meet, and how often each occurs. Labels are any numbers. */
interface Contingency {
  readonly n: number;
  readonly cells: readonly { readonly count: number; readonly a: number; readonly b: number }[];
  readonly a: readonly number[];
  readonly b: readonly number[];
}

async function contingency(metric: string, first: Values, second: Values): Promise<Contingency> {
  const [x, y] = await Promise.all([
    readFinite(metric, "labels", first),
    readFinite(metric, "labels", second),
  ]);
  checkSameLength(metric, x, y);
  const [a, b] = [new Map<number, number>(), new Map<number, number>()];
  const cells = new Map<string, { count: number; readonly x: number; readonly y: number }>();
  x.forEach((label, i) => {
    const other = y[i] as number;
    a.set(label, (a.get(label) ?? 0) + 1);
    b.set(other, (b.get(other) ?? 0) + 1);
    const key = `${label} ${other}`;
    const cell = cells.get(key) ?? { count: 0, x: label, y: other };
    cell.count++;
    cells.set(key, cell);
  });
  return {
    n: x.length,
    a: [...a.values()],
    b: [...b.values()],
    cells: [...cells.values()].map(({ count, x, y }) => ({
      count,
      a: a.get(x) as number,
      b: b.get(y) as number,
    })),
  };
}

const pairs = (count: number): number => (count * (count - 1)) / 2;
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** Part of all pairs of examples that both clusterings treat alike: together, or apart. */
export async function randScore(predictions: Values, targets: Values): Promise<number> {
  checkCall("randScore(predictions, targets)", arguments);
  const { n, cells, a, b } = await contingency("randScore", predictions, targets);
  const together = sum(cells.map(({ count }) => pairs(count)));
  const apart = pairs(n) - sum(a.map(pairs)) - sum(b.map(pairs)) + together;
  return n === 1 ? 1 : (together + apart) / pairs(n);
}

/** The Rand index beyond chance (Hubert & Arabie 1985): 1 for the same clusters, 0 on average for random ones. */
export async function adjustedRandScore(predictions: Values, targets: Values): Promise<number> {
  checkCall("adjustedRandScore(predictions, targets)", arguments);
  const { n, cells, a, b } = await contingency("adjustedRandScore", predictions, targets);
  const together = sum(cells.map(({ count }) => pairs(count)));
  const [pairsA, pairsB] = [sum(a.map(pairs)), sum(b.map(pairs))];
  const chance = n === 1 ? 0 : (pairsA * pairsB) / pairs(n);
  const most = (pairsA + pairsB) / 2;
  return most === chance ? 1 : (together - chance) / (most - chance);
}

/** Σ pᵢⱼ log(pᵢⱼ / (pᵢ pⱼ)) in nats: what one clustering tells of the other. */
export async function mutualInfoScore(predictions: Values, targets: Values): Promise<number> {
  checkCall("mutualInfoScore(predictions, targets)", arguments);
  return informationOf(await contingency("mutualInfoScore", predictions, targets));
}

function informationOf({ n, cells }: Contingency): number {
  const terms = cells.map(({ count, a, b }) => (count / n) * Math.log((count * n) / (a * b)));
  return Math.max(0, sum(terms));
}

function entropy(counts: readonly number[], n: number): number {
  return -sum(counts.map((count) => (count / n) * Math.log(count / n)));
}

/** Mutual information over the mean of both entropies: in [0, 1], 1 for the same clusters. */
export async function normalizedMutualInfoScore(
  predictions: Values,
  targets: Values,
): Promise<number> {
  checkCall("normalizedMutualInfoScore(predictions, targets)", arguments);
  const table = await contingency("normalizedMutualInfoScore", predictions, targets);
  const mean = (entropy(table.a, table.n) + entropy(table.b, table.n)) / 2;
  return mean === 0 ? 1 : informationOf(table) / mean;
}

/** 1 if every cluster holds examples of one class: 1 − H(class | cluster) / H(class). */
export async function homogeneityScore(predictions: Values, targets: Values): Promise<number> {
  checkCall("homogeneityScore(predictions, targets)", arguments);
  const table = await contingency("homogeneityScore", predictions, targets);
  const own = entropy(table.b, table.n);
  return own === 0 ? 1 : informationOf(table) / own;
}

/** 1 if every class is in one cluster: 1 − H(cluster | class) / H(cluster). */
export async function completenessScore(predictions: Values, targets: Values): Promise<number> {
  checkCall("completenessScore(predictions, targets)", arguments);
  return homogeneityScore(targets, predictions);
}

/** Settings of vMeasureScore. */
export interface VMeasureOptions {
  /** What completeness weighs against homogeneity (default 1). */
  readonly beta?: number;
}

/** The harmonic mean of homogeneity, which weighs 1, and completeness, which weighs β. */
export async function vMeasureScore(
  predictions: Values,
  targets: Values,
  options: VMeasureOptions = {},
): Promise<number> {
  checkCall("vMeasureScore(predictions, targets, { beta: number })", arguments);
  const { beta = 1 } = options;
  if (!(beta >= 0)) throw new ArgumentError(`vMeasureScore: beta is ${beta}\n  hint: 0 or more`);
  const h = await homogeneityScore(predictions, targets);
  const c = await completenessScore(predictions, targets);
  return h + c === 0 ? 0 : ((1 + beta) * h * c) / (beta * h + c);
}

/** √(part of the pairs in one predicted cluster that belong together · part of those that belong together that are). */
export async function fowlkesMallowsScore(predictions: Values, targets: Values): Promise<number> {
  checkCall("fowlkesMallowsScore(predictions, targets)", arguments);
  const { cells, a, b } = await contingency("fowlkesMallowsScore", predictions, targets);
  const together = sum(cells.map(({ count }) => pairs(count)));
  if (together === 0) return 0;
  return together / Math.sqrt(sum(a.map(pairs)) * sum(b.map(pairs)));
}

/** Settings of silhouetteScore. */
export interface SilhouetteOptions {
  /** How far apart two examples are (default "euclidean"). */
  readonly metric?: "euclidean" | "manhattan";
}

/**
 * Mean over examples of (b − a) / max(a, b): a the mean distance to the rest of its cluster, b to the nearest other
 * cluster (Rousseeuw 1987); 0 for an example alone. features: [n, d]; labels: n, of 2 … n − 1 clusters.
 */
export async function silhouetteScore(
  features: Values,
  labels: Values,
  options: SilhouetteOptions = {},
): Promise<number> {
  checkCall('silhouetteScore(features, labels, { metric: "euclidean" | "manhattan" })', arguments);
  const { metric = "euclidean" } = options;
  checkChoice("silhouetteScore", "metric", metric, ["euclidean", "manhattan"]);
  const x = asFloat(tensorsOf("silhouetteScore", { features }).features);
  if (x.ndim !== 2) {
    throw new ShapeError(
      `silhouetteScore: takes features [n, d]\n  features: [${x.shape.join(", ")}]`,
    );
  }
  const distances = noGrad(() =>
    composite(() => {
      const gaps = x.unsqueeze(1).sub(x.unsqueeze(0));
      return metric === "euclidean" ? gaps.square().sum(2).sqrt() : gaps.abs().sum(2);
    }),
  );
  const [d, own] = await Promise.all([
    readFinite("silhouetteScore", "distances of features", distances),
    readFinite("silhouetteScore", "labels", labels),
  ]);
  const n = x.shape[0] as number;
  checkSameLength("silhouetteScore", { length: n }, own);
  const clusters = [...new Set(own)];
  if (clusters.length < 2 || clusters.length >= n) {
    throw new ArgumentError(
      `silhouetteScore: ${clusters.length} clusters of ${n} examples\n  hint: 2 or more, and fewer than examples`,
    );
  }
  const size = new Map(
    clusters.map((label) => [label, own.reduce((k, other) => k + Number(other === label), 0)]),
  );
  let total = 0;
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
    total += Math.max(a, b) === 0 ? 0 : (b - a) / Math.max(a, b);
  }
  return total / n;
}
