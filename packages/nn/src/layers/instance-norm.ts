import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { instanceNorm } from "../functional.ts";
import { ChannelNorm, type ChannelNormOptions } from "./norm.ts";

/**
 * Settings of InstanceNorm1d, InstanceNorm2d and InstanceNorm3d. Default of `affine` and
 * `trackRunningStats`: false.
 */
export type InstanceNormLayerOptions = ChannelNormOptions;

abstract class InstanceNorm extends ChannelNorm {
  constructor(numFeatures: number, options: InstanceNormLayerOptions = {}) {
    checkCall(
      `new ${new.target.name}(numFeatures: number, { eps: number, momentum: number | null, affine: boolean, trackRunningStats: boolean })`,
      arguments,
    );
    const { eps = 1e-5, momentum = 0.1, affine = false, trackRunningStats = false } = options;
    super(numFeatures, { eps, momentum, affine, trackRunningStats });
  }

  /** `forward` for inputs of `rank` dimensions, or one fewer without a batch. */
  protected over(x: Tensor, rank: number): Tensor {
    const single = x.shape.length === rank - 1;
    this.check(x, [rank - 1, rank], single ? 0 : 1);
    return single ? this.batched(x.unsqueeze(0)).squeeze(0) : this.batched(x);
  }

  private batched(x: Tensor): Tensor {
    const { weight, bias, eps, runningMean, runningVar } = this;
    const useInputStats = this.training || runningMean === null;
    // PyTorch's instance norms count no batches: without a momentum the statistics never change
    const momentum = this.momentum ?? 0;
    return instanceNorm(x, { runningMean, runningVar, weight, bias, eps, momentum, useInputStats });
  }
}

/**
 * y = γ (x − μ) / √(σ² + ε) + β, with the mean μ and variance σ² of each channel of each example;
 * in evaluation mode the running statistics, if tracked. x: [N, C, L] or [C, L]; γ, β: [C].
 * Ulyanov, Vedaldi & Lempitsky 2016.
 */
export class InstanceNorm1d extends InstanceNorm {
  forward(x: Tensor): Tensor {
    return this.over(x, 3);
  }
}

/**
 * y = γ (x − μ) / √(σ² + ε) + β, with the mean μ and variance σ² of each channel of each example;
 * in evaluation mode the running statistics, if tracked. x: [N, C, H, W] or [C, H, W]; γ, β: [C].
 * Ulyanov, Vedaldi & Lempitsky 2016.
 */
export class InstanceNorm2d extends InstanceNorm {
  forward(x: Tensor): Tensor {
    return this.over(x, 4);
  }
}

/**
 * y = γ (x − μ) / √(σ² + ε) + β, with the mean μ and variance σ² of each channel of each example;
 * in evaluation mode the running statistics, if tracked. x: [N, C, D, H, W] or [C, D, H, W]; γ, β:
 * [C].  Ulyanov, Vedaldi & Lempitsky 2016.
 */
export class InstanceNorm3d extends InstanceNorm {
  forward(x: Tensor): Tensor {
    return this.over(x, 5);
  }
}
