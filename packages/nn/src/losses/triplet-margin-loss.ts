import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { checkMargin } from "../functional/margin-losses.ts";
import {
  type TripletMarginLossOptions,
  type TripletMarginWithDistanceLossOptions,
  tripletMarginLoss,
  tripletMarginWithDistanceLoss,
} from "../functional.ts";
import { PairwiseDistance } from "../layers/distance.ts";
import { Module } from "../module.ts";

/** Mean of max(0, ‖a − p‖ − ‖a − n‖ + margin). [N, D] each. */
export class TripletMarginLoss extends Module<
  [anchor: Tensor, positive: Tensor, negative: Tensor],
  Tensor
> {
  readonly options: TripletMarginLossOptions;

  constructor(options: TripletMarginLossOptions = {}) {
    checkCall(
      'new TripletMarginLoss({ margin: number, p: number, eps: number, swap: boolean, reduction: "none" | "mean" | "sum" })',
      arguments,
    );
    checkMargin("TripletMarginLoss", options.margin ?? 1);
    super();
    this.options = options;
  }

  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    return tripletMarginLoss(anchor, positive, negative, this.options);
  }
}

/** Mean of max(0, d(a, p) − d(a, n) + margin) for a custom distance d. [N, D] each. */
export class TripletMarginWithDistanceLoss extends Module<
  [anchor: Tensor, positive: Tensor, negative: Tensor],
  Tensor
> {
  readonly distanceFunction: (a: Tensor, b: Tensor) => Tensor;
  readonly options: TripletMarginWithDistanceLossOptions;

  constructor(settings: TripletMarginWithDistanceLossOptions = {}) {
    checkCall(
      'new TripletMarginWithDistanceLoss({ distanceFunction: function | null, margin: number, swap: boolean, reduction: "none" | "mean" | "sum" })',
      arguments,
    );
    const { distanceFunction = null, ...options } = settings;
    checkMargin("TripletMarginWithDistanceLoss", options.margin ?? 1);
    super();
    this.distanceFunction = distanceFunction ?? new PairwiseDistance();
    this.options = options;
  }

  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    const { distanceFunction, options } = this;
    return tripletMarginWithDistanceLoss(anchor, positive, negative, {
      ...options,
      distanceFunction,
    });
  }
}
