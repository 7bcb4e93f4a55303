import { DTypeError, type Reduction, ShapeError, type Tensor } from "@wgrad/autograd";

/** The mean or the sum of a loss, or the loss itself. */
export function reduced(loss: Tensor, reduction: Reduction = "mean"): Tensor {
  if (reduction === "none") return loss;
  return reduction === "sum" ? loss.sum() : loss.mean();
}

/** Refuses integer and bool tensors. */
export function checkFloating(call: string, tensors: Readonly<Record<string, Tensor>>): void {
  for (const [name, { dtype }] of Object.entries(tensors)) {
    if (dtype.startsWith("f")) continue;
    throw new DTypeError(
      `${call}: the ${name} must be of a floating dtype, got ${dtype}\n  hint: ${name}.to("f32")`,
    );
  }
}

/** Refuses tensors of different shapes. */
export function checkSameShape(call: string, tensors: Readonly<Record<string, Tensor>>): void {
  const [first, ...rest] = Object.values(tensors) as [Tensor, ...Tensor[]];
  if (rest.every((one) => String(one.shape) === String(first.shape))) return;
  const shapes = Object.entries(tensors).map(
    ([name, { shape }]) => `\n  ${name}: [${shape.join(", ")}]`,
  );
  throw new ShapeError(
    `${call}: ${Object.keys(tensors).join(" and ")} have different shapes${shapes.join("")}` +
      "\n  hint: reshape one to the other's shape; losses do not broadcast",
  );
}
