import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { type LossOptions, mseLoss } from "../functional.ts";
import { Module } from "../module.ts";

/**
 * Mean of (input − target)². Both must have the same shape. → 0-d, or that shape with `reduction:
 * "none"`.
 */
export class MSELoss extends Module<[input: Tensor, target: Tensor], Tensor> {
  readonly options: LossOptions;

  constructor(options: LossOptions = {}) {
    checkCall('new MSELoss({ reduction: "none" | "mean" | "sum" })', arguments);
    super();
    this.options = options;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return mseLoss(input, target, this.options);
  }
}
