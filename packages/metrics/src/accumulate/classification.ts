import { ArgumentError, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { type BinaryOptions, binaryLabels } from "../binary.ts";
import { checkChoice, checkCount } from "../check.ts";
import { confusion } from "../counts.ts";
import { type IgnoreOptions, labelsOf } from "../labels.ts";
import type { Average } from "../precision-recall.ts";
import type { Values } from "../values.ts";
import { Metric, type Totals } from "./metric.ts";

type Counted = { counts: Tensor; odd: Tensor };

/**
 * Base of scores from a confusion matrix (rows are true classes). The counts are exact up to 2³¹.
 */
abstract class Counting<Result> extends Metric<
  [predictions: Values, targets: Values],
  Counted,
  Result
> {
  readonly numClasses: number;
  readonly ignoreIndex: number | null;

  constructor(numClasses: number, { ignoreIndex = null }: IgnoreOptions) {
    super();
    checkCount(new.target.name, "numClasses", numClasses, 2);
    this.numClasses = numClasses;
    this.ignoreIndex = ignoreIndex;
  }

  protected measure(predictions: Values, targets: Values): Counted {
    checkCall("metric.update(predictions: any, targets: any)", arguments);
    const { numClasses, ignoreIndex } = this;
    const { name } = this.constructor;
    const found = labelsOf(name, { predictions, targets }, { numClasses, ignoreIndex });
    const counts = confusion(name, found).to("i32");
    return { counts, odd: countOf(found.odd ?? found.actual.ne(found.actual)) };
  }

  protected override layout(): Record<keyof Counted, number[]> {
    return { counts: [this.numClasses, this.numClasses], odd: [] };
  }

  protected conclude({ counts, odd }: Totals<Counted>): Result {
    checkNoneOdd(
      this.constructor.name,
      odd,
      `labels outside 0 to ${this.numClasses - 1}, or NaN scores`,
    );
    return this.ofCounts(counts);
  }

  protected abstract ofCounts(counts: Float64Array): Result;
}

/** Throws ArgumentError for invalid examples that the device counted. */
function checkNoneOdd(metric: string, odd: Float64Array, what: string): void {
  if (odd[0] === 0) return;
  throw new ArgumentError(`${metric}.compute: ${odd[0]} examples have ${what}`);
}

/** Settings of MulticlassConfusionMatrix. */
export interface AccumulatedConfusionOptions extends IgnoreOptions {
  /**
   * Divides by row sums ("true"), column sums ("pred") or the total ("all"); null gives counts
   * (default null).
   */
  readonly normalize?: "true" | "pred" | "all" | null;
}

/**
 * `confusionMatrix` over batches; rows are true classes. update(predictions, targets): labels, or
 * scores [n, C, …].
 */
export class MulticlassConfusionMatrix extends Counting<number[][]> {
  readonly normalize: "true" | "pred" | "all" | null;

  constructor(numClasses: number, options: AccumulatedConfusionOptions = {}) {
    checkCall(
      'new MulticlassConfusionMatrix(numClasses: number, { normalize: "true" | "pred" | "all" | null, ignoreIndex: int | null })',
      arguments,
    );
    super(numClasses, options);
    const { normalize = null } = options;
    checkChoice("MulticlassConfusionMatrix", "normalize", normalize, ["true", "pred", "all", null]);
    this.normalize = normalize;
  }

  protected ofCounts(counts: Float64Array): number[][] {
    const rows = rowsOf(counts, this.numClasses);
    const { right: _, support, predicted } = talliesOf(counts, this.numClasses);
    const all = sum(support);
    const below = (i: number, j: number): number => {
      if (this.normalize === "all") return all;
      return (this.normalize === "true" ? support[i] : predicted[j]) as number;
    };
    if (this.normalize === null) return rows;
    return rows.map((row, i) => row.map((count, j) => share(count, below(i, j))));
  }
}

/** Settings of the accumulated multiclass scores. */
export interface AccumulatedScoreOptions extends IgnoreOptions {
  /**
   * "macro" excludes classes that neither occur nor are predicted; null gives one value per class
   * (default "macro").
   */
  readonly average?: Average;
}

type Fraction = (right: number, support: number, predicted: number) => readonly [number, number];

abstract class Score extends Counting<number | number[]> {
  readonly average: Average;
  protected abstract readonly fraction: Fraction;

  constructor(numClasses: number, options: AccumulatedScoreOptions = {}) {
    checkCall(
      `new ${new.target.name}(numClasses: number, { average: "micro" | "macro" | "weighted" | null, ignoreIndex: int | null })`,
      arguments,
    );
    super(numClasses, options);
    const { average = "macro" } = options;
    checkChoice(new.target.name, "average", average, ["micro", "macro", "weighted", null]);
    this.average = average;
  }

  protected ofCounts(counts: Float64Array): number | number[] {
    const { right, support, predicted } = talliesOf(counts, this.numClasses);
    if (this.average === "micro")
      return share(...this.fraction(sum(right), sum(support), sum(predicted)));
    const each = right.map((r, k) =>
      share(...this.fraction(r, support[k] as number, predicted[k] as number)),
    );
    if (this.average === null) return each;
    const weights =
      this.average === "weighted"
        ? support
        : support.map((count, k) => Number(count + (predicted[k] as number) > 0));
    return share(sum(each.map((score, k) => score * (weights[k] as number))), sum(weights));
  }
}

const recall: Fraction = (right, support) => [right, support];

/**
 * `multiclassAccuracy` over batches; with "micro" the fraction of correct examples.
 * update(predictions, targets).
 */
export class MulticlassAccuracy extends Score {
  protected readonly fraction: Fraction = recall;
}

/** `multiclassPrecision` over batches. update(predictions, targets). */
export class MulticlassPrecision extends Score {
  protected readonly fraction: Fraction = (right, _, predicted) => [right, predicted];
}

/** `multiclassRecall` over batches. update(predictions, targets). */
export class MulticlassRecall extends Score {
  protected readonly fraction: Fraction = recall;
}

/** `multiclassF1Score` over batches. update(predictions, targets). */
export class MulticlassF1Score extends Score {
  protected readonly fraction: Fraction = (right, support, predicted) => [
    2 * right,
    support + predicted,
  ];
}

/** Intersection over union of each class, over batches. update(predictions, targets). */
export class MulticlassJaccardIndex extends Score {
  protected readonly fraction: Fraction = (right, support, predicted) => [
    right,
    support + predicted - right,
  ];
}

type Hits = { right: Tensor; count: Tensor; odd: Tensor };

/** `binaryAccuracy` over batches. update(probabilities, targets). */
export class BinaryAccuracy extends Metric<[probabilities: Values, targets: Values], Hits, number> {
  readonly threshold: number;
  readonly ignoreIndex: number | null;

  constructor(options: BinaryOptions = {}) {
    checkCall("new BinaryAccuracy({ threshold: number, ignoreIndex: int | null })", arguments);
    const { threshold = 0.5, ignoreIndex = null } = options;
    super();
    if (!(threshold >= 0 && threshold <= 1)) {
      throw new ArgumentError(
        `BinaryAccuracy: threshold is ${threshold}\n  hint: a number from 0 to 1`,
      );
    }
    this.threshold = threshold;
    this.ignoreIndex = ignoreIndex;
  }

  protected measure(probabilities: Values, targets: Values): Hits {
    checkCall("metric.update(probabilities: any, targets: any)", arguments);
    const { predicted, actual, counted, odd } = binaryLabels(
      "BinaryAccuracy",
      probabilities,
      targets,
      this,
    );
    const right =
      counted === null ? predicted.eq(actual) : predicted.eq(actual).logicalAnd(counted);
    return {
      right: countOf(right),
      count: countOf(counted ?? actual.eq(actual)),
      odd: countOf(odd ?? actual.ne(actual)),
    };
  }

  protected override layout(): Record<keyof Hits, number[]> {
    return { right: [], count: [], odd: [] };
  }

  protected conclude({ right, count, odd }: Totals<Hits>): number {
    checkNoneOdd("BinaryAccuracy", odd, "a target that is neither 1 nor 0, or a NaN probability");
    return share(right[0] as number, count[0] as number);
  }
}

const countOf = (which: Tensor): Tensor => which.to("i32").sum();
const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0);
const share = (above: number, below: number): number => (below === 0 ? 0 : above / below);

function rowsOf(counts: Float64Array, n: number): number[][] {
  return Array.from({ length: n }, (_, i) => [...counts.subarray(i * n, (i + 1) * n)]);
}

function talliesOf(
  counts: Float64Array,
  n: number,
): { readonly right: number[]; readonly support: number[]; readonly predicted: number[] } {
  const rows = rowsOf(counts, n);
  return {
    right: rows.map((row, i) => row[i] as number),
    support: rows.map(sum),
    predicted: rows.map((_, j) => sum(rows.map((row) => row[j] as number))),
  };
}
