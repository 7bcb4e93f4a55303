import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { type ConvOptions, conv1d, conv2d, conv3d, pad } from "../functional.ts";
import { Convolution } from "./convolution.ts";
import { perDim, type Sizes } from "./sizes.ts";

/** Settings of Conv1d, Conv2d and Conv3d. */
export interface ConvLayerOptions extends ConvOptions {
  /** Adds a learned bias (default true). */
  readonly bias?: boolean;
  /**
   * Values of the padding: zeros, the mirror image, the edge, or the opposite side (default
   * "zeros").
   */
  readonly paddingMode?: "zeros" | "reflect" | "replicate" | "circular";
}

abstract class Conv extends Convolution {
  readonly options: Required<ConvOptions>;
  readonly paddingMode: NonNullable<ConvLayerOptions["paddingMode"]>;

  constructor(
    rank: number,
    inChannels: number,
    outChannels: number,
    kernelSize: Sizes,
    { stride = 1, padding = 0, dilation = 1, ...options }: ConvLayerOptions,
  ) {
    super(rank, inChannels, outChannels, kernelSize, options, false);
    this.options = {
      stride: perDim(rank, stride),
      padding: typeof padding === "string" ? padding : perDim(rank, padding),
      dilation: perDim(rank, dilation),
      groups: this.groups,
    };
    this.paddingMode = options.paddingMode ?? "zeros";
  }

  /**
   * Pads x unless the padding is of zeros. Returns x and the options that remain for the
   * convolution.
   */
  protected prepared(x: Tensor): [x: Tensor, options: ConvOptions] {
    if (this.paddingMode === "zeros") return [x, this.options];
    return [pad(x, this.margins(), this.paddingMode), { ...this.options, padding: 0 }];
  }

  /** Padding before and after each dimension, the last dimension first. */
  private margins(): number[] {
    const { padding, dilation } = this.options;
    const kernel = this.weight.shape.slice(2);
    return kernel
      .map((n, d): [number, number] => {
        if (padding === "valid") return [0, 0];
        if (padding !== "same") {
          const margin = (padding as readonly number[])[d] as number;
          return [margin, margin];
        }
        const all = ((dilation as readonly number[])[d] as number) * (n - 1);
        return [Math.floor(all / 2), Math.ceil(all / 2)];
      })
      .reverse()
      .flat();
  }

  protected printed(): ReturnType<Convolution["printed"]> {
    const { stride, padding, dilation } = this.options;
    return {
      kernel: this.weight.shape.slice(2),
      stride: stride as readonly number[],
      padding: padding as readonly number[] | string,
      dilation: dilation as readonly number[],
      groups: this.groups,
      paddingMode: this.paddingMode,
    };
  }
}

/**
 * y = b + Σ w ⋆ x: the cross-correlation of a signal with every filter. x: [N, C, L] or [C, L];
 * weight: [out, in / groups, k]; bias: [out]; each size n → ⌊(n + 2·padding − dilation·(k − 1) − 1)
 * / stride⌋ + 1.
 */
export class Conv1d extends Conv {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Sizes,
    options: ConvLayerOptions = {},
  ) {
    checkCall(
      'new Conv1d(inChannels: number, outChannels: number, kernelSize: number | list, { stride: number | list, padding: number | list | "valid" | "same", dilation: number | list, groups: number, bias: boolean, paddingMode: "zeros" | "reflect" | "replicate" | "circular" })',
      arguments,
    );
    super(1, inChannels, outChannels, kernelSize, options);
  }

  forward(x: Tensor): Tensor {
    const [padded, options] = this.prepared(x);
    return conv1d(padded, this.weight, this.bias, options);
  }
}

/**
 * y = b + Σ w ⋆ x: the cross-correlation of an image with every filter. x: [N, C, H, W] or [C, H,
 * W]; weight: [out, in / groups, kH, kW]; bias: [out]; each size n → ⌊(n + 2·padding − dilation·(k
 * − 1) − 1) / stride⌋ + 1.
 */
export class Conv2d extends Conv {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Sizes,
    options: ConvLayerOptions = {},
  ) {
    checkCall(
      'new Conv2d(inChannels: number, outChannels: number, kernelSize: number | list, { stride: number | list, padding: number | list | "valid" | "same", dilation: number | list, groups: number, bias: boolean, paddingMode: "zeros" | "reflect" | "replicate" | "circular" })',
      arguments,
    );
    super(2, inChannels, outChannels, kernelSize, options);
  }

  forward(x: Tensor): Tensor {
    const [padded, options] = this.prepared(x);
    return conv2d(padded, this.weight, this.bias, options);
  }
}

/**
 * y = b + Σ w ⋆ x: the cross-correlation of a volume with every filter. x: [N, C, D, H, W] or [C,
 * D, H, W]; weight: [out, in / groups, kD, kH, kW]; bias: [out]; each size n → ⌊(n + 2·padding −
 * dilation·(k − 1) − 1) / stride⌋ + 1.
 */
export class Conv3d extends Conv {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Sizes,
    options: ConvLayerOptions = {},
  ) {
    checkCall(
      'new Conv3d(inChannels: number, outChannels: number, kernelSize: number | list, { stride: number | list, padding: number | list | "valid" | "same", dilation: number | list, groups: number, bias: boolean, paddingMode: "zeros" | "reflect" | "replicate" | "circular" })',
      arguments,
    );
    super(3, inChannels, outChannels, kernelSize, options);
  }

  forward(x: Tensor): Tensor {
    const [padded, options] = this.prepared(x);
    return conv3d(padded, this.weight, this.bias, options);
  }
}
