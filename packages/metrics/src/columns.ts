import { ShapeError, type Tensor } from "@wgrad/autograd";
import { noAnswer } from "./binary.ts";
import { checkSameShape, checkWeights } from "./check.ts";
import type { Tallies } from "./counts.ts";
import { either } from "./labels.ts";
import { type Values, withWeight } from "./values.ts";

/**
 * Which labels examples are said to have, and which they have, a column each: [n, labels] of f32.
 */
export interface Columns {
  readonly predicted: Tensor;
  readonly actual: Tensor;
  /** [n, 1]; null where all weigh 1. */
  readonly weight: Tensor | null;
  /** Where there is neither 1 nor 0; null where the host has seen that there is none. */
  readonly odd: Tensor | null;
}

/** Reads and checks labels that are 1 or 0. */
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
      `${metric}: takes [n, labels], 1 for each label that an example has\n  targets: [${shape.join(", ")}]`,
    );
  }
  if (weight !== null) checkWeights(metric, weight, [shape[0] as number]);
  return {
    predicted: tensors.predictions.ne(0).to("f32"),
    actual: tensors.targets.ne(0).to("f32"),
    weight: weight?.unsqueeze(1) ?? null,
    odd: either(noAnswer(metric, tensors.predictions), noAnswer(metric, tensors.targets)),
  };
}

/** Tallies of every label (over the examples, 0), or of every example (over its labels, 1). */
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
