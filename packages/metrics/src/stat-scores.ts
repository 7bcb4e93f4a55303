import { stack, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { type BinaryOptions, yesOrNo } from "./binary.ts";
import { checkChoice } from "./check.ts";
import { ratio, type Tallies, tally } from "./counts.ts";
import { classesIn, type Labelled, labelsOf, measured, unlessOdd } from "./labels.ts";
import type { MulticlassOptions } from "./multiclass.ts";
import { type Average, averaged, fbeta, jaccard, precision, recall } from "./precision-recall.ts";
import type { Values } from "./values.ts";

/** How often a yes and a no is right and wrong: each 0-d, or one for each class. */
export interface Outcomes extends Tallies {
  /** All examples that count. */
  readonly all: Tensor;
}

/** Of the examples that are not of a class, the part that is not taken for it: TN / (TN + FP). */
export const specificity: (outcomes: Outcomes) => readonly [Tensor, Tensor] = (outcomes) => {
  const { all, support, predicted, right } = outcomes;
  const others = all.sub(support);
  return [others.sub(predicted).add(right), others];
};

/** Right and wrong answers to one question. */
function binaryOutcomes(
  metric: string,
  probabilities: Values,
  targets: Values,
  options: BinaryOptions,
): { readonly outcomes: Outcomes; readonly odd: Tensor | null } {
  const { said, is, counted, odd } = yesOrNo(metric, probabilities, targets, options);
  const count = (x: Tensor): Tensor =>
    (counted === null ? x : x.logicalAnd(counted)).to("f32").sum();
  const support = count(is);
  return {
    odd,
    outcomes: {
      right: count(said.logicalAnd(is)),
      support,
      predicted: count(said),
      all: count(is.eq(is)),
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

/**
 * Of the examples taken for a yes, the part that is one. Probabilities (or logits) come first, then
 * targets 1 or 0. → 0-d.
 */
export function binaryPrecision(
  probabilities: Values,
  targets: Values,
  options: BinaryOptions = {},
): Tensor {
  checkCall(
    "binaryPrecision(probabilities, targets, { threshold: number, ignoreIndex: number | null })",
    arguments,
  );
  return ofBinary("binaryPrecision", probabilities, targets, options, precision);
}

/**
 * Of the yes examples, the part that is recognized. Probabilities (or logits) come first, then
 * targets 1 or 0. → 0-d.
 */
export function binaryRecall(
  probabilities: Values,
  targets: Values,
  options: BinaryOptions = {},
): Tensor {
  checkCall(
    "binaryRecall(probabilities, targets, { threshold: number, ignoreIndex: number | null })",
    arguments,
  );
  return ofBinary("binaryRecall", probabilities, targets, options, recall);
}

/**
 * The harmonic mean of precision and recall. Probabilities (or logits) come first, then targets 1
 * or 0. → 0-d.
 */
export function binaryF1Score(
  probabilities: Values,
  targets: Values,
  options: BinaryOptions = {},
): Tensor {
  checkCall(
    "binaryF1Score(probabilities, targets, { threshold: number, ignoreIndex: number | null })",
    arguments,
  );
  return ofBinary("binaryF1Score", probabilities, targets, options, fbeta(1));
}

/**
 * Of the no examples, the part that is recognized. Probabilities (or logits) come first, then
 * targets 1 or 0. → 0-d.
 */
export function binarySpecificity(
  probabilities: Values,
  targets: Values,
  options: BinaryOptions = {},
): Tensor {
  checkCall(
    "binarySpecificity(probabilities, targets, { threshold: number, ignoreIndex: number | null })",
    arguments,
  );
  return ofBinary("binarySpecificity", probabilities, targets, options, specificity);
}

/**
 * Intersection over union of what is and what is said to be a yes. Probabilities (or logits) come
 * first, then targets 1 or 0. → 0-d.
 */
export function binaryJaccardIndex(
  probabilities: Values,
  targets: Values,
  options: BinaryOptions = {},
): Tensor {
  checkCall(
    "binaryJaccardIndex(probabilities, targets, { threshold: number, ignoreIndex: number | null })",
    arguments,
  );
  return ofBinary("binaryJaccardIndex", probabilities, targets, options, jaccard);
}

/**
 * The part of the examples that is wrong. Probabilities (or logits) come first, then targets 1 or
 * 0. → 0-d.
 */
export function binaryHammingDistance(
  probabilities: Values,
  targets: Values,
  options: BinaryOptions = {},
): Tensor {
  checkCall(
    "binaryHammingDistance(probabilities, targets, { threshold: number, ignoreIndex: number | null })",
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
 * Matthews' correlation of yes and no: see `matthewsCorrcoef`. Probabilities (or logits) come
 * first, then targets 1 or 0. → 0-d.
 */
export function binaryMatthewsCorrcoef(
  probabilities: Values,
  targets: Values,
  options: BinaryOptions = {},
): Tensor {
  checkCall(
    "binaryMatthewsCorrcoef(probabilities, targets, { threshold: number, ignoreIndex: number | null })",
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
 * Cohen's κ of yes and no: see `cohenKappaScore`. Probabilities (or logits) come first, then
 * targets 1 or 0. → 0-d.
 */
export function binaryCohenKappa(
  probabilities: Values,
  targets: Values,
  options: BinaryOptions = {},
): Tensor {
  checkCall(
    "binaryCohenKappa(probabilities, targets, { threshold: number, ignoreIndex: number | null })",
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

/** [TP, FP, TN, FN, support], along the last dimension. */
function five({ right, support, predicted, all }: Outcomes): Tensor {
  const negatives = all.sub(support).sub(predicted).add(right);
  const each = [right, predicted.sub(right), negatives, support.sub(right), support];
  return stack(each, -1).to("i32");
}

/** How many examples are true yes, false yes, true no, false no, and yes in truth: i32, [5]. */
export function binaryStatScores(
  probabilities: Values,
  targets: Values,
  options: BinaryOptions = {},
): Tensor {
  checkCall(
    "binaryStatScores(probabilities, targets, { threshold: number, ignoreIndex: number | null })",
    arguments,
  );
  return measured(() =>
    five(binaryOutcomes("binaryStatScores", probabilities, targets, options).outcomes),
  );
}

/** Counts of every class, and all that count. */
function classOutcomes(metric: string, found: Labelled): Outcomes {
  const tallies = tally(found, classesIn(metric, found));
  const ones = found.actual.eq(found.actual).to("f32");
  return { ...tallies, all: (found.weight ?? ones).sum().add(tallies.support.mul(0)) };
}

type Given = readonly [predictions: Values, targets: Values, numClasses: number];

/** Scores of the classes as one; `counts` says which "macro" is the mean of. */
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
 * Specificity of each class, averaged. Predictions come first, then targets, as for
 * `multiclassAccuracy`. → 0-d, or [C].
 */
export function multiclassSpecificity(
  predictions: Values,
  targets: Values,
  numClasses: number,
  options: MulticlassOptions = {},
): Tensor {
  checkCall(
    'multiclassSpecificity(predictions, targets, numClasses: number, { average: "micro" | "macro" | "weighted" | null, ignoreIndex: number | null })',
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
 * Intersection over union of each class, averaged; "macro" and "micro" leave out the class
 * `ignoreIndex`. Predictions come first, then targets, as for `multiclassAccuracy`. → 0-d, or [C].
 */
export function multiclassJaccardIndex(
  predictions: Values,
  targets: Values,
  numClasses: number,
  options: MulticlassOptions = {},
): Tensor {
  checkCall(
    'multiclassJaccardIndex(predictions, targets, numClasses: number, { average: "micro" | "macro" | "weighted" | null, ignoreIndex: number | null })',
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

/** 0 for the class that does not count, 1 for the others. */
function leftOut(counts: Tensor, ignoreIndex: number | null): Tensor {
  const ones = counts.eq(counts).to("f32");
  const inside =
    ignoreIndex !== null && ignoreIndex >= 0 && ignoreIndex < (counts.shape[0] as number);
  if (!inside) return ones;
  const index = ones.cumsum(0).sub(1);
  return index.ne(ignoreIndex as number).to("f32");
}

/**
 * The part of each class that is not recognized, averaged. Predictions come first, then targets, as
 * for `multiclassAccuracy`. → 0-d, or [C].
 */
export function multiclassHammingDistance(
  predictions: Values,
  targets: Values,
  numClasses: number,
  options: MulticlassOptions = {},
): Tensor {
  checkCall(
    'multiclassHammingDistance(predictions, targets, numClasses: number, { average: "micro" | "macro" | "weighted" | null, ignoreIndex: number | null })',
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
  /** Counts of all classes together ("micro", [5]), or of each (null, [C, 5]; default null). */
  readonly average?: "micro" | null;
  /** Targets of this label do not count (default null: all do). */
  readonly ignoreIndex?: number | null;
}

/**
 * For each class how many examples are true yes, false yes, true no, false no, and of it in truth:
 * i32, [C, 5].
 */
export function multiclassStatScores(
  predictions: Values,
  targets: Values,
  numClasses: number,
  options: StatScoresOptions = {},
): Tensor {
  checkCall(
    'multiclassStatScores(predictions, targets, numClasses: number, { average: "micro" | null, ignoreIndex: number | null })',
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
