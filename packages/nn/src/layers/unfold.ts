import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { type UnfoldOptions, unfold } from "../functional.ts";
import { Module } from "../module.ts";
import { pythonSizes } from "../print.ts";
import { positive, type Sizes } from "./sizes.ts";

/** Every window of an image as a column. x: [N, C, H, W] → [N, C·kH·kW, windows]. */
export class Unfold extends Module<[Tensor], Tensor> {
  readonly kernelSize: Sizes;
  readonly options: Required<UnfoldOptions>;

  constructor(kernelSize: Sizes, options: UnfoldOptions = {}) {
    checkCall(
      "new Unfold(kernelSize: number | list, { dilation: number | list, padding: number | list, stride: number | list })",
      arguments,
    );
    const { dilation = 1, padding = 0, stride = 1 } = options;
    super();
    positive("Unfold", { kernelSize });
    this.kernelSize = kernelSize;
    this.options = { dilation, padding, stride };
  }

  forward(x: Tensor): Tensor {
    return unfold(x, this.kernelSize, this.options);
  }

  override extraRepr(): string {
    const { dilation, padding, stride } = this.options;
    return [
      `kernel_size=${pythonSizes(this.kernelSize)}`,
      `dilation=${pythonSizes(dilation)}`,
      `padding=${pythonSizes(padding)}`,
      `stride=${pythonSizes(stride)}`,
    ].join(", ");
  }
}
