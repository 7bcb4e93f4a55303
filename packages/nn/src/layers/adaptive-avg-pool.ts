import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  type OutputSize,
} from "../functional.ts";
import { Module } from "../module.ts";
import { pythonSizes } from "../print.ts";

abstract class AdaptiveAvgPool extends Module<[Tensor], Tensor> {
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
 * Averages windows so that the output has size `outputSize`; null keeps a size. x: [N, C, L] or [C,
 * L].
 */
export class AdaptiveAvgPool1d extends AdaptiveAvgPool {
  forward(x: Tensor): Tensor {
    return adaptiveAvgPool1d(x, this.outputSize);
  }
}

/**
 * Averages windows so that the output has size `outputSize`; null keeps a size. x: [N, C, H, W] or
 * [C, H, W].
 */
export class AdaptiveAvgPool2d extends AdaptiveAvgPool {
  forward(x: Tensor): Tensor {
    return adaptiveAvgPool2d(x, this.outputSize);
  }
}

/**
 * Averages windows so that the output has size `outputSize`; null keeps a size. x: [N, C, D, H, W]
 * or [C, D, H, W].
 */
export class AdaptiveAvgPool3d extends AdaptiveAvgPool {
  forward(x: Tensor): Tensor {
    return adaptiveAvgPool3d(x, this.outputSize);
  }
}
