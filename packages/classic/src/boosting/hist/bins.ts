import { ArgumentError, type Generator } from "@wgrad/autograd";
import { atWeight, running } from "../quantiles.ts";

/** How one feature is cut into bins. */
export interface FeatureBins {
  /**
   * Values up to each go into its bin, those above the last into one more; of categories, the bins'
   * codes.
   */
  readonly thresholds: Float64Array;
  /** How many bins there are for values that are not missing. */
  readonly count: number;
  readonly isCategorical: boolean;
  /** Whether values were missing where the bins were made. */
  readonly hasMissing: boolean;
}

export interface BinOptions {
  /** The most bins, without that of missing values. */
  readonly maxBins: number;
  readonly weights: Float64Array | null;
  readonly random: Generator;
}

/** More rows than so many are represented by a sample. */
const SAMPLE = 200_000;

/**
 * Bins of a feature: between neighbouring values if there are few, else at quantiles of the rows
 * (averaged inverse of the distribution), by weight.
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

/** The first of different values, rising. */
function firstDistinct(values: Float64Array, most: number): number[] {
  const distinct: number[] = [];
  for (const value of values) {
    if (value === distinct.at(-1)) continue;
    if (distinct.push(value) === most) break;
  }
  return distinct;
}

/** Values that are not missing and count, rising, and their weights (null: 1 each). */
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

/** The first running sum above `wanted`. */
function placeIn(sums: Float64Array, wanted: number): number {
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] as number) <= wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The value up to which that part of the rows lies; where it lies there exactly, the mean with the
 * next.
 */
function atCount(values: Float64Array, part: number): number {
  const place = values.length * part - 1;
  const below = Math.floor(place);
  const next = values[Math.min(below + 1, values.length - 1)] as number;
  if (place > below) return next;
  return ((values[Math.max(below, 0)] as number) + next) / 2;
}

/** Bins of a feature whose values are the codes 0 … count − 1. */
export function categoryBins(
  call: string,
  name: string,
  codes: Float32Array,
  count: number,
  { maxBins }: BinOptions,
): FeatureBins {
  if (count > maxBins) {
    throw new ArgumentError(
      `${call}: feature ${name} has ${count} categories\n  hint: ${maxBins} at most (maxBins); put rare ones together, or use it as a number`,
    );
  }
  const thresholds = Float64Array.from({ length: count }, (_, k) => k);
  return { thresholds, count, isCategorical: true, hasMissing: codes.some(Number.isNaN) };
}

/** Each value's bin, feature after feature: [features, rows]. A missing value has bin `missing`. */
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
