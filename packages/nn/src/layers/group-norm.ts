import { ArgumentError, ones, type Tensor, zeros } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { registerFields } from "../fields.ts";
import { groupNorm } from "../functional.ts";
import { Module } from "../module.ts";
import { type Parameter, parameter } from "../parameter.ts";
import { pythonFloat, pythonValue } from "../print.ts";
import { positive } from "./sizes.ts";

/** Settings of GroupNorm. */
export interface GroupNormOptions {
  /** Added to the variance (default 1e-5). */
  readonly eps?: number;
  /** Learns a scale and a shift for each channel (default true). */
  readonly affine?: boolean;
}

/**
 * y = γ (x − μ) / √(σ² + ε) + β, with the mean and variance of each group of channels of each
 * example. x: [N, C, …]; γ, β: [C].  Wu & He 2018.
 */
export class GroupNorm extends Module<[Tensor], Tensor> {
  readonly numGroups: number;
  readonly numChannels: number;
  readonly eps: number;
  weight: Parameter | null;
  bias: Parameter | null;

  constructor(numGroups: number, numChannels: number, options: GroupNormOptions = {}) {
    checkCall(
      "new GroupNorm(numGroups: number, numChannels: number, { eps: number, affine: boolean })",
      arguments,
    );
    const { eps = 1e-5, affine = true } = options;
    super();
    positive("GroupNorm", { numGroups, numChannels });
    if (numChannels % numGroups !== 0) {
      throw new ArgumentError(
        `GroupNorm: ${numChannels} channels cannot be split into ${numGroups} equal groups`,
      );
    }
    this.numGroups = numGroups;
    this.numChannels = numChannels;
    this.eps = eps;
    this.weight = affine ? parameter(ones([numChannels])) : null;
    this.bias = affine ? parameter(zeros([numChannels])) : null;
    registerFields(this);
  }

  forward(x: Tensor): Tensor {
    const { weight, bias, eps } = this;
    return groupNorm(x, this.numGroups, { weight, bias, eps });
  }

  override extraRepr(): string {
    const affine = pythonValue(this.weight !== null);
    return `${this.numGroups}, ${this.numChannels}, eps=${pythonFloat(this.eps)}, affine=${affine}`;
  }
}
