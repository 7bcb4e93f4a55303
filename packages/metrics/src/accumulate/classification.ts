import type { Tensor } from "@wgrad/autograd";
import { checkChoice, checkSameShape } from "../check.ts";
import { confusion } from "../counts.ts";
import type { Average } from "../precision-recall.ts";
import { Metric, type Totals } from "./metric.ts";

type Counted = { counts: Tensor };

/** Counts of true class (row) against predicted one (column), exact to 2³¹. */
abstract class Counting<Result> extends Metric<
  [predictions: Tensor, targets: Tensor],
  Counted,
  Result
> {
  readonly numClasses: number;

  constructor(numClasses: number) {
    super();
    this.numClasses = numClasses;
  }

  protected measure(predictions: Tensor, targets: Tensor): Counted {
    const { name } = this.constructor;
    return { counts: confusion(name, predictions, targets, this.numClasses).to("i32") };
  }
}

/** `confusionMatrix` over batches: rows are true classes. */
export class MulticlassConfusionMatrix extends Counting<number[][]> {
  readonly normalize: "true" | "pred" | "all" | null;

  constructor(
    numClasses: number,
    { normalize = null }: { readonly normalize?: "true" | "pred" | "all" | null } = {},
  ) {
    super(numClasses);
    checkChoice("MulticlassConfusionMatrix", "normalize", normalize, ["true", "pred", "all", null]);
    this.normalize = normalize;
  }

  protected conclude({ counts }: Totals<Counted>): number[][] {
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

/** Settings of the scores. */
export interface AccumulatedScoreOptions {
  /** "macro" leaves out classes that neither occur nor are predicted; null gives each class's (default "macro"). */
  readonly average?: Average;
}

type Fraction = (right: number, support: number, predicted: number) => readonly [number, number];

abstract class Score extends Counting<number | number[]> {
  readonly average: Average;
  protected abstract readonly fraction: Fraction;

  constructor(numClasses: number, { average = "macro" }: AccumulatedScoreOptions = {}) {
    super(numClasses);
    checkChoice(this.constructor.name, "average", average, ["micro", "macro", "weighted", null]);
    this.average = average;
  }

  protected conclude({ counts }: Totals<Counted>): number | number[] {
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

/** `multiclassAccuracy` over batches: with "micro" the part of examples that is right. */
export class MulticlassAccuracy extends Score {
  protected readonly fraction: Fraction = recall;
}

/** `multiclassPrecision` over batches. */
export class MulticlassPrecision extends Score {
  protected readonly fraction: Fraction = (right, _, predicted) => [right, predicted];
}

/** `multiclassRecall` over batches. */
export class MulticlassRecall extends Score {
  protected readonly fraction: Fraction = recall;
}

/** `multiclassF1Score` over batches. */
export class MulticlassF1Score extends Score {
  protected readonly fraction: Fraction = (right, support, predicted) => [
    2 * right,
    support + predicted,
  ];
}

type Hits = { right: Tensor; count: Tensor };

/** `binaryAccuracy` over batches. */
export class BinaryAccuracy extends Metric<[probabilities: Tensor, targets: Tensor], Hits, number> {
  readonly threshold: number;

  constructor({ threshold = 0.5 }: { readonly threshold?: number } = {}) {
    super();
    this.threshold = threshold;
  }

  protected measure(probabilities: Tensor, targets: Tensor): Hits {
    checkSameShape("BinaryAccuracy", probabilities, targets);
    const right = probabilities.gt(this.threshold).eq(targets.ne(0));
    return { right: right.to("i32").sum(), count: right.eq(right).to("i32").sum() };
  }

  protected conclude({ right, count }: Totals<Hits>): number {
    return share(right[0] as number, count[0] as number);
  }
}

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
