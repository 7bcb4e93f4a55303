import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import {
  hingeEmbeddingLoss,
  type LossOptions,
  type MarginOptions,
  marginRankingLoss,
  softMarginLoss,
} from "../functional.ts";
import { Module } from "../module.ts";

/**
 * Mean of log(1 + e^(−y x)) for targets y of 1 or −1. Input and target must have the same shape.
 */
export class SoftMarginLoss extends Module<[input: Tensor, target: Tensor], Tensor> {
  readonly options: LossOptions;

  constructor(options: LossOptions = {}) {
    checkCall('new SoftMarginLoss({ reduction: "none" | "mean" | "sum" })', arguments);
    super();
    this.options = options;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return softMarginLoss(input, target, this.options);
  }
}

/** Mean of x where the target is 1, and of max(0, margin − x) where it is −1. */
export class HingeEmbeddingLoss extends Module<[input: Tensor, target: Tensor], Tensor> {
  readonly options: MarginOptions;

  constructor(options: MarginOptions = {}) {
    checkCall(
      'new HingeEmbeddingLoss({ margin: number, reduction: "none" | "mean" | "sum" })',
      arguments,
    );
    super();
    this.options = options;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return hingeEmbeddingLoss(input, target, this.options);
  }
}

/** Mean of max(0, −y (a − b) + margin), with y = 1 where a should be larger, else −1. */
export class MarginRankingLoss extends Module<
  [input1: Tensor, input2: Tensor, target: Tensor],
  Tensor
> {
  readonly options: MarginOptions;

  constructor(options: MarginOptions = {}) {
    checkCall(
      'new MarginRankingLoss({ margin: number, reduction: "none" | "mean" | "sum" })',
      arguments,
    );
    super();
    this.options = options;
  }

  forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return marginRankingLoss(input1, input2, target, this.options);
  }
}
