import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { registerFields } from "../fields.ts";
import {
  type BinaryCrossEntropyWithLogitsOptions,
  binaryCrossEntropyWithLogits,
} from "../functional.ts";
import { Module } from "../module.ts";
import { buffer } from "../parameter.ts";

/**
 * Mean of −w (v y log σ(x) + (1 − y) log(1 − σ(x))) for logits x. Input and target must have the
 * same shape.
 */
export class BCEWithLogitsLoss extends Module<[input: Tensor, target: Tensor], Tensor> {
  readonly options: Omit<BinaryCrossEntropyWithLogitsOptions, "weight" | "posWeight">;
  /** A factor for every element, broadcast; part of the state dict, as in PyTorch. */
  readonly weight: Tensor | null;
  /**
   * A factor for the positive targets of each class, broadcast; part of the state dict, as in
   * PyTorch.
   */
  readonly posWeight: Tensor | null;

  constructor(settings: BinaryCrossEntropyWithLogitsOptions = {}) {
    checkCall(
      'new BCEWithLogitsLoss({ weight: tensor | null, reduction: "none" | "mean" | "sum", posWeight: tensor | null })',
      arguments,
    );
    const { weight = null, posWeight = null, ...options } = settings;
    super();
    this.options = options;
    this.weight = weight === null ? null : buffer(weight);
    this.posWeight = posWeight === null ? null : buffer(posWeight);
    registerFields(this);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropyWithLogits(input, target, {
      ...this.options,
      weight: this.weight,
      posWeight: this.posWeight,
    });
  }
}
