import { arange, noGrad, ShapeError, type Tensor, where } from "@wgrad/autograd";
import { composite } from "@wgrad/autograd/plugin";
import { checkChoice, checkSameShape } from "./check.ts";

/** Settings of confusionMatrix. */
export interface ConfusionMatrixOptions {
  /** Classes are 0 … numClasses − 1 (default 2); examples of others do not count. */
  readonly numClasses?: number;
  /** Divides by the row ("true"), the column ("pred") or all ("all"); null counts (default null). */
  readonly normalize?: "true" | "pred" | "all" | null;
}

/** How often class i (row) was taken for class j (column). Classes or scores, as for `accuracy`. → [C, C], i32 or, normalized, f32. */
export function confusionMatrix(
  predictions: Tensor,
  targets: Tensor,
  { numClasses = 2, normalize = null }: ConfusionMatrixOptions = {},
): Tensor {
  checkChoice("confusionMatrix", "normalize", normalize, ["true", "pred", "all", null]);
  return noGrad(() =>
    composite(() => {
      const counts = confusion("confusionMatrix", predictions, targets, numClasses);
      return normalize === null ? counts.to("i32") : normalized(counts, normalize);
    }),
  );
}

/** Counts as parts of their row, column or all; 0 where there are none. */
function normalized(counts: Tensor, over: "true" | "pred" | "all"): Tensor {
  if (over === "all") return ratio(counts, counts.sum(), 0);
  return ratio(counts, counts.sum(over === "true" ? 1 : 0, { keepdim: true }), 0);
}

/** The confusion matrix in f32: exact below 2²⁴ examples of a kind. */
export function confusion(
  metric: string,
  predictions: Tensor,
  targets: Tensor,
  numClasses: number,
): Tensor {
  const classes = classesOf(predictions, targets);
  checkSameShape(metric, classes, targets);
  return oneHot(targets, numClasses).T.matmul(oneHot(classes, numClasses));
}

/** The classes predicted: scores have one dimension more than targets, and the class is the largest along dimension 1. */
export function classesOf(predictions: Tensor, targets: Tensor): Tensor {
  return predictions.ndim === targets.ndim + 1 ? predictions.argmax(1) : predictions;
}

/** [n, C]: 1 at each example's class, f32. */
export function oneHot(classes: Tensor, numClasses: number): Tensor {
  const labels = arange(numClasses, { dtype: "i32", device: classes });
  return classes.to("i32").reshape(-1, 1).eq(labels).to("f32");
}

/** a / b, and `otherwise` where b is 0. */
export function ratio(a: Tensor, b: Tensor, otherwise: number): Tensor {
  const none = b.eq(0);
  return where(none, otherwise, a.div(where(none, 1, b)));
}

/** Per class: right, true and predicted examples. */
export interface Tallies {
  readonly right: Tensor;
  readonly support: Tensor;
  readonly predicted: Tensor;
}

export function tally(counts: Tensor): Tallies {
  return { right: counts.diagonal(), support: counts.sum(1), predicted: counts.sum(0) };
}

/** Whether each example's class is among its k highest scores, of equals the first. scores: [n, C] → f32 [n]. */
export function hits(metric: string, scores: Tensor, targets: Tensor, k: number): Tensor {
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
  const tiedBefore = scores.eq(score).logicalAnd(labels.lt(own));
  const ahead = scores.gt(score).logicalOr(tiedBefore).to("f32").sum(1);
  return ahead.lt(k).to("f32");
}
