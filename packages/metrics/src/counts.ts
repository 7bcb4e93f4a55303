import { arange, ShapeError, type Tensor, tensor, where } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { checkChoice } from "./check.ts";
import { type ClassesOptions, classesIn, type Labelled, labelsOf, measured } from "./labels.ts";
import type { Values } from "./values.ts";

/** Settings of confusionMatrix. */
export interface ConfusionMatrixOptions extends ClassesOptions {
  /**
   * Divides by row sums ("true"), column sums ("pred") or the total ("all"); null gives counts
   * (default null).
   */
  readonly normalize?: "true" | "pred" | "all" | null;
}

/**
 * Counts how often class i (row) was predicted as class j (column). Predictions come first, then
 * targets (the reverse of scikit-learn): labels [n, …], or scores [n, C, …], whose argmax along
 * dimension 1 is the class. Without `numClasses` or `labels` the classes are those of the scores,
 * or else the labels that occur, in order. → [C, C], i32, or f32 if normalized or weighted.
 */
export function confusionMatrix(
  predictions: Values,
  targets: Values,
  settings: ConfusionMatrixOptions = {},
): Tensor {
  checkCall(
    'confusionMatrix(predictions: any, targets: any, { numClasses: number | null, labels: list | null, sampleWeight, normalize: "true" | "pred" | "all" | null })',
    arguments,
  );
  const { normalize = null, ...options } = settings;
  checkChoice("confusionMatrix", "normalize", normalize, ["true", "pred", "all", null]);
  return measured(() => {
    const found = labelsOf("confusionMatrix", { predictions, targets }, options);
    const counts = confusion("confusionMatrix", found);
    if (normalize !== null) return normalized(counts, normalize);
    return found.weight === null ? counts.to("i32") : counts;
  });
}

/** Counts divided by their row sums, column sums or total; 0 if these are 0. */
function normalized(counts: Tensor, over: "true" | "pred" | "all"): Tensor {
  if (over === "all") return ratio(counts, counts.sum(), 0);
  return ratio(counts, counts.sum(over === "true" ? 1 : 0, { keepdim: true }), 0);
}

/** The confusion matrix in f32; exact for counts below 2²⁴. */
export function confusion(metric: string, found: Labelled): Tensor {
  const classes = classesIn(metric, found);
  const predicted = oneHot(found.predicted, classes);
  const weighed = found.weight === null ? predicted : predicted.mul(found.weight.unsqueeze(1));
  return oneHot(found.actual, classes).T.matmul(weighed);
}

/** One-hot classes, [n, C] in f32. */
export function oneHot(labels: Tensor, classes: readonly number[]): Tensor {
  return labels.reshape(-1, 1).eq(labelsLike(labels, classes)).to("f32");
}

function labelsLike(device: Tensor, classes: readonly number[]): Tensor {
  return classes.every((label, k) => label === k)
    ? arange(classes.length, { dtype: "i32", device })
    : tensor(Int32Array.from(classes), { device });
}

/** a / b, or `otherwise` if b is 0. */
export function ratio(a: Tensor, b: Tensor, otherwise: number): Tensor {
  const none = b.eq(0);
  return where(none, otherwise, a.div(where(none, 1, b)));
}

/** Per class, or for a single class: total weight of correct, true and predicted examples. */
export interface Tallies {
  readonly right: Tensor;
  readonly support: Tensor;
  readonly predicted: Tensor;
  /** Whether the class occurs, in f32. */
  readonly present: Tensor;
}

/** Tallies of every class, [C]. */
export function tally(found: Labelled, classes: readonly number[]): Tallies {
  const [actual, predicted] = [oneHot(found.actual, classes), oneHot(found.predicted, classes)];
  const weight = found.weight?.unsqueeze(1) ?? null;
  const total = (x: Tensor): Tensor => (weight === null ? x : x.mul(weight)).sum(0);
  return {
    right: total(actual.mul(predicted)),
    support: total(actual),
    predicted: total(predicted),
    present: actual.add(predicted).sum(0).gt(0).to("f32"),
  };
}

/** Tallies over all classes together, 0-d. */
export function wholeTally({ actual, predicted, weight }: Labelled): Tallies {
  const total = (x: Tensor): Tensor => (weight === null ? x : x.mul(weight)).sum();
  const all = total(actual.eq(actual).to("f32"));
  return {
    right: total(actual.eq(predicted).to("f32")),
    support: all,
    predicted: all,
    present: all.gt(0).to("f32"),
  };
}

/** Tallies of one class, 0-d. */
export function tallyOf(label: number, { actual, predicted, weight }: Labelled): Tallies {
  const total = (x: Tensor): Tensor => (weight === null ? x.to("f32") : where(x, weight, 0)).sum();
  const [isActual, isPredicted] = [actual.eq(label), predicted.eq(label)];
  return {
    right: total(isActual.logicalAnd(isPredicted)),
    support: total(isActual),
    predicted: total(isPredicted),
    present: isActual.logicalOr(isPredicted).any().to("f32"),
  };
}

/**
 * Whether each example's class is among its k highest scores, f32 [n]. `ties` tells which of equal
 * scores come first.
 */
export function hits(
  metric: string,
  scores: Tensor,
  targets: Tensor,
  k: number,
  ties: "first" | "last",
): Tensor {
  if (scores.ndim !== 2 || targets.ndim !== 1 || scores.shape[0] !== targets.shape[0]) {
    throw new ShapeError(
      `${metric}: takes scores [n, C] and classes [n]` +
        `\n  scores: [${scores.shape.join(", ")}]\n  classes: [${targets.shape.join(", ")}]`,
    );
  }
  const numClasses = scores.shape[1] as number;
  const labels = arange(numClasses, { dtype: "i32", device: scores });
  const own = targets.to("i32").reshape(-1, 1);
  const score = where(own.eq(labels), scores, 0).sum(1, { keepdim: true });
  const before = ties === "first" ? labels.lt(own) : labels.gt(own);
  const ahead = scores.gt(score).logicalOr(scores.eq(score).logicalAnd(before));
  return ahead.to("f32").sum(1).lt(k).to("f32");
}
