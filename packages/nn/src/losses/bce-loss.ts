import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { registerFields } from "../fields.ts";
import {
  type BinaryCrossEntropyOptions,
  binaryCrossEntropy,
  type LossOptions,
} from "../functional.ts";
import { Module } from "../module.ts";
import { buffer } from "../parameter.ts";

/**
 * Mean of −w (y log p + (1 − y) log(1 − p)) for probabilities p in [0, 1], with each logarithm at
 * least −100. Input and target must have the same shape. → 0-d, or that shape with `reduction:
 * "none"`.
 */
export class BCELoss extends Module<[input: Tensor, target: Tensor], Tensor> {
  readonly options: LossOptions;
  /** A factor for every element, broadcast; part of the state dict, as in PyTorch. */
  readonly weight: Tensor | null;

  constructor(settings: BinaryCrossEntropyOptions = {}) {
    checkCall(
      'new BCELoss({ weight: tensor | null, reduction: "none" | "mean" | "sum" })',
      arguments,
    );
    const { weight = null, ...options } = settings;
    super();
    this.options = options;
    this.weight = weight === null ? null : buffer(weight);
    registerFields(this);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropy(input, target, { ...this.options, weight: this.weight });
  }
}
