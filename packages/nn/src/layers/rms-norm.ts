import { ones, type Shape, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { registerFields } from "../fields.ts";
import { rmsNorm } from "../functional.ts";
import { Module } from "../module.ts";
import { type Parameter, parameter } from "../parameter.ts";
import { pythonFloat, pythonSizes, pythonValue } from "../print.ts";
import { perDim, positive, type Sizes } from "./sizes.ts";

/** Settings of RMSNorm. */
export interface RMSNormOptions {
  /** Added to the mean square (default: the machine epsilon of the dtype). */
  readonly eps?: number | null;
  /** Learns a scale for each element (default true). */
  readonly elementwiseAffine?: boolean;
}

/**
 * y = γ x / √(mean x² + ε) over the last dimensions, whose sizes are `normalizedShape`. x: […,
 * normalizedShape]; γ: normalizedShape.  Zhang & Sennrich 2019.
 */
export class RMSNorm extends Module<[Tensor], Tensor> {
  readonly normalizedShape: Shape;
  readonly eps: number | null;
  weight: Parameter | null;

  constructor(normalizedShape: Sizes, options: RMSNormOptions = {}) {
    checkCall(
      "new RMSNorm(normalizedShape: number | number[], { eps: number | null, elementwiseAffine: boolean })",
      arguments,
    );
    const { eps = null, elementwiseAffine = true } = options;
    super();
    positive("RMSNorm", { normalizedShape });
    const shape = perDim(1, normalizedShape);
    this.normalizedShape = shape;
    this.eps = eps;
    this.weight = elementwiseAffine ? parameter(ones(shape)) : null;
    registerFields(this);
  }

  forward(x: Tensor): Tensor {
    return rmsNorm(x, this.normalizedShape, { weight: this.weight, eps: this.eps });
  }

  override extraRepr(): string {
    const eps = this.eps === null ? "None" : pythonFloat(this.eps);
    const affine = pythonValue(this.weight !== null);
    return `${pythonSizes(this.normalizedShape)}, eps=${eps}, elementwise_affine=${affine}`;
  }
}
