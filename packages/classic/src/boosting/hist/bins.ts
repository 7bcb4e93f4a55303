import { ArgumentError, type Generator } from "@wgrad/autograd";
import { atWeight, running } from "../quantiles.ts";

/** The bins of one feature. */
export interface FeatureBins {
  /**
   * Upper bounds of the bins; larger values go into one further bin. For categories: their codes.
   */
  readonly thresholds: Float64Array;
  /** Number of bins for values that are not missing. */
  readonly count: number;
  readonly isCategorical: boolean;
  /** Whether the training values had missing ones. */
  readonly hasMissing: boolean;
}

/** Settings of the bins. */
export interface BinOptions {
  /** Maximum number of bins, not counting the bin of missing values. */
  readonly maxBins: number;
  readonly weights: Float64Array | null;
  readonly random: Generator;
}

/** If there are more rows, a sample of this size determines the bins. */
const SAMPLE = 200_000;

/**
 * Bins of a numeric feature: between neighbouring values if there are few, else at weighted
 * quantiles (averaged inverse of the distribution function).
 */
export function numberBins(
  column: Float32Array,
  { maxBins, weights, random }: BinOptions,
): FeatureBins {
  const hasMissing = column.some(Number.isNaN);
  const { values, heavy } = sortedSample(column, weights, random);
  const distinct = firstDistinct(values, maxBins + 1);
  let thresholds: Float64Array;
  if (distinct.length <= maxBins) {
    thresholds = Float64Array.from(
      { length: Math.max(0, distinct.length - 1) },
      (_, i) => ((distinct[i] as number) + (distinct[i + 1] as number)) / 2,
    );
  } else {
    const sums = heavy && running(heavy);
    const step = 100 / maxBins;
    const cuts = Float64Array.from({ length: maxBins - 1 }, (_, k) => {
      const part = ((k + 1) * step) / 100;
      if (sums !== null) return atWeight(values, sums, part * (sums.at(-1) as number));
      return atCount(values, part);
    });
    thresholds = cuts.filter((cut, i) => i === 0 || cut !== cuts[i - 1]);
  }
  return { thresholds, count: thresholds.length + 1, isCategorical: false, hasMissing };
}

/** Up to `most` distinct values, ascending. */
function firstDistinct(values: Float64Array, most: number): number[] {
  const distinct: number[] = [];
  for (const value of values) {
    if (value === distinct.at(-1)) continue;
    if (distinct.push(value) === most) break;
  }
  return distinct;
}

/** Values that are neither missing nor of weight 0, ascending, and their weights (null: 1 each). */
function sortedSample(
  column: Float32Array,
  weights: Float64Array | null,
  random: Generator,
): { readonly values: Float64Array; readonly heavy: Float64Array | null } {
  if (column.length > SAMPLE) {
    const sums = weights && running(weights);
    const values = Float64Array.from({ length: SAMPLE }, () => {
      if (sums === null) return column[random.u32() % column.length] as number;
      return column[placeIn(sums, random.u32() * 2 ** -32 * (sums.at(-1) as number))] as number;
    });
    return { values: values.filter((value) => !Number.isNaN(value)).sort(), heavy: null };
  }
  if (weights === null) {
    const sorted = column.slice().sort();
    let known = sorted.length;
    while (known > 0 && Number.isNaN(sorted[known - 1])) known--;
    return { values: new Float64Array(sorted.subarray(0, known)), heavy: null };
  }
  const rows = Array.from(column.keys())
    .filter((row) => !Number.isNaN(column[row]) && (weights[row] as number) > 0)
    .sort((a, b) => (column[a] as number) - (column[b] as number));
  return {
    values: Float64Array.from(rows, (row) => column[row] as number),
    heavy: Float64Array.from(rows, (row) => weights[row] as number),
  };
}

/** Index of the first running sum above `wanted`. */
function placeIn(sums: Float64Array, wanted: number): number {
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] as number) <= wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The quantile of `part`; the mean of two neighbours if it lies exactly between them. */
function atCount(values: Float64Array, part: number): number {
  const place = values.length * part - 1;
  const below = Math.floor(place);
  const next = values[Math.min(below + 1, values.length - 1)] as number;
  if (place > below) return next;
  return ((values[Math.max(below, 0)] as number) + next) / 2;
}

/** Bins of a categorical feature with codes 0 … count − 1. */
export function categoryBins(
  call: string,
  name: string,
  codes: Float32Array,
  count: number,
  { maxBins }: BinOptions,
): FeatureBins {
  if (count > maxBins) {
    throw new ArgumentError(
      `${call}: feature ${name} has ${count} categories\n  hint: at most ${maxBins} (maxBins); merge rare categories, or use the feature as a number`,
    );
  }
  const thresholds = Float64Array.from({ length: count }, (_, k) => k);
  return { thresholds, count, isCategorical: true, hasMissing: codes.some(Number.isNaN) };
}

/** The bin of each value, by feature: [features, rows]. A missing value has the bin `missing`. */
export function toBins(
  columns: readonly Float32Array[],
  bins: readonly FeatureBins[],
  missing: number,
): Uint8Array {
  const rows = columns[0]?.length ?? 0;
  const out = new Uint8Array(rows * columns.length);
  columns.forEach((column, f) => {
    const { thresholds, isCategorical } = bins[f] as FeatureBins;
    for (let row = 0; row < rows; row++) {
      const value = column[row] as number;
      out[f * rows + row] = Number.isNaN(value)
        ? missing
        : isCategorical
          ? value
          : binOf(value, thresholds);
    }
  });
  return out;
}

function binOf(value: number, thresholds: Float64Array): number {
  let [low, high] = [0, thresholds.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= (thresholds[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low;
}
