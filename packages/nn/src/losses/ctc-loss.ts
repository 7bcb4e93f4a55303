import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { type CtcLossOptions, ctcLoss } from "../functional.ts";
import { Module } from "../module.ts";

/**
 * −log P(target), summed over all alignments. logProbs: [T, N, C]; targets: [N, S], or [Σ lengths]
 * in one row; lengths: [N].
 */
export class CTCLoss extends Module<
  [
    logProbs: Tensor,
    targets: Tensor,
    inputLengths: Tensor | readonly number[],
    targetLengths: Tensor | readonly number[],
  ],
  Tensor
> {
  readonly options: CtcLossOptions;

  constructor(options: CtcLossOptions = {}) {
    checkCall(
      'new CTCLoss({ blank: number, reduction: "none" | "mean" | "sum", zeroInfinity: boolean })',
      arguments,
    );
    super();
    this.options = options;
  }

  forward(
    logProbs: Tensor,
    targets: Tensor,
    inputLengths: Tensor | readonly number[],
    targetLengths: Tensor | readonly number[],
  ): Tensor {
    return ctcLoss(logProbs, targets, inputLengths, targetLengths, this.options);
  }
}
