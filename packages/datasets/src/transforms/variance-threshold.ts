import { ArgumentError, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { each, readFeatures } from "./features.ts";
import { Selection } from "./selection.ts";
import { varianceOf } from "./statistics.ts";

/** Settings of VarianceThreshold. */
export interface VarianceThresholdOptions {
  /** Features with at most this variance are dropped (default 0: constant features). */
  readonly threshold?: number;
}

/**
 * Drops features of low variance (dividing by the number of rows; missing values, NaN, are
 * ignored). [rows, features] → [rows, kept].
 *
 * `fit` throws ArgumentError if no feature is left.
 */
export class VarianceThreshold extends Selection<Required<VarianceThresholdOptions>> {
  readonly type = "VarianceThreshold";

  constructor(options: VarianceThresholdOptions = {}) {
    checkCall("new VarianceThreshold({ threshold: number })", arguments);
    const { threshold = 0 } = options;
    if (!(threshold >= 0)) throw new ArgumentError(`VarianceThreshold: threshold is ${threshold}`);
    super({ threshold });
  }

  /** The variance of each feature. */
  get variances(): readonly (number | null)[] {
    return this.learned("variances").scores;
  }

  async fit(x: Tensor): Promise<this> {
    checkCall("threshold.fit(x: tensor, y?)", arguments);
    const { threshold } = this.options;
    const features = await readFeatures("VarianceThreshold.fit", x);
    const variances = each(features, (column) =>
      column.length > 0 && column.every((value) => value === column[0]) ? 0 : varianceOf(column),
    );
    const stays = variances.map((variance) => variance > threshold);
    return this.keep(variances, stays, `has a variance above ${threshold}`);
  }
}
