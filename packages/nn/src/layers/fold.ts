import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { fold, type UnfoldOptions } from "../functional.ts";
import { Module } from "../module.ts";
import { pythonSizes } from "../print.ts";
import { positive, type Sizes } from "./sizes.ts";

/**
 * Adds columns into an image at the positions of their windows: the gradient of Unfold. x: [N,
 * C·kH·kW, windows] → [N, C, H, W].
 */
export class Fold extends Module<[Tensor], Tensor> {
  readonly outputSize: Sizes;
  readonly kernelSize: Sizes;
  readonly options: Required<UnfoldOptions>;

  constructor(outputSize: Sizes, kernelSize: Sizes, options: UnfoldOptions = {}) {
    checkCall(
      "new Fold(outputSize: number | list, kernelSize: number | list, { dilation: number | list, padding: number | list, stride: number | list })",
      arguments,
    );
    const { dilation = 1, padding = 0, stride = 1 } = options;
    super();
    positive("Fold", { outputSize, kernelSize });
    this.outputSize = outputSize;
    this.kernelSize = kernelSize;
    this.options = { dilation, padding, stride };
  }

  forward(x: Tensor): Tensor {
    return fold(x, this.outputSize, this.kernelSize, this.options);
  }

  override extraRepr(): string {
    const { dilation, padding, stride } = this.options;
    return [
      `output_size=${pythonSizes(this.outputSize)}`,
      `kernel_size=${pythonSizes(this.kernelSize)}`,
      `dilation=${pythonSizes(dilation)}`,
      `padding=${pythonSizes(padding)}`,
      `stride=${pythonSizes(stride)}`,
    ].join(", ");
  }
}
