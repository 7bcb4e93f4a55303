import { linspace, ShapeError, stack, type Tensor, where } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { invalidTargets } from "./binary.ts";
import { checkChoice, checkCount, checkSameShape } from "./check.ts";
import { oneHot, ratio } from "./counts.ts";
import { type IgnoreOptions, labelsOf, measured, unlessOdd } from "./labels.ts";
import { asFloat, tensorsOf, type Values } from "./values.ts";

/** Settings of the calibration errors. */
export interface CalibrationOptions extends IgnoreOptions {
  /** Number of equally wide bins of confidence (default 15). */
  readonly nBins?: number;
  /**
   * Mean difference ("l1"), root mean square ("l2") or largest difference ("max") (default "l1").
   */
  readonly norm?: "l1" | "l2" | "max";
}

/** Difference of mean confidence and accuracy per bin, averaged over the bins. */
function error(
  confidence: Tensor,
  right: Tensor,
  weight: Tensor,
  { nBins = 15, norm = "l1" }: CalibrationOptions,
): Tensor {
  const edges = linspace(0, 1, nBins + 1, { device: confidence });
  const bin = confidence.unsqueeze(1).ge(edges).to("i32").sum(1).sub(1).clamp(0);
  const places = Array.from({ length: nBins + 1 }, (_, i) => i);
  const sums = oneHot(bin, places).T.matmul(
    stack([confidence.mul(weight), right.mul(weight), weight], 1),
  );
  const count = sums.select(1, 2);
  const gap = ratio(sums.select(1, 0).sub(sums.select(1, 1)).abs(), count, 0);
  const share = count.div(count.sum());
  if (norm === "max") return gap.amax();
  return norm === "l1" ? gap.mul(share).sum() : gap.square().mul(share).sum().sqrt();
}

function check(metric: string, { nBins = 15, norm = "l1" }: CalibrationOptions): void {
  checkCount(metric, "nBins", nBins);
  checkChoice(metric, "norm", norm, ["l1", "l2", "max"]);
}

/** Applies `squash` if any value is outside [0, 1], because `x` are logits then. */
const toProbabilities = (x: Tensor, squash: (x: Tensor) => Tensor): Tensor =>
  where(x.lt(0).logicalOr(x.gt(1)).any(), squash(x), x);

/**
 * Expected calibration error (Guo et al. 2017): difference of probability and frequency of the
 * positive class, over bins of probability. Probabilities (or logits) come first, then targets 1 or
 * 0. → 0-d.
 */
export function binaryCalibrationError(
  probabilities: Values,
  targets: Values,
  options: CalibrationOptions = {},
): Tensor {
  checkCall(
    'binaryCalibrationError(probabilities: any, targets: any, { nBins: number, norm: "l1" | "l2" | "max", ignoreIndex: int | null })',
    arguments,
  );
  const metric = "binaryCalibrationError";
  check(metric, options);
  const { ignoreIndex = null } = options;
  return measured(() => {
    const given = tensorsOf(metric, { probabilities, targets });
    checkSameShape(metric, given.probabilities, given.targets, ["probabilities", "targets"]);
    const odd = invalidTargets(metric, given.targets, ignoreIndex);
    const actual = given.targets.reshape(-1);
    const counted = ignoreIndex === null ? actual.eq(actual) : actual.ne(ignoreIndex);
    const p = toProbabilities(asFloat(given.probabilities).reshape(-1), (x) => x.sigmoid());
    return unlessOdd(
      odd === null ? null : odd.reshape(-1).logicalAnd(counted),
      error(p, actual.ne(0).to("f32"), counted.to("f32"), options),
    );
  });
}

/**
 * Expected calibration error: difference of the top class's probability and its accuracy, over bins
 * of probability. Scores [n, C] (probabilities or logits) come first, then classes [n]. → 0-d.
 */
export function multiclassCalibrationError(
  scores: Values,
  targets: Values,
  numClasses: number,
  options: CalibrationOptions = {},
): Tensor {
  checkCall(
    'multiclassCalibrationError(scores: any, targets: any, numClasses: number, { nBins: number, norm: "l1" | "l2" | "max", ignoreIndex: int | null })',
    arguments,
  );
  const metric = "multiclassCalibrationError";
  check(metric, options);
  const { ignoreIndex = null } = options;
  return measured(() => {
    const given = tensorsOf(metric, { predictions: scores, targets });
    if (given.predictions.ndim !== given.targets.ndim + 1) {
      throw new ShapeError(
        `${metric}: takes scores [n, C] and classes [n]\n  scores: [${given.predictions.shape.join(", ")}]\n  classes: [${given.targets.shape.join(", ")}]`,
      );
    }
    const found = labelsOf(metric, given, { numClasses, ignoreIndex });
    const p = toProbabilities(asFloat(given.predictions), (x) => x.softmax(1))
      .amax(1)
      .reshape(-1);
    const right = found.predicted.eq(found.actual).to("f32");
    return unlessOdd(found.odd, error(p, right, found.weight ?? right.mul(0).add(1), options));
  });
}
