import { ArgumentError, stack, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { type BinaryOptions, yesOrNo } from "./binary.ts";
import { checkChoice } from "./check.ts";
import { columnsOf, talliesOver } from "./columns.ts";
import { measured, unlessOdd } from "./labels.ts";
import { type Average, averaged, fbeta, jaccard, precision, recall } from "./precision-recall.ts";
import { type Outcomes, specificity } from "./stat-scores.ts";
import type { Values } from "./values.ts";

/** Settings of torchmetrics' scores of several labels an example. */
export interface MultilabelOptions extends BinaryOptions {
  /**
   * Of all answers together, the labels' mean, that by support, or none ([labels]; default
   * "macro").
   */
  readonly average?: Average;
}

type Fraction = (outcomes: Outcomes) => readonly [Tensor, Tensor];

/** The part of the answers that is right. */
const agreement: Fraction = ({ right, support, predicted, all }) => [
  all.sub(support).sub(predicted).add(right.mul(2)),
  all,
];

function ofLabels(
  metric: string,
  probabilities: Values,
  targets: Values,
  { average = "macro", ...options }: MultilabelOptions,
  fraction: Fraction,
): Tensor {
  checkChoice(metric, "average", average, ["micro", "macro", "weighted", null]);
  return measured(() => {
    const { said, is, counted, odd } = yesOrNo(metric, probabilities, targets, options);
    if (is.ndim < 2) {
      throw new ArgumentError(
        `${metric}: takes [n, labels], not [${is.shape.join(", ")}]\n  hint: the metrics binary… are of one label`,
      );
    }
    const count = (x: Tensor): Tensor => {
      const kept = (counted === null ? x : x.logicalAnd(counted)).to("f32");
      return kept.transpose(0, 1).flatten(1).sum(1);
    };
    const support = count(is);
    const outcomes = {
      right: count(said.logicalAnd(is)),
      support,
      predicted: count(said),
      all: count(is.eq(is)),
      present: support.eq(support).to("f32"),
    };
    const each = { support, counts: support.eq(support) };
    return unlessOdd(odd, averaged(fraction(outcomes), each, average, 0));
  });
}

/**
 * The part of the answers that is right, of each label, averaged. Probabilities (or logits) come
 * first, then targets 1 or 0; both [n, labels, …]. → 0-d, or [labels].
 */
export function multilabelAccuracy(
  probabilities: Values,
  targets: Values,
  options: MultilabelOptions = {},
): Tensor {
  checkCall(
    'multilabelAccuracy(probabilities, targets, { average: "micro" | "macro" | "weighted" | null, threshold: number, ignoreIndex: number | null })',
    arguments,
  );
  return ofLabels("multilabelAccuracy", probabilities, targets, options, agreement);
}

/**
 * Of the labels that are said, the part that is true, of each label, averaged. Probabilities (or
 * logits) come first, then targets 1 or 0; both [n, labels, …]. → 0-d, or [labels].
 */
export function multilabelPrecision(
  probabilities: Values,
  targets: Values,
  options: MultilabelOptions = {},
): Tensor {
  checkCall(
    'multilabelPrecision(probabilities, targets, { average: "micro" | "macro" | "weighted" | null, threshold: number, ignoreIndex: number | null })',
    arguments,
  );
  return ofLabels("multilabelPrecision", probabilities, targets, options, precision);
}

/**
 * Of the labels that are true, the part that is said, of each label, averaged. Probabilities (or
 * logits) come first, then targets 1 or 0; both [n, labels, …]. → 0-d, or [labels].
 */
export function multilabelRecall(
  probabilities: Values,
  targets: Values,
  options: MultilabelOptions = {},
): Tensor {
  checkCall(
    'multilabelRecall(probabilities, targets, { average: "micro" | "macro" | "weighted" | null, threshold: number, ignoreIndex: number | null })',
    arguments,
  );
  return ofLabels("multilabelRecall", probabilities, targets, options, recall);
}

/**
 * The harmonic mean of precision and recall, of each label, averaged. Probabilities (or logits)
 * come first, then targets 1 or 0; both [n, labels, …]. → 0-d, or [labels].
 */
export function multilabelF1Score(
  probabilities: Values,
  targets: Values,
  options: MultilabelOptions = {},
): Tensor {
  checkCall(
    'multilabelF1Score(probabilities, targets, { average: "micro" | "macro" | "weighted" | null, threshold: number, ignoreIndex: number | null })',
    arguments,
  );
  return ofLabels("multilabelF1Score", probabilities, targets, options, fbeta(1));
}

/**
 * Of the labels that are not true, the part that is not said, of each label, averaged.
 * Probabilities (or logits) come first, then targets 1 or 0; both [n, labels, …]. → 0-d, or
 * [labels].
 */
export function multilabelSpecificity(
  probabilities: Values,
  targets: Values,
  options: MultilabelOptions = {},
): Tensor {
  checkCall(
    'multilabelSpecificity(probabilities, targets, { average: "micro" | "macro" | "weighted" | null, threshold: number, ignoreIndex: number | null })',
    arguments,
  );
  return ofLabels("multilabelSpecificity", probabilities, targets, options, specificity);
}

/**
 * Intersection over union of what is true and what is said, of each label, averaged. Probabilities
 * (or logits) come first, then targets 1 or 0; both [n, labels, …]. → 0-d, or [labels].
 */
export function multilabelJaccardIndex(
  probabilities: Values,
  targets: Values,
  options: MultilabelOptions = {},
): Tensor {
  checkCall(
    'multilabelJaccardIndex(probabilities, targets, { average: "micro" | "macro" | "weighted" | null, threshold: number, ignoreIndex: number | null })',
    arguments,
  );
  return ofLabels("multilabelJaccardIndex", probabilities, targets, options, jaccard);
}

/**
 * The part of the answers that is wrong, of each label, averaged. Probabilities come first, then
 * targets 1 or 0; both [n, labels, …]. → 0-d, or [labels].
 */
export function multilabelHammingDistance(
  probabilities: Values,
  targets: Values,
  options: MultilabelOptions = {},
): Tensor {
  checkCall(
    'multilabelHammingDistance(probabilities, targets, { average: "micro" | "macro" | "weighted" | null, threshold: number, ignoreIndex: number | null })',
    arguments,
  );
  return ofLabels("multilabelHammingDistance", probabilities, targets, options, agreement).rsub(1);
}

/**
 * The part of the examples of which every label is right. Probabilities come first, then targets 1
 * or 0; both [n, labels]. → 0-d.
 */
export function multilabelExactMatch(
  probabilities: Values,
  targets: Values,
  options: BinaryOptions = {},
): Tensor {
  checkCall(
    "multilabelExactMatch(probabilities, targets, { threshold: number, ignoreIndex: number | null })",
    arguments,
  );
  return measured(() => {
    const { said, is, counted, odd } = yesOrNo(
      "multilabelExactMatch",
      probabilities,
      targets,
      options,
    );
    const right = said.eq(is);
    const fine = counted === null ? right : right.logicalOr(counted.logicalNot());
    return unlessOdd(odd, fine.flatten(1).all(1).to("f32").mean());
  });
}

/** Settings of multilabelConfusionMatrix. */
export interface MultilabelConfusionOptions {
  /** What each example weighs, [n] (default: all alike). */
  readonly sampleWeight?: Values | null;
}

/**
 * [[TN, FP], [FN, TP]] of each label. Predictions come first, then targets; both [n, labels] of 1
 * and 0. → [labels, 2, 2], i32 or, weighted, f32.
 */
export function multilabelConfusionMatrix(
  predictions: Values,
  targets: Values,
  options: MultilabelConfusionOptions = {},
): Tensor {
  checkCall("multilabelConfusionMatrix(predictions, targets, { sampleWeight })", arguments);
  const { sampleWeight = null } = options;
  return measured(() => {
    const found = columnsOf("multilabelConfusionMatrix", predictions, targets, sampleWeight);
    const { right, support, predicted } = talliesOver(found, 0);
    const all = (found.weight ?? found.actual.narrow(1, 0, 1).mul(0).add(1)).sum();
    const no = all.sub(support).sub(predicted).add(right);
    const rows = [stack([no, predicted.sub(right)], 1), stack([support.sub(right), right], 1)];
    const counts = unlessOdd(found.odd, stack(rows, 1));
    return found.weight === null && found.odd === null ? counts.to("i32") : counts;
  });
}
