import type { Tensor, ValuesAndIndices } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { type MaxPoolOptions, maxPool1d, maxPool2d, maxPool3d } from "../functional.ts";
import { Module } from "../module.ts";
import { pythonSizes, pythonValue } from "../print.ts";
import { positive, type Sizes } from "./sizes.ts";

/** Settings of MaxPool1d, MaxPool2d and MaxPool3d. */
export interface MaxPoolLayerOptions<Indices extends boolean = boolean> extends MaxPoolOptions {
  /** Returns the indices of the maxima as well, { values, indices }, for MaxUnpool1d, 2d and 3d. */
  readonly returnIndices?: Indices;
}

/** The result of a pooling. */
type PoolResult<Indices extends boolean> = Indices extends true ? ValuesAndIndices : Tensor;

abstract class MaxPool<Indices extends boolean> extends Module<[Tensor], PoolResult<Indices>> {
  readonly kernelSize: Sizes;
  readonly options: {
    readonly stride: Sizes;
    readonly padding: Sizes;
    readonly dilation: Sizes;
    readonly ceilMode: boolean;
    readonly returnIndices: boolean;
  };

  constructor(kernelSize: Sizes, options: MaxPoolLayerOptions<Indices> = {}) {
    checkCall(
      `new ${new.target.name}(kernelSize: number | list, { stride: number | list | null, padding: number | list, dilation: number | list, returnIndices: boolean, ceilMode: boolean })`,
      arguments,
    );
    const { stride, padding = 0, dilation = 1, ceilMode = false, returnIndices = false } = options;
    super();
    positive(new.target.name, { kernelSize });
    this.kernelSize = kernelSize;
    this.options = { stride: stride ?? kernelSize, padding, dilation, ceilMode, returnIndices };
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

/**
 * The largest element of every window of a signal. x: [N, C, L] or [C, L]; `stride` defaults to the
 * kernel's size.
 */
export class MaxPool1d<Indices extends boolean = false> extends MaxPool<Indices> {
  forward(x: Tensor): PoolResult<Indices> {
    return maxPool1d(x, this.kernelSize, this.options) as PoolResult<Indices>;
  }
}

/**
 * The largest element of every window of an image. x: [N, C, H, W] or [C, H, W]; `stride` defaults
 * to the kernel's size.
 */
export class MaxPool2d<Indices extends boolean = false> extends MaxPool<Indices> {
  forward(x: Tensor): PoolResult<Indices> {
    return maxPool2d(x, this.kernelSize, this.options) as PoolResult<Indices>;
  }
}

/**
 * The largest element of every window of a volume. x: [N, C, D, H, W] or [C, D, H, W]; `stride`
 * defaults to the kernel's size.
 */
export class MaxPool3d<Indices extends boolean = false> extends MaxPool<Indices> {
  forward(x: Tensor): PoolResult<Indices> {
    return maxPool3d(x, this.kernelSize, this.options) as PoolResult<Indices>;
  }
}
