import { ArgumentError, type Tensor, tensor } from "@wgrad/autograd";
import {
  type FitOptions,
  type Labelled,
  type Matrix,
  type Numbers,
  type Rows,
  readNumbers,
  readWeights,
} from "./input.ts";
import { type Rule, shown } from "./settings.ts";
import type { EstimatorState } from "./state.ts";

/**
 * The methods of any predictor. Custom predictors can be cross-validated and tuned like the
 * built-in ones.
 */
export interface Predictor {
  readonly type: string;
  /** Whether it predicts classes or numbers. */
  readonly kind: "classifier" | "regressor";
  fit(x: Rows, y: Numbers, options?: FitOptions): Promise<unknown>;
  predict(x: Rows): Promise<Tensor>;
  score(x: Rows, y: Numbers, options?: FitOptions): Promise<number>;
  /** The probability of each class: [rows, classes]. */
  predictProba?(x: Rows): Promise<Tensor>;
  /** Scores of classes: with two classes those of the second [rows], else [rows, classes]. */
  decisionFunction?(x: Rows): Promise<Tensor>;
  getParams(): object;
  /** An unfitted predictor with the same settings, except for `changes`. */
  clone(changes?: object): Predictor;
  /** Settings and the result of `fit`, to be saved. */
  toState?(): EstimatorState | Promise<EstimatorState>;
}

/** Throws ArgumentError unless `model` is an object with the methods of a predictor. */
export function checkPredictor(call: string, model: unknown): void {
  const missing = (["fit", "predict", "score", "clone"] as const).find(
    (method) => typeof (model as Partial<Predictor> | null)?.[method] !== "function",
  );
  if (missing === undefined) return;
  const given = typeof model === "function" ? `the class ${model.name}` : shown(model);
  throw new ArgumentError(
    `${call}: the first argument must be a predictor; ${given} has no ${missing}\n  hint: ${call}(new SVC(), …)`,
  );
}

/** A matrix of results on the device of the features. */
export function resultOf(
  values: Float32Array | Float64Array | Int32Array,
  shape: readonly number[],
  { device }: Pick<Matrix, "device">,
): Tensor {
  return tensor(values, { shape, ...(device !== undefined && { device }) });
}

/** The weighted fraction of rows whose class is predicted correctly. */
export async function accuracyOf(
  model: Predictor,
  x: Rows,
  y: Numbers,
  options: FitOptions = {},
): Promise<number> {
  const call = `${model.type}.score`;
  const predicted = await (await model.predict(x)).data();
  const labels = await readNumbers(call, "labels", y, predicted.length);
  const weights = await readWeights(call, options, predicted.length);
  let [right, all] = [0, 0];
  for (let i = 0; i < labels.length; i++) {
    const weight = weights?.[i] ?? 1;
    all += weight;
    if (predicted[i] === labels[i]) right += weight;
  }
  return right / all;
}

/**
 * R² = 1 − Σ w (y − ŷ)² / Σ w (y − ȳ)². For constant targets it is 1 if predictions are exact, else
 * 0.
 */
export async function r2Of(
  model: Predictor,
  x: Rows,
  y: Numbers,
  options: FitOptions = {},
): Promise<number> {
  const call = `${model.type}.score`;
  const predicted = await (await model.predict(x)).data();
  const targets = await readNumbers(call, "targets", y, predicted.length);
  const weights = await readWeights(call, options, predicted.length);
  const weightOf = (i: number): number => weights?.[i] ?? 1;
  let [sum, all] = [0, 0];
  for (let i = 0; i < targets.length; i++) {
    sum += weightOf(i) * (targets[i] as number);
    all += weightOf(i);
  }
  let [residual, total] = [0, 0];
  for (let i = 0; i < targets.length; i++) {
    const target = targets[i] as number;
    residual += weightOf(i) * (target - (predicted[i] as number)) ** 2;
    total += weightOf(i) * (target - sum / all) ** 2;
  }
  if (total === 0) return residual === 0 ? 1 : 0;
  return 1 - residual / total;
}

/** The class with the largest entry in each row of [rows, classes]; of equal ones the first. */
export function labelsOf(classes: Int32Array, scores: ArrayLike<number>): Int32Array {
  const width = classes.length;
  return Int32Array.from({ length: scores.length / width }, (_, i) => {
    let best = 0;
    for (let k = 1; k < width; k++) {
      if ((scores[i * width + k] as number) > (scores[i * width + best] as number)) best = k;
    }
    return classes[best] as number;
  });
}

/** Weights of classes: a rule, or a weight for each label. */
export type ClassWeight = "balanced" | Readonly<Record<number, number>> | null;

/** The rule for class weights. */
export const classWeightRule: Rule = {
  wanted: '"balanced", null, or a weight for each label: { 0: 1, 1: 2.5 }',
  allows: (value) =>
    value === null ||
    value === "balanced" ||
    (typeof value === "object" &&
      Object.values(value as object).every((weight) => Number.isFinite(weight) && weight >= 0)),
};

/**
 * Weights of rows times those of their classes. "balanced" is n / (classes · rows of the class),
 * where both count by weight if `weights` are passed on. Null if every row has weight 1.
 *
 * Throws ArgumentError for the weight of an unknown class.
 */
export function classWeights(
  call: string,
  classWeight: ClassWeight,
  labelled: Labelled,
  weights: Float64Array | null,
  { countsByWeight = false }: { readonly countsByWeight?: boolean } = {},
): Float64Array | null {
  if (classWeight === null) return weights;
  const counting = countsByWeight ? weights : null;
  const factors = classFactors(call, classWeight, labelled, counting);
  return Float64Array.from(
    labelled.codes,
    (code, i) => (factors[code] as number) * (weights?.[i] ?? 1),
  );
}

/**
 * Weights of the classes. `weights` are those of the rows in "balanced" (null: 1 each). Throws like
 * `classWeights`.
 */
export function classFactors(
  call: string,
  classWeight: ClassWeight,
  { classes, codes }: Labelled,
  weights: Float64Array | null,
): Float64Array {
  const factors = new Float64Array(classes.length).fill(1);
  if (classWeight === null) return factors;
  if (classWeight === "balanced") {
    const counts = new Float64Array(classes.length);
    codes.forEach((code, i) => {
      counts[code] = (counts[code] as number) + (weights?.[i] ?? 1);
    });
    const total = counts.reduce((a, b) => a + b, 0);
    counts.forEach((count, k) => {
      // a class whose rows have no weight gets the factor 0
      factors[k] = count === 0 ? 0 : total / (classes.length * count);
    });
  } else {
    for (const [label, weight] of Object.entries(classWeight)) {
      const code = classes.indexOf(Number(label));
      if (code < 0) {
        throw new ArgumentError(
          `${call}: classWeight names class ${label}; the classes are ${classes.join(", ")}`,
        );
      }
      factors[code] = weight;
    }
  }
  return factors;
}
