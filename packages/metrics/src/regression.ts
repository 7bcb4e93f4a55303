import { noGrad, type Tensor, where } from "@wgrad/autograd";
import { composite } from "@wgrad/autograd/plugin";
import { checkSameShape } from "./check.ts";

/** Mean of (prediction − target)². Shapes must be equal. → 0-d. */
export function meanSquaredError(predictions: Tensor, targets: Tensor): Tensor {
  checkSameShape("meanSquaredError", predictions, targets);
  return noGrad(() => composite(() => predictions.sub(targets).square().mean()));
}

/**
 * R² = 1 − Σ(y − ŷ)² / Σ(y − ȳ)²: 1 is perfect, 0 is no better than the mean of the targets. Where all targets are the
 * same it is 1 for a perfect prediction and else 0. Shapes must be equal; over all elements. Of targets that do not vary it is 1 if they are met exactly, else 0, as in scikit-learn. → 0-d.
 */
export function r2Score(predictions: Tensor, targets: Tensor): Tensor {
  checkSameShape("r2Score", predictions, targets);
  return noGrad(() =>
    composite(() => {
      const residual = targets.sub(predictions).square().sum();
      const total = targets.sub(targets.mean()).square().sum();
      const constant = where(residual.eq(0), 1, 0);
      return where(total.eq(0), constant, residual.div(total).neg().add(1));
    }),
  );
}
