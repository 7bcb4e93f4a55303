import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { type MaxPoolOptions, maxPool1d, maxPool2d, maxPool3d } from "../functional.ts";
import { Module } from "../module.ts";
import { pythonSizes, pythonValue } from "../print.ts";
import { positive, type Sizes } from "./sizes.ts";

/** Settings of MaxPool1d, MaxPool2d and MaxPool3d; the places of the maxima come from the functions of `functional`. */
export type MaxPoolLayerOptions = Omit<MaxPoolOptions, "returnIndices">;

abstract class MaxPool extends Module<[Tensor], Tensor> {
  readonly kernelSize: Sizes;
  readonly options: {
    readonly stride: Sizes;
    readonly padding: Sizes;
    readonly dilation: Sizes;
    readonly ceilMode: boolean;
  };

  constructor(kernelSize: Sizes, options: MaxPoolLayerOptions = {}) {
    checkCall(
      `new ${new.target.name}(kernelSize: number | list, { stride: number | list | null, padding: number | list, dilation: number | list, ceilMode: boolean })`,
      arguments,
    );
    const { stride, padding = 0, dilation = 1, ceilMode = false } = options;
    super();
    positive(new.target.name, { kernelSize });
    this.kernelSize = kernelSize;
    this.options = { stride: stride ?? kernelSize, padding, dilation, ceilMode };
  }

  override extraRepr(): string {
    const { stride, padding, dilation, ceilMode } = this.options;
    return [
      `kernel_size=${pythonSizes(this.kernelSize)}`,
      `stride=${pythonSizes(stride)}`,
      `padding=${pythonSizes(padding)}`,
      `dilation=${pythonSizes(dilation)}`,
      `ceil_mode=${pythonValue(ceilMode)}`,
    ].join(", ");
  }
}

/** The largest element of every window of a signal. x: [N, C, L] or [C, L]; windows step by `stride`, the kernel's size unless told. */
export class MaxPool1d extends MaxPool {
  forward(x: Tensor): Tensor {
    return maxPool1d(x, this.kernelSize, this.options);
  }
}

/** The largest element of every window of an image. x: [N, C, H, W] or [C, H, W]; windows step by `stride`, the kernel's size unless told. */
export class MaxPool2d extends MaxPool {
  forward(x: Tensor): Tensor {
    return maxPool2d(x, this.kernelSize, this.options);
  }
}

/** The largest element of every window of a volume. x: [N, C, D, H, W] or [C, D, H, W]; windows step by `stride`, the kernel's size unless told. */
export class MaxPool3d extends MaxPool {
  forward(x: Tensor): Tensor {
    return maxPool3d(x, this.kernelSize, this.options);
  }
}
