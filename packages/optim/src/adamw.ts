import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { Adam, type AdamOptions, type AdamState, adamStep } from "./adam.ts";
import type { Trained } from "./parameter-groups.ts";

/** Settings of AdamW: Adam's, but that the default `weightDecay` is 0.01. */
export type AdamWOptions = AdamOptions;

/**
 * Adam whose weight decay bypasses the moments (Loshchilov & Hutter 2019): p ← p − η λ p, then Adam's step
 * along the gradient alone.
 */
export class AdamW extends Adam {
  constructor(params: Trained<AdamWOptions>, options: Partial<AdamWOptions> = {}) {
    checkCall(
      "new AdamW(params, { lr: number, betas: list, eps: number, weightDecay: number, amsgrad: boolean, maximize: boolean })",
      arguments,
    );
    super(params, { ...options, weightDecay: options.weightDecay ?? 0.01 });
  }

  protected override update(
    p: Tensor,
    gradient: Tensor,
    s: Partial<AdamState>,
    options: AdamWOptions,
    t: number,
  ): Tensor {
    const { lr, weightDecay, maximize } = options;
    const shrunk = p.mul(1 - lr * weightDecay);
    return adamStep(shrunk, maximize ? gradient.neg() : gradient, s, options, t);
  }
}
