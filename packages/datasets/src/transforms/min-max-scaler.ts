import { ArgumentError, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { checkWidth, each, readFeatures, rowOf } from "./features.ts";
import { Fitted, type Transform } from "./transform.ts";

/** Settings of MinMaxScaler, with scikit-learn's names and defaults. */
export interface MinMaxScalerOptions {
  /** Target range of the smallest and largest value (default [0, 1]). */
  readonly featureRange?: readonly [number, number];
  /** Clips values of other rows to that range (default false). */
  readonly clip?: boolean;
}

interface State {
  readonly dataMin: readonly number[];
  readonly dataMax: readonly number[];
}

/**
 * z = a + (x − min) (b − a) / (max − min) per feature, so that the data of `fit` fill [a, b]. x:
 * [rows, features]. Constant features become a. Missing values (NaN) are ignored and stay, as in
 * scikit-learn.
 *
 * Throws ArgumentError for an invalid range.
 */
export class MinMaxScaler
  extends Fitted<Required<MinMaxScalerOptions>, State>
  implements Transform<"tensor", "tensor">
{
  readonly type = "MinMaxScaler";
  readonly takes = "tensor";
  readonly gives = "tensor";

  constructor(options: MinMaxScalerOptions = {}) {
    checkCall("new MinMaxScaler({ featureRange: list, clip: boolean })", arguments);
    const { featureRange = [0, 1], clip = false } = options;
    if (!(featureRange[0] < featureRange[1])) {
      throw new ArgumentError(`MinMaxScaler: featureRange is [${featureRange.join(", ")}]`);
    }
    super({ featureRange, clip });
  }

  /** Smallest value of each feature. */
  get dataMin(): readonly number[] {
    return this.learned("dataMin").dataMin;
  }

  /** Largest value of each feature. */
  get dataMax(): readonly number[] {
    return this.learned("dataMax").dataMax;
  }

  async fit(x: Tensor): Promise<this> {
    checkCall("scaler.fit(x: tensor, y?)", arguments);
    const features = await readFeatures("MinMaxScaler.fit", x);
    return this.learn({
      dataMin: each(features, (column) =>
        column.reduce((a, b) => Math.min(a, b), column[0] ?? Number.NaN),
      ),
      dataMax: each(features, (column) =>
        column.reduce((a, b) => Math.max(a, b), column[0] ?? Number.NaN),
      ),
    });
  }

  transform(x: Tensor): Tensor {
    checkCall("scaler.transform(x: tensor)", arguments);
    const { low, scale } = this.#scaling("transform");
    const [least, greatest] = this.options.featureRange;
    checkWidth("MinMaxScaler.transform", x, scale.length);
    const z = x.sub(rowOf(low)).mul(rowOf(scale)).add(least);
    return this.options.clip ? z.clamp({ min: least, max: greatest }) : z;
  }

  /** Inverts `transform`: back to the original units. */
  inverseTransform(z: Tensor): Tensor {
    checkCall("scaler.inverseTransform(z: tensor)", arguments);
    const { low, scale } = this.#scaling("inverseTransform");
    checkWidth("MinMaxScaler.inverseTransform", z, scale.length);
    return z.sub(this.options.featureRange[0]).div(rowOf(scale)).add(rowOf(low));
  }

  #scaling(call: string): { low: readonly number[]; scale: number[] } {
    const { dataMin, dataMax } = this.learned(call);
    const [least, greatest] = this.options.featureRange;
    const scale = dataMin.map((low, j) => {
      const span = (dataMax[j] as number) - low;
      return (greatest - least) / (span === 0 ? 1 : span);
    });
    return { low: dataMin, scale };
  }
}
