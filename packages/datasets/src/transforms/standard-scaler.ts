import { noGrad, ShapeError, type Tensor, tensor, where } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { rowOf } from "./features.ts";
import { notFitted, type SavedTransform, type Transform } from "./transform.ts";

/** Variances below 2⁻⁴⁰ of the squared mean are rounding errors of a constant feature. */
const ROUNDING = 2 ** -40;

/** Settings of StandardScaler. */
export interface StandardScalerOptions {
  /** Subtracts the mean (default true). */
  readonly withMean?: boolean;
  /** Divides by the standard deviation (default true). */
  readonly withStd?: boolean;
}

/**
 * z = (x − μ) / σ per feature: the data of `fit` get mean 0 and standard deviation 1. x: [rows,
 * features] or [rows]. σ divides by the number of rows, and is 1 for constant features, as in
 * scikit-learn. Missing values (NaN) are ignored and stay.
 */
export class StandardScaler implements Transform<"tensor", "tensor"> {
  readonly type = "StandardScaler";
  readonly takes = "tensor";
  readonly gives = "tensor";
  readonly #options: Required<StandardScalerOptions>;
  #mean: Tensor | null = null;
  #scale: Tensor | null = null;

  constructor(options: StandardScalerOptions = {}) {
    checkCall("new StandardScaler({ withMean: boolean, withStd: boolean })", arguments);
    const { withMean = true, withStd = true } = options;
    this.#options = { withMean, withStd };
  }

  /** μ of each feature, after `fit`. */
  get mean(): Tensor {
    return this.#fitted(this.#mean, "mean");
  }

  /** σ of each feature, after `fit`. */
  get scale(): Tensor {
    return this.#fitted(this.#scale, "scale");
  }

  /** Computes mean and deviation of the rows of `x`, which should be the training rows only. */
  fit(x: Tensor): this {
    checkCall("scaler.fit(x: tensor, y?)", arguments);
    if (x.shape.length === 0 || x.shape[0] === 0) {
      throw new ShapeError(
        `StandardScaler.fit: x has no rows: [${x.shape.join(", ")}]\n  hint: pass x: [rows, features]`,
      );
    }
    noGrad(() => {
      const counts = x.isnan().logicalNot().to("f32").sum(0);
      const mean = x.nansum(0).div(counts);
      const variance = x.sub(mean).square().nansum(0).div(counts);
      const constant = variance.le(mean.square().mul(ROUNDING));
      const scale = where(constant, 1, variance.sqrt());
      this.#mean = (this.#options.withMean ? mean : mean.mul(0)).keep();
      this.#scale = (this.#options.withStd ? scale : scale.mul(0).add(1)).keep();
    });
    return this;
  }

  /** z = (x − μ) / σ. */
  transform(x: Tensor): Tensor {
    checkCall("scaler.transform(x: tensor)", arguments);
    return x.sub(this.#fitted(this.#mean, "transform")).div(this.scale);
  }

  /** `fit(x)`, then `transform(x)`. */
  fitTransform(x: Tensor): Tensor {
    checkCall("scaler.fitTransform(x: tensor)", arguments);
    return this.fit(x).transform(x);
  }

  /** x = z σ + μ: back to the original units. */
  inverseTransform(z: Tensor): Tensor {
    checkCall("scaler.inverseTransform(z: tensor)", arguments);
    return z.mul(this.scale).add(this.#fitted(this.#mean, "inverseTransform"));
  }

  /** Options, μ and σ as plain numbers. */
  async save(): Promise<SavedTransform> {
    if (arguments.length > 0) checkCall("scaler.save()", arguments);
    const [mean, scale] = [await numbers(this.#mean), await numbers(this.#scale)];
    return { type: "StandardScaler", options: this.#options, state: mean && { mean, scale } };
  }

  /** Restores a saved state. */
  restore(state: unknown): this {
    checkCall("scaler.restore(state: any)", arguments);
    const saved = state as { mean: Saved; scale: Saved } | null;
    this.#mean = saved && rowFrom(saved.mean);
    this.#scale = saved && rowFrom(saved.scale);
    return this;
  }

  #fitted(value: Tensor | null, call: string): Tensor {
    if (value !== null) return value;
    throw notFitted("StandardScaler", call);
  }
}

/** A row of numbers, or one number for rows without features. JSON's null stands for NaN. */
type Saved = number | (number | null)[];

const rowFrom = (saved: Saved | null): Tensor =>
  (Array.isArray(saved) ? rowOf(saved) : tensor(saved ?? Number.NaN)).keep();

async function numbers(x: Tensor | null): Promise<Saved | null> {
  if (x === null) return null;
  return x.shape.length === 0 ? x.item() : [...(await x.data())];
}
