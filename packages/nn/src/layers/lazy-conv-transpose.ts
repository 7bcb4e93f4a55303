import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { AnyModule } from "../module.ts";
import {
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTranspose3d,
  type ConvTransposeLayerOptions,
} from "./conv-transpose.ts";
import { printedConvolution } from "./convolution.ts";
import { channelsOf, Lazy } from "./lazy.ts";
import { perDim, positive, type Sizes } from "./sizes.ts";

type Layer = new (
  inChannels: number,
  outChannels: number,
  kernelSize: Sizes,
  options: ConvTransposeLayerOptions,
) => AnyModule;

abstract class LazyConvTranspose extends Lazy {
  readonly outChannels: number;
  readonly kernelSize: Sizes;
  readonly options: ConvTransposeLayerOptions;
  readonly rank: number;

  constructor(
    rank: number,
    outChannels: number,
    kernelSize: Sizes,
    options: ConvTransposeLayerOptions,
  ) {
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
      padding: perDim(rank, padding),
      dilation: perDim(rank, dilation),
      groups,
      outputPadding: perDim(rank, options.outputPadding ?? 0),
    });
  }
}

/** A ConvTranspose1d that takes `inChannels` from its first input. */
export class LazyConvTranspose1d extends LazyConvTranspose {
  constructor(outChannels: number, kernelSize: Sizes, options: ConvTransposeLayerOptions = {}) {
    checkCall(
      "new LazyConvTranspose1d(outChannels: number, kernelSize: number | list, { stride: number | list, padding: number | list, outputPadding: number | list, groups: number, bias: boolean, dilation: number | list })",
      arguments,
    );
    super(1, outChannels, kernelSize, options);
  }

  protected layerFor(x: Tensor): AnyModule {
    return this.made(ConvTranspose1d, x);
  }
}

/** A ConvTranspose2d that takes `inChannels` from its first input. */
export class LazyConvTranspose2d extends LazyConvTranspose {
  constructor(outChannels: number, kernelSize: Sizes, options: ConvTransposeLayerOptions = {}) {
    checkCall(
      "new LazyConvTranspose2d(outChannels: number, kernelSize: number | list, { stride: number | list, padding: number | list, outputPadding: number | list, groups: number, bias: boolean, dilation: number | list })",
      arguments,
    );
    super(2, outChannels, kernelSize, options);
  }

  protected layerFor(x: Tensor): AnyModule {
    return this.made(ConvTranspose2d, x);
  }
}

/** A ConvTranspose3d that takes `inChannels` from its first input. */
export class LazyConvTranspose3d extends LazyConvTranspose {
  constructor(outChannels: number, kernelSize: Sizes, options: ConvTransposeLayerOptions = {}) {
    checkCall(
      "new LazyConvTranspose3d(outChannels: number, kernelSize: number | list, { stride: number | list, padding: number | list, outputPadding: number | list, groups: number, bias: boolean, dilation: number | list })",
      arguments,
    );
    super(3, outChannels, kernelSize, options);
  }

  protected layerFor(x: Tensor): AnyModule {
    return this.made(ConvTranspose3d, x);
  }
}
