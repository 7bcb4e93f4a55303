import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { readFinite, type Values } from "./values.ts";

/** Settings of populationStabilityIndex. */
export interface StabilityOptions {
  /** Number of bins; each has the same number of reference values (default 10). */
  readonly bins?: number;
  /** Replaces the fraction of an empty bin (default 1e-4). */
  readonly epsilon?: number;
}

/**
 * Population stability index: how far a feature or score has drifted from a reference such as the
 * training data. Σ (q − p) log(q / p) over bins, where p and q are the fractions of reference and
 * current values. Usually values below 0.1 mean no change and values above 0.25 a large change.
 */
export async function populationStabilityIndex(
  reference: Values,
  current: Values,
  options: StabilityOptions = {},
): Promise<number> {
  checkCall(
    "populationStabilityIndex(reference: any, current: any, { bins: number, epsilon: number })",
    arguments,
  );
  const { bins = 10, epsilon = 1e-4 } = options;
  if (!Number.isInteger(bins) || bins < 2) {
    throw new ArgumentError(
      `populationStabilityIndex: bins is ${bins}\n  hint: a whole number ≥ 2`,
    );
  }
  if (!(epsilon > 0 && epsilon < 1)) {
    throw new ArgumentError(
      `populationStabilityIndex: epsilon is ${epsilon}\n  hint: a number above 0 and below 1`,
    );
  }
  const [p, q] = await sortedBoth("populationStabilityIndex", reference, current);
  // repeated values give equal edges, which make one bin
  const edges = [
    ...new Set(Array.from({ length: bins - 1 }, (_, i) => quantile(p, (i + 1) / bins))),
  ];
  const parts = (values: Float64Array): number[] => {
    const upTo = [...edges.map((edge) => countUpTo(values, edge)), values.length];
    return upTo.map((count, i) => Math.max((count - (upTo[i - 1] ?? 0)) / values.length, epsilon));
  };
  const now = parts(q);
  return parts(p).reduce((total, before, i) => {
    const after = now[i] as number;
    return total + (after - before) * Math.log(after / before);
  }, 0);
}

/**
 * The largest distance of two distribution functions, and the probability of at least that distance
 * if both samples come from the same distribution.
 */
export interface KolmogorovSmirnov {
  readonly statistic: number;
  readonly pvalue: number;
}

/**
 * Two-sample Kolmogorov–Smirnov test: D = max |F(x) − G(x)| over both samples, p = 2 Σ (−1)ᵏ⁻¹
 * exp(−2 k² λ²) with λ = D √(n m / (n + m)). The p-value is asymptotic, so it is inexact for small
 * samples.
 */
export async function kolmogorovSmirnov(
  reference: Values,
  current: Values,
): Promise<KolmogorovSmirnov> {
  checkCall("kolmogorovSmirnov(reference: any, current: any)", arguments);
  const [p, q] = await sortedBoth("kolmogorovSmirnov", reference, current);
  let statistic = 0;
  for (const value of [...p, ...q]) {
    const gap = countUpTo(p, value) / p.length - countUpTo(q, value) / q.length;
    statistic = Math.max(statistic, Math.abs(gap));
  }
  const lambda = statistic * Math.sqrt((p.length * q.length) / (p.length + q.length));
  return { statistic, pvalue: tail(lambda) };
}

/** Probability of a larger λ. The series converges slowly near 0, where the probability is 1. */
function tail(lambda: number): number {
  if (lambda < 0.2) return 1;
  let total = 0;
  for (let k = 1; k <= 100; k++) {
    const term = Math.exp(-2 * (k * lambda) ** 2);
    total += k % 2 === 1 ? term : -term;
    if (term < 1e-16) break;
  }
  return Math.min(1, Math.max(0, 2 * total));
}

async function sortedBoth(
  metric: string,
  reference: Values,
  current: Values,
): Promise<[Float64Array, Float64Array]> {
  const [p, q] = await Promise.all([
    readFinite(metric, "reference values", reference),
    readFinite(metric, "current values", current),
  ]);
  if (p.length === 0 || q.length === 0) {
    throw new ArgumentError(
      `${metric}: a sample is empty\n  reference: ${p.length} values\n  current: ${q.length} values`,
    );
  }
  return [p.sort(), q.sort()];
}

/** Quantile with linear interpolation. */
function quantile(sorted: Float64Array, part: number): number {
  const place = part * (sorted.length - 1);
  const [low, high] = [Math.floor(place), Math.ceil(place)].map((i) => sorted[i] as number) as [
    number,
    number,
  ];
  return low + (high - low) * (place - Math.floor(place));
}

/** Number of sorted values ≤ `limit`. */
function countUpTo(sorted: Float64Array, limit: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
