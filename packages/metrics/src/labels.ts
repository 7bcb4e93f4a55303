import { ArgumentError, noGrad, ShapeError, type Tensor, where } from "@wgrad/autograd";
import { composite } from "@wgrad/autograd/plugin";
import { checkCount, checkSameShape, checkWeights } from "./check.ts";
import { asFloat, knownOf, type Values, withWeight } from "./values.ts";

/** Which classes a metric is of. */
export interface ClassesOptions {
  /**
   * Classes are 0 … numClasses − 1. By default as many as the scores have, or else the labels that
   * occur.
   */
  readonly numClasses?: number | null;
  /**
   * The classes by their labels, in the result's order; other labels are no class of the result.
   */
  readonly labels?: readonly number[] | null;
  /** What each example weighs, in the targets' shape (default: all alike). */
  readonly sampleWeight?: Values | null;
}

/** Examples whose targets are this label do not count. */
export interface IgnoreOptions {
  /** Targets of this label do not count (default null: all do). */
  readonly ignoreIndex?: number | null;
}

/** Predicted and true labels, one after the other. */
export interface Labelled {
  /** i32, [n]. */
  readonly predicted: Tensor;
  readonly actual: Tensor;
  /** f32, [n]; null where all weigh 1. */
  readonly weight: Tensor | null;
  /** The classes in order; null where only the device knows the labels. */
  readonly classes: readonly number[] | null;
  /** Whether the caller named the classes: then those that do not occur count as well. */
  readonly named: boolean;
  /**
   * Examples whose labels are no classes, bool, [n]; null where the host has seen that there are
   * none.
   */
  readonly odd: Tensor | null;
}

/** The body of a metric that is one tensor. */
export const measured = (fn: () => Tensor): Tensor => noGrad(() => composite(fn));

/** NaN where a label was no class. */
export function unlessOdd(odd: Tensor | null, score: Tensor): Tensor {
  return odd === null ? score : where(odd.any(), Number.NaN, score);
}

/**
 * Labels of classes or, of predictions with one dimension more than targets, the largest score's
 * along dimension 1.
 *
 * Throws ShapeError for shapes that do not fit, ArgumentError for labels that the host knows to be
 * no classes.
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

/** The classes; throws ArgumentError where only the device knows the labels. */
export function classesIn(metric: string, { classes }: Labelled): readonly number[] {
  if (classes !== null) return classes;
  throw new ArgumentError(
    `${metric}: how many classes there are is not known: the labels are on the device, and not read here` +
      "\n  hint: { numClasses: 3 }, or scores [n, C] in place of their argmax",
  );
}

/** Refuses scores that hold NaN, where the host knows them; else says in which rows. */
function notANumber(metric: string, scores: Tensor): Tensor | null {
  if (scores.dtype !== "f32" && scores.dtype !== "f64" && scores.dtype !== "f16") return null;
  const known = knownOf(scores);
  if (known === null) return flatten(scores.isnan().any(1));
  if (Array.prototype.some.call(known, Number.isNaN)) {
    throw new ArgumentError(`${metric}: scores hold NaN\n  hint: leave such examples out`);
  }
  return null;
}

/** Examples that are odd by one or the other. */
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
    throw new ArgumentError(`${metric}: takes numClasses or labels, not both`);
  }
  if (Array.isArray(labels) && labels.length > 0 && labels.every(Number.isInteger)) {
    if (new Set(labels).size === labels.length) return;
  }
  throw new ArgumentError(
    `${metric}: labels are ${JSON.stringify(labels)}\n  hint: a list of different whole numbers, [0, 2]`,
  );
}

/** The class of the largest score. */
function largest(metric: string, scores: Tensor, numClasses: number | null): Tensor {
  const count = scores.shape[1] as number;
  if (count < 2) {
    throw new ShapeError(
      `${metric}: scores of ${count} class${count === 1 ? "" : "es"}, [${scores.shape.join(", ")}]` +
        "\n  hint: of probabilities of a yes: probabilities.squeeze(1).gt(0.5)",
    );
  }
  if (numClasses !== null && numClasses !== count) {
    throw new ArgumentError(
      `${metric}: numClasses is ${numClasses}, but there are ${count} scores`,
    );
  }
  return scores.argmax(1);
}

interface Check {
  readonly metric: string;
  /** Classes are 0 … count − 1; null: any whole numbers. */
  readonly count: number | null;
  readonly ignoreIndex: number | null;
}

/** Labels as i32, and which of them are no whole numbers or no classes. */
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
      `${metric}: ${name} ${label} is no class` +
        "\n  hint: whole numbers; scores are [n, C], probabilities of a yes become classes by p.gt(0.5)",
    );
  }
  return new ArgumentError(
    `${metric}: ${name} ${label} is not one of ${count} classes\n  hint: classes are 0 to ${(count as number) - 1}`,
  );
}

/** The labels that occur among either, in order, if the host knows both. */
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
