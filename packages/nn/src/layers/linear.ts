import { ArgumentError, linear, type Tensor, zeros } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { registerFields } from "../fields.ts";
import { Module } from "../module.ts";
import { type Parameter, parameter } from "../parameter.ts";
import { pythonValue } from "../print.ts";

/** Settings of Linear. */
export interface LinearOptions {
  /** Adds a learned bias (default true). */
  readonly bias?: boolean;
}

/**
 * y = x Wᵀ + b.  x: […, in] → […, out]; weight: [out, in]; bias: [out]. Both are initialised
 * uniformly on ±1/√in, the weight first, as in PyTorch.
 */
export class Linear extends Module<[Tensor], Tensor> {
  weight: Parameter;
  bias: Parameter | null;

  constructor(inFeatures: number, outFeatures: number, options: LinearOptions = {}) {
    checkCall("new Linear(inFeatures: number, outFeatures: number, { bias: boolean })", arguments);
    const { bias = true } = options;
    super();
    for (const size of [inFeatures, outFeatures]) {
      if (Number.isInteger(size) && size >= 0) continue;
      throw new ArgumentError(
        `Linear: inFeatures is ${inFeatures}, outFeatures is ${outFeatures}
  hint: whole numbers`,
      );
    }
    const bound = inFeatures === 0 ? 0 : 1 / Math.sqrt(inFeatures);
    this.weight = parameter(zeros([outFeatures, inFeatures]).uniform_(-bound, bound));
    this.bias = bias ? parameter(zeros([outFeatures]).uniform_(-bound, bound)) : null;
    registerFields(this);
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
