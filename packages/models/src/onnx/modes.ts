import { batchNorm, dropout, type Tensor } from "@wgrad/autograd";
import { Module } from "@wgrad/nn";

/** Dropout of a graph. In training y = x / (1 − p) with probability 1 − p, else 0; in evaluation y = x. */
export class OnnxDropout extends Module<[Tensor, number], Tensor> {
  forward(x: Tensor, p: number): Tensor {
    return dropout(x, { p, training: this.training });
  }
}

/** What batch normalisation works with beside its input; all of them [C]. */
export interface Statistics {
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
  readonly eps: number;
  /** Part of the batch's own statistics in the running ones, in training. */
  readonly momentum: number;
}

/** Batch normalisation of a graph: in training by the batch's own statistics, which the running ones follow. x: [N, C, …]. */
export class OnnxBatchNorm extends Module<[Tensor, Statistics], Tensor> {
  forward(x: Tensor, { weight, bias, mean, variance, eps, momentum }: Statistics): Tensor {
    return batchNorm(x, mean, variance, { weight, bias, eps, momentum, training: this.training });
  }
}
