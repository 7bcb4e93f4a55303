import { ArgumentError, type Tensor, tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { Labels } from "@wgrad/datasets";
import { type Rows, readRows, type Seen, seenTensor, tensorOf } from "../estimator/input.ts";
import {
  either,
  flag,
  fraction,
  type Given,
  none,
  type Schema,
  whole,
} from "../estimator/settings.ts";
import { isOptions, TransformEstimator } from "../estimator/transform-estimator.ts";
import { axesOf } from "./axes.ts";

/** Settings of PCA, with scikit-learn's defaults. */
export interface PCAParams {
  /**
   * Number of components or, below 1, the fraction of the variance that they explain; null: all
   * (default null).
   */
  readonly nComponents: number | null;
  /** Whether to scale each component to variance 1 (default false). */
  readonly whiten: boolean;
}

interface Fitted extends Seen {
  readonly mean: Float64Array;
  /** Rows of unit length: [components, features], flat. */
  readonly components: Float64Array;
  readonly explainedVariance: Float64Array;
  readonly explainedVarianceRatio: Float64Array;
  readonly singularValues: Float64Array;
  /** The mean variance along the omitted directions. */
  readonly noiseVariance: number;
}

const schema: Schema<PCAParams> = {
  nComponents: [null, either(whole(1), fraction, none)],
  whiten: [false, flag],
};

/**
 * Principal component analysis (Pearson 1901): the directions of largest variance, from the
 * singular values of x − x̄. x: [rows, features] → [rows, components]. The largest entry of each
 * component is positive, as in scikit-learn since 1.5. Also a step of a `Pipeline`.
 *
 * `fit` throws ArgumentError for more components than rows or features, and for a single row.
 */
export class PCA extends TransformEstimator<PCAParams, Fitted> {
  readonly type = "PCA";

  constructor(params: Given<PCAParams> = {}) {
    checkCall("new PCA(settings?)", arguments);
    super("PCA", schema, params);
  }

  /** Finds the components. `y`, which a pipeline passes on, is ignored. */
  async fit(x: Rows, y?: Labels | Tensor | null): Promise<this> {
    // settings instead of labels would be ignored
    this.check(isOptions(y) ? "fit(x: any)" : "fit(x: any, y?)", arguments);
    const call = "PCA.fit";
    const matrix = await readRows(call, x);
    const { rows, width, data, names } = matrix;
    const { nComponents } = this.params;
    const most = Math.min(rows, width);
    const wanted = nComponents === null || nComponents < 1 ? most : nComponents;
    if (wanted > most || rows < 2) {
      throw new ArgumentError(
        `${call}: nComponents is ${wanted}, but x is [${rows}, ${width}]\n  hint: at most ${Math.max(1, most)} components, and at least two rows`,
      );
    }
    const mean = new Float64Array(width);
    for (let i = 0; i < data.length; i++) {
      mean[i % width] = (mean[i % width] as number) + (data[i] as number) / rows;
    }
    let squares = 0;
    for (let i = 0; i < data.length; i++)
      squares += ((data[i] as number) - (mean[i % width] as number)) ** 2;
    const total = squares / (rows - 1);
    const features = tensorOf(call, x);
    const { values, vectors } = await axesOf(matrix, features, mean, wanted);
    const variances = Float64Array.from(values, (value) => value ** 2 / (rows - 1));
    const ratios = variances.map((variance) => (total > 0 ? variance / total : 0));
    const count =
      nComponents !== null && nComponents < 1 ? componentsFor(ratios, nComponents) : wanted;
    const components = new Float64Array(count * width);
    for (let k = 0; k < count; k++) {
      components.set(withPositivePeak(vectors.slice(k * width, (k + 1) * width)), k * width);
    }
    const sum = (of: Float64Array): number => of.reduce((a, b) => a + b, 0);
    // the difference of two sums only if the omitted variances are not known
    const omitted =
      variances.length < most
        ? Math.max(0, total - sum(variances.subarray(0, count)))
        : sum(variances.subarray(count));
    return this.learn({
      mean,
      components,
      explainedVariance: variances.slice(0, count),
      explainedVarianceRatio: ratios.slice(0, count),
      singularValues: values.slice(0, count),
      noiseVariance: count < most ? omitted / (most - count) : 0,
      width,
      names,
    });
  }

  /** The mean of each feature. */
  get mean(): Float64Array {
    return this.learned("mean").mean;
  }

  /** The components, rows of unit length: [components][features]. */
  get components(): Float64Array[] {
    const { components, width } = this.learned("components");
    return Array.from({ length: components.length / width }, (_, k) =>
      components.slice(k * width, (k + 1) * width),
    );
  }

  /** The variance along each component (divided by the number of rows − 1). */
  get explainedVariance(): Float64Array {
    return this.learned("explainedVariance").explainedVariance;
  }

  /** The fraction of the total variance along each component. */
  get explainedVarianceRatio(): Float64Array {
    return this.learned("explainedVarianceRatio").explainedVarianceRatio;
  }

  /** The singular value of each component. */
  get singularValues(): Float64Array {
    return this.learned("singularValues").singularValues;
  }

  /** The mean variance along the omitted directions. */
  get noiseVariance(): number {
    return this.learned("noiseVariance").noiseVariance;
  }

  transform(x: Rows): Tensor {
    this.check("transform(x: any)", arguments);
    const fitted = this.learned("transform");
    const features = seenTensor("PCA.transform", x, fitted);
    return features.sub(rowOf(fitted.mean, features)).matmul(this.#axes(fitted, features, -1).t());
  }

  /** Maps components back to features: [rows, components] → [rows, features]. */
  inverseTransform(z: Tensor): Tensor {
    this.check("inverseTransform(z)", arguments);
    const fitted = this.learned("inverseTransform");
    const width = fitted.components.length / fitted.width;
    const components = seenTensor("PCA.inverseTransform", z, { width, names: null });
    return components.matmul(this.#axes(fitted, components, 1)).add(rowOf(fitted.mean, components));
  }

  /** Components, multiplied by this power of their standard deviations if they are whitened. */
  #axes(
    { components, explainedVariance, width }: Fitted,
    { device }: Tensor,
    power: 1 | -1,
  ): Tensor {
    // directions without variance are not scaled
    const scales = explainedVariance.map((v) => (v === 0 ? 0 : Math.sqrt(v) ** power));
    const scaled = this.params.whiten
      ? components.map((value, i) => value * (scales[Math.floor(i / width)] as number))
      : components;
    const shape = [components.length / width, width];
    return tensor(Float32Array.from(scaled), { shape, device });
  }
}

const rowOf = (values: Float64Array, { device }: Tensor): Tensor =>
  tensor(Float32Array.from(values), { device });

/** Number of components that explain more than `part` of the variance. */
function componentsFor(ratios: Float64Array, part: number): number {
  let sum = 0;
  const index = ratios.findIndex((ratio) => {
    sum += ratio;
    return sum > part;
  });
  return index < 0 ? ratios.length : index + 1;
}

/** Flips a vector so that its entry of largest absolute value is positive. */
function withPositivePeak(vector: Float64Array): Float64Array {
  const largest = vector.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
  return largest < 0 ? vector.map((value) => -value) : vector;
}
