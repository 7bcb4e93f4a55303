import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { cosineEmbeddingLoss, type MarginOptions } from "../functional.ts";
import { Module } from "../module.ts";

/**
 * Mean of 1 − cos(a, b) where the target is 1, and of max(0, cos(a, b) − margin) where it is −1. a,
 * b: [N, D]; target: [N].
 */
export class CosineEmbeddingLoss extends Module<
  [input1: Tensor, input2: Tensor, target: Tensor],
  Tensor
> {
  readonly options: MarginOptions;

  constructor(options: MarginOptions = {}) {
    checkCall(
      'new CosineEmbeddingLoss({ margin: number, reduction: "none" | "mean" | "sum" })',
      arguments,
    );
    super();
    this.options = options;
  }

  forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return cosineEmbeddingLoss(input1, input2, target, this.options);
  }
}
