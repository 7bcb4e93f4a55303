import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import {
  type GaussianNllLossOptions,
  gaussianNllLoss,
  type PoissonNllLossOptions,
  poissonNllLoss,
} from "../functional.ts";
import { Module } from "../module.ts";

/** Mean of eˣ − t x for log-rates x and counts t of the same shape. */
export class PoissonNLLLoss extends Module<[input: Tensor, target: Tensor], Tensor> {
  readonly options: PoissonNllLossOptions;

  constructor(options: PoissonNllLossOptions = {}) {
    checkCall(
      'new PoissonNLLLoss({ logInput: boolean, full: boolean, eps: number, reduction: "none" | "mean" | "sum" })',
      arguments,
    );
    super();
    this.options = options;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return poissonNllLoss(input, target, this.options);
  }
}

/** Mean of ½ (log v + (x − t)²/v) for means x and variances v. */
export class GaussianNLLLoss extends Module<
  [input: Tensor, target: Tensor, variance: Tensor],
  Tensor
> {
  readonly options: GaussianNllLossOptions;

  constructor(options: GaussianNllLossOptions = {}) {
    checkCall(
      'new GaussianNLLLoss({ full: boolean, eps: number, reduction: "none" | "mean" | "sum" })',
      arguments,
    );
    super();
    this.options = options;
  }

  forward(input: Tensor, target: Tensor, variance: Tensor): Tensor {
    return gaussianNllLoss(input, target, variance, this.options);
  }
}
