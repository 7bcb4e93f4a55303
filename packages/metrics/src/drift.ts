import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { readFinite, type Values } from "./values.ts";

/** Settings of populationStabilityIndex. */
export interface StabilityOptions {
  /** Bins with equally many of the reference's values in each (default 10). */
  readonly bins?: number;
  /** What counts for an empty bin's part (default 1e-4). */
  readonly epsilon?: number;
}

/**
 * How far a feature or score has moved from a reference, such as the training data: Σ (q − p) log(q
 * / p) over bins, p and q the parts of the reference and of now. Below 0.1 is usually taken for no
 * change, above 0.25 for a large one.
 */
export async function populationStabilityIndex(
  reference: Values,
  current: Values,
  options: StabilityOptions = {},
): Promise<number> {
  checkCall(
    "populationStabilityIndex(reference, current, { bins: number, epsilon: number })",
    arguments,
  );
  const { bins = 10, epsilon = 1e-4 } = options;
  if (!Number.isInteger(bins) || bins < 2) {
    throw new ArgumentError(`populationStabilityIndex: bins is ${bins}\n  hint: 2 or more`);
  }
  if (!(epsilon > 0 && epsilon < 1)) {
    throw new ArgumentError(
      `populationStabilityIndex: epsilon is ${epsilon}\n  hint: above 0 and below 1`,
    );
  }
  const [p, q] = await sortedBoth("populationStabilityIndex", reference, current);
  // repeated values make equal edges: one bin then
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
 * The largest distance of two distribution functions, and how likely as large a one is if nothing
 * has changed.
 */
export interface KolmogorovSmirnov {
  readonly statistic: number;
  readonly pvalue: number;
}

/**
 * The two-sample Kolmogorov–Smirnov test: D = max |F(x) − G(x)| over both samples, p = 2 Σ (−1)ᵏ⁻¹
 * exp(−2 k² λ²) with λ = D √(n m / (n + m)), for samples that are not small.
 */
export async function kolmogorovSmirnov(
  reference: Values,
  current: Values,
): Promise<KolmogorovSmirnov> {
  checkCall("kolmogorovSmirnov(reference, current)", arguments);
  const [p, q] = await sortedBoth("kolmogorovSmirnov", reference, current);
  let statistic = 0;
  for (const value of [...p, ...q]) {
    const gap = countUpTo(p, value) / p.length - countUpTo(q, value) / q.length;
    statistic = Math.max(statistic, Math.abs(gap));
  }
  const lambda = statistic * Math.sqrt((p.length * q.length) / (p.length + q.length));
  return { statistic, pvalue: tail(lambda) };
}

/** The chance of a larger λ; the series alternates and falls fast but near 0, where it is 1. */
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

/** Between two values, evenly. */
function quantile(sorted: Float64Array, part: number): number {
  const place = part * (sorted.length - 1);
  const [low, high] = [Math.floor(place), Math.ceil(place)].map((i) => sorted[i] as number) as [
    number,
    number,
  ];
  return low + (high - low) * (place - Math.floor(place));
}

/** How many of the sorted values are at most `limit`. */
function countUpTo(sorted: Float64Array, limit: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
