import { ShapeError, type Tensor, where } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { checkChoice, checkCount, checkSameShape } from "./check.ts";
import { oneHot, ratio } from "./counts.ts";
import { measured, unlessOdd } from "./labels.ts";
import { tensorsOf, type Values } from "./values.ts";

/** Settings of segmentation metrics. */
export interface SegmentationOptions {
  /** Whether class 0 counts too (default true). */
  readonly includeBackground?: boolean;
}

/** Settings of diceScore. */
export interface DiceOptions extends SegmentationOptions {
  /**
   * Over all elements of an image ("micro"), mean over classes, mean weighted by support, or null
   * for [N, C] (default "micro").
   */
  readonly average?: "micro" | "macro" | "weighted" | null;
}

/** Settings of meanIou. */
export interface MeanIouOptions extends SegmentationOptions {
  /** Returns one value per class, [N, C], instead of their mean (default false). */
  readonly perClass?: boolean;
}

/**
 * Per image and class, [N, C]: number of elements in the prediction, in the target, and in both.
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
      `${metric}: takes one class per element, [N, …]\n  targets: [${given.targets.shape.join(", ")}]`,
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
 * Dice coefficient 2 |A ∩ B| / (|A| + |B|) of each image. Predictions come first, then targets:
 * classes [N, …]. → [N], or [N, C]; NaN if a label is not a class.
 */
export function diceScore(
  predictions: Values,
  targets: Values,
  numClasses: number,
  options: DiceOptions = {},
): Tensor {
  checkCall(
    'diceScore(predictions: any, targets: any, numClasses: number, { average: "micro" | "macro" | "weighted" | null, includeBackground: boolean })',
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
 * Intersection over union of each image, averaged over the classes that it has. Predictions come
 * first, then targets: classes [N, …]. → [N], or [N, C]; NaN if a label is not a class.
 */
export function meanIou(
  predictions: Values,
  targets: Values,
  numClasses: number,
  options: MeanIouOptions = {},
): Tensor {
  checkCall(
    "meanIou(predictions: any, targets: any, numClasses: number, { perClass: boolean, includeBackground: boolean })",
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
   * Weight of a class by its area in the target: 1/area² ("square"), 1/area ("simple"), or 1
   * ("linear") (default "square").
   */
  readonly weightType?: "square" | "simple" | "linear";
}

/**
 * Generalized Dice 2 Σ w |A ∩ B| / Σ w (|A| + |B|) over classes, which gives rare classes more
 * weight (Sudre et al. 2017). Predictions come first, then targets: classes [N, …]. → [N].
 */
export function generalizedDiceScore(
  predictions: Values,
  targets: Values,
  numClasses: number,
  options: GeneralizedDiceOptions = {},
): Tensor {
  checkCall(
    'generalizedDiceScore(predictions: any, targets: any, numClasses: number, { weightType: "square" | "simple" | "linear", includeBackground: boolean })',
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
    // a class missing from an image takes its largest weight in the other images
    const known = weightType === "linear" ? plain : where(none, 0, plain);
    const weights = where(none, known.amax(0, { keepdim: true }), known);
    const above = both.mul(2).mul(weights).sum(1);
    return unlessOdd(odd, ratio(above, predicted.add(actual).mul(weights).sum(1), 0));
  });
}
