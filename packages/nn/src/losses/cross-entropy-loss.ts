import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { registerFields } from "../fields.ts";
import {
  type CrossEntropyOptions,
  crossEntropy,
  type NllLossOptions,
  nllLoss,
} from "../functional.ts";
import { Module } from "../module.ts";
import { buffer } from "../parameter.ts";

/**
 * Mean of −w[t] log softmax(x)[t]. input: logits [N, C, …] or [C]; target: class indices, of the
 * input's shape without C, or probabilities of the input's shape.
 */
export class CrossEntropyLoss extends Module<[input: Tensor, target: Tensor], Tensor> {
  readonly options: Omit<CrossEntropyOptions, "weight">;
  /** A factor for each class; part of the state dict, as in PyTorch. */
  readonly weight: Tensor | null;

  constructor(settings: CrossEntropyOptions = {}) {
    checkCall(
      'new CrossEntropyLoss({ weight: tensor | null, ignoreIndex: int, reduction: "none" | "mean" | "sum", labelSmoothing: number })',
      arguments,
    );
    const { weight = null, ...options } = settings;
    super();
    this.options = options;
    this.weight = weight === null ? null : buffer(weight);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return crossEntropy(input, target, { ...this.options, weight: this.weight });
  }
}

/**
 * Mean of −w[t] x[t] for log-probabilities x. input: [N, C, …] or [C]; target: class indices, of
 * the input's shape without C.
 */
export class NLLLoss extends Module<[input: Tensor, target: Tensor], Tensor> {
  readonly options: Omit<NllLossOptions, "weight">;
  /** A factor for each class; part of the state dict, as in PyTorch. */
  readonly weight: Tensor | null;

  constructor(settings: NllLossOptions = {}) {
    checkCall(
      'new NLLLoss({ weight: tensor | null, ignoreIndex: int, reduction: "none" | "mean" | "sum" })',
      arguments,
    );
    const { weight = null, ...options } = settings;
    super();
    this.options = options;
    this.weight = weight === null ? null : buffer(weight);
    registerFields(this);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return nllLoss(input, target, { ...this.options, weight: this.weight });
  }
}
