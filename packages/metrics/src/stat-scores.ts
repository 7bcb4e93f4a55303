import { stack, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { type BinaryOptions, binaryLabels } from "./binary.ts";
import { checkChoice } from "./check.ts";
import { ratio, type Tallies, tally } from "./counts.ts";
import { classesIn, type Labelled, labelsOf, measured, unlessOdd } from "./labels.ts";
import type { MulticlassOptions } from "./multiclass.ts";
import { type Average, averaged, fbeta, jaccard, precision, recall } from "./precision-recall.ts";
import type { Values } from "./values.ts";

/** Counts of correct, true and predicted examples, each 0-d or one per class. */
export interface Outcomes extends Tallies {
  /** Number of all examples that count. */
  readonly all: Tensor;
}

/**
 * Specificity TN / (TN + FP): fraction of the examples outside a class that are not predicted as
 * it.
 */
export const specificity: (outcomes: Outcomes) => readonly [Tensor, Tensor] = (outcomes) => {
  const { all, support, predicted, right } = outcomes;
  const others = all.sub(support);
  return [others.sub(predicted).add(right), others];
};

/** Counts of the outcomes of a binary classification. */
function binaryOutcomes(
  metric: string,
  probabilities: Values,
  targets: Values,
  options: BinaryOptions,
): { readonly outcomes: Outcomes; readonly odd: Tensor | null } {
  const { predicted, actual, counted, odd } = binaryLabels(metric, probabilities, targets, options);
  const count = (x: Tensor): Tensor =>
    (counted === null ? x : x.logicalAnd(counted)).to("f32").sum();
  const support = count(actual);
  return {
    odd,
    outcomes: {
      right: count(predicted.logicalAnd(actual)),
      support,
      predicted: count(predicted),
      all: count(actual.eq(actual)),
      present: support.eq(support).to("f32"),
    },
  };
}

function ofBinary(
  metric: string,
  probabilities: Values,
  targets: Values,
  options: BinaryOptions,
  fraction: (outcomes: Outcomes) => readonly [Tensor, Tensor],
): Tensor {
  return measured(() => {
    const { outcomes, odd } = binaryOutcomes(metric, probabilities, targets, options);
    return unlessOdd(odd, ratio(...fraction(outcomes), 0));
  });
}

/** Precision TP / (TP + FP). Probabilities (or logits) come first, then targets 1 or 0. → 0-d. */
export function binaryPrecision(
  probabilities: Values,
  targets: Values,
  options: BinaryOptions = {},
): Tensor {
  checkCall(
    "binaryPrecision(probabilities: any, targets: any, { threshold: number, ignoreIndex: int | null })",
    arguments,
  );
  return ofBinary("binaryPrecision", probabilities, targets, options, precision);
}

/** Recall TP / (TP + FN). Probabilities (or logits) come first, then targets 1 or 0. → 0-d. */
export function binaryRecall(
  probabilities: Values,
  targets: Values,
  options: BinaryOptions = {},
): Tensor {
  checkCall(
    "binaryRecall(probabilities: any, targets: any, { threshold: number, ignoreIndex: int | null })",
    arguments,
  );
  return ofBinary("binaryRecall", probabilities, targets, options, recall);
}

/**
 * F₁ = 2 TP / (2 TP + FP + FN). Probabilities (or logits) come first, then targets 1 or 0. → 0-d.
 */
export function binaryF1Score(
  probabilities: Values,
  targets: Values,
  options: BinaryOptions = {},
): Tensor {
  checkCall(
    "binaryF1Score(probabilities: any, targets: any, { threshold: number, ignoreIndex: int | null })",
    arguments,
  );
  return ofBinary("binaryF1Score", probabilities, targets, options, fbeta(1));
}

/** Specificity TN / (TN + FP). Probabilities (or logits) come first, then targets 1 or 0. → 0-d. */
export function binarySpecificity(
  probabilities: Values,
  targets: Values,
  options: BinaryOptions = {},
): Tensor {
  checkCall(
    "binarySpecificity(probabilities: any, targets: any, { threshold: number, ignoreIndex: int | null })",
    arguments,
  );
  return ofBinary("binarySpecificity", probabilities, targets, options, specificity);
}

/**
 * Intersection over union TP / (TP + FP + FN). Probabilities (or logits) come first, then targets 1
 * or 0. → 0-d.
 */
export function binaryJaccardIndex(
  probabilities: Values,
  targets: Values,
  options: BinaryOptions = {},
): Tensor {
  checkCall(
    "binaryJaccardIndex(probabilities: any, targets: any, { threshold: number, ignoreIndex: int | null })",
    arguments,
  );
  return ofBinary("binaryJaccardIndex", probabilities, targets, options, jaccard);
}

/** Fraction of wrong examples. Probabilities (or logits) come first, then targets 1 or 0. → 0-d. */
export function binaryHammingDistance(
  probabilities: Values,
  targets: Values,
  options: BinaryOptions = {},
): Tensor {
  checkCall(
    "binaryHammingDistance(probabilities: any, targets: any, { threshold: number, ignoreIndex: int | null })",
    arguments,
  );
  return ofBinary(
    "binaryHammingDistance",
    probabilities,
    targets,
    options,
    ({ right, support, predicted, all }) => [support.add(predicted).sub(right.mul(2)), all],
  );
}

/**
 * Matthews correlation coefficient of binary labels, see `matthewsCorrcoef`. Probabilities (or
 * logits) come first, then targets 1 or 0. → 0-d.
 */
export function binaryMatthewsCorrcoef(
  probabilities: Values,
  targets: Values,
  options: BinaryOptions = {},
): Tensor {
  checkCall(
    "binaryMatthewsCorrcoef(probabilities: any, targets: any, { threshold: number, ignoreIndex: int | null })",
    arguments,
  );
  return ofBinary(
    "binaryMatthewsCorrcoef",
    probabilities,
    targets,
    options,
    ({ right, support, predicted, all }) => {
      const spread = (x: Tensor): Tensor => x.mul(all.sub(x));
      const covariance = right.mul(all).sub(support.mul(predicted));
      return [covariance, spread(support).sqrt().mul(spread(predicted).sqrt())];
    },
  );
}

/**
 * Cohen's κ of binary labels, see `cohenKappaScore`. Probabilities (or logits) come first, then
 * targets 1 or 0. → 0-d.
 */
export function binaryCohenKappa(
  probabilities: Values,
  targets: Values,
  options: BinaryOptions = {},
): Tensor {
  checkCall(
    "binaryCohenKappa(probabilities: any, targets: any, { threshold: number, ignoreIndex: int | null })",
    arguments,
  );
  return ofBinary(
    "binaryCohenKappa",
    probabilities,
    targets,
    options,
    ({ right, support, predicted, all }) => {
      const agreed = all.sub(support).sub(predicted).add(right.mul(2));
      const chance = support
        .mul(predicted)
        .add(all.sub(support).mul(all.sub(predicted)))
        .div(all);
      return [agreed.sub(chance), all.sub(chance)];
    },
  );
}

/** [TP, FP, TN, FN, support] along the last dimension. */
function five({ right, support, predicted, all }: Outcomes): Tensor {
  const negatives = all.sub(support).sub(predicted).add(right);
  const each = [right, predicted.sub(right), negatives, support.sub(right), support];
  return stack(each, -1).to("i32");
}

/** Counts [TP, FP, TN, FN, support]: i32, [5]. */
export function binaryStatScores(
  probabilities: Values,
  targets: Values,
  options: BinaryOptions = {},
): Tensor {
  checkCall(
    "binaryStatScores(probabilities: any, targets: any, { threshold: number, ignoreIndex: int | null })",
    arguments,
  );
  return measured(() =>
    five(binaryOutcomes("binaryStatScores", probabilities, targets, options).outcomes),
  );
}

/** Counts of every class, and of all examples. */
function classOutcomes(metric: string, found: Labelled): Outcomes {
  const tallies = tally(found, classesIn(metric, found));
  const ones = found.actual.eq(found.actual).to("f32");
  return { ...tallies, all: (found.weight ?? ones).sum().add(tallies.support.mul(0)) };
}

type Given = readonly [predictions: Values, targets: Values, numClasses: number];

/** Averages the scores of the classes. `counts` tells which classes "macro" includes. */
function ofClasses(
  metric: string,
  [predictions, targets, numClasses]: Given,
  { average = "macro", ignoreIndex = null }: MulticlassOptions,
  combine: (outcomes: Outcomes, average: Average, counts: Tensor) => Tensor,
): Tensor {
  checkChoice(metric, "average", average, ["micro", "macro", "weighted", null]);
  return measured(() => {
    const found = labelsOf(metric, { predictions, targets }, { numClasses, ignoreIndex });
    const outcomes = classOutcomes(metric, found);
    const counts = outcomes.support.add(outcomes.predicted).gt(0);
    return unlessOdd(found.odd, combine(outcomes, average, counts));
  });
}

/**
 * Averaged specificity of the classes. Predictions come first, then targets, as for
 * `multiclassAccuracy`. → 0-d, or [C].
 */
export function multiclassSpecificity(
  predictions: Values,
  targets: Values,
  numClasses: number,
  options: MulticlassOptions = {},
): Tensor {
  checkCall(
    'multiclassSpecificity(predictions: any, targets: any, numClasses: number, { average: "micro" | "macro" | "weighted" | null, ignoreIndex: int | null })',
    arguments,
  );
  return ofClasses(
    "multiclassSpecificity",
    [predictions, targets, numClasses],
    options,
    (outcomes, average, counts) =>
      averaged(specificity(outcomes), { ...outcomes, counts }, average, 0),
  );
}

/**
 * Averaged intersection over union of the classes; "macro" and "micro" exclude the class
 * `ignoreIndex`. Predictions come first, then targets, as for `multiclassAccuracy`. → 0-d, or [C].
 */
export function multiclassJaccardIndex(
  predictions: Values,
  targets: Values,
  numClasses: number,
  options: MulticlassOptions = {},
): Tensor {
  checkCall(
    'multiclassJaccardIndex(predictions: any, targets: any, numClasses: number, { average: "micro" | "macro" | "weighted" | null, ignoreIndex: int | null })',
    arguments,
  );
  const { ignoreIndex = null } = options;
  return ofClasses(
    "multiclassJaccardIndex",
    [predictions, targets, numClasses],
    options,
    (outcomes, average, counts) => {
      const [above, below] = jaccard(outcomes);
      const left = leftOut(counts, ignoreIndex);
      const shared = average === null ? below : below.mul(left);
      return averaged(
        [above, shared],
        { support: outcomes.support, counts: counts.logicalAnd(left.ne(0)) },
        average,
        0,
      );
    },
  );
}

/** 0 for the class `ignoreIndex`, 1 for the others. */
function leftOut(counts: Tensor, ignoreIndex: number | null): Tensor {
  const ones = counts.eq(counts).to("f32");
  const inside =
    ignoreIndex !== null && ignoreIndex >= 0 && ignoreIndex < (counts.shape[0] as number);
  if (!inside) return ones;
  const index = ones.cumsum(0).sub(1);
  return index.ne(ignoreIndex as number).to("f32");
}

/**
 * Averaged fraction of each class that is not recognized. Predictions come first, then targets, as
 * for `multiclassAccuracy`. → 0-d, or [C].
 */
export function multiclassHammingDistance(
  predictions: Values,
  targets: Values,
  numClasses: number,
  options: MulticlassOptions = {},
): Tensor {
  checkCall(
    'multiclassHammingDistance(predictions: any, targets: any, numClasses: number, { average: "micro" | "macro" | "weighted" | null, ignoreIndex: int | null })',
    arguments,
  );
  return ofClasses(
    "multiclassHammingDistance",
    [predictions, targets, numClasses],
    options,
    (outcomes, average, counts) =>
      averaged(recall(outcomes), { ...outcomes, counts }, average, 0).rsub(1),
  );
}

/** Settings of multiclassStatScores. */
export interface StatScoresOptions {
  /** Counts of all classes together ("micro", [5]), or of each (null, [C, 5]) (default null). */
  readonly average?: "micro" | null;
  /** Targets with this label are excluded (default null: none). */
  readonly ignoreIndex?: number | null;
}

/** Counts [TP, FP, TN, FN, support] of each class: i32, [C, 5]. */
export function multiclassStatScores(
  predictions: Values,
  targets: Values,
  numClasses: number,
  options: StatScoresOptions = {},
): Tensor {
  checkCall(
    'multiclassStatScores(predictions: any, targets: any, numClasses: number, { average: "micro" | null, ignoreIndex: int | null })',
    arguments,
  );
  const { average = null, ignoreIndex = null } = options;
  checkChoice("multiclassStatScores", "average", average, ["micro", null]);
  return measured(() => {
    const metric = "multiclassStatScores";
    const found = labelsOf(metric, { predictions, targets }, { numClasses, ignoreIndex });
    const each = five(classOutcomes(metric, found));
    return average === "micro" ? each.sum(0) : each;
  });
}
