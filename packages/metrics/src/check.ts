import { ArgumentError, ShapeError, type Tensor } from "@wgrad/autograd";

/** Throws ShapeError unless predictions and targets have the same shape. */
export function checkSameShape(
  metric: string,
  predictions: { readonly shape: readonly number[] },
  targets: { readonly shape: readonly number[] },
  names: readonly [string, string] = ["predictions", "targets"],
): void {
  if (String(predictions.shape) === String(targets.shape)) return;
  throw new ShapeError(
    `${metric}: ${names[0]} and ${names[1]} have different shapes` +
      `\n  ${names[0]}: [${predictions.shape.join(", ")}]\n  ${names[1]}: [${targets.shape.join(", ")}]` +
      "\n  hint: reshape one to the other's shape",
  );
}

/** Throws ShapeError unless both have the same number of values, at least `least`. */
export function checkSameLength(
  metric: string,
  a: ArrayLike<unknown>,
  b: ArrayLike<unknown>,
  least = 1,
): void {
  if (a.length === b.length && a.length >= least) return;
  throw new ShapeError(
    `${metric}: ${a.length} and ${b.length} values\n  hint: pass one of each per example${least > 0 ? `, ${least} or more` : ""}`,
  );
}

/** Throws ArgumentError unless the value is one of `choices`. */
export function checkChoice<T>(
  metric: string,
  setting: string,
  value: unknown,
  choices: readonly T[],
): asserts value is T {
  if (choices.includes(value as T)) return;
  throw new ArgumentError(
    `${metric}: ${setting} is ${value}\n  hint: ${choices.map((choice) => (typeof choice === "string" ? `"${choice}"` : String(choice))).join(", ")}`,
  );
}

/** Throws ArgumentError unless the value is a whole number ≥ `least`. */
export function checkCount(metric: string, setting: string, value: unknown, least = 1): void {
  if (Number.isInteger(value) && (value as number) >= least) return;
  throw new ArgumentError(
    `${metric}: ${setting} is ${String(value)}\n  hint: a whole number, ${least} or more`,
  );
}

/** Throws ShapeError unless there is one weight per example. */
export function checkWeights(metric: string, weights: Tensor, examples: readonly number[]): void {
  if (String(weights.shape) === String(examples)) return;
  throw new ShapeError(
    `${metric}: sampleWeight must have one weight per example` +
      `\n  sampleWeight: [${weights.shape.join(", ")}]\n  examples: [${examples.join(", ")}]`,
  );
}
