import { ArgumentError, type Tensor, where } from "@wgrad/autograd";
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
 * How scores of several classes become one: of all examples, the classes' mean, that by support, or
 * none ([C]).
 */
export type Average = "micro" | "macro" | "weighted" | null;

/** Settings of scikit-learn's scores. */
export interface ScoreOptions extends ClassesOptions {
  /**
   * "binary" is the score of the class `posLabel`, of two (default "binary"); "samples", of several
   * labels an example, the mean of the examples' own scores.
   */
  readonly average?: "binary" | "samples" | Average;
  /**
   * Predictions and targets are [n, labels]: 1 for each label that an example has, else 0 (default
   * false).
   */
  readonly multilabel?: boolean;
  /** The class that "binary" is about (default 1). */
  readonly posLabel?: number;
  /**
   * The score of a class with nothing to divide by: 0, 1, or NaN, which leaves it out of the mean
   * (default 0).
   */
  readonly zeroDivision?: number;
}

/** A score as a fraction, from right, true and predicted examples. */
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
 * Of the examples taken for a class, the part that is of it: TP / (TP + FP). Predictions come
 * first, then targets (scikit-learn has them the other way round, which would give the recall);
 * both as for `confusionMatrix`. → 0-d, or [C].
 */
export function precisionScore(
  predictions: Values,
  targets: Values,
  options: ScoreOptions = {},
): Tensor {
  checkCall(
    'precisionScore(predictions, targets, { average: "binary" | "micro" | "macro" | "weighted" | "samples" | null, multilabel: boolean, numClasses: number | null, labels: list | null, posLabel: number, zeroDivision, sampleWeight })',
    arguments,
  );
  return score("precisionScore", precision, predictions, targets, options);
}

/**
 * Of the examples of a class, the part that is recognized: TP / (TP + FN). Predictions come first,
 * then targets (scikit-learn has them the other way round, which would give the precision); both as
 * for `confusionMatrix`. → 0-d, or [C].
 */
export function recallScore(
  predictions: Values,
  targets: Values,
  options: ScoreOptions = {},
): Tensor {
  checkCall(
    'recallScore(predictions, targets, { average: "binary" | "micro" | "macro" | "weighted" | "samples" | null, multilabel: boolean, numClasses: number | null, labels: list | null, posLabel: number, zeroDivision, sampleWeight })',
    arguments,
  );
  return score("recallScore", recall, predictions, targets, options);
}

/**
 * The harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN). Predictions come first, then
 * targets, as for `confusionMatrix`. → 0-d, or [C].
 */
export function f1Score(predictions: Values, targets: Values, options: ScoreOptions = {}): Tensor {
  checkCall(
    'f1Score(predictions, targets, { average: "binary" | "micro" | "macro" | "weighted" | "samples" | null, multilabel: boolean, numClasses: number | null, labels: list | null, posLabel: number, zeroDivision, sampleWeight })',
    arguments,
  );
  return score("f1Score", fbeta(1), predictions, targets, options);
}

/**
 * The mean of precision and recall in which recall weighs β times as much. Predictions come first,
 * then targets, as for `confusionMatrix`. → 0-d, or [C].
 */
export function fbetaScore(
  predictions: Values,
  targets: Values,
  beta: number,
  options: ScoreOptions = {},
): Tensor {
  checkCall(
    'fbetaScore(predictions, targets, beta: number, { average: "binary" | "micro" | "macro" | "weighted" | "samples" | null, multilabel: boolean, numClasses: number | null, labels: list | null, posLabel: number, zeroDivision, sampleWeight })',
    arguments,
  );
  if (!(beta >= 0)) throw new ArgumentError(`fbetaScore: beta is ${beta}\n  hint: 0 or more`);
  const fraction = beta === Number.POSITIVE_INFINITY ? recall : fbeta(beta);
  return score("fbetaScore", fraction, predictions, targets, options);
}

/**
 * Intersection over union of what is of a class and what is taken for it: TP / (TP + FP + FN).
 * Predictions come first, then targets, as for `confusionMatrix`. → 0-d, or [C].
 */
export function jaccardScore(
  predictions: Values,
  targets: Values,
  options: ScoreOptions = {},
): Tensor {
  checkCall(
    'jaccardScore(predictions, targets, { average: "binary" | "micro" | "macro" | "weighted" | "samples" | null, multilabel: boolean, numClasses: number | null, labels: list | null, posLabel: number, zeroDivision, sampleWeight })',
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
      `${name}: "samples" is of several labels an example\n  hint: multilabel: true, of [n, labels]`,
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

/** The score of several labels an example, a column each. */
function ofColumns(
  name: string,
  fraction: Fraction,
  predictions: Values,
  targets: Values,
  { average = "binary", zeroDivision = 0, sampleWeight = null }: ScoreOptions,
): Tensor {
  if (average === "binary") {
    throw new ArgumentError(
      `${name}: "binary" is of one label an example\n  hint: "micro", "macro", "weighted", "samples", or null for one of each`,
    );
  }
  return measured(() => {
    const found = columnsOf(name, predictions, targets, sampleWeight);
    if (average === "samples") {
      const each = ratio(...fraction(talliesOver(found, 1)), zeroDivision);
      const weights = found.weight?.squeeze(1) ?? each.eq(each).to("f32");
      return unlessOdd(found.odd, ratio(each.mul(weights).sum(), weights.sum(), Number.NaN));
    }
    const tallies = talliesOver(found, 0);
    const counts = tallies.support.eq(tallies.support);
    const mean = averaged(fraction(tallies), { ...tallies, counts }, average, zeroDivision);
    return unlessOdd(found.odd, mean);
  });
}

/**
 * Refuses more than two classes, or two without the one in question; of labels on the device it
 * says where they are.
 */
function checkTwo(
  name: string,
  posLabel: number,
  { predicted, actual, classes }: Labelled,
  { numClasses = null, labels = null }: ClassesOptions,
): Tensor | null {
  if (labels !== null) {
    throw new ArgumentError(
      `${name}: labels choose the classes of an average, which "binary" is not\n  hint: { posLabel }, or average: "macro"`,
    );
  }
  if (classes !== null) {
    const fits = classes.length <= 2 && (classes.length < 2 || classes.includes(posLabel));
    if (fits) return null;
    const what =
      classes.length > 2
        ? `there are ${classes.length} classes, but average is "binary"\n  hint: "micro", "macro", "weighted", or null for one of each`
        : `posLabel is ${posLabel} of the classes ${classes.join(" and ")}\n  hint: { posLabel: ${classes[1]} }`;
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

/** The classes' fractions as one; `counts` says which of them "macro" is the mean of. */
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
