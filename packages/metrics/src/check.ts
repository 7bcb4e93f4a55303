import { ArgumentError, ShapeError, type Tensor } from "@wgrad/autograd";

/** Throws ShapeError unless predictions and targets have one shape. */
export function checkSameShape(metric: string, predictions: Tensor, targets: Tensor): void {
  if (String(predictions.shape) === String(targets.shape)) return;
  throw new ShapeError(
    `${metric}: predictions and targets have different shapes` +
      `\n  predictions: [${predictions.shape.join(", ")}]\n  targets: [${targets.shape.join(", ")}]` +
      "\n  hint: reshape one to the other's shape",
  );
}

/** Throws ShapeError unless both hold the same number of values, at least `least`. */
export function checkSameLength(
  metric: string,
  a: ArrayLike<unknown>,
  b: ArrayLike<unknown>,
  least = 1,
): void {
  if (a.length === b.length && a.length >= least) return;
  throw new ShapeError(
    `${metric}: ${a.length} and ${b.length} values\n  hint: one of each per example${least > 0 ? `, ${least} or more` : ""}`,
  );
}

/** Throws ArgumentError unless the value is one of these. */
export function checkChoice<T>(
  metric: string,
  setting: string,
  value: unknown,
  choices: readonly T[],
): asserts value is T {
  if (choices.includes(value as T)) return;
  throw new ArgumentError(
    `${metric}: ${setting} is ${value}\n  hint: ${choices.map((choice) => JSON.stringify(choice)).join(", ")}`,
  );
}
