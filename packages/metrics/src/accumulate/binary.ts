import { ArgumentError, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { type BinaryOptions, binaryLabels } from "../binary.ts";
import type { Values } from "../values.ts";
import { Metric, type Totals } from "./metric.ts";

type Counts = { right: Tensor; support: Tensor; predicted: Tensor; all: Tensor; odd: Tensor };
type Fraction = (totals: Readonly<Record<keyof Counts, number>>) => readonly [number, number];

/** Base of binary scores. The counts are exact up to 2³¹. */
abstract class BinaryScore extends Metric<
  [probabilities: Values, targets: Values],
  Counts,
  number
> {
  readonly threshold: number;
  readonly ignoreIndex: number | null;
  protected abstract readonly fraction: Fraction;

  constructor(options: BinaryOptions = {}) {
    checkCall(`new ${new.target.name}({ threshold: number, ignoreIndex: int | null })`, arguments);
    super();
    const { threshold = 0.5, ignoreIndex = null } = options;
    if (!(threshold >= 0 && threshold <= 1)) {
      throw new ArgumentError(
        `${new.target.name}: threshold is ${threshold}\n  hint: a number from 0 to 1`,
      );
    }
    this.threshold = threshold;
    this.ignoreIndex = ignoreIndex;
  }

  protected measure(probabilities: Values, targets: Values): Counts {
    checkCall("metric.update(probabilities: any, targets: any)", arguments);
    const { name } = this.constructor;
    const { predicted, actual, counted, odd } = binaryLabels(name, probabilities, targets, this);
    const count = (x: Tensor): Tensor =>
      (counted === null ? x : x.logicalAnd(counted)).to("i32").sum();
    return {
      right: count(predicted.logicalAnd(actual)),
      support: count(actual),
      predicted: count(predicted),
      all: count(actual.eq(actual)),
      odd: (odd ?? actual.ne(actual)).to("i32").sum(),
    };
  }

  protected override layout(): Record<keyof Counts, number[]> {
    return { right: [], support: [], predicted: [], all: [], odd: [] };
  }

  protected conclude(totals: Totals<Counts>): number {
    const { name } = this.constructor;
    const numbers = Object.fromEntries(
      Object.entries(totals).map(([key, value]) => [key, value[0] as number]),
    ) as Record<keyof Counts, number>;
    if (numbers.odd > 0) {
      throw new ArgumentError(
        `${name}.compute: ${numbers.odd} examples have a target that is neither 1 nor 0, or a NaN probability`,
      );
    }
    const [above, below] = this.fraction(numbers);
    return below === 0 ? 0 : above / below;
  }
}

/** `binaryPrecision` over batches. update(probabilities, targets). */
export class BinaryPrecision extends BinaryScore {
  protected readonly fraction: Fraction = ({ right, predicted }) => [right, predicted];
}

/** `binaryRecall` over batches. update(probabilities, targets). */
export class BinaryRecall extends BinaryScore {
  protected readonly fraction: Fraction = ({ right, support }) => [right, support];
}

/** `binaryF1Score` over batches. update(probabilities, targets). */
export class BinaryF1Score extends BinaryScore {
  protected readonly fraction: Fraction = ({ right, support, predicted }) => [
    2 * right,
    support + predicted,
  ];
}

/** `binarySpecificity` over batches. update(probabilities, targets). */
export class BinarySpecificity extends BinaryScore {
  protected readonly fraction: Fraction = ({ right, support, predicted, all }) => [
    all - support - predicted + right,
    all - support,
  ];
}

/** `binaryJaccardIndex` over batches. update(probabilities, targets). */
export class BinaryJaccardIndex extends BinaryScore {
  protected readonly fraction: Fraction = ({ right, support, predicted }) => [
    right,
    support + predicted - right,
  ];
}
