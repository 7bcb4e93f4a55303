import { ShapeError, type Tensor } from "@wgrad/autograd";

/** Throws ShapeError unless predictions and targets have one shape. */
export function checkSameShape(metric: string, predictions: Tensor, targets: Tensor): void {
  if (String(predictions.shape) === String(targets.shape)) return;
  throw new ShapeError(
    `${metric}: predictions and targets have different shapes` +
      `\n  predictions: [${predictions.shape.join(", ")}]\n  targets: [${targets.shape.join(", ")}]` +
      "\n  hint: reshape one to the other's shape",
  );
}
