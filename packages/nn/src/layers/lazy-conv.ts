import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { AnyModule } from "../module.ts";
import { Conv1d, Conv2d, Conv3d, type ConvLayerOptions } from "./conv.ts";
import { printedConvolution } from "./convolution.ts";
import { channelsOf, Lazy } from "./lazy.ts";
import { perDim, positive, type Sizes } from "./sizes.ts";

type Layer = new (
  inChannels: number,
  outChannels: number,
  kernelSize: Sizes,
  options: ConvLayerOptions,
) => AnyModule;

abstract class LazyConv extends Lazy {
  readonly outChannels: number;
  readonly kernelSize: Sizes;
  readonly options: ConvLayerOptions;
  readonly rank: number;

  constructor(rank: number, outChannels: number, kernelSize: Sizes, options: ConvLayerOptions) {
    super();
    positive(new.target.name, { outChannels, kernelSize });
    this.rank = rank;
    this.outChannels = outChannels;
    this.kernelSize = kernelSize;
    this.options = options;
  }

  protected made(Layer: Layer, x: Tensor): AnyModule {
    const channels = channelsOf(this.constructor.name, x, this.rank);
    return new Layer(channels, this.outChannels, this.kernelSize, this.options);
  }

  override extraRepr(): string {
    const { rank, options } = this;
    const { stride = 1, padding = 0, dilation = 1, groups = 1, bias = true } = options;
    return printedConvolution(0, this.outChannels, bias, {
      kernel: perDim(rank, this.kernelSize),
      stride: perDim(rank, stride),
      padding: typeof padding === "string" ? padding : perDim(rank, padding),
      dilation: perDim(rank, dilation),
      groups,
      paddingMode: options.paddingMode ?? "zeros",
    });
  }
}

/** A Conv1d that takes `inChannels` from its first input. */
export class LazyConv1d extends LazyConv {
  constructor(outChannels: number, kernelSize: Sizes, options: ConvLayerOptions = {}) {
    checkCall(
      'new LazyConv1d(outChannels: number, kernelSize: number | list, { stride: number | list, padding: number | list | "valid" | "same", dilation: number | list, groups: number, bias: boolean, paddingMode: "zeros" | "reflect" | "replicate" | "circular" })',
      arguments,
    );
    super(1, outChannels, kernelSize, options);
  }

  protected layerFor(x: Tensor): AnyModule {
    return this.made(Conv1d, x);
  }
}

/** A Conv2d that takes `inChannels` from its first input. */
export class LazyConv2d extends LazyConv {
  constructor(outChannels: number, kernelSize: Sizes, options: ConvLayerOptions = {}) {
    checkCall(
      'new LazyConv2d(outChannels: number, kernelSize: number | list, { stride: number | list, padding: number | list | "valid" | "same", dilation: number | list, groups: number, bias: boolean, paddingMode: "zeros" | "reflect" | "replicate" | "circular" })',
      arguments,
    );
    super(2, outChannels, kernelSize, options);
  }

  protected layerFor(x: Tensor): AnyModule {
    return this.made(Conv2d, x);
  }
}

/** A Conv3d that takes `inChannels` from its first input. */
export class LazyConv3d extends LazyConv {
  constructor(outChannels: number, kernelSize: Sizes, options: ConvLayerOptions = {}) {
    checkCall(
      'new LazyConv3d(outChannels: number, kernelSize: number | list, { stride: number | list, padding: number | list | "valid" | "same", dilation: number | list, groups: number, bias: boolean, paddingMode: "zeros" | "reflect" | "replicate" | "circular" })',
      arguments,
    );
    super(3, outChannels, kernelSize, options);
  }

  protected layerFor(x: Tensor): AnyModule {
    return this.made(Conv3d, x);
  }
}
