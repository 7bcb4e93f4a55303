import { ShapeError, type Tensor, where } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { checkWeights } from "./check.ts";
import { ratio } from "./counts.ts";
import { measured } from "./labels.ts";
import { asFloat, type Values, withWeight } from "./values.ts";

/** Settings of hingeLoss. */
export interface HingeLossOptions {
  /** Weight of each example, [n] (default: all 1). */
  readonly sampleWeight?: Values | null;
}

/**
 * Mean of max(0, 1 − margin). For decisions [n] and targets 1 and 0 (or −1), the margin is the
 * decision times ±1. For decisions [n, C] and classes [n], it is the decision of the true class
 * minus the highest other one. Decisions come first. → 0-d.
 */
export function hingeLoss(
  decisions: Values,
  targets: Values,
  options: HingeLossOptions = {},
): Tensor {
  checkCall("hingeLoss(decisions: any, targets: any, { sampleWeight })", arguments);
  return measured(() => {
    const { tensors, weight } = withWeight(
      "hingeLoss",
      { decisions, targets },
      options.sampleWeight ?? null,
    );
    const d = asFloat(tensors.decisions);
    const y = tensors.targets;
    const n = y.shape[0] as number;
    if (y.ndim !== 1 || d.shape[0] !== n || d.ndim > 2) {
      throw new ShapeError(
        `hingeLoss: takes decisions [n] or [n, C] and targets [n]\n  decisions: [${d.shape.join(", ")}]\n  targets: [${y.shape.join(", ")}]`,
      );
    }
    if (weight !== null) checkWeights("hingeLoss", weight, [n]);
    const margin = d.ndim === 1 ? d.mul(where(y.gt(0), 1, -1)) : ofClasses(d, y);
    const loss = margin.rsub(1).clamp(0);
    if (weight === null) return loss.mean();
    return ratio(loss.mul(weight).sum(), weight.sum(), Number.NaN);
  });
}

function ofClasses(decisions: Tensor, classes: Tensor): Tensor {
  const index = classes.to("i32").unsqueeze(1);
  const own = decisions.gather(1, index);
  const others = decisions.scatter(1, index, Number.NEGATIVE_INFINITY);
  return own.squeeze(1).sub(others.amax(1));
}
