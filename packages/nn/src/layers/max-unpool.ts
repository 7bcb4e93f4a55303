import type { Shape, Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { maxUnpool1d, maxUnpool2d, maxUnpool3d } from "../functional/unpooling.ts";
import { Module } from "../module.ts";
import { pythonSizes } from "../print.ts";
import { perDim, positive, type Sizes } from "./sizes.ts";

/** Settings of the unpoolings. */
export interface MaxUnpoolLayerOptions {
  /** Step between windows (default: kernelSize). */
  readonly stride?: Sizes | null;
  readonly padding?: Sizes;
}

/** Settings of a call. */
export interface UnpoolOptions {
  /** Size of the output; needed where several sizes pool to this input. */
  readonly outputSize?: Shape | null;
}

abstract class MaxUnpool extends Module<
  [x: Tensor, indices: Tensor, options?: UnpoolOptions],
  Tensor
> {
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];

  constructor(rank: number, kernelSize: Sizes, options: MaxUnpoolLayerOptions) {
    super();
    const { stride = null, padding = 0 } = options;
    positive(new.target.name, { kernelSize, stride: stride ?? kernelSize });
    this.kernelSize = perDim(rank, kernelSize);
    this.stride = perDim(rank, stride ?? kernelSize);
    this.padding = perDim(rank, padding);
  }

  protected over(
    unpool: typeof maxUnpool1d,
    x: Tensor,
    indices: Tensor,
    { outputSize = null }: UnpoolOptions,
  ): Tensor {
    const { kernelSize, stride, padding } = this;
    return unpool(x, indices, kernelSize, { stride, padding, outputSize });
  }

  override extraRepr(): string {
    const { kernelSize, stride, padding } = this;
    return `kernel_size=${pythonSizes(kernelSize)}, stride=${pythonSizes(stride)}, padding=${pythonSizes(padding)}`;
  }
}

/**
 * Inverts MaxPool1d: puts each maximum at its index, 0 elsewhere. x, indices: [N, C, L] or [C, L].
 */
export class MaxUnpool1d extends MaxUnpool {
  constructor(kernelSize: Sizes, options: MaxUnpoolLayerOptions = {}) {
    checkCall(
      "new MaxUnpool1d(kernelSize: number | list, { stride: number | list | null, padding: number | list })",
      arguments,
    );
    super(1, kernelSize, options);
  }

  forward(x: Tensor, indices: Tensor, options: UnpoolOptions = {}): Tensor {
    checkCall("unpool(x, indices, { outputSize: number[] | null })", arguments);
    return this.over(maxUnpool1d, x, indices, options);
  }
}

/**
 * Inverts MaxPool2d: puts each maximum at its index, 0 elsewhere. x, indices: [N, C, H, W] or [C,
 * H, W].
 */
export class MaxUnpool2d extends MaxUnpool {
  constructor(kernelSize: Sizes, options: MaxUnpoolLayerOptions = {}) {
    checkCall(
      "new MaxUnpool2d(kernelSize: number | list, { stride: number | list | null, padding: number | list })",
      arguments,
    );
    super(2, kernelSize, options);
  }

  forward(x: Tensor, indices: Tensor, options: UnpoolOptions = {}): Tensor {
    checkCall("unpool(x, indices, { outputSize: number[] | null })", arguments);
    return this.over(maxUnpool2d, x, indices, options);
  }
}

/**
 * Inverts MaxPool3d: puts each maximum at its index, 0 elsewhere. x, indices: [N, C, D, H, W] or
 * [C, D, H, W].
 */
export class MaxUnpool3d extends MaxUnpool {
  constructor(kernelSize: Sizes, options: MaxUnpoolLayerOptions = {}) {
    checkCall(
      "new MaxUnpool3d(kernelSize: number | list, { stride: number | list | null, padding: number | list })",
      arguments,
    );
    super(3, kernelSize, options);
  }

  forward(x: Tensor, indices: Tensor, options: UnpoolOptions = {}): Tensor {
    checkCall("unpool(x, indices, { outputSize: number[] | null })", arguments);
    return this.over(maxUnpool3d, x, indices, options);
  }
}
