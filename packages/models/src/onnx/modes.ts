import { batchNorm, dropout, type Tensor } from "@wgrad/autograd";
import { Module } from "@wgrad/nn";

/**
 * Dropout in a graph. Training: y = x / (1 − p) with probability 1 − p, else 0. Evaluation: y = x.
 */
export class OnnxDropout extends Module<[Tensor, number], Tensor> {
  forward(x: Tensor, p: number): Tensor {
    return dropout(x, { p, training: this.training });
  }
}

/** The other inputs of batch normalisation, [C] each. */
export interface Statistics {
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
  readonly eps: number;
  /** Weight of the old running statistics in training. */
  readonly momentum: number;
}

/**
 * Batch normalisation in a graph. In training it uses the statistics of the batch and updates the
 * running ones. x: [N, C, …].
 */
export class OnnxBatchNorm extends Module<[Tensor, Statistics], Tensor> {
  forward(x: Tensor, { weight, bias, mean, variance, eps, momentum }: Statistics): Tensor {
    return batchNorm(x, mean, variance, { weight, bias, eps, momentum, training: this.training });
  }
}
