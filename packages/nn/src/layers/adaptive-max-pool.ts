import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import {
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
  type OutputSize,
} from "../functional.ts";
import { Module } from "../module.ts";
import { pythonSizes } from "../print.ts";

abstract class AdaptiveMaxPool extends Module<[Tensor], Tensor> {
  readonly outputSize: OutputSize;

  constructor(outputSize: OutputSize) {
    checkCall(`new ${new.target.name}(outputSize: number | array)`, arguments);
    super();
    this.outputSize = outputSize;
  }

  override extraRepr(): string {
    return `output_size=${pythonSizes(this.outputSize)}`;
  }
}

/**
 * The maxima of windows so that the output has size `outputSize`; null keeps a size. x: [N, C, L]
 * or [C, L].
 */
export class AdaptiveMaxPool1d extends AdaptiveMaxPool {
  forward(x: Tensor): Tensor {
    return adaptiveMaxPool1d(x, this.outputSize);
  }
}

/**
 * The maxima of windows so that the output has size `outputSize`; null keeps a size. x: [N, C, H,
 * W] or [C, H, W].
 */
export class AdaptiveMaxPool2d extends AdaptiveMaxPool {
  forward(x: Tensor): Tensor {
    return adaptiveMaxPool2d(x, this.outputSize);
  }
}

/**
 * The maxima of windows so that the output has size `outputSize`; null keeps a size. x: [N, C, D,
 * H, W] or [C, D, H, W].
 */
export class AdaptiveMaxPool3d extends AdaptiveMaxPool {
  forward(x: Tensor): Tensor {
    return adaptiveMaxPool3d(x, this.outputSize);
  }
}
