import { ArgumentError, maximum, minimum, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { checkWidth, each, type Features, readFeatures, rowOf } from "./features.ts";
import { meanOf, quantileOf, varianceOf } from "./statistics.ts";
import { Fitted, type Transform } from "./transform.ts";

/** Settings of OutlierClipper. */
export interface OutlierClipperOptions {
  /** Measures the distance in interquartile ranges (default) or standard deviations. */
  readonly method?: "iqr" | "zscore";
  /**
   * Maximum distance: in ranges beyond the quartiles (default 1.5), or in deviations from the mean
   * (default 3).
   */
  readonly factor?: number;
}

interface State {
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/**
 * Clips outliers per feature to [q₂₅ − f·iqr, q₇₅ + f·iqr] (Tukey 1977) or [μ − f·σ, μ + f·σ]. x:
 * [rows, features]. Missing values (NaN) are ignored and stay.
 *
 * Throws ArgumentError for a factor that is not positive.
 */
export class OutlierClipper
  extends Fitted<Required<OutlierClipperOptions>, State>
  implements Transform<"tensor", "tensor">
{
  readonly type = "OutlierClipper";
  readonly takes = "tensor";
  readonly gives = "tensor";

  constructor(options: OutlierClipperOptions = {}) {
    checkCall('new OutlierClipper({ method: "iqr" | "zscore", factor: number })', arguments);
    const { method = "iqr", factor = method === "iqr" ? 1.5 : 3 } = options;
    if (!(factor > 0)) throw new ArgumentError(`OutlierClipper: factor is ${factor}`);
    super({ method, factor });
  }

  /** Lower bound of each feature. */
  get low(): readonly number[] {
    return this.learned("low").low;
  }

  /** Upper bound of each feature. */
  get high(): readonly number[] {
    return this.learned("high").high;
  }

  async fit(x: Tensor): Promise<this> {
    checkCall("clipper.fit(x: tensor, y?)", arguments);
    const features = await readFeatures("OutlierClipper.fit", x);
    const bounds = this.options.method === "iqr" ? fences(features) : deviations(features);
    const { factor } = this.options;
    return this.learn({
      low: bounds.map(({ low, spread }) => low - factor * spread),
      high: bounds.map(({ high, spread }) => high + factor * spread),
    });
  }

  transform(x: Tensor): Tensor {
    checkCall("clipper.transform(x: tensor)", arguments);
    const { low, high } = this.learned("transform");
    checkWidth("OutlierClipper.transform", x, low.length);
    return minimum(maximum(x, rowOf(low)), rowOf(high));
  }
}

interface Bounds {
  readonly low: number;
  readonly high: number;
  readonly spread: number;
}

const fences = (features: Features): Bounds[] =>
  each(features, (column) => {
    const sorted = column.sort();
    const [low, high] = [quantileOf(sorted, 0.25), quantileOf(sorted, 0.75)];
    return { low, high, spread: high - low };
  });

const deviations = (features: Features): Bounds[] =>
  each(features, (column) => {
    const mean = meanOf(column);
    return { low: mean, high: mean, spread: Math.sqrt(varianceOf(column)) };
  });
