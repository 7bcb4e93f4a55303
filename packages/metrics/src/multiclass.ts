import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { checkChoice, checkCount } from "./check.ts";
import { hits, oneHot, tally } from "./counts.ts";
import { classesIn, type IgnoreOptions, labelsOf, measured, unlessOdd } from "./labels.ts";
import {
  type Average,
  averaged,
  type Fraction,
  fbeta,
  precision,
  recall,
} from "./precision-recall.ts";
import { tensorsOf, type Values } from "./values.ts";

/** Settings of torchmetrics' multiclass scores. */
export interface MulticlassOptions extends IgnoreOptions {
  /** "macro" excludes classes that neither occur nor are predicted (default "macro"). */
  readonly average?: Average;
}

/** Settings of multiclassAccuracy. */
export interface MulticlassAccuracyOptions extends MulticlassOptions {
  /** With scores: number of top classes to consider (default 1). */
  readonly topK?: number;
}

/**
 * Fraction of recognized examples, overall or per class. Predictions come first, then targets:
 * labels [n, …], or scores [n, C, …]; C is numClasses. → 0-d, or [C].
 */
export function multiclassAccuracy(
  predictions: Values,
  targets: Values,
  numClasses: number,
  settings: MulticlassAccuracyOptions = {},
): Tensor {
  checkCall(
    'multiclassAccuracy(predictions: any, targets: any, numClasses: number, { average: "micro" | "macro" | "weighted" | null, ignoreIndex: int | null, topK: number })',
    arguments,
  );
  const { topK = 1, ...options } = settings;
  const name = "multiclassAccuracy";
  checkCount(name, "topK", topK);
  if (topK === 1) return multiclass(name, recall, predictions, targets, numClasses, options);
  const { average = "macro", ignoreIndex = null } = options;
  checkChoice(name, "average", average, ["micro", "macro", "weighted", null]);
  return measured(() => {
    const given = tensorsOf(name, { predictions, targets });
    const found = labelsOf(name, given, { numClasses, ignoreIndex });
    const hit = hits(name, given.predictions, given.targets, topK, "first");
    const weight = found.weight ?? hit.eq(hit).to("f32");
    const classes = oneHot(found.actual, classesIn(name, found)).mul(weight.unsqueeze(1));
    const support = classes.sum(0);
    const right = hit.unsqueeze(1).mul(classes).sum(0);
    const mean = averaged([right, support], { support, counts: support.gt(0) }, average, 0);
    return unlessOdd(found.odd, mean);
  });
}

/**
 * Averaged precision of the classes. Predictions come first, then targets, as for
 * `multiclassAccuracy`. → 0-d, or [C].
 */
export function multiclassPrecision(
  predictions: Values,
  targets: Values,
  numClasses: number,
  options: MulticlassOptions = {},
): Tensor {
  checkCall(
    'multiclassPrecision(predictions: any, targets: any, numClasses: number, { average: "micro" | "macro" | "weighted" | null, ignoreIndex: int | null })',
    arguments,
  );
  return multiclass("multiclassPrecision", precision, predictions, targets, numClasses, options);
}

/**
 * Averaged recall of the classes. Predictions come first, then targets, as for
 * `multiclassAccuracy`. → 0-d, or [C].
 */
export function multiclassRecall(
  predictions: Values,
  targets: Values,
  numClasses: number,
  options: MulticlassOptions = {},
): Tensor {
  checkCall(
    'multiclassRecall(predictions: any, targets: any, numClasses: number, { average: "micro" | "macro" | "weighted" | null, ignoreIndex: int | null })',
    arguments,
  );
  return multiclass("multiclassRecall", recall, predictions, targets, numClasses, options);
}

/**
 * Averaged F₁ of the classes. Predictions come first, then targets, as for `multiclassAccuracy`. →
 * 0-d, or [C].
 */
export function multiclassF1Score(
  predictions: Values,
  targets: Values,
  numClasses: number,
  options: MulticlassOptions = {},
): Tensor {
  checkCall(
    'multiclassF1Score(predictions: any, targets: any, numClasses: number, { average: "micro" | "macro" | "weighted" | null, ignoreIndex: int | null })',
    arguments,
  );
  return multiclass("multiclassF1Score", fbeta(1), predictions, targets, numClasses, options);
}

function multiclass(
  name: string,
  fraction: Fraction,
  predictions: Values,
  targets: Values,
  numClasses: number,
  { average = "macro", ignoreIndex = null }: MulticlassOptions,
): Tensor {
  checkChoice(name, "average", average, ["micro", "macro", "weighted", null]);
  return measured(() => {
    const found = labelsOf(name, { predictions, targets }, { numClasses, ignoreIndex });
    const tallies = tally(found, classesIn(name, found));
    const counts = tallies.support.add(tallies.predicted).gt(0);
    return unlessOdd(found.odd, averaged(fraction(tallies), { ...tallies, counts }, average, 0));
  });
}
