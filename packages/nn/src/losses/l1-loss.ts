import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import {
  type HuberLossOptions,
  huberLoss,
  type LossOptions,
  l1Loss,
  type SmoothL1LossOptions,
  smoothL1Loss,
} from "../functional.ts";
import { Module } from "../module.ts";

/**
 * Mean of |input − target|. Both must have the same shape. → 0-d, or that shape with `reduction:
 * "none"`.
 */
export class L1Loss extends Module<[input: Tensor, target: Tensor], Tensor> {
  readonly options: LossOptions;

  constructor(options: LossOptions = {}) {
    checkCall('new L1Loss({ reduction: "none" | "mean" | "sum" })', arguments);
    super();
    this.options = options;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return l1Loss(input, target, this.options);
  }
}

/** Mean of d²/2β where |d| < β, else |d| − β/2, for d = input − target of the same shape. */
export class SmoothL1Loss extends Module<[input: Tensor, target: Tensor], Tensor> {
  readonly options: SmoothL1LossOptions;

  constructor(options: SmoothL1LossOptions = {}) {
    checkCall('new SmoothL1Loss({ reduction: "none" | "mean" | "sum", beta: number })', arguments);
    super();
    this.options = options;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return smoothL1Loss(input, target, this.options);
  }
}

/** Mean of d²/2 where |d| < δ, else δ (|d| − δ/2), for d = input − target of the same shape. */
export class HuberLoss extends Module<[input: Tensor, target: Tensor], Tensor> {
  readonly options: HuberLossOptions;

  constructor(options: HuberLossOptions = {}) {
    checkCall('new HuberLoss({ reduction: "none" | "mean" | "sum", delta: number })', arguments);
    super();
    this.options = options;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return huberLoss(input, target, this.options);
  }
}
