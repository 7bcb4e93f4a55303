import { ShapeError, type Tensor } from "@wgrad/autograd";
import { invalidTargets } from "./binary.ts";
import { checkSameShape, checkWeights } from "./check.ts";
import type { Tallies } from "./counts.ts";
import { either } from "./labels.ts";
import { type Values, withWeight } from "./values.ts";

/** Predicted and true labels of examples, one column per label: [n, labels] in f32. */
export interface Columns {
  readonly predicted: Tensor;
  readonly actual: Tensor;
  /** [n, 1]; null if all weights are 1. */
  readonly weight: Tensor | null;
  /** Mask of values other than 1 and 0; null if the host knows that there are none. */
  readonly odd: Tensor | null;
}

/** Converts labels 1 or 0 and checks them. */
export function columnsOf(
  metric: string,
  predictions: Values,
  targets: Values,
  sampleWeight: Values | null = null,
): Columns {
  const { tensors, weight } = withWeight(metric, { predictions, targets }, sampleWeight);
  checkSameShape(metric, tensors.predictions, tensors.targets);
  const { shape } = tensors.targets;
  if (shape.length !== 2) {
    throw new ShapeError(
      `${metric}: takes [n, labels], 1 for each label of an example and 0 otherwise\n  targets: [${shape.join(", ")}]`,
    );
  }
  if (weight !== null) checkWeights(metric, weight, [shape[0] as number]);
  return {
    predicted: tensors.predictions.ne(0).to("f32"),
    actual: tensors.targets.ne(0).to("f32"),
    weight: weight?.unsqueeze(1) ?? null,
    odd: either(
      invalidTargets(metric, tensors.predictions),
      invalidTargets(metric, tensors.targets),
    ),
  };
}

/** Tallies per label (summed over dimension 0) or per example (over dimension 1). */
export function talliesOver({ predicted, actual, weight }: Columns, dim: 0 | 1): Tallies {
  const total = (x: Tensor): Tensor => (weight === null || dim === 1 ? x : x.mul(weight)).sum(dim);
  const support = total(actual);
  return {
    right: total(actual.mul(predicted)),
    support,
    predicted: total(predicted),
    present: support.eq(support).to("f32"),
  };
}
