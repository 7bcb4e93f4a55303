import { ArgumentError, onesLike, type Tensor, where } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { checkChoice } from "./check.ts";
import { columnsOf, talliesOver } from "./columns.ts";
import { ratio, type Tallies, tally, tallyOf, wholeTally } from "./counts.ts";
import {
  type ClassesOptions,
  classesIn,
  either,
  type Labelled,
  labelsOf,
  measured,
  unlessOdd,
} from "./labels.ts";
import { knownOf, type Values } from "./values.ts";

/**
 * How scores of several classes are averaged: over all examples ("micro"), over classes ("macro"),
 * over classes weighted by support, or not at all (null: [C]).
 */
export type Average = "micro" | "macro" | "weighted" | null;

/** Settings of scikit-learn's scores. */
export interface ScoreOptions extends ClassesOptions {
  /**
   * "binary" gives the score of class `posLabel` of two (default "binary"); "samples" gives the
   * mean of each example's own score, for multilabel targets.
   */
  readonly average?: "binary" | "samples" | Average;
  /**
   * If true, predictions and targets are [n, labels], 1 for each label of an example and 0
   * otherwise (default false).
   */
  readonly multilabel?: boolean;
  /** The positive class of "binary" (default 1). */
  readonly posLabel?: number;
  /**
   * Score of a class whose divisor is 0: 0, 1, or NaN, which excludes it from the mean (default 0).
   */
  readonly zeroDivision?: number;
}

/** A score as numerator and denominator, from the tallies. */
export type Fraction = (tallies: Tallies) => readonly [above: Tensor, below: Tensor];

export const precision: Fraction = ({ right, predicted }) => [right, predicted];
export const recall: Fraction = ({ right, support }) => [right, support];
export const jaccard: Fraction = ({ right, support, predicted }) => [
  right,
  support.add(predicted).sub(right),
];
export const fbeta =
  (beta: number): Fraction =>
  ({ right, support, predicted }) => [
    right.mul(1 + beta ** 2),
    support.mul(beta ** 2).add(predicted),
  ];

/**
 * Precision TP / (TP + FP): fraction of the examples predicted as a class that belong to it.
 * Predictions come first, then targets (scikit-learn's order is the reverse and would give the
 * recall); both as for `confusionMatrix`. → 0-d, or [C].
 */
export function precisionScore(
  predictions: Values,
  targets: Values,
  options: ScoreOptions = {},
): Tensor {
  checkCall(
    'precisionScore(predictions: any, targets: any, { average: "binary" | "micro" | "macro" | "weighted" | "samples" | null, multilabel: boolean, numClasses: number | null, labels: list | null, posLabel: int, zeroDivision, sampleWeight })',
    arguments,
  );
  return score("precisionScore", precision, predictions, targets, options);
}

/**
 * Recall TP / (TP + FN): fraction of the examples of a class that are recognized. Predictions come
 * first, then targets (scikit-learn's order is the reverse and would give the precision); both as
 * for `confusionMatrix`. → 0-d, or [C].
 */
export function recallScore(
  predictions: Values,
  targets: Values,
  options: ScoreOptions = {},
): Tensor {
  checkCall(
    'recallScore(predictions: any, targets: any, { average: "binary" | "micro" | "macro" | "weighted" | "samples" | null, multilabel: boolean, numClasses: number | null, labels: list | null, posLabel: int, zeroDivision, sampleWeight })',
    arguments,
  );
  return score("recallScore", recall, predictions, targets, options);
}

/**
 * F₁ = 2 TP / (2 TP + FP + FN), the harmonic mean of precision and recall. Predictions come first,
 * then targets, as for `confusionMatrix`. → 0-d, or [C].
 */
export function f1Score(predictions: Values, targets: Values, options: ScoreOptions = {}): Tensor {
  checkCall(
    'f1Score(predictions: any, targets: any, { average: "binary" | "micro" | "macro" | "weighted" | "samples" | null, multilabel: boolean, numClasses: number | null, labels: list | null, posLabel: int, zeroDivision, sampleWeight })',
    arguments,
  );
  return score("f1Score", fbeta(1), predictions, targets, options);
}

/**
 * Fβ, the harmonic mean of precision and recall where recall has β² times the weight. Predictions
 * come first, then targets, as for `confusionMatrix`. → 0-d, or [C].
 */
export function fbetaScore(
  predictions: Values,
  targets: Values,
  beta: number,
  options: ScoreOptions = {},
): Tensor {
  checkCall(
    'fbetaScore(predictions: any, targets: any, beta: number, { average: "binary" | "micro" | "macro" | "weighted" | "samples" | null, multilabel: boolean, numClasses: number | null, labels: list | null, posLabel: int, zeroDivision, sampleWeight })',
    arguments,
  );
  if (!(beta >= 0)) throw new ArgumentError(`fbetaScore: beta is ${beta}\n  hint: a number ≥ 0`);
  const fraction = beta === Number.POSITIVE_INFINITY ? recall : fbeta(beta);
  return score("fbetaScore", fraction, predictions, targets, options);
}

/**
 * Intersection over union TP / (TP + FP + FN) of the true and the predicted examples of a class.
 * Predictions come first, then targets, as for `confusionMatrix`. → 0-d, or [C].
 */
export function jaccardScore(
  predictions: Values,
  targets: Values,
  options: ScoreOptions = {},
): Tensor {
  checkCall(
    'jaccardScore(predictions: any, targets: any, { average: "binary" | "micro" | "macro" | "weighted" | "samples" | null, multilabel: boolean, numClasses: number | null, labels: list | null, posLabel: int, zeroDivision, sampleWeight })',
    arguments,
  );
  return score("jaccardScore", jaccard, predictions, targets, options);
}

function score(
  name: string,
  fraction: Fraction,
  predictions: Values,
  targets: Values,
  options: ScoreOptions,
): Tensor {
  const { average = "binary", posLabel = 1, zeroDivision = 0, multilabel = false } = options;
  checkChoice(name, "average", average, ["binary", "micro", "macro", "weighted", "samples", null]);
  checkChoice(name, "zeroDivision", zeroDivision, [0, 1, Number.NaN]);
  if (multilabel) return ofColumns(name, fraction, predictions, targets, options);
  if (average === "samples") {
    throw new ArgumentError(
      `${name}: average "samples" needs multilabel targets\n  hint: pass [n, labels] and multilabel: true`,
    );
  }
  const { numClasses = null, labels = null, sampleWeight = null } = options;
  const classes = { numClasses, labels, sampleWeight };
  return measured(() => {
    const found = labelsOf(name, { predictions, targets }, classes);
    if (average === "binary") {
      const odd = either(found.odd, checkTwo(name, posLabel, found, classes));
      return unlessOdd(odd, ratio(...fraction(tallyOf(posLabel, found)), zeroDivision));
    }
    if (average === "micro" && found.classes === null)
      return unlessOdd(found.odd, ratio(...fraction(wholeTally(found)), zeroDivision));
    const tallies = tally(found, classesIn(name, found));
    const counts = found.named ? tallies.present.eq(tallies.present) : tallies.present.gt(0);
    const mean = averaged(fraction(tallies), { ...tallies, counts }, average, zeroDivision);
    return unlessOdd(found.odd, mean);
  });
}

/** Scores of multilabel targets, one column per label. */
function ofColumns(
  name: string,
  fraction: Fraction,
  predictions: Values,
  targets: Values,
  { average = "binary", zeroDivision = 0, sampleWeight = null }: ScoreOptions,
): Tensor {
  if (average === "binary") {
    throw new ArgumentError(
      `${name}: average "binary" does not apply to multilabel targets\n  hint: "micro", "macro", "weighted", "samples", or null for one per label`,
    );
  }
  return measured(() => {
    const found = columnsOf(name, predictions, targets, sampleWeight);
    if (average === "samples") {
      const parts = fraction(talliesOver(found, 1));
      const weights = found.weight?.squeeze(1) ?? onesLike(parts[0]);
      const rows = { support: weights, counts: weights };
      return unlessOdd(found.odd, averaged(parts, rows, "weighted", zeroDivision));
    }
    const tallies = talliesOver(found, 0);
    const counts = tallies.support.eq(tallies.support);
    const mean = averaged(fraction(tallies), { ...tallies, counts }, average, zeroDivision);
    return unlessOdd(found.odd, mean);
  });
}

/**
 * Throws ArgumentError for more than two classes, or two without `posLabel`. If only the device
 * knows the labels, returns a mask of invalid ones.
 */
function checkTwo(
  name: string,
  posLabel: number,
  { predicted, actual, classes }: Labelled,
  { numClasses = null, labels = null }: ClassesOptions,
): Tensor | null {
  if (labels !== null) {
    throw new ArgumentError(
      `${name}: labels does not apply to average "binary"\n  hint: pass { posLabel }, or average: "macro"`,
    );
  }
  if (classes !== null) {
    const fits = classes.length <= 2 && (classes.length < 2 || classes.includes(posLabel));
    if (fits) return null;
    const what =
      classes.length > 2
        ? `there are ${classes.length} classes, but average is "binary"\n  hint: "micro", "macro", "weighted", or null for one per class`
        : `posLabel is ${posLabel}, but the classes are ${classes.join(" and ")}\n  hint: pass { posLabel: ${classes[1]} }`;
    throw new ArgumentError(`${name}: ${what}`);
  }
  if (numClasses !== null || knownOf(actual) !== null) return null;
  const [low, high] = [
    predicted.amin().minimum(actual.amin()),
    predicted.amax().maximum(actual.amax()),
  ];
  const third = (x: Tensor): Tensor => x.ne(low).logicalAnd(x.ne(high));
  const missing = low.ne(high).logicalAnd(low.ne(posLabel)).logicalAnd(high.ne(posLabel));
  return third(predicted).logicalOr(third(actual)).logicalOr(missing);
}

/** Averages the fractions of the classes. `counts` tells which classes "macro" includes. */
export function averaged(
  [above, below]: readonly [Tensor, Tensor],
  { support, counts }: { readonly support: Tensor; readonly counts: Tensor },
  average: Average,
  zeroDivision: number,
): Tensor {
  if (average === "micro") return ratio(above.sum(), below.sum(), zeroDivision);
  const each = ratio(above, below, zeroDivision);
  if (average === null) return each;
  const weights = average === "weighted" ? support : counts.to("f32");
  if (!Number.isNaN(zeroDivision))
    return ratio(each.mul(weights).sum(), weights.sum(), zeroDivision);
  const defined = below.ne(0);
  const total = where(defined, each.mul(weights), 0).sum();
  return ratio(total, where(defined, weights, 0).sum(), zeroDivision);
}
