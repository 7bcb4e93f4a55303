import { arange, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { type BinaryOptions, binaryLabels } from "./binary.ts";
import { checkChoice, checkCount } from "./check.ts";
import { columnsOf } from "./columns.ts";
import { confusion, hits, ratio, tally, wholeTally } from "./counts.ts";
import {
  type ClassesOptions,
  classesIn,
  type IgnoreOptions,
  labelsOf,
  measured,
  unlessOdd,
} from "./labels.ts";
import { tensorsOf, type Values } from "./values.ts";

/** Settings of accuracy. */
export interface AccuracyOptions extends IgnoreOptions {
  /** Returns the fraction of examples if true, else their number (default true). */
  readonly normalize?: boolean;
  /** Weight of each example, in the targets' shape (default: all 1). */
  readonly sampleWeight?: Values | null;
  /**
   * If true, predictions and targets are [n, labels] of 1 and 0, and an example is correct if all
   * its labels are (default false).
   */
  readonly multilabel?: boolean;
}

/**
 * Fraction of correctly predicted examples. Predictions come first, then targets: scores [B, C, …],
 * whose argmax along dimension 1 is the class, or classes [B, …]; targets are classes [B, …]. →
 * 0-d, NaN if a label computed by the device is not a class.
 */
export function accuracy(
  predictions: Values,
  targets: Values,
  settings: AccuracyOptions = {},
): Tensor {
  checkCall(
    "accuracy(predictions: any, targets: any, { normalize: boolean, sampleWeight, multilabel: boolean, ignoreIndex: int | null })",
    arguments,
  );
  const { normalize = true, multilabel = false, ...options } = settings;
  return measured(() => {
    if (multilabel) {
      const rows = columnsOf("accuracy", predictions, targets, options.sampleWeight ?? null);
      const right = rows.predicted.eq(rows.actual).all(1).to("f32").unsqueeze(1);
      const weight = rows.weight ?? right.mul(0).add(1);
      const total = right.mul(weight).sum();
      return unlessOdd(rows.odd, normalize ? ratio(total, weight.sum(), Number.NaN) : total);
    }
    const found = labelsOf("accuracy", { predictions, targets }, options);
    const { right, support } = wholeTally(found);
    return unlessOdd(found.odd, normalize ? ratio(right, support, Number.NaN) : right);
  });
}

/** Settings of binaryAccuracy. */
export interface BinaryAccuracyOptions extends BinaryOptions {}

/**
 * Fraction of correct binary predictions. Values outside [0, 1] are logits, as in torchmetrics.
 * Probabilities come first, then targets 1 or 0 in the same shape. → 0-d.
 */
export function binaryAccuracy(
  probabilities: Values,
  targets: Values,
  options: BinaryAccuracyOptions = {},
): Tensor {
  checkCall(
    "binaryAccuracy(probabilities: any, targets: any, { threshold: number, ignoreIndex: int | null })",
    arguments,
  );
  return measured(() => {
    const { predicted, actual, counted, odd } = binaryLabels(
      "binaryAccuracy",
      probabilities,
      targets,
      options,
    );
    const right = predicted.eq(actual);
    if (counted === null) return unlessOdd(odd, right.to("f32").mean());
    const kept = right.logicalAnd(counted).to("f32").sum();
    return unlessOdd(odd, ratio(kept, counted.to("f32").sum(), Number.NaN));
  });
}

/** Settings of topKAccuracyScore. */
export interface TopKOptions {
  /** Number of top scores to consider (default 2). */
  readonly k?: number;
  /** Returns the fraction of examples if true, else their number (default true). */
  readonly normalize?: boolean;
  /** Weight of each example, [n] (default: all 1). */
  readonly sampleWeight?: Values | null;
}

/**
 * Fraction of examples whose class is among the k highest scores. Of equal scores later classes
 * come first, as in scikit-learn. Scores [n, C] come first, then targets [n]. → 0-d.
 */
export function topKAccuracyScore(
  scores: Values,
  targets: Values,
  options: TopKOptions = {},
): Tensor {
  checkCall(
    "topKAccuracyScore(scores: any, targets: any, { k: number, normalize: boolean, sampleWeight })",
    arguments,
  );
  const { k = 2, normalize = true, sampleWeight = null } = options;
  checkCount("topKAccuracyScore", "k", k);
  return measured(() => {
    const name = "topKAccuracyScore";
    const given = tensorsOf(name, { predictions: scores, targets });
    const hit = hits(name, given.predictions, given.targets, k, "last");
    const { weight, odd } = labelsOf(name, given, { sampleWeight });
    const right = (weight === null ? hit : hit.mul(weight)).sum();
    const all = (weight ?? hit.eq(hit).to("f32")).sum();
    return unlessOdd(odd, normalize ? ratio(right, all, Number.NaN) : right);
  });
}

/** Settings of balancedAccuracyScore. */
export interface BalancedAccuracyOptions extends ClassesOptions {
  /** Rescales the score so that chance is 0 instead of 1 / C (default false). */
  readonly adjusted?: boolean;
}

/**
 * Mean recall over the classes that occur. Predictions come first, then targets, as for
 * `confusionMatrix`. → 0-d.
 */
export function balancedAccuracyScore(
  predictions: Values,
  targets: Values,
  settings: BalancedAccuracyOptions = {},
): Tensor {
  checkCall(
    "balancedAccuracyScore(predictions: any, targets: any, { numClasses: number | null, labels: list | null, sampleWeight, adjusted: boolean })",
    arguments,
  );
  const { adjusted = false, ...options } = settings;
  const metric = "balancedAccuracyScore";
  return measured(() => {
    const found = labelsOf(metric, { predictions, targets }, options);
    const { right, support } = tally(found, classesIn(metric, found));
    const classes = support.gt(0).to("f32").sum();
    const score = ratio(ratio(right, support, 0).sum(), classes, Number.NaN);
    if (!adjusted) return unlessOdd(found.odd, score);
    const chance = ratio(classes.eq(classes).to("f32"), classes, Number.NaN);
    return unlessOdd(found.odd, ratio(score.sub(chance), chance.rsub(1), Number.NaN));
  });
}

/**
 * Matthews correlation coefficient for any number of classes: (c n − Σ pₖ tₖ) / √((n² − Σ pₖ²)(n² −
 * Σ tₖ²)), where c of n examples are correct, and tₖ are truly and pₖ predicted of class k; 0 if a
 * root is 0. Predictions come first, then targets, as for `confusionMatrix`. → 0-d.
 */
export function matthewsCorrcoef(
  predictions: Values,
  targets: Values,
  options: ClassesOptions = {},
): Tensor {
  checkCall(
    "matthewsCorrcoef(predictions: any, targets: any, { numClasses: number | null, labels: list | null, sampleWeight })",
    arguments,
  );
  return measured(() => {
    const found = labelsOf("matthewsCorrcoef", { predictions, targets }, options);
    const counts = confusion("matthewsCorrcoef", found);
    // fractions of n, whose squares fit into f32
    const { right, support, predicted } = margins(counts.div(counts.sum()));
    const spread = (x: Tensor): Tensor => x.square().sum().rsub(1);
    const covariance = right.sub(support.mul(predicted).sum());
    const score = ratio(covariance, spread(predicted).mul(spread(support)).clamp(0).sqrt(), 0);
    return unlessOdd(found.odd, score);
  });
}

/** Settings of cohenKappaScore. */
export interface CohenKappaOptions extends ClassesOptions {
  /**
   * Cost of a mistake by the distance of the classes: |i − j|, its square, or 1 for all (null)
   * (default null).
   */
  readonly weights?: "linear" | "quadratic" | null;
}

/**
 * Cohen's κ = 1 − Σ w o / Σ w e, the agreement beyond chance. o counts how often class i was
 * predicted as j, e how often that would happen by chance, and w is the cost of that mistake.
 * Predictions come first, then targets, as for `confusionMatrix`. → 0-d.
 */
export function cohenKappaScore(
  predictions: Values,
  targets: Values,
  settings: CohenKappaOptions = {},
): Tensor {
  checkCall(
    'cohenKappaScore(predictions: any, targets: any, { numClasses: number | null, labels: list | null, sampleWeight, weights: "linear" | "quadratic" | null })',
    arguments,
  );
  const { weights = null, ...options } = settings;
  checkChoice("cohenKappaScore", "weights", weights, ["linear", "quadratic", null]);
  return measured(() => {
    const found = labelsOf("cohenKappaScore", { predictions, targets }, options);
    const counts = confusion("cohenKappaScore", found);
    const parts = counts.div(counts.sum());
    const { support, predicted } = margins(parts);
    const cost = costOf(parts, weights);
    const chance = support.unsqueeze(1).mul(predicted.unsqueeze(0));
    const score = ratio(cost.mul(parts).sum(), cost.mul(chance).sum(), Number.NaN).rsub(1);
    return unlessOdd(found.odd, score);
  });
}

function costOf(counts: Tensor, weights: CohenKappaOptions["weights"]): Tensor {
  const place = arange(counts.shape[0] as number, { dtype: "f32", device: counts });
  const distance = place.unsqueeze(1).sub(place.unsqueeze(0)).abs();
  if (weights === "linear") return distance;
  return weights === "quadratic" ? distance.square() : distance.ne(0).to("f32");
}

/** Diagonal, row sums and column sums of a confusion matrix. */
function margins(counts: Tensor): Readonly<Record<"right" | "support" | "predicted", Tensor>> {
  return { right: counts.diagonal().sum(), support: counts.sum(1), predicted: counts.sum(0) };
}
