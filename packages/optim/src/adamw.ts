import { checkCall } from "@wgrad/autograd/plugin";
import { Adam, type AdamOptions } from "./adam.ts";
import type { ParamsInput } from "./parameter-groups.ts";

/**
 * Settings of AdamW: those of Adam without `decoupledWeightDecay`. The default `weightDecay` is
 * 0.01.
 */
export type AdamWOptions = Omit<AdamOptions, "decoupledWeightDecay">;

/**
 * Adam with decoupled weight decay (Loshchilov & Hutter 2019): p ← p − η λ p, then Adam's step. The
 * decay does not enter the moments.
 */
export class AdamW extends Adam {
  constructor(params: ParamsInput<AdamWOptions>, options: Partial<AdamWOptions> = {}) {
    checkCall(
      "new AdamW(params: any, { lr: number, betas: list, eps: number, weightDecay: number, amsgrad: boolean, maximize: boolean })",
      arguments,
    );
    const { weightDecay = 0.01 } = options;
    super(params as ParamsInput<AdamOptions>, {
      ...options,
      weightDecay,
      decoupledWeightDecay: true,
    });
  }
}
