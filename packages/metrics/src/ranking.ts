import { ArgumentError, ShapeError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { checkSameLength, checkSameShape } from "./check.ts";
import { type HostValues, read, readFinite, readFiniteShaped, type Values } from "./values.ts";

/**
 * At every distinct score, in falling order: total weight of positive and negative examples with at
 * least that score.
 */
export interface CumulativeCounts {
  readonly thresholds: number[];
  readonly positives: number[];
  readonly negatives: number[];
}

/** Settings of metrics of scores and binary targets. */
export interface RankingOptions {
  /** Weight of each example, [n] (default: all 1). */
  readonly sampleWeight?: Values | null;
  /** The target that is positive (default 1; the targets may then be 1 and 0, or 1 and −1). */
  readonly posLabel?: number | null;
}

/** Scores, binary targets and weights on the host. */
export interface Ranked {
  readonly scores: Float64Array;
  readonly isPositive: readonly boolean[];
  readonly weights: Float64Array | null;
}

/** Reads and checks scores (finite), targets and weights (one per score). */
export async function ranked(
  metric: string,
  scores: Values,
  targets: Values,
  { sampleWeight = null, posLabel = null }: RankingOptions = {},
): Promise<Ranked> {
  const [s, y, weights] = await Promise.all([
    readFinite(metric, "scores", scores),
    readFinite(metric, "targets", targets),
    sampleWeight === null ? null : readFinite(metric, "sampleWeight", sampleWeight),
  ]);
  checkSameLength(metric, s, y);
  if (weights !== null) checkSameLength(metric, s, weights);
  const positive = posLabel ?? 1;
  checkTwo(metric, y, posLabel);
  return { scores: s, isPositive: Array.from(y, (target) => target === positive), weights };
}

/** Throws ArgumentError for targets of more than two classes, or if the positive one is unknown. */
function checkTwo(metric: string, targets: Float64Array, posLabel: number | null): void {
  const found = [...new Set(targets)].sort((a, b) => a - b);
  if (found.length > 2) {
    throw new ArgumentError(
      `${metric}: targets have ${found.length} classes, but scores [n] can only separate two` +
        "\n  hint: pass scores [n, C], or targets 1 and 0",
    );
  }
  const known = posLabel === null ? ["0,1", "-1,1", "0", "1", "-1"] : [];
  if (
    posLabel === null ? known.includes(String(found)) : found.length < 2 || found.includes(posLabel)
  )
    return;
  const what = `targets are ${found.join(" and ")}`;
  throw new ArgumentError(
    `${metric}: ${what}, and ${posLabel === null ? "posLabel is missing" : `posLabel is ${posLabel}`}` +
      `\n  hint: pass { posLabel: ${found.at(-1)} }`,
  );
}

/** Cumulative counts of positives and negatives at every distinct score. */
export function cumulativeCounts({ scores, isPositive, weights }: Ranked): CumulativeCounts {
  const order = [...scores.keys()].sort((a, b) => (scores[b] as number) - (scores[a] as number));
  const found: CumulativeCounts = { thresholds: [], positives: [], negatives: [] };
  let [positives, negatives] = [0, 0];
  order.forEach((i, place) => {
    const weight = weights?.[i] ?? 1;
    if (isPositive[i]) positives += weight;
    else negatives += weight;
    const next = order[place + 1];
    if (next !== undefined && scores[next] === scores[i]) return;
    found.thresholds.push(scores[i] as number);
    found.positives.push(positives);
    found.negatives.push(negatives);
  });
  return found;
}

/** Area under a curve by the trapezoidal rule. x must be monotonic. */
export function auc(x: ArrayLike<number>, y: ArrayLike<number>): number {
  checkCall("auc(x: list, y: list)", arguments);
  checkSameLength("auc", x, y, 2);
  let [area, rises, falls] = [0, false, false];
  for (let i = 1; i < x.length; i++) {
    const width = (x[i] as number) - (x[i - 1] as number);
    rises ||= width > 0;
    falls ||= width < 0;
    area += (width * ((y[i] as number) + (y[i - 1] as number))) / 2;
  }
  if (rises && falls) {
    throw new ArgumentError("auc: x is not monotonic\n  hint: sort the points by x");
  }
  return Math.abs(area);
}

/** Settings of ndcgScore. */
export interface NdcgOptions {
  /** Number of top ranks to consider; null for all (default null). */
  readonly k?: number | null;
  /** Ranks equal scores in their order instead of averaging over ties (default false). */
  readonly ignoreTies?: boolean;
  /** Weight of each row, [n] (default: all 1). */
  readonly sampleWeight?: Values | null;
}

/**
 * Normalized discounted cumulative gain DCG / best DCG, averaged over rows, with DCG = Σ gain /
 * log₂(rank + 1). Scores come first, then gains ≥ 0; both [n, documents], or one row.
 */
export async function ndcgScore(
  scores: Values,
  gains: Values,
  options: NdcgOptions = {},
): Promise<number> {
  checkCall(
    "ndcgScore(scores: any, gains: any, { k: size | null, ignoreTies: boolean, sampleWeight })",
    arguments,
  );
  return ofRows("ndcgScore", scores, gains, options, (rowScores, rowGains, k, ignoreTies) => {
    const best = gainOf(rowGains, rowGains, k, true);
    return best === 0 ? 0 : gainOf(rowScores, rowGains, k, ignoreTies) / best;
  });
}

/** Settings of dcgScore. */
export interface DcgOptions extends NdcgOptions {
  /** Base of the logarithm (default 2). */
  readonly logBase?: number;
}

/**
 * Discounted cumulative gain Σ gain / log(rank + 1), averaged over rows. Scores come first, then
 * gains ≥ 0; both [n, documents], or one row.
 */
export async function dcgScore(
  scores: Values,
  gains: Values,
  settings: DcgOptions = {},
): Promise<number> {
  checkCall(
    "dcgScore(scores: any, gains: any, { k: size | null, logBase: number, ignoreTies: boolean, sampleWeight })",
    arguments,
  );
  const { logBase = 2, ...options } = settings;
  if (!(logBase > 1))
    throw new ArgumentError(`dcgScore: logBase is ${logBase}\n  hint: a number above 1`);
  return ofRows("dcgScore", scores, gains, options, (rowScores, rowGains, k, ignoreTies) =>
    gainOf(rowScores, rowGains, k, ignoreTies, logBase),
  );
}

type OfRow = (scores: Float64Array, gains: Float64Array, k: number, ignoreTies: boolean) => number;

async function ofRows(
  metric: string,
  scores: Values,
  gains: Values,
  { k = null, ignoreTies = false, sampleWeight = null }: NdcgOptions,
  ofRow: OfRow,
): Promise<number> {
  const places = k ?? Number.POSITIVE_INFINITY;
  if (!(places >= 1) || (Number.isFinite(places) && !Number.isInteger(places))) {
    throw new ArgumentError(`${metric}: k is ${k}\n  hint: a whole number, 1 or more`);
  }
  const [s, g] = await Promise.all([
    readFiniteShaped(metric, "scores", scores),
    readFiniteShaped(metric, "gains", gains),
  ]);
  checkSameShape(metric, s, g, ["scores", "gains"]);
  checkDocuments(metric, s, g);
  const width = s.shape.at(-1) as number;
  const rows = s.data.length / width;
  const weights = sampleWeight === null ? null : await read(metric, "sampleWeight", sampleWeight);
  if (weights !== null) checkSameLength(metric, weights, { length: rows });
  let [total, weighed] = [0, 0];
  for (let row = 0; row < rows; row++) {
    const [rowScores, rowGains] = [s, g].map(({ data }) =>
      data.subarray(row * width, (row + 1) * width),
    ) as [Float64Array, Float64Array];
    const weight = weights?.[row] ?? 1;
    weighed += weight;
    total += weight * ofRow(rowScores, rowGains, places, ignoreTies);
  }
  return total / weighed;
}

function checkDocuments(metric: string, { shape, data }: HostValues, gains: HostValues): void {
  if (data.length === 0 || (shape.at(-1) ?? 1) < 2 || shape.length > 2) {
    throw new ShapeError(
      `${metric}: takes [n, documents] with at least two documents, or one row\n  scores: [${shape.join(", ")}]`,
    );
  }
  const negative = gains.data.find((gain) => gain < 0);
  if (negative === undefined) return;
  throw new ArgumentError(`${metric}: a gain is ${negative}\n  hint: gains must be ≥ 0`);
}

/** DCG. Unless `ignoreTies`, tied scores share the mean discount of their ranks. */
function gainOf(
  scores: Float64Array,
  gains: Float64Array,
  k: number,
  ignoreTies: boolean,
  base = 2,
): number {
  // of equal scores, scikit-learn takes the last first
  const order = [...scores.keys()].sort(
    (a, b) => (scores[b] as number) - (scores[a] as number) || b - a,
  );
  let total = 0;
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    const score = scores[order[from] as number];
    while (!ignoreTies && to < order.length && scores[order[to] as number] === score) to++;
    let [gain, discount] = [0, 0];
    for (let i = from; i < to; i++) {
      gain += gains[order[i] as number] as number;
      if (i < k) discount += Math.log(base) / Math.log(i + 2);
    }
    total += (gain / (to - from)) * discount;
    from = to;
  }
  return total;
}
