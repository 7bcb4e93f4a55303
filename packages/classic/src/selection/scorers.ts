import { ArgumentError, type Tensor, tensor } from "@wgrad/autograd";
import {
  averagePrecisionScore,
  balancedAccuracyScore,
  brierScoreLoss,
  explainedVarianceScore,
  f1Score,
  logLoss,
  maxError,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  medianAbsoluteError,
  precisionScore,
  recallScore,
  rocAucScore,
  rootMeanSquaredError,
  type ScoreOptions,
} from "@wgrad/metrics";
import type { Rows } from "../estimator/input.ts";
import { type Predictor, r2Of } from "../estimator/predictors.ts";
import { shown } from "../estimator/settings.ts";

/** Measures a fitted predictor; higher is better. */
export type Scorer = (model: Predictor, x: Rows, y: Float64Array) => Promise<number>;

/** A score by scikit-learn's name, or a custom one. */
export type Scoring = ScoringName | Scorer;

type Measure = (predictions: Tensor, targets: Tensor) => Tensor;

/** A metric of numbers; lower is better if `sign` is −1. */
const ofQuantities =
  (measure: Measure, sign: 1 | -1): Scorer =>
  async (model, x, y) => {
    const predicted = await model.predict(x);
    const targets = tensor(Float32Array.from(y), { device: predicted.device });
    return sign * (await measure(predicted, targets).item());
  };

/** Indices of predicted and true classes among the classes that occur in either. */
async function codesOf(
  model: Predictor,
  x: Rows,
  y: Float64Array,
): Promise<{ predicted: Tensor; targets: Tensor; classes: number[] }> {
  const labels = Array.from(await (await model.predict(x)).data());
  const classes = [...new Set([...labels, ...y])].sort((a, b) => a - b);
  const codes = new Map(classes.map((label, code) => [label, code]));
  const coded = (values: ArrayLike<number>): Tensor =>
    tensor(Int32Array.from(values, (value) => codes.get(value) as number));
  return { predicted: coded(labels), targets: coded(y), classes };
}

type ClassScore = (predictions: Tensor, targets: Tensor, options: ScoreOptions) => Tensor;

/** A metric of classes: of class 1, or over all classes. */
const ofClasses =
  (score: ClassScore, average: "binary" | "macro" | "micro" | "weighted"): Scorer =>
  async (model, x, y) => {
    const { predicted, targets, classes } = await codesOf(model, x, y);
    const numClasses = classes.length;
    if (average !== "binary") return score(predicted, targets, { average, numClasses }).item();
    if (classes.some((label) => label !== 0 && label !== 1)) {
      throw new ArgumentError(
        `scoring: the classes are ${classes.join(", ")}; expected 0 and 1\n  hint: use "f1_macro", "precision_macro" or "recall_macro" for others`,
      );
    }
    const posLabel = classes.indexOf(1);
    if (posLabel < 0) return 0;
    return score(predicted, targets, { average, numClasses, posLabel }).item();
  };

/** Probabilities of the classes, in order. Throws ArgumentError if the predictor has none. */
async function probabilitiesOf(name: string, model: Predictor, x: Rows): Promise<Tensor> {
  if (model.predictProba !== undefined) return model.predictProba(x);
  throw new ArgumentError(`scoring ${shown(name)}: ${model.type} has no predictProba`);
}

/** Scores of the second class if there are two. */
async function scoresOf(name: string, model: Predictor, x: Rows): Promise<Tensor> {
  const scores = await (model.decisionFunction?.(x) ?? probabilitiesOf(name, model, x));
  if (scores.ndim === 1) return scores;
  if (scores.shape[1] === 2) return scores.select(1, 1);
  throw new ArgumentError(
    `scoring ${shown(name)}: got ${scores.shape[1]} classes, expected two\n  hint: "roc_auc_ovr"`,
  );
}

/** Indices of the true classes among all training classes, in order of their labels. */
function positions(model: Predictor, y: Float64Array): Int32Array {
  const classes = Array.from((model as { classes?: Int32Array }).classes ?? new Set(y)).sort(
    (a, b) => a - b,
  );
  return Int32Array.from(y, (label) => classes.indexOf(label));
}

const scorers = {
  accuracy: async (model: Predictor, x: Rows, y: Float64Array) => {
    const labels = await (await model.predict(x)).data();
    return y.reduce((right, label, i) => right + Number(label === labels[i]), 0) / y.length;
  },
  balanced_accuracy: async (model: Predictor, x: Rows, y: Float64Array) => {
    const { predicted, targets, classes } = await codesOf(model, x, y);
    return balancedAccuracyScore(predicted, targets, { numClasses: classes.length }).item();
  },
  f1: ofClasses(f1Score, "binary"),
  f1_macro: ofClasses(f1Score, "macro"),
  f1_micro: ofClasses(f1Score, "micro"),
  f1_weighted: ofClasses(f1Score, "weighted"),
  precision: ofClasses(precisionScore, "binary"),
  precision_macro: ofClasses(precisionScore, "macro"),
  precision_weighted: ofClasses(precisionScore, "weighted"),
  recall: ofClasses(recallScore, "binary"),
  recall_macro: ofClasses(recallScore, "macro"),
  recall_weighted: ofClasses(recallScore, "weighted"),
  roc_auc: async (model: Predictor, x: Rows, y: Float64Array) =>
    rocAucScore(await scoresOf("roc_auc", model, x), positions(model, y)),
  roc_auc_ovr: async (model: Predictor, x: Rows, y: Float64Array) =>
    rocAucScore(await probabilitiesOf("roc_auc_ovr", model, x), positions(model, y)),
  average_precision: async (model: Predictor, x: Rows, y: Float64Array) =>
    averagePrecisionScore(await scoresOf("average_precision", model, x), positions(model, y)),
  neg_log_loss: async (model: Predictor, x: Rows, y: Float64Array) => {
    const probabilities = await probabilitiesOf("neg_log_loss", model, x);
    const targets = tensor(positions(model, y), { device: probabilities.device });
    return -(await logLoss(probabilities, targets).item());
  },
  neg_brier_score: async (model: Predictor, x: Rows, y: Float64Array) => {
    const probabilities = await probabilitiesOf("neg_brier_score", model, x);
    const targets = tensor(positions(model, y), { device: probabilities.device });
    return -(await brierScoreLoss(probabilities.select(1, 1), targets).item());
  },
  r2: (model: Predictor, x: Rows, y: Float64Array) => r2Of(model, x, y),
  explained_variance: ofQuantities(explainedVarianceScore, 1),
  neg_mean_squared_error: ofQuantities(meanSquaredError, -1),
  neg_root_mean_squared_error: ofQuantities(rootMeanSquaredError, -1),
  neg_mean_absolute_error: ofQuantities(meanAbsoluteError, -1),
  neg_median_absolute_error: ofQuantities(medianAbsoluteError, -1),
  neg_mean_absolute_percentage_error: ofQuantities(meanAbsolutePercentageError, -1),
  neg_max_error: ofQuantities(maxError, -1),
} satisfies Readonly<Record<string, Scorer>>;

/** Names of scores. */
export type ScoringName =
  | "accuracy"
  | "balanced_accuracy"
  | "f1"
  | "f1_macro"
  | "f1_micro"
  | "f1_weighted"
  | "precision"
  | "precision_macro"
  | "precision_weighted"
  | "recall"
  | "recall_macro"
  | "recall_weighted"
  | "roc_auc"
  | "roc_auc_ovr"
  | "average_precision"
  | "neg_log_loss"
  | "neg_brier_score"
  | "r2"
  | "explained_variance"
  | "neg_mean_squared_error"
  | "neg_root_mean_squared_error"
  | "neg_mean_absolute_error"
  | "neg_median_absolute_error"
  | "neg_mean_absolute_percentage_error"
  | "neg_max_error";

/**
 * The scorer of a name; null: the predictor's own `score`. Throws ArgumentError for an unknown
 * name.
 */
export function scorerOf(scoring: Scoring | null | undefined): Scorer {
  if (scoring === null || scoring === undefined) return (model, x, y) => model.score(x, y);
  if (typeof scoring === "function") return scoring;
  if (Object.hasOwn(scorers, scoring)) return scorers[scoring];
  throw new ArgumentError(
    `scoring is ${shown(scoring)}\n  hint: ${Object.keys(scorers).join(", ")}, or a function`,
  );
}
