import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { type AvgPoolOptions, avgPool1d, avgPool2d, avgPool3d } from "../functional.ts";
import { Module } from "../module.ts";
import { pythonSizes } from "../print.ts";
import { perDim, positive, type Sizes } from "./sizes.ts";

/** Settings of AvgPool1d. */
export type AvgPool1dOptions = Omit<AvgPoolOptions, "divisorOverride">;

abstract class AvgPool extends Module<[Tensor], Tensor> {
  readonly kernelSize: Sizes;
  readonly options: AvgPoolOptions & { readonly stride: Sizes; readonly padding: Sizes };

  constructor(kernelSize: Sizes, settings: AvgPoolOptions = {}) {
    checkCall(
      `new ${new.target.name}(kernelSize: number | list, { stride: number | list | null, padding: number | list, ceilMode: boolean, countIncludePad: boolean, divisorOverride: int | null })`,
      arguments,
    );
    const { stride, padding = 0, ...options } = settings;
    super();
    positive(new.target.name, { kernelSize });
    this.kernelSize = kernelSize;
    this.options = { ...options, stride: stride ?? kernelSize, padding };
  }

  override extraRepr(): string {
    const { stride, padding } = this.options;
    return `kernel_size=${pythonSizes(this.kernelSize)}, stride=${pythonSizes(stride)}, padding=${pythonSizes(padding)}`;
  }
}

/**
 * The mean of every window of a signal. x: [N, C, L] or [C, L]; `stride` defaults to the kernel's
 * size.
 */
export class AvgPool1d extends AvgPool {
  constructor(kernelSize: Sizes, options: AvgPool1dOptions = {}) {
    checkCall(
      "new AvgPool1d(kernelSize: number | list, { stride: number | list | null, padding: number | list, ceilMode: boolean, countIncludePad: boolean })",
      arguments,
    );
    super(kernelSize, options);
  }

  forward(x: Tensor): Tensor {
    return avgPool1d(x, this.kernelSize, this.options);
  }

  override extraRepr(): string {
    const { stride, padding } = this.options;
    const [kernel, step, margin] = [this.kernelSize, stride, padding].map((sizes) =>
      pythonSizes(perDim(1, sizes)),
    );
    return `kernel_size=${kernel}, stride=${step}, padding=${margin}`;
  }
}

/**
 * The mean of every window of an image. x: [N, C, H, W] or [C, H, W]; `stride` defaults to the
 * kernel's size.
 */
export class AvgPool2d extends AvgPool {
  forward(x: Tensor): Tensor {
    return avgPool2d(x, this.kernelSize, this.options);
  }
}

/**
 * The mean of every window of a volume. x: [N, C, D, H, W] or [C, D, H, W]; `stride` defaults to
 * the kernel's size.
 */
export class AvgPool3d extends AvgPool {
  forward(x: Tensor): Tensor {
    return avgPool3d(x, this.kernelSize, this.options);
  }
}
