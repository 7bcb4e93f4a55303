import { ArgumentError, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { checkWidth, each, readFeatures, rowOf } from "./features.ts";
import { quantileOf } from "./statistics.ts";
import { Fitted, type Transform } from "./transform.ts";

/** Settings of RobustScaler, with scikit-learn's names and defaults. */
export interface RobustScalerOptions {
  /** Subtracts the median (default true). */
  readonly withCentering?: boolean;
  /** Divides by the quantile range (default true). */
  readonly withScaling?: boolean;
  /** The percentiles of the range (default [25, 75]). */
  readonly quantileRange?: readonly [number, number];
}

interface State {
  readonly center: readonly number[];
  readonly scale: readonly number[];
}

/**
 * z = (x − median) / (q₇₅ − q₂₅) per feature, which is robust to outliers. x: [rows, features]. A
 * range of 0 is replaced by 1. Missing values (NaN) are ignored and stay, as in scikit-learn.
 *
 * Throws ArgumentError for invalid percentiles.
 */
export class RobustScaler
  extends Fitted<Required<RobustScalerOptions>, State>
  implements Transform<"tensor", "tensor">
{
  readonly type = "RobustScaler";
  readonly takes = "tensor";
  readonly gives = "tensor";

  constructor(options: RobustScalerOptions = {}) {
    checkCall(
      "new RobustScaler({ withCentering: boolean, withScaling: boolean, quantileRange: list })",
      arguments,
    );
    const { withCentering = true, withScaling = true, quantileRange = [25, 75] } = options;
    const [low, high] = quantileRange;
    if (!(low >= 0 && low < high && high <= 100)) {
      throw new ArgumentError(
        `RobustScaler: quantileRange is [${quantileRange.join(", ")}]\n  hint: pass two percentiles from 0 to 100, the lower one first`,
      );
    }
    super({ withCentering, withScaling, quantileRange });
  }

  /** The median of each feature, or 0. */
  get center(): readonly number[] {
    return this.learned("center").center;
  }

  /** The divisor of each feature. */
  get scale(): readonly number[] {
    return this.learned("scale").scale;
  }

  async fit(x: Tensor): Promise<this> {
    checkCall("scaler.fit(x: tensor, y?)", arguments);
    const { withCentering, withScaling, quantileRange } = this.options;
    const features = await readFeatures("RobustScaler.fit", x);
    const sorted = each(features, (column) => column.sort());
    const [low, high] = quantileRange;
    return this.learn({
      center: sorted.map((column) => (withCentering ? quantileOf(column, 0.5) : 0)),
      scale: sorted.map((column) => {
        const range = quantileOf(column, high / 100) - quantileOf(column, low / 100);
        return withScaling && range !== 0 ? range : 1;
      }),
    });
  }

  transform(x: Tensor): Tensor {
    checkCall("scaler.transform(x: tensor)", arguments);
    const { center, scale } = this.learned("transform");
    checkWidth("RobustScaler.transform", x, scale.length);
    return x.sub(rowOf(center)).div(rowOf(scale));
  }

  /** Inverts `transform`: back to the original units. */
  inverseTransform(z: Tensor): Tensor {
    checkCall("scaler.inverseTransform(z: tensor)", arguments);
    const { center, scale } = this.learned("inverseTransform");
    checkWidth("RobustScaler.inverseTransform", z, scale.length);
    return z.mul(rowOf(scale)).add(rowOf(center));
  }
}
