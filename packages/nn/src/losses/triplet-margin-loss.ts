import type { Tensor } from "@wgrad/autograd";
import {
  type TripletMarginLossOptions,
  type TripletMarginWithDistanceLossOptions,
  tripletMarginLoss,
  tripletMarginWithDistanceLoss,
} from "../functional.ts";
import { Module } from "../module.ts";

/** Mean of max(0, ‖a − p‖ − ‖a − n‖ + margin). [N, D] each. */
export class TripletMarginLoss extends Module<
  [anchor: Tensor, positive: Tensor, negative: Tensor],
  Tensor
> {
  readonly options: TripletMarginLossOptions;

  constructor(options: TripletMarginLossOptions = {}) {
    super();
    this.options = options;
  }

  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    return tripletMarginLoss(anchor, positive, negative, this.options);
  }
}

/** Mean of max(0, d(a, p) − d(a, n) + margin) for a distance d of your own. [N, D] each. */
export class TripletMarginWithDistanceLoss extends Module<
  [anchor: Tensor, positive: Tensor, negative: Tensor],
  Tensor
> {
  readonly options: TripletMarginWithDistanceLossOptions;

  constructor(options: TripletMarginWithDistanceLossOptions = {}) {
    super();
    this.options = options;
  }

  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    return tripletMarginWithDistanceLoss(anchor, positive, negative, this.options);
  }
}
