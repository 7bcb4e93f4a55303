import { ArgumentError, noGrad, type Tensor, where } from "@wgrad/autograd";
import { composite } from "@wgrad/autograd/plugin";
import { checkChoice } from "./check.ts";
import { confusion, hits, oneHot, ratio, type Tallies, tally } from "./counts.ts";

/** How scores of several classes become one: of all examples, the classes' mean, that by support, or none ([C]). */
export type Average = "micro" | "macro" | "weighted" | null;

/** Settings of scikit-learn's scores. */
export interface ScoreOptions {
  /** "binary" is the score of class 1 (default "binary"). */
  readonly average?: "binary" | Average;
  /** Classes are 0 … numClasses − 1 (default 2). */
  readonly numClasses?: number;
  /** The class that "binary" is about (default 1). */
  readonly posLabel?: number;
  /** The score of a class with nothing to divide by (default 0). */
  readonly zeroDivision?: number;
}

/** A score as a fraction, from right, true and predicted examples. */
type Fraction = (tallies: Tallies) => readonly [above: Tensor, below: Tensor];

const precision: Fraction = ({ right, predicted }) => [right, predicted];
const recall: Fraction = ({ right, support }) => [right, support];
const fbeta =
  (beta: number): Fraction =>
  ({ right, support, predicted }) => [
    right.mul(1 + beta ** 2),
    support.mul(beta ** 2).add(predicted),
  ];

/** Of the examples taken for a class, the part that is of it: TP / (TP + FP). → 0-d, or [C]. */
export function precisionScore(
  predictions: Tensor,
  targets: Tensor,
  options: ScoreOptions = {},
): Tensor {
  return score("precisionScore", precision, predictions, targets, options);
}

/** Of the examples of a class, the part that is recognized: TP / (TP + FN). → 0-d, or [C]. */
export function recallScore(
  predictions: Tensor,
  targets: Tensor,
  options: ScoreOptions = {},
): Tensor {
  return score("recallScore", recall, predictions, targets, options);
}

/** The harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN). → 0-d, or [C]. */
export function f1Score(predictions: Tensor, targets: Tensor, options: ScoreOptions = {}): Tensor {
  return score("f1Score", fbeta(1), predictions, targets, options);
}

/** The mean of precision and recall in which recall weighs β times as much. → 0-d, or [C]. */
export function fbetaScore(
  predictions: Tensor,
  targets: Tensor,
  beta: number,
  options: ScoreOptions = {},
): Tensor {
  return score("fbetaScore", fbeta(beta), predictions, targets, options);
}

function score(
  name: string,
  fraction: Fraction,
  predictions: Tensor,
  targets: Tensor,
  { average = "binary", numClasses = 2, posLabel = 1, zeroDivision = 0 }: ScoreOptions,
): Tensor {
  checkChoice(name, "average", average, ["binary", "micro", "macro", "weighted", null]);
  if (average === "binary" && !(posLabel >= 0 && posLabel < numClasses)) {
    throw new ArgumentError(`${name}: posLabel is ${posLabel} of ${numClasses} classes`);
  }
  return noGrad(() =>
    composite(() => {
      const tallies = tally(confusion(name, predictions, targets, numClasses));
      const [above, below] = fraction(tallies);
      if (average === "micro") return ratio(above.sum(), below.sum(), zeroDivision);
      const each = ratio(above, below, zeroDivision);
      if (average === "binary") return each.select(0, posLabel).clone();
      if (average === "macro") return each.mean();
      if (average === null) return each;
      return ratio(each.mul(tallies.support).sum(), tallies.support.sum(), zeroDivision);
    }),
  );
}

/** Settings of torchmetrics' scores. */
export interface MulticlassOptions {
  /** "macro" leaves out classes that neither occur nor are predicted (default "macro"). */
  readonly average?: Average;
}

/** Settings of multiclassAccuracy. */
export interface MulticlassAccuracyOptions extends MulticlassOptions {
  /** Of scores, how many classes may be named (default 1). */
  readonly topK?: number;
}

/** Part of the examples, or of each class, that is recognized. → 0-d, or [C]. */
export function multiclassAccuracy(
  predictions: Tensor,
  targets: Tensor,
  numClasses: number,
  { average = "macro", topK = 1 }: MulticlassAccuracyOptions = {},
): Tensor {
  if (topK === 1)
    return multiclass("multiclassAccuracy", recall, predictions, targets, numClasses, average);
  checkChoice("multiclassAccuracy", "average", average, ["micro", "macro", "weighted", null]);
  return noGrad(() =>
    composite(() => {
      const hit = hits("multiclassAccuracy", predictions, targets, topK);
      const classes = oneHot(targets, numClasses);
      const support = classes.sum(0);
      return averaged(
        [hit.reshape(-1, 1).mul(classes).sum(0), support],
        { support, present: support },
        average,
      );
    }),
  );
}

/** Precision of each class, averaged. → 0-d, or [C]. */
export function multiclassPrecision(
  predictions: Tensor,
  targets: Tensor,
  numClasses: number,
  { average = "macro" }: MulticlassOptions = {},
): Tensor {
  return multiclass("multiclassPrecision", precision, predictions, targets, numClasses, average);
}

/** Recall of each class, averaged. → 0-d, or [C]. */
export function multiclassRecall(
  predictions: Tensor,
  targets: Tensor,
  numClasses: number,
  { average = "macro" }: MulticlassOptions = {},
): Tensor {
  return multiclass("multiclassRecall", recall, predictions, targets, numClasses, average);
}

/** F₁ of each class, averaged. → 0-d, or [C]. */
export function multiclassF1Score(
  predictions: Tensor,
  targets: Tensor,
  numClasses: number,
  { average = "macro" }: MulticlassOptions = {},
): Tensor {
  return multiclass("multiclassF1Score", fbeta(1), predictions, targets, numClasses, average);
}

function multiclass(
  name: string,
  fraction: Fraction,
  predictions: Tensor,
  targets: Tensor,
  numClasses: number,
  average: Average,
): Tensor {
  checkChoice(name, "average", average, ["micro", "macro", "weighted", null]);
  return noGrad(() =>
    composite(() => {
      const tallies = tally(confusion(name, predictions, targets, numClasses));
      const present = tallies.support.add(tallies.predicted);
      return averaged(fraction(tallies), { support: tallies.support, present }, average);
    }),
  );
}

function averaged(
  [above, below]: readonly [Tensor, Tensor],
  { support, present }: { readonly support: Tensor; readonly present: Tensor },
  average: Average,
): Tensor {
  if (average === "micro") return ratio(above.sum(), below.sum(), 0);
  const each = ratio(above, below, 0);
  if (average === null) return each;
  const weights = average === "weighted" ? support : where(present.gt(0), 1, 0).to("f32");
  return ratio(each.mul(weights).sum(), weights.sum(), 0);
}
