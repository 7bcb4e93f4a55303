import { type Tensor, zeros } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { registerFields } from "../fields.ts";
import { bilinear } from "../functional.ts";
import { Module } from "../module.ts";
import { type Parameter, parameter } from "../parameter.ts";
import { pythonValue } from "../print.ts";
import type { LinearOptions } from "./linear.ts";
import { positive } from "./sizes.ts";

/**
 * yₒ = x₁ᵀ Wₒ x₂ + bₒ.  x₁: […, in1]; x₂: […, in2] → […, out]; weight: [out, in1, in2]; bias:
 * [out]. Both are initialised uniformly on ±1/√in1, the weight first.
 */
export class Bilinear extends Module<[x1: Tensor, x2: Tensor], Tensor> {
  weight: Parameter;
  bias: Parameter | null;

  constructor(
    in1Features: number,
    in2Features: number,
    outFeatures: number,
    options: LinearOptions = {},
  ) {
    checkCall(
      "new Bilinear(in1Features: number, in2Features: number, outFeatures: number, { bias: boolean })",
      arguments,
    );
    const { bias = true } = options;
    super();
    positive("Bilinear", { in1Features, in2Features, outFeatures });
    const bound = 1 / Math.sqrt(in1Features);
    const weight = zeros([outFeatures, in1Features, in2Features]);
    this.weight = parameter(weight.uniform_(-bound, bound));
    this.bias = bias ? parameter(zeros([outFeatures]).uniform_(-bound, bound)) : null;
    registerFields(this);
  }

  forward(x1: Tensor, x2: Tensor): Tensor {
    return bilinear(x1, x2, this.weight, this.bias);
  }

  override extraRepr(): string {
    const [out, in1, in2] = this.weight.shape;
    const bias = pythonValue(this.bias !== null);
    return `in1_features=${in1}, in2_features=${in2}, out_features=${out}, bias=${bias}`;
  }
}
