import { ArgumentError, type Tensor, tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { checkSameLength } from "./check.ts";
import { readFinite, type Values } from "./values.ts";

/** Counts of each pair of labels (a, b), and of each label. Labels may be any numbers. */
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

/**
 * Rand index: fraction of pairs of examples that both clusterings put together, or both separate.
 */
export async function randScore(predictions: Values, targets: Values): Promise<number> {
  checkCall("randScore(predictions: any, targets: any)", arguments);
  const { n, cells, a, b } = await contingency("randScore", predictions, targets);
  const together = sum(cells.map(({ count }) => pairs(count)));
  const apart = pairs(n) - sum(a.map(pairs)) - sum(b.map(pairs)) + together;
  return n === 1 ? 1 : (together + apart) / pairs(n);
}

/**
 * Rand index adjusted for chance (Hubert & Arabie 1985): 1 for equal clusterings, 0 on average for
 * random ones.
 */
export async function adjustedRandScore(predictions: Values, targets: Values): Promise<number> {
  checkCall("adjustedRandScore(predictions: any, targets: any)", arguments);
  const { n, cells, a, b } = await contingency("adjustedRandScore", predictions, targets);
  const together = sum(cells.map(({ count }) => pairs(count)));
  const [pairsA, pairsB] = [sum(a.map(pairs)), sum(b.map(pairs))];
  const chance = n === 1 ? 0 : (pairsA * pairsB) / pairs(n);
  const most = (pairsA + pairsB) / 2;
  return most === chance ? 1 : (together - chance) / (most - chance);
}

/** Mutual information Σ pᵢⱼ log(pᵢⱼ / (pᵢ pⱼ)) of two clusterings, in nats. */
export async function mutualInfoScore(predictions: Values, targets: Values): Promise<number> {
  checkCall("mutualInfoScore(predictions: any, targets: any)", arguments);
  return informationOf(await contingency("mutualInfoScore", predictions, targets));
}

function informationOf({ n, cells }: Contingency): number {
  const terms = cells.map(({ count, a, b }) => (count / n) * Math.log((count * n) / (a * b)));
  return Math.max(0, sum(terms));
}

function entropy(counts: readonly number[], n: number): number {
  return -sum(counts.map((count) => (count / n) * Math.log(count / n)));
}

/** Mutual information divided by the mean of both entropies: in [0, 1], 1 for equal clusterings. */
export async function normalizedMutualInfoScore(
  predictions: Values,
  targets: Values,
): Promise<number> {
  checkCall("normalizedMutualInfoScore(predictions: any, targets: any)", arguments);
  const table = await contingency("normalizedMutualInfoScore", predictions, targets);
  const mean = (entropy(table.a, table.n) + entropy(table.b, table.n)) / 2;
  return mean === 0 ? 1 : informationOf(table) / mean;
}

/**
 * Homogeneity 1 − H(class | cluster) / H(class): 1 if every cluster has examples of only one class.
 */
export async function homogeneityScore(predictions: Values, targets: Values): Promise<number> {
  checkCall("homogeneityScore(predictions: any, targets: any)", arguments);
  const table = await contingency("homogeneityScore", predictions, targets);
  const own = entropy(table.b, table.n);
  return own === 0 ? 1 : informationOf(table) / own;
}

/** Completeness 1 − H(cluster | class) / H(cluster): 1 if every class is in only one cluster. */
export async function completenessScore(predictions: Values, targets: Values): Promise<number> {
  checkCall("completenessScore(predictions: any, targets: any)", arguments);
  return homogeneityScore(targets, predictions);
}

/** Settings of vMeasureScore. */
export interface VMeasureOptions {
  /** Weight of completeness relative to homogeneity (default 1). */
  readonly beta?: number;
}

/** Harmonic mean of homogeneity (weight 1) and completeness (weight β). */
export async function vMeasureScore(
  predictions: Values,
  targets: Values,
  options: VMeasureOptions = {},
): Promise<number> {
  checkCall("vMeasureScore(predictions: any, targets: any, { beta: number })", arguments);
  const { beta = 1 } = options;
  if (!(beta >= 0)) throw new ArgumentError(`vMeasureScore: beta is ${beta}\n  hint: a number ≥ 0`);
  const h = await homogeneityScore(predictions, targets);
  const c = await completenessScore(predictions, targets);
  return h + c === 0 ? 0 : ((1 + beta) * h * c) / (beta * h + c);
}

/**
 * Geometric mean of pairwise precision and recall: √(TP / (TP + FP) · TP / (TP + FN)), where TP
 * counts pairs of examples that share a cluster in both clusterings.
 */
export async function fowlkesMallowsScore(predictions: Values, targets: Values): Promise<number> {
  checkCall("fowlkesMallowsScore(predictions: any, targets: any)", arguments);
  const { cells, a, b } = await contingency("fowlkesMallowsScore", predictions, targets);
  const together = sum(cells.map(({ count }) => pairs(count)));
  if (together === 0) return 0;
  return together / Math.sqrt(sum(a.map(pairs)) * sum(b.map(pairs)));
}

/**
 * Counts of each target (row) in each predicted cluster (column), labels in ascending order. → i32
 * [targets, clusters].
 */
export async function contingencyMatrix(predictions: Values, targets: Values): Promise<Tensor> {
  checkCall("contingencyMatrix(predictions: any, targets: any)", arguments);
  const [x, y] = await Promise.all([
    readFinite("contingencyMatrix", "labels", predictions),
    readFinite("contingencyMatrix", "labels", targets),
  ]);
  checkSameLength("contingencyMatrix", x, y);
  const inOrder = (labels: Float64Array): number[] => [...new Set(labels)].sort((a, b) => a - b);
  const [columns, rows] = [inOrder(x), inOrder(y)];
  const counts = new Int32Array(rows.length * columns.length);
  x.forEach((label, i) => {
    const at = rows.indexOf(y[i] as number) * columns.length + columns.indexOf(label);
    counts[at] = (counts[at] as number) + 1;
  });
  return tensor(counts, { shape: [rows.length, columns.length] });
}

/**
 * Mutual information adjusted for chance (Vinh, Epps & Bailey 2010): 1 for equal clusterings, 0 on
 * average for random ones.
 */
export async function adjustedMutualInfoScore(
  predictions: Values,
  targets: Values,
): Promise<number> {
  checkCall("adjustedMutualInfoScore(predictions: any, targets: any)", arguments);
  const table = await contingency("adjustedMutualInfoScore", predictions, targets);
  const { n, a, b } = table;
  if (a.length === b.length && (a.length === 1 || a.length === n)) return 1;
  const chance = expectedInformation(table);
  const mean = (entropy(a, n) + entropy(b, n)) / 2;
  const span = mean - chance;
  // keep the divisor away from 0 despite rounding
  const most = span < 0 ? Math.min(span, -(2 ** -52)) : Math.max(span, 2 ** -52);
  return (informationOf(table) - chance) / most;
}

/**
 * Expected mutual information of random clusterings with the same sizes: Σ nᵢⱼ/n log(n nᵢⱼ / aᵢ bⱼ)
 * over the hypergeometric distribution.
 */
function expectedInformation({ n, a, b }: Contingency): number {
  const logFactorial = [0];
  for (let k = 1; k <= n; k++) logFactorial.push((logFactorial[k - 1] as number) + Math.log(k));
  const log = (k: number): number => logFactorial[k] as number;
  let total = 0;
  for (const x of a) {
    for (const y of b) {
      for (let k = Math.max(1, x + y - n); k <= Math.min(x, y); k++) {
        const ways =
          log(x) +
          log(y) +
          log(n - x) +
          log(n - y) -
          log(n) -
          log(k) -
          log(x - k) -
          log(y - k) -
          log(n - x - y + k);
        total += (k / n) * Math.log((n * k) / (x * y)) * Math.exp(ways);
      }
    }
  }
  return total;
}
