import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { registerFields } from "../fields.ts";
import { checkPower } from "../functional/margin-losses.ts";
import {
  type LossOptions,
  type MultiLabelSoftMarginLossOptions,
  type MultiMarginLossOptions,
  multilabelMarginLoss,
  multilabelSoftMarginLoss,
  multiMarginLoss,
} from "../functional.ts";
import { Module } from "../module.ts";
import { buffer } from "../parameter.ts";

/** Mean of Σ_{i≠y} w_y max(0, margin − x_y + xᵢ)ᵖ / C. input: [N, C]; target: [N]. */
export class MultiMarginLoss extends Module<[input: Tensor, target: Tensor], Tensor> {
  readonly options: Omit<MultiMarginLossOptions, "weight">;
  /** A factor for each class; part of the state dict, as in PyTorch. */
  readonly weight: Tensor | null;

  constructor(settings: MultiMarginLossOptions = {}) {
    checkCall(
      'new MultiMarginLoss({ p: number, margin: number, weight: tensor | null, reduction: "none" | "mean" | "sum" })',
      arguments,
    );
    const { weight = null, ...options } = settings;
    checkPower("MultiMarginLoss", options.p ?? 1);
    super();
    this.options = options;
    this.weight = weight === null ? null : buffer(weight);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return multiMarginLoss(input, target, { ...this.options, weight: this.weight });
  }
}

/**
 * Mean of Σⱼ Σᵢ max(0, 1 − x_yⱼ + xᵢ) / C. A row of the target lists classes up to its first −1.
 * input and target: [N, C].
 */
export class MultiLabelMarginLoss extends Module<[input: Tensor, target: Tensor], Tensor> {
  readonly options: LossOptions;

  constructor(options: LossOptions = {}) {
    checkCall('new MultiLabelMarginLoss({ reduction: "none" | "mean" | "sum" })', arguments);
    super();
    this.options = options;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return multilabelMarginLoss(input, target, this.options);
  }
}

/** Mean of −w (y log σ(x) + (1 − y) log σ(−x)) over labels and rows. input and target: [N, C]. */
export class MultiLabelSoftMarginLoss extends Module<[input: Tensor, target: Tensor], Tensor> {
  readonly options: Omit<MultiLabelSoftMarginLossOptions, "weight">;
  /** A factor for each class; part of the state dict, as in PyTorch. */
  readonly weight: Tensor | null;

  constructor(settings: MultiLabelSoftMarginLossOptions = {}) {
    checkCall(
      'new MultiLabelSoftMarginLoss({ weight: tensor | null, reduction: "none" | "mean" | "sum" })',
      arguments,
    );
    const { weight = null, ...options } = settings;
    super();
    this.options = options;
    this.weight = weight === null ? null : buffer(weight);
    registerFields(this);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return multilabelSoftMarginLoss(input, target, { ...this.options, weight: this.weight });
  }
}
