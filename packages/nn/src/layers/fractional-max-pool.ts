import { ArgumentError, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { registerFields } from "../fields.ts";
import {
  type FractionalMaxPoolOptions,
  fractionalMaxPool2d,
  fractionalMaxPool3d,
} from "../functional/fractional-max-pool.ts";
import { Module } from "../module.ts";
import { buffer } from "../parameter.ts";
import type { Sizes } from "./sizes.ts";

abstract class FractionalMaxPool extends Module<[Tensor], Tensor | [Tensor, Tensor]> {
  readonly kernelSize: Sizes;
  readonly outputSize: Sizes | null;
  readonly outputRatio: Sizes | null;
  readonly returnIndices: boolean;
  /** Numbers in [0, 1) that decide where windows begin; null draws them at every call. */
  readonly randomSamples: Tensor | null;

  constructor(kernelSize: Sizes, options: FractionalMaxPoolOptions) {
    super();
    const { outputSize = null, outputRatio = null, returnIndices = false } = options;
    if ((outputSize === null) === (outputRatio === null))
      throw new ArgumentError(
        `${new.target.name}: needs outputSize or outputRatio\n  hint: give one of them`,
      );
    this.kernelSize = kernelSize;
    this.outputSize = outputSize;
    this.outputRatio = outputRatio;
    this.returnIndices = returnIndices;
    this.randomSamples = options.randomSamples ? buffer(options.randomSamples) : null;
    registerFields(this);
  }

  override stateKey(field: string): string {
    return field === "randomSamples" ? "_random_samples" : super.stateKey(field);
  }

  protected over(pool: typeof fractionalMaxPool2d, x: Tensor): Tensor | [Tensor, Tensor] {
    const { outputSize, outputRatio, returnIndices, randomSamples } = this;
    return pool(x, this.kernelSize, { outputSize, outputRatio, returnIndices, randomSamples });
  }
}

/**
 * The maximum over windows of random positions in an image, so that the size can shrink by any
 * factor. x: [N, C, H, W] or [C, H, W]. Graham 2014.
 */
export class FractionalMaxPool2d extends FractionalMaxPool {
  constructor(kernelSize: Sizes, options: FractionalMaxPoolOptions = {}) {
    checkCall(
      "new FractionalMaxPool2d(kernelSize: number | list, { outputSize: number | list | null, outputRatio: number | list | null, returnIndices: boolean, randomSamples: tensor | null })",
      arguments,
    );
    super(kernelSize, options);
  }

  forward(x: Tensor): Tensor | [Tensor, Tensor] {
    return this.over(fractionalMaxPool2d, x);
  }
}

/**
 * The maximum over windows of random positions in a volume, so that the size can shrink by any
 * factor. x: [N, C, D, H, W] or [C, D, H, W]. Graham 2014.
 */
export class FractionalMaxPool3d extends FractionalMaxPool {
  constructor(kernelSize: Sizes, options: FractionalMaxPoolOptions = {}) {
    checkCall(
      "new FractionalMaxPool3d(kernelSize: number | list, { outputSize: number | list | null, outputRatio: number | list | null, returnIndices: boolean, randomSamples: tensor | null })",
      arguments,
    );
    super(kernelSize, options);
  }

  forward(x: Tensor): Tensor | [Tensor, Tensor] {
    return this.over(fractionalMaxPool3d, x);
  }
}
