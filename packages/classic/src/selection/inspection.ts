import { ArgumentError, type Tensor, tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { Table } from "@wgrad/datasets";
import { type Matrix, type Numbers, type Rows, readNumbers, readRows } from "../estimator/input.ts";
import { checkPredictor, type Predictor } from "../estimator/predictors.ts";
import { randomOf } from "../tree/settings.ts";
import { type Scoring, scorerOf } from "./scorers.ts";

/** Settings of `permutationImportance`. */
export interface PermutationImportanceOptions {
  /** The score; higher is better (default: the predictor's own `score`). */
  readonly scoring?: Scoring | null;
  /** Number of permutations of each feature (default 5). */
  readonly nRepeats?: number;
  /** Seed of the permutations; null: the library's default generator. */
  readonly randomState?: number | null;
  /** The permutation for each feature and repetition, instead of a random one. */
  readonly permutation?: (feature: number, repeat: number) => ArrayLike<number>;
}

/** The decrease of the score without each feature. */
export interface PermutationImportance {
  /** The score with the original features. */
  readonly baseline: number;
  /** baseline − score: [features][repetitions]. */
  readonly importances: Float64Array[];
  readonly importancesMean: Float64Array;
  readonly importancesStd: Float64Array;
}

/** Rows with one column's values replaced by those of other rows. */
function replaced(x: Rows, matrix: Matrix, feature: number, of: (row: number) => number): Rows {
  const { rows, width, data } = matrix;
  if (x instanceof Table) {
    const name = x.names[feature] as string;
    const column = Float64Array.from({ length: rows }, (_, row) => of(row));
    const columns = x.names.map((own) => [own, own === name ? column : x.column(own)] as const);
    return new Table(new Map(columns), { name: x.source });
  }
  const out = Float32Array.from(data);
  for (let row = 0; row < rows; row++) out[row * width + feature] = of(row);
  return tensor(out, { shape: [rows, width], device: (x as Tensor).device });
}

/**
 * How much a fitted predictor depends on each feature (Breiman 2001): the decrease of its score
 * when the values of the feature are permuted among the rows. x: [rows, features] of numbers, best
 * rows that it was not fitted on.
 */
export async function permutationImportance(
  model: Predictor,
  x: Rows,
  y: Numbers,
  options: PermutationImportanceOptions = {},
): Promise<PermutationImportance> {
  checkCall(
    "permutationImportance(model: any, x: any, y: any, { scoring, nRepeats: number, randomState: number | null, permutation: function })",
    arguments,
  );
  const { scoring = null, nRepeats = 5, randomState = null, permutation } = options;
  const call = "permutationImportance";
  checkPredictor(call, model);
  if (!Number.isInteger(nRepeats) || nRepeats < 1) {
    throw new ArgumentError(`${call}: nRepeats is ${nRepeats}\n  hint: a whole number, 1 or more`);
  }
  const scorer = scorerOf(scoring);
  const matrix = await readRows(call, x, { missing: true });
  const { rows, width, data } = matrix;
  const targets = await readNumbers(call, "targets", y, rows);
  const random = randomOf(randomState);
  const baseline = await scorer(model, x, targets);
  const importances: Float64Array[] = [];
  for (let feature = 0; feature < width; feature++) {
    const own = new Float64Array(nRepeats);
    for (let repeat = 0; repeat < nRepeats; repeat++) {
      const from = permutation?.(feature, repeat) ?? random.permutation(rows);
      const mixed = replaced(
        x,
        matrix,
        feature,
        (row) => data[(from[row] as number) * width + feature] as number,
      );
      own[repeat] = baseline - (await scorer(model, mixed, targets));
    }
    importances.push(own);
  }
  const meanOf = (values: Float64Array): number =>
    values.reduce((a, b) => a + b, 0) / values.length;
  return {
    baseline,
    importances,
    importancesMean: Float64Array.from(importances, meanOf),
    importancesStd: Float64Array.from(importances, (own) => {
      const mean = meanOf(own);
      return Math.sqrt(meanOf(own.map((value) => (value - mean) ** 2)));
    }),
  };
}

/** Settings of `partialDependence`. */
export interface PartialDependenceOptions {
  /**
   * Number of values on the grid of each feature; a feature with fewer distinct values uses those
   * (default 100).
   */
  readonly gridResolution?: number;
  /** Quantiles at the ends of the grid (default [0.05, 0.95]). */
  readonly percentiles?: readonly [number, number];
}

/** Mean predictions for values of features. */
export interface PartialDependence {
  /** The grid values of each feature. */
  readonly gridValues: readonly Float64Array[];
  /**
   * Means over the rows: one array for numbers; for classes one for each (with two classes, one for
   * the second). With two features, the second varies fastest.
   */
  readonly average: readonly Float64Array[];
}

/**
 * The mean prediction of a fitted predictor if one or two features have the same value in all rows
 * (Friedman 2001). x: [rows, features] of numbers; features by index or, for a table, by name.
 */
export async function partialDependence(
  model: Predictor,
  x: Rows,
  features: number | string | readonly [number | string, number | string],
  options: PartialDependenceOptions = {},
): Promise<PartialDependence> {
  checkCall(
    "partialDependence(model: any, x: any, features: any, { gridResolution: number, percentiles })",
    arguments,
  );
  const { gridResolution = 100, percentiles = [0.05, 0.95] } = options;
  const call = "partialDependence";
  checkPredictor(call, model);
  const [low, high] = percentiles;
  if (!Number.isInteger(gridResolution) || gridResolution < 2) {
    throw new ArgumentError(`${call}: gridResolution is ${gridResolution}\n  hint: 2 or more`);
  }
  if (!(low >= 0 && low < high && high <= 1)) {
    throw new ArgumentError(`${call}: percentiles are ${low} and ${high}\n  hint: [0.05, 0.95]`);
  }
  const matrix = await readRows(call, x);
  const { rows, width, data, names } = matrix;
  const list = (Array.isArray(features) ? features : [features]) as readonly (number | string)[];
  const places = list.map((feature) => {
    const place = typeof feature === "number" ? feature : (names?.indexOf(feature) ?? -1);
    if (Number.isInteger(place) && place >= 0 && place < width) return place;
    throw new ArgumentError(
      `${call}: there is no feature ${JSON.stringify(feature)}\n  hint: ${names?.join(", ") ?? `0 to ${width - 1}`}`,
    );
  });
  const gridValues = places.map((place) => {
    const column = Float64Array.from({ length: rows }, (_, i) => data[i * width + place] as number);
    return gridOf(column.sort(), gridResolution, low, high);
  });
  const averages: number[][] = [];
  const at = async (values: readonly number[]): Promise<void> => {
    let changed = x;
    let current = matrix;
    places.forEach((place, i) => {
      changed = replaced(changed, current, place, () => values[i] as number);
      const own = Float32Array.from(current.data);
      for (let row = 0; row < rows; row++) own[row * width + place] = values[i] as number;
      current = { ...current, data: own };
    });
    const means = await meansOf(model, changed);
    means.forEach((mean, k) => {
      averages[k] = [...(averages[k] ?? []), mean];
    });
  };
  const [first = new Float64Array(), second] = gridValues;
  for (const a of first) {
    if (second === undefined) await at([a]);
    else for (const b of second) await at([a, b]);
  }
  return { gridValues, average: averages.map((values) => Float64Array.from(values)) };
}

/** Mean predictions: for classes their probabilities or, if there are none, their scores. */
async function meansOf(model: Predictor, x: Rows): Promise<number[]> {
  const isClassifier = model.kind === "classifier";
  const predicted = await (isClassifier
    ? (model.predictProba?.(x) ?? model.decisionFunction?.(x) ?? model.predict(x))
    : model.predict(x));
  const [rows = 1, width = 1] = predicted.shape;
  const values = await predicted.data();
  const means = Array.from({ length: width }, (_, k) => {
    let sum = 0;
    for (let i = 0; i < rows; i++) sum += values[i * width + k] as number;
    return sum / rows;
  });
  return isClassifier && width === 2 ? means.slice(1) : means;
}

/** Evenly spaced values between two quantiles, or the distinct values if there are fewer. */
function gridOf(sorted: Float64Array, count: number, low: number, high: number): Float64Array {
  const distinct = sorted.filter((value, i) => i === 0 || value !== sorted[i - 1]);
  if (distinct.length < count) return distinct;
  const [from, to] = [quantileOf(sorted, low), quantileOf(sorted, high)];
  return Float64Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
}

/**
 * An approximately unbiased quantile for any distribution (Cunnane 1978), like scipy's
 * `mquantiles`.
 */
function quantileOf(sorted: Float64Array, part: number): number {
  const place = sorted.length * part + 0.4 + 0.2 * part;
  const below = Math.floor(Math.min(Math.max(place, 1), sorted.length - 1));
  const gamma = Math.min(Math.max(place - below, 0), 1);
  return (1 - gamma) * (sorted[below - 1] as number) + gamma * (sorted[below] as number);
}
