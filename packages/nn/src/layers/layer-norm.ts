import { ones, type Shape, type Tensor, zeros } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { registerFields } from "../fields.ts";
import { layerNorm } from "../functional.ts";
import { Module } from "../module.ts";
import { type Parameter, parameter } from "../parameter.ts";
import { pythonFloat, pythonSizes, pythonValue } from "../print.ts";
import { perDim, positive, type Sizes } from "./sizes.ts";

/** Settings of LayerNorm. */
export interface LayerNormOptions {
  /** Added to the variance (default 1e-5). */
  readonly eps?: number;
  /** Learns a scale, and with `bias` a shift, for each element (default true). */
  readonly elementwiseAffine?: boolean;
  /** Learns the shift (default true). */
  readonly bias?: boolean;
}

/**
 * y = γ (x − μ) / √(σ² + ε) + β, with the mean and variance over the last dimensions, whose sizes
 * are `normalizedShape`. x: […, normalizedShape]; γ, β: normalizedShape.  Ba, Kiros & Hinton 2016.
 */
export class LayerNorm extends Module<[Tensor], Tensor> {
  readonly normalizedShape: Shape;
  readonly eps: number;
  weight: Parameter | null;
  bias: Parameter | null;

  constructor(normalizedShape: Sizes, options: LayerNormOptions = {}) {
    checkCall(
      "new LayerNorm(normalizedShape: number | number[], { eps: number, elementwiseAffine: boolean, bias: boolean })",
      arguments,
    );
    const { eps = 1e-5, elementwiseAffine = true, bias = true } = options;
    super();
    positive("LayerNorm", { normalizedShape });
    const shape = perDim(1, normalizedShape);
    this.normalizedShape = shape;
    this.eps = eps;
    this.weight = elementwiseAffine ? parameter(ones(shape)) : null;
    this.bias = elementwiseAffine && bias ? parameter(zeros(shape)) : null;
    registerFields(this);
  }

  forward(x: Tensor): Tensor {
    const { weight, bias, eps } = this;
    return layerNorm(x, this.normalizedShape, { weight, bias, eps });
  }

  override extraRepr(): string {
    const affine = pythonValue(this.weight !== null);
    return `${pythonSizes(this.normalizedShape)}, eps=${pythonFloat(this.eps)}, elementwise_affine=${affine}`;
  }
}
