import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { type KlDivOptions, klDiv } from "../functional.ts";
import { Module } from "../module.ts";

/**
 * Mean of y (log y − x) for log-probabilities x and probabilities y. `reduction: "batchmean"` gives
 * the Kullback–Leibler divergence for each example.
 */
export class KLDivLoss extends Module<[input: Tensor, target: Tensor], Tensor> {
  readonly options: KlDivOptions;

  constructor(options: KlDivOptions = {}) {
    checkCall(
      'new KLDivLoss({ reduction: "none" | "batchmean" | "sum" | "mean", logTarget: boolean })',
      arguments,
    );
    super();
    this.options = options;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return klDiv(input, target, this.options);
  }
}
