import { ShapeError, type Tensor, where } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { checkChoice, checkCount, checkSameShape } from "./check.ts";
import { oneHot, ratio } from "./counts.ts";
import { measured, unlessOdd } from "./labels.ts";
import { tensorsOf, type Values } from "./values.ts";

/** Settings of the metrics of segmentations. */
export interface SegmentationOptions {
  /** Class 0 counts too (default true). */
  readonly includeBackground?: boolean;
}

/** Settings of diceScore. */
export interface DiceOptions extends SegmentationOptions {
  /**
   * Of all elements of an image together, its classes' mean, that by support, or none ([N, C];
   * default "micro").
   */
  readonly average?: "micro" | "macro" | "weighted" | null;
}

/** Settings of meanIou. */
export interface MeanIouOptions extends SegmentationOptions {
  /** Each class's, [N, C]; else (the default) their mean. */
  readonly perClass?: boolean;
}

/**
 * Of each image and class, how many elements are in both, in the prediction and in the target: [N,
 * C].
 */
interface Areas {
  readonly both: Tensor;
  readonly predicted: Tensor;
  readonly actual: Tensor;
  readonly odd: Tensor;
}

function areas(
  metric: string,
  predictions: Values,
  targets: Values,
  numClasses: number,
  { includeBackground = true }: SegmentationOptions,
): Areas {
  checkCount(metric, "numClasses", numClasses);
  const given = tensorsOf(metric, { predictions, targets });
  checkSameShape(metric, given.predictions, given.targets);
  if (given.targets.ndim < 2) {
    throw new ShapeError(
      `${metric}: takes classes of elements, [N, …]\n  targets: [${given.targets.shape.join(", ")}]`,
    );
  }
  const n = given.targets.shape[0] as number;
  const classes = Array.from({ length: numClasses }, (_, k) => k);
  const spread = (x: Tensor): Tensor => {
    const all = oneHot(x.to("i32").reshape(-1), classes).reshape(n, -1, numClasses);
    return includeBackground ? all : all.narrow(2, 1, numClasses - 1);
  };
  const outside = (x: Tensor): Tensor => x.lt(0).logicalOr(x.ge(numClasses)).any();
  const [p, y] = [spread(given.predictions), spread(given.targets)];
  return {
    both: p.mul(y).sum(1),
    predicted: p.sum(1),
    actual: y.sum(1),
    odd: outside(given.predictions).logicalOr(outside(given.targets)),
  };
}

/**
 * Dice's 2 |A ∩ B| / (|A| + |B|) of each image. Predictions come first, then targets: classes [N,
 * …]. → [N], or [N, C]; NaN where a label is no class.
 */
export function diceScore(
  predictions: Values,
  targets: Values,
  numClasses: number,
  options: DiceOptions = {},
): Tensor {
  checkCall(
    'diceScore(predictions, targets, numClasses: number, { average: "micro" | "macro" | "weighted" | null, includeBackground: boolean })',
    arguments,
  );
  const { average = "micro" } = options;
  checkChoice("diceScore", "average", average, ["micro", "macro", "weighted", null]);
  return measured(() => {
    const { both, predicted, actual, odd } = areas(
      "diceScore",
      predictions,
      targets,
      numClasses,
      options,
    );
    const [above, below] = [both.mul(2), predicted.add(actual)];
    if (average === "micro") return unlessOdd(odd, ratio(above.sum(1), below.sum(1), Number.NaN));
    const each = ratio(above, below, Number.NaN);
    if (average === null) return unlessOdd(odd, each);
    const there = below.ne(0);
    const weights = where(there, average === "weighted" ? actual : there.to("f32"), 0);
    return unlessOdd(
      odd,
      ratio(where(there, each.mul(weights), 0).sum(1), weights.sum(1), Number.NaN),
    );
  });
}

/**
 * Intersection over union of each image, the mean of the classes that it has. Predictions come
 * first, then targets: classes [N, …]. → [N], or [N, C]; NaN where a label is no class.
 */
export function meanIou(
  predictions: Values,
  targets: Values,
  numClasses: number,
  options: MeanIouOptions = {},
): Tensor {
  checkCall(
    "meanIou(predictions, targets, numClasses: number, { perClass: boolean, includeBackground: boolean })",
    arguments,
  );
  return measured(() => {
    const { both, predicted, actual, odd } = areas(
      "meanIou",
      predictions,
      targets,
      numClasses,
      options,
    );
    const union = predicted.add(actual).sub(both);
    if (options.perClass) return unlessOdd(odd, ratio(both, union, Number.NaN));
    const there = union.ne(0).to("f32");
    return unlessOdd(odd, ratio(ratio(both, union, 0).sum(1), there.sum(1), Number.NaN));
  });
}

/** Settings of generalizedDiceScore. */
export interface GeneralizedDiceOptions extends SegmentationOptions {
  /**
   * What a class weighs by its area in the target: 1/area², 1/area, or all alike (default
   * "square").
   */
  readonly weightType?: "square" | "simple" | "linear";
}

/**
 * 2 Σ w |A ∩ B| / Σ w (|A| + |B|) over classes, in which rare ones weigh more (Sudre et al. 2017).
 * Predictions come first, then targets: classes [N, …]. → [N].
 */
export function generalizedDiceScore(
  predictions: Values,
  targets: Values,
  numClasses: number,
  options: GeneralizedDiceOptions = {},
): Tensor {
  checkCall(
    'generalizedDiceScore(predictions, targets, numClasses: number, { weightType: "square" | "simple" | "linear", includeBackground: boolean })',
    arguments,
  );
  const metric = "generalizedDiceScore";
  const { weightType = "square" } = options;
  checkChoice(metric, "weightType", weightType, ["square", "simple", "linear"]);
  return measured(() => {
    const { both, predicted, actual, odd } = areas(
      metric,
      predictions,
      targets,
      numClasses,
      options,
    );
    const none = actual.eq(0);
    const size = where(none, 1, actual);
    const plain =
      weightType === "linear"
        ? size.mul(0).add(1)
        : weightType === "simple"
          ? size.reciprocal()
          : size.square().reciprocal();
    // a class that an image lacks weighs what it weighs most elsewhere
    const known = weightType === "linear" ? plain : where(none, 0, plain);
    const weights = where(none, known.amax(0, { keepdim: true }), known);
    const above = both.mul(2).mul(weights).sum(1);
    return unlessOdd(odd, ratio(above, predicted.add(actual).mul(weights).sum(1), 0));
  });
}
