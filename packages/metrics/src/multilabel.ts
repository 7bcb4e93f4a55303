import { ArgumentError, stack, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { type BinaryOptions, binaryLabels } from "./binary.ts";
import { checkChoice } from "./check.ts";
import { columnsOf, talliesOver } from "./columns.ts";
import { measured, unlessOdd } from "./labels.ts";
import { type Average, averaged, fbeta, jaccard, precision, recall } from "./precision-recall.ts";
import { type Outcomes, specificity } from "./stat-scores.ts";
import type { Values } from "./values.ts";

/** Settings of torchmetrics' multilabel scores. */
export interface MultilabelOptions extends BinaryOptions {
  /**
   * Over all values together ("micro"), mean over labels, mean weighted by support, or null for
   * [labels] (default "macro").
   */
  readonly average?: Average;
}

type Fraction = (outcomes: Outcomes) => readonly [Tensor, Tensor];

/** Fraction of correct values. */
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
    const { predicted, actual, counted, odd } = binaryLabels(
      metric,
      probabilities,
      targets,
      options,
    );
    if (actual.ndim < 2) {
      throw new ArgumentError(
        `${metric}: takes [n, labels], not [${actual.shape.join(", ")}]\n  hint: for one label use the metrics named binary…`,
      );
    }
    const count = (x: Tensor): Tensor => {
      const kept = (counted === null ? x : x.logicalAnd(counted)).to("f32");
      return kept.transpose(0, 1).flatten(1).sum(1);
    };
    const support = count(actual);
    const outcomes = {
      right: count(predicted.logicalAnd(actual)),
      support,
      predicted: count(predicted),
      all: count(actual.eq(actual)),
      present: support.eq(support).to("f32"),
    };
    const each = { support, counts: support.eq(support) };
    return unlessOdd(odd, averaged(fraction(outcomes), each, average, 0));
  });
}

/**
 * Averaged accuracy of the labels. Probabilities (or logits) come first, then targets 1 or 0; both
 * [n, labels, …]. → 0-d, or [labels].
 */
export function multilabelAccuracy(
  probabilities: Values,
  targets: Values,
  options: MultilabelOptions = {},
): Tensor {
  checkCall(
    'multilabelAccuracy(probabilities: any, targets: any, { average: "micro" | "macro" | "weighted" | null, threshold: number, ignoreIndex: int | null })',
    arguments,
  );
  return ofLabels("multilabelAccuracy", probabilities, targets, options, agreement);
}

/**
 * Averaged precision TP / (TP + FP) of the labels. Probabilities (or logits) come first, then
 * targets 1 or 0; both [n, labels, …]. → 0-d, or [labels].
 */
export function multilabelPrecision(
  probabilities: Values,
  targets: Values,
  options: MultilabelOptions = {},
): Tensor {
  checkCall(
    'multilabelPrecision(probabilities: any, targets: any, { average: "micro" | "macro" | "weighted" | null, threshold: number, ignoreIndex: int | null })',
    arguments,
  );
  return ofLabels("multilabelPrecision", probabilities, targets, options, precision);
}

/**
 * Averaged recall TP / (TP + FN) of the labels. Probabilities (or logits) come first, then targets
 * 1 or 0; both [n, labels, …]. → 0-d, or [labels].
 */
export function multilabelRecall(
  probabilities: Values,
  targets: Values,
  options: MultilabelOptions = {},
): Tensor {
  checkCall(
    'multilabelRecall(probabilities: any, targets: any, { average: "micro" | "macro" | "weighted" | null, threshold: number, ignoreIndex: int | null })',
    arguments,
  );
  return ofLabels("multilabelRecall", probabilities, targets, options, recall);
}

/**
 * Averaged F₁ of the labels. Probabilities (or logits) come first, then targets 1 or 0; both [n,
 * labels, …]. → 0-d, or [labels].
 */
export function multilabelF1Score(
  probabilities: Values,
  targets: Values,
  options: MultilabelOptions = {},
): Tensor {
  checkCall(
    'multilabelF1Score(probabilities: any, targets: any, { average: "micro" | "macro" | "weighted" | null, threshold: number, ignoreIndex: int | null })',
    arguments,
  );
  return ofLabels("multilabelF1Score", probabilities, targets, options, fbeta(1));
}

/**
 * Averaged specificity TN / (TN + FP) of the labels. Probabilities (or logits) come first, then
 * targets 1 or 0; both [n, labels, …]. → 0-d, or [labels].
 */
export function multilabelSpecificity(
  probabilities: Values,
  targets: Values,
  options: MultilabelOptions = {},
): Tensor {
  checkCall(
    'multilabelSpecificity(probabilities: any, targets: any, { average: "micro" | "macro" | "weighted" | null, threshold: number, ignoreIndex: int | null })',
    arguments,
  );
  return ofLabels("multilabelSpecificity", probabilities, targets, options, specificity);
}

/**
 * Averaged intersection over union TP / (TP + FP + FN) of the labels. Probabilities (or logits)
 * come first, then targets 1 or 0; both [n, labels, …]. → 0-d, or [labels].
 */
export function multilabelJaccardIndex(
  probabilities: Values,
  targets: Values,
  options: MultilabelOptions = {},
): Tensor {
  checkCall(
    'multilabelJaccardIndex(probabilities: any, targets: any, { average: "micro" | "macro" | "weighted" | null, threshold: number, ignoreIndex: int | null })',
    arguments,
  );
  return ofLabels("multilabelJaccardIndex", probabilities, targets, options, jaccard);
}

/**
 * Averaged fraction of wrong values of the labels. Probabilities come first, then targets 1 or 0;
 * both [n, labels, …]. → 0-d, or [labels].
 */
export function multilabelHammingDistance(
  probabilities: Values,
  targets: Values,
  options: MultilabelOptions = {},
): Tensor {
  checkCall(
    'multilabelHammingDistance(probabilities: any, targets: any, { average: "micro" | "macro" | "weighted" | null, threshold: number, ignoreIndex: int | null })',
    arguments,
  );
  return ofLabels("multilabelHammingDistance", probabilities, targets, options, agreement).rsub(1);
}

/**
 * Fraction of examples with all labels correct. Probabilities come first, then targets 1 or 0; both
 * [n, labels]. → 0-d.
 */
export function multilabelExactMatch(
  probabilities: Values,
  targets: Values,
  options: BinaryOptions = {},
): Tensor {
  checkCall(
    "multilabelExactMatch(probabilities: any, targets: any, { threshold: number, ignoreIndex: int | null })",
    arguments,
  );
  return measured(() => {
    const { predicted, actual, counted, odd } = binaryLabels(
      "multilabelExactMatch",
      probabilities,
      targets,
      options,
    );
    const right = predicted.eq(actual);
    const fine = counted === null ? right : right.logicalOr(counted.logicalNot());
    return unlessOdd(odd, fine.flatten(1).all(1).to("f32").mean());
  });
}

/** Settings of multilabelConfusionMatrix. */
export interface MultilabelConfusionOptions {
  /** Weight of each example, [n] (default: all 1). */
  readonly sampleWeight?: Values | null;
}

/**
 * [[TN, FP], [FN, TP]] of each label. Predictions come first, then targets; both [n, labels] of 1
 * and 0. → [labels, 2, 2], i32, or f32 if weighted.
 */
export function multilabelConfusionMatrix(
  predictions: Values,
  targets: Values,
  options: MultilabelConfusionOptions = {},
): Tensor {
  checkCall(
    "multilabelConfusionMatrix(predictions: any, targets: any, { sampleWeight })",
    arguments,
  );
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
