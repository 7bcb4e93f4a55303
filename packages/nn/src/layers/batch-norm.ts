import { noGrad, type Tensor, zeros } from "@wgrad/autograd";
import { checkCall, isRecomputing } from "@wgrad/autograd/plugin";
import { batchNorm } from "../functional.ts";
import { ChannelNorm, type ChannelNormOptions } from "./norm.ts";

/**
 * Settings of BatchNorm1d, BatchNorm2d and BatchNorm3d. Default of `affine` and
 * `trackRunningStats`: true.
 */
export type BatchNormLayerOptions = ChannelNormOptions;

abstract class BatchNorm extends ChannelNorm {
  constructor(numFeatures: number, options: BatchNormLayerOptions = {}) {
    checkCall(
      `new ${new.target.name}(numFeatures: number, { eps: number, momentum: number | null, affine: boolean, trackRunningStats: boolean })`,
      arguments,
    );
    const { eps = 1e-5, momentum = 0.1, affine = true, trackRunningStats = true } = options;
    super(numFeatures, { eps, momentum, affine, trackRunningStats });
  }

  /** `forward` for inputs whose number of dimensions is one of `ranks`. */
  protected over(x: Tensor, ranks: readonly number[]): Tensor {
    this.check(x, ranks, 1);
    const { weight, bias, eps, runningMean, runningVar, numBatchesTracked } = this;
    if (!this.training && runningMean !== null) {
      return batchNorm(x, runningMean, runningVar, { weight, bias, eps });
    }
    if (isRecomputing()) return batchNorm(x, null, null, { weight, bias, eps, training: true });
    noGrad(() => numBatchesTracked?.add_(1));
    return this.followed(x);
  }

  /**
   * Normalises by the statistics of the batch and updates the running ones by `momentum`, or as the
   * mean of all batches.
   */
  private followed(x: Tensor): Tensor {
    const { weight, bias, eps, momentum, runningMean, runningVar, numBatchesTracked } = this;
    const settings = { weight, bias, eps, training: true };
    if (momentum !== null || runningMean === null || runningVar === null) {
      return batchNorm(x, runningMean, runningVar, { ...settings, momentum: momentum ?? 0 });
    }
    const [mean, variance] = [zeros([this.numFeatures]), zeros([this.numFeatures])];
    const y = batchNorm(x, mean, variance, { ...settings, momentum: 1 });
    noGrad(() => {
      runningMean.add_(mean.sub(runningMean).div(numBatchesTracked as Tensor));
      runningVar.add_(variance.sub(runningVar).div(numBatchesTracked as Tensor));
    });
    return y;
  }
}

/**
 * y = γ (x − μ) / √(σ² + ε) + β, with the mean μ and variance σ² of each channel over the batch; in
 * evaluation mode the running statistics. x: [N, C] or [N, C, L]; γ, β: [C].  Ioffe & Szegedy 2015.
 */
export class BatchNorm1d extends BatchNorm {
  forward(x: Tensor): Tensor {
    return this.over(x, [2, 3]);
  }
}

/**
 * y = γ (x − μ) / √(σ² + ε) + β, with the mean μ and variance σ² of each channel over the batch; in
 * evaluation mode the running statistics. x: [N, C, H, W]; γ, β: [C].  Ioffe & Szegedy 2015.
 */
export class BatchNorm2d extends BatchNorm {
  forward(x: Tensor): Tensor {
    return this.over(x, [4]);
  }
}

/**
 * y = γ (x − μ) / √(σ² + ε) + β, with the mean μ and variance σ² of each channel over the batch; in
 * evaluation mode the running statistics. x: [N, C, D, H, W]; γ, β: [C].  Ioffe & Szegedy 2015.
 */
export class BatchNorm3d extends BatchNorm {
  forward(x: Tensor): Tensor {
    return this.over(x, [5]);
  }
}
