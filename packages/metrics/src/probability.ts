import { noGrad, ShapeError, type Tensor } from "@wgrad/autograd";
import { composite } from "@wgrad/autograd/plugin";
import { checkSameShape } from "./check.ts";
import { oneHot } from "./counts.ts";

/** Below it, and above 1 less it, f32 probabilities are cut: scikit-learn's choice. */
const EPSILON = 2 ** -23;

/**
 * −mean log p(class). probabilities: [n, C], scaled to rows of sum 1, with classes [n]; or of a yes, with targets 1 or 0 in the
 * same shape. → 0-d.
 */
export function logLoss(probabilities: Tensor, targets: Tensor): Tensor {
  const binary = probabilities.ndim === targets.ndim;
  if (binary) checkSameShape("logLoss", probabilities, targets);
  else if (probabilities.ndim !== 2 || probabilities.shape[0] !== targets.shape[0]) {
    throw new ShapeError(
      "logLoss: takes probabilities [n, C] and classes [n], or both in one shape" +
        `\n  probabilities: [${probabilities.shape.join(", ")}]\n  targets: [${targets.shape.join(", ")}]`,
    );
  }
  return noGrad(() =>
    composite(() => {
      const cut = (p: Tensor): Tensor => p.clamp(EPSILON, 1 - EPSILON).log();
      if (binary) {
        const yes = targets.to("f32");
        const losses = yes.mul(cut(probabilities)).add(yes.rsub(1).mul(cut(probabilities.rsub(1))));
        return losses.mean().neg();
      }
      const scaled = probabilities.div(probabilities.sum(1, { keepdim: true }));
      const chosen = cut(scaled)
        .mul(oneHot(targets, probabilities.shape[1] as number))
        .sum(1);
      return chosen.mean().neg();
    }),
  );
}

/** Mean of (p − y)² for probabilities of a yes and targets 1 or 0. Shapes must be equal. → 0-d. */
export function brierScoreLoss(probabilities: Tensor, targets: Tensor): Tensor {
  checkSameShape("brierScoreLoss", probabilities, targets);
  return noGrad(() => composite(() => probabilities.sub(targets.to("f32")).square().mean()));
}
