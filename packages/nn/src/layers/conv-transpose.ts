import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import {
  type ConvTransposeOptions,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
} from "../functional.ts";
import { Convolution } from "./convolution.ts";
import { perDim, type Sizes } from "./sizes.ts";

/** Settings of ConvTranspose1d, ConvTranspose2d and ConvTranspose3d. */
export interface ConvTransposeLayerOptions extends ConvTransposeOptions {
  /** Adds a learned bias (default true). */
  readonly bias?: boolean;
}

abstract class ConvTranspose extends Convolution {
  readonly options: { readonly [K in keyof ConvTransposeOptions]-?: ConvTransposeOptions[K] };

  constructor(
    rank: number,
    inChannels: number,
    outChannels: number,
    kernelSize: Sizes,
    {
      stride = 1,
      padding = 0,
      outputPadding = 0,
      dilation = 1,
      ...rest
    }: ConvTransposeLayerOptions,
  ) {
    super(rank, inChannels, outChannels, kernelSize, rest, true);
    this.options = {
      stride: perDim(rank, stride),
      padding: perDim(rank, padding),
      outputPadding: perDim(rank, outputPadding),
      dilation: perDim(rank, dilation),
      groups: this.groups,
    };
  }

  protected printed(): ReturnType<Convolution["printed"]> {
    const { stride, padding, dilation, outputPadding } = this.options;
    return {
      kernel: this.weight.shape.slice(2),
      stride: stride as readonly number[],
      padding: padding as readonly number[],
      dilation: dilation as readonly number[],
      outputPadding: outputPadding as readonly number[],
      groups: this.groups,
    };
  }
}

/**
 * Transposed convolution, the gradient of Conv1d with respect to its input: each element is spread
 * over a window. x: [N, C, L] or [C, L]; weight: [in, out / groups, k]; bias: [out]; each size n →
 * (n − 1)·stride − 2·padding + dilation·(k − 1) + outputPadding + 1.
 */
export class ConvTranspose1d extends ConvTranspose {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Sizes,
    options: ConvTransposeLayerOptions = {},
  ) {
    checkCall(
      "new ConvTranspose1d(inChannels: number, outChannels: number, kernelSize: number | list, { stride: number | list, padding: number | list, outputPadding: number | list, groups: number, bias: boolean, dilation: number | list })",
      arguments,
    );
    super(1, inChannels, outChannels, kernelSize, options);
  }

  forward(x: Tensor): Tensor {
    return convTranspose1d(x, this.weight, this.bias, this.options);
  }
}

/**
 * Transposed convolution, the gradient of Conv2d with respect to its input: each element is spread
 * over a window. x: [N, C, H, W] or [C, H, W]; weight: [in, out / groups, kH, kW]; bias: [out];
 * each size n → (n − 1)·stride − 2·padding + dilation·(k − 1) + outputPadding + 1.
 */
export class ConvTranspose2d extends ConvTranspose {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Sizes,
    options: ConvTransposeLayerOptions = {},
  ) {
    checkCall(
      "new ConvTranspose2d(inChannels: number, outChannels: number, kernelSize: number | list, { stride: number | list, padding: number | list, outputPadding: number | list, groups: number, bias: boolean, dilation: number | list })",
      arguments,
    );
    super(2, inChannels, outChannels, kernelSize, options);
  }

  forward(x: Tensor): Tensor {
    return convTranspose2d(x, this.weight, this.bias, this.options);
  }
}

/**
 * Transposed convolution, the gradient of Conv3d with respect to its input: each element is spread
 * over a window. x: [N, C, D, H, W] or [C, D, H, W]; weight: [in, out / groups, kD, kH, kW]; bias:
 * [out]; each size n → (n − 1)·stride − 2·padding + dilation·(k − 1) + outputPadding + 1.
 */
export class ConvTranspose3d extends ConvTranspose {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Sizes,
    options: ConvTransposeLayerOptions = {},
  ) {
    checkCall(
      "new ConvTranspose3d(inChannels: number, outChannels: number, kernelSize: number | list, { stride: number | list, padding: number | list, outputPadding: number | list, groups: number, bias: boolean, dilation: number | list })",
      arguments,
    );
    super(3, inChannels, outChannels, kernelSize, options);
  }

  forward(x: Tensor): Tensor {
    return convTranspose3d(x, this.weight, this.bias, this.options);
  }
}
