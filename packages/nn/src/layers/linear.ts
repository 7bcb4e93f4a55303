import { rand, type Tensor } from "@wgrad/autograd";
import { linear } from "../functional/linear.ts";
import { Module } from "../module.ts";
import { type Parameter, parameter } from "../parameter.ts";
import { pythonValue } from "../print.ts";

/** Settings of Linear. */
export interface LinearOptions {
  /** Adds a learned bias (default true). */
  readonly bias?: boolean;
}

/**
 * y = x Wᵀ + b.  x: […, in] → […, out]; weight: [out, in]; bias: [out].
 * Both start uniform within ±1/√in, weight drawn before bias, as in PyTorch.
 */
export class Linear extends Module<[Tensor], Tensor> {
  readonly weight: Parameter;
  readonly bias: Parameter | null;

  constructor(inFeatures: number, outFeatures: number, { bias = true }: LinearOptions = {}) {
    super();
    const bound = 1 / Math.sqrt(inFeatures);
    this.weight = parameter(
      rand([outFeatures, inFeatures])
        .mul(2 * bound)
        .sub(bound),
    );
    this.bias = bias ? parameter(uniform([outFeatures], -bound, bound)) : null;
  }

  forward(x: Tensor): Tensor {
    return linear(x, this.weight, this.bias);
  }

  override extraRepr(): string {
    const [outFeatures, inFeatures] = this.weight.shape;
    const bias = pythonValue(this.bias !== null);
    return `in_features=${inFeatures}, out_features=${outFeatures}, bias=${bias}`;
  }
}
