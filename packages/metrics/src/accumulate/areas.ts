import { ShapeError, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { averagePrecisionScore, rocAucScore } from "../areas.ts";
import { checkChoice, checkCount, checkSameShape } from "../check.ts";
import type { IgnoreOptions } from "../labels.ts";
import { asFloat, tensorsOf, type Values } from "../values.ts";
import { Collected } from "./collected.ts";

type Kept = { readonly scores: Tensor; readonly targets: Tensor };
type Area = (scores: number[] | number[][], targets: number[]) => Promise<number>;

/** Base of the areas under curves of binary targets. */
abstract class BinaryArea extends Collected<[scores: Values, targets: Values], number> {
  readonly ignoreIndex: number | null;
  protected abstract readonly area: Area;

  constructor(options: IgnoreOptions = {}) {
    checkCall(`new ${new.target.name}({ ignoreIndex: int | null })`, arguments);
    super();
    this.ignoreIndex = options.ignoreIndex ?? null;
  }

  protected keep(scores: Values, targets: Values): Kept {
    checkCall("metric.update(scores: any, targets: any)", arguments);
    const given = tensorsOf(this.constructor.name, { scores, targets });
    checkSameShape(this.constructor.name, given.scores, given.targets, ["scores", "targets"]);
    return {
      scores: asFloat(given.scores).reshape(-1),
      targets: given.targets.to("i32").reshape(-1),
    };
  }

  protected conclude(kept: Readonly<Record<string, Float64Array>>): Promise<number> {
    const targets = kept.targets as Float64Array;
    const places = [...targets.keys()].filter((i) => targets[i] !== this.ignoreIndex);
    return this.area(
      places.map((i) => kept.scores?.[i] as number),
      places.map((i) => targets[i] as number),
    );
  }
}

/**
 * `rocAucScore` over batches; keeps every score. update(scores, targets): both [n], targets 1 or 0.
 */
export class BinaryAUROC extends BinaryArea {
  protected readonly area: Area = async (scores, targets) =>
    (await rocAucScore(scores, targets)) as number;
}

/**
 * `averagePrecisionScore` over batches; keeps every score. update(scores, targets): both [n],
 * targets 1 or 0.
 */
export class BinaryAveragePrecision extends BinaryArea {
  protected readonly area: Area = async (scores, targets) =>
    (await averagePrecisionScore(scores, targets)) as number;
}

/** Settings of the multiclass areas. */
export interface MulticlassAreaOptions extends IgnoreOptions {
  /**
   * Mean over classes, mean weighted by support, or null for one value per class (default "macro").
   */
  readonly average?: "macro" | "weighted" | null;
}

/** Base of the areas under curves of each class against the rest. */
abstract class MulticlassArea extends Collected<
  [scores: Values, targets: Values],
  number | number[]
> {
  readonly numClasses: number;
  readonly ignoreIndex: number | null;
  readonly average: "macro" | "weighted" | null;
  protected abstract readonly area: Area;

  constructor(numClasses: number, options: MulticlassAreaOptions = {}) {
    checkCall(
      `new ${new.target.name}(numClasses: number, { average: "macro" | "weighted" | null, ignoreIndex: int | null })`,
      arguments,
    );
    super();
    checkCount(new.target.name, "numClasses", numClasses, 2);
    const { average = "macro", ignoreIndex = null } = options;
    checkChoice(new.target.name, "average", average, ["macro", "weighted", null]);
    this.numClasses = numClasses;
    this.average = average;
    this.ignoreIndex = ignoreIndex;
  }

  protected keep(scores: Values, targets: Values): Kept {
    checkCall("metric.update(scores: any, targets: any)", arguments);
    const { name } = this.constructor;
    const given = tensorsOf(name, { scores, targets });
    const { shape } = given.scores;
    if (
      shape.length !== 2 ||
      shape[1] !== this.numClasses ||
      given.targets.ndim !== 1 ||
      given.targets.shape[0] !== shape[0]
    ) {
      throw new ShapeError(
        `${name}: takes scores [n, ${this.numClasses}] and classes [n]\n  scores: [${shape.join(", ")}]\n  classes: [${given.targets.shape.join(", ")}]`,
      );
    }
    return { scores: asFloat(given.scores).reshape(-1), targets: given.targets.to("i32") };
  }

  protected async conclude(
    kept: Readonly<Record<string, Float64Array>>,
  ): Promise<number | number[]> {
    const targets = kept.targets as Float64Array;
    const places = [...targets.keys()].filter((i) => targets[i] !== this.ignoreIndex);
    const classes = Array.from({ length: this.numClasses }, (_, k) => k);
    const support = classes.map((k) => places.filter((i) => targets[i] === k).length);
    const each = await Promise.all(
      classes.map((k) => {
        const own = support[k] as number;
        if (own === 0 || own === places.length) return 0;
        return this.area(
          places.map((i) => kept.scores?.[i * this.numClasses + k] as number),
          places.map((i) => Number(targets[i] === k)),
        );
      }),
    );
    if (this.average === null) return each;
    const weights =
      this.average === "weighted" ? support : support.map((count) => Number(count > 0));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return each.reduce((sum, area, k) => sum + area * (weights[k] as number), 0) / total;
  }
}

/**
 * Area under the ROC curve of each class over batches; keeps every score. update(scores, targets):
 * [n, C] and classes [n].
 */
export class MulticlassAUROC extends MulticlassArea {
  protected readonly area: Area = async (scores, targets) =>
    (await rocAucScore(scores, targets)) as number;
}

/**
 * Average precision of each class over batches; keeps every score. update(scores, targets): [n, C]
 * and classes [n].
 */
export class MulticlassAveragePrecision extends MulticlassArea {
  protected readonly area: Area = async (scores, targets) =>
    (await averagePrecisionScore(scores, targets)) as number;
}
