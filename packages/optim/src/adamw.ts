import { checkCall } from "@wgrad/autograd/plugin";
import { Adam, type AdamOptions } from "./adam.ts";
import type { Trained } from "./parameter-groups.ts";

/**
 * Settings of AdamW: Adam's, but that the default `weightDecay` is 0.01, which bypasses the
 * moments.
 */
export type AdamWOptions = Omit<AdamOptions, "decoupledWeightDecay">;

/**
 * Adam whose weight decay bypasses the moments (Loshchilov & Hutter 2019): p ← p − η λ p, then
 * Adam's step along the gradient alone.
 */
export class AdamW extends Adam {
  constructor(params: Trained<AdamWOptions>, options: Partial<AdamWOptions> = {}) {
    checkCall(
      "new AdamW(params, { lr: number, betas: list, eps: number, weightDecay: number, amsgrad: boolean, maximize: boolean })",
      arguments,
    );
    const { weightDecay = 0.01 } = options;
    super(params as Trained<AdamOptions>, { ...options, weightDecay, decoupledWeightDecay: true });
  }
}
