import { noGrad, type Tensor } from "@wgrad/autograd";
import { composite } from "@wgrad/autograd/plugin";
import { checkSameShape } from "./check.ts";

/** Settings of binaryAccuracy. */
export interface BinaryAccuracyOptions {
  /** Probabilities above it count as a yes (default 0.5). */
  readonly threshold?: number;
}

/**
 * Fraction of examples whose class is predicted. predictions: scores [B, C, …] whose largest along dimension 1
 * is the class, or classes [B, …]; targets: classes [B, …]. → 0-d.
 */
export function accuracy(predictions: Tensor, targets: Tensor): Tensor {
  return noGrad(() =>
    composite(() => {
      const scores = predictions.shape.length === targets.shape.length + 1;
      const classes = scores ? predictions.argmax(1) : predictions;
      checkSameShape("accuracy", classes, targets);
      return classes.eq(targets).to("f32").mean();
    }),
  );
}

/** Fraction of yes-or-no targets (1 or 0) that probabilities get right. Shapes must be equal. → 0-d. */
export function binaryAccuracy(
  probabilities: Tensor,
  targets: Tensor,
  { threshold = 0.5 }: BinaryAccuracyOptions = {},
): Tensor {
  checkSameShape("binaryAccuracy", probabilities, targets);
  return noGrad(() =>
    composite(() => probabilities.gt(threshold).eq(targets.ne(0)).to("f32").mean()),
  );
}
