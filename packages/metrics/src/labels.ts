import { ArgumentError, noGrad, ShapeError, type Tensor, where } from "@wgrad/autograd";
import { composite } from "@wgrad/autograd/plugin";
import { checkCount, checkSameShape, checkWeights } from "./check.ts";
import { asFloat, knownOf, type Values, withWeight } from "./values.ts";

/** The classes of a metric, and weights. */
export interface ClassesOptions {
  /**
   * Classes are 0 … numClasses − 1. By default there are as many as the scores have, or else the
   * labels that occur.
   */
  readonly numClasses?: number | null;
  /** The labels of the classes, in the result's order. Other labels are excluded. */
  readonly labels?: readonly number[] | null;
  /** Weight of each example, in the targets' shape (default: all 1). */
  readonly sampleWeight?: Values | null;
}

/** Excludes examples by their target. */
export interface IgnoreOptions {
  /** Targets with this label are excluded (default null: none). */
  readonly ignoreIndex?: number | null;
}

/** Predicted and true labels, flattened. */
export interface Labelled {
  /** i32, [n]. */
  readonly predicted: Tensor;
  readonly actual: Tensor;
  /** f32, [n]; null if all weights are 1. */
  readonly weight: Tensor | null;
  /** The classes in order; null if only the device knows the labels. */
  readonly classes: readonly number[] | null;
  /** Whether the caller named the classes; if so, classes that do not occur count too. */
  readonly named: boolean;
  /** Mask of examples with invalid labels, bool [n]; null if the host knows that there are none. */
  readonly odd: Tensor | null;
}

/** Runs a metric as one composite operation without gradient. */
export const measured = (fn: () => Tensor): Tensor => noGrad(() => composite(fn));

/** Replaces the score by NaN if a label was invalid. */
export function unlessOdd(odd: Tensor | null, score: Tensor): Tensor {
  return odd === null ? score : where(odd.any(), Number.NaN, score);
}

/**
 * Labels of predictions and targets. Predictions with one more dimension than targets are scores,
 * whose argmax along dimension 1 is the label.
 *
 * Throws ShapeError if the shapes do not match, and ArgumentError if the host knows an invalid
 * label.
 */
export function labelsOf(
  metric: string,
  given: { readonly predictions: Values; readonly targets: Values },
  options: ClassesOptions & IgnoreOptions = {},
): Labelled {
  const { numClasses = null, labels = null, sampleWeight = null, ignoreIndex = null } = options;
  const { tensors, weight } = withWeight(metric, given, sampleWeight);
  const { predictions, targets } = tensors;
  checkNamed(metric, numClasses, labels);
  const asScores = predictions.ndim === targets.ndim + 1;
  const examples = asScores ? predictions.shape.toSpliced(1, 1) : predictions.shape;
  checkSameShape(metric, { shape: examples }, targets);
  const chosen = asScores ? largest(metric, predictions, numClasses) : predictions;
  const count = asScores ? (predictions.shape[1] as number) : numClasses;
  const check = { metric, count, ignoreIndex };
  const actual = whole(check, "target", targets);
  const predicted = asScores
    ? { flat: flatten(chosen), odd: notANumber(metric, predictions) }
    : whole({ ...check, ignoreIndex: null }, "prediction", predictions);
  if (weight !== null) checkWeights(metric, weight, targets.shape);
  const counted = ignoreIndex === null ? null : actual.flat.ne(ignoreIndex);
  const found =
    labels ?? (count === null ? occurring(predictions, targets, ignoreIndex) : upTo(count));
  return {
    predicted: predicted.flat,
    actual: actual.flat,
    weight: times(weight?.reshape(-1) ?? null, counted),
    classes: found,
    named: labels !== null || numClasses !== null,
    odd: onlyCounted(either(predicted.odd, actual.odd), counted),
  };
}

/** The classes. Throws ArgumentError if only the device knows the labels. */
export function classesIn(metric: string, { classes }: Labelled): readonly number[] {
  if (classes !== null) return classes;
  throw new ArgumentError(
    `${metric}: the number of classes is unknown, because the labels are on the device and this metric does not read them` +
      "\n  hint: pass { numClasses: 3 }, or scores [n, C] instead of their argmax",
  );
}

/**
 * Throws ArgumentError if the host knows that scores contain NaN; otherwise returns a mask of such
 * rows.
 */
function notANumber(metric: string, scores: Tensor): Tensor | null {
  if (scores.dtype !== "f32" && scores.dtype !== "f64" && scores.dtype !== "f16") return null;
  const known = knownOf(scores);
  if (known === null) return flatten(scores.isnan().any(1));
  if (Array.prototype.some.call(known, Number.isNaN)) {
    throw new ArgumentError(`${metric}: scores contain NaN\n  hint: leave such examples out`);
  }
  return null;
}

/** The union of two masks, either of which may be null. */
export function either(a: Tensor | null, b: Tensor | null): Tensor | null {
  if (a === null || b === null) return a ?? b;
  return a.logicalOr(b);
}

const onlyCounted = (odd: Tensor | null, counted: Tensor | null): Tensor | null =>
  odd === null || counted === null ? odd : odd.logicalAnd(counted);

function times(weight: Tensor | null, counted: Tensor | null): Tensor | null {
  if (counted === null) return weight;
  return weight === null ? counted.to("f32") : where(counted, weight, 0);
}

const flatten = (labels: Tensor): Tensor => labels.to("i32").reshape(-1);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, k) => k);

function checkNamed(
  metric: string,
  numClasses: number | null,
  labels: readonly number[] | null,
): void {
  if (numClasses !== null) checkCount(metric, "numClasses", numClasses);
  if (labels === null) return;
  if (numClasses !== null) {
    throw new ArgumentError(`${metric}: takes either numClasses or labels, not both`);
  }
  if (Array.isArray(labels) && labels.length > 0 && labels.every(Number.isInteger)) {
    if (new Set(labels).size === labels.length) return;
  }
  throw new ArgumentError(
    `${metric}: labels are ${JSON.stringify(labels)}\n  hint: a list of distinct whole numbers, such as [0, 2]`,
  );
}

/** The class with the largest score. */
function largest(metric: string, scores: Tensor, numClasses: number | null): Tensor {
  const count = scores.shape[1] as number;
  if (count < 2) {
    throw new ShapeError(
      `${metric}: scores have ${count} class${count === 1 ? "" : "es"}, [${scores.shape.join(", ")}]` +
        "\n  hint: turn binary probabilities into classes with probabilities.squeeze(1).gt(0.5)",
    );
  }
  if (numClasses !== null && numClasses !== count) {
    throw new ArgumentError(
      `${metric}: numClasses is ${numClasses}, but scores have ${count} classes`,
    );
  }
  return scores.argmax(1);
}

interface Check {
  readonly metric: string;
  /** Classes are 0 … count − 1; null allows any whole numbers. */
  readonly count: number | null;
  readonly ignoreIndex: number | null;
}

/** Labels as i32, and a mask of those that are invalid. */
function whole(
  { metric, count, ignoreIndex }: Check,
  name: string,
  labels: Tensor,
): { readonly flat: Tensor; readonly odd: Tensor | null } {
  const flat = flatten(labels);
  const known = knownOf(labels);
  const isClass = (label: number): boolean =>
    label === ignoreIndex || (label === (label | 0) && (count === null || inside(label, count)));
  if (known !== null) {
    for (let i = 0; i < known.length; i++) {
      const label = known[i] as number;
      if (!isClass(label)) throw noClass(metric, name, label, count);
    }
    return { flat, odd: null };
  }
  const isFloat = asFloat(labels) === labels;
  const broken = isFloat ? labels.ne(labels.floor()).reshape(-1) : null;
  const outside = count === null ? null : flat.lt(0).logicalOr(flat.ge(count));
  return { flat, odd: either(broken, outside) };
}

const inside = (label: number, count: number): boolean => label >= 0 && label < count;

function noClass(metric: string, name: string, label: number, count: number | null): ArgumentError {
  if (label !== (label | 0)) {
    return new ArgumentError(
      `${metric}: ${name} ${label} is not a class` +
        "\n  hint: labels are whole numbers and scores are [n, C]; turn binary probabilities into classes with p.gt(0.5)",
    );
  }
  return new ArgumentError(
    `${metric}: ${name} ${label} is not one of ${count} classes\n  hint: classes are 0 to ${(count as number) - 1}`,
  );
}

/** The labels that occur in either, in order, if the host knows both. */
function occurring(
  predictions: Tensor,
  targets: Tensor,
  ignoreIndex: number | null,
): number[] | null {
  const both = [predictions, targets].map(knownOf);
  if (both.includes(null)) return null;
  const found = new Set(both.flatMap((labels) => [...new Set(Array.from(labels ?? []))]));
  if (ignoreIndex !== null) found.delete(ignoreIndex);
  return [...found].sort((a, b) => a - b);
}
