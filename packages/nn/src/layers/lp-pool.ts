import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { type LpPoolOptions, lpPool1d, lpPool2d, lpPool3d } from "../functional.ts";
import { Module } from "../module.ts";
import { pythonSizes, pythonValue } from "../print.ts";
import { positive, type Sizes } from "./sizes.ts";

abstract class LPPool extends Module<[Tensor], Tensor> {
  readonly normType: number;
  readonly kernelSize: Sizes;
  readonly options: LpPoolOptions;

  constructor(normType: number, kernelSize: Sizes, options: LpPoolOptions = {}) {
    checkCall(
      `new ${new.target.name}(normType: number, kernelSize: number | list, { stride: number | list | null, ceilMode: boolean })`,
      arguments,
    );
    super();
    positive(new.target.name, { kernelSize });
    this.normType = normType;
    this.kernelSize = kernelSize;
    this.options = options;
  }

  override extraRepr(): string {
    const { stride = null, ceilMode = false } = this.options;
    return [
      `norm_type=${this.normType}`,
      `kernel_size=${pythonSizes(this.kernelSize)}`,
      `stride=${pythonSizes(stride)}`,
      `ceil_mode=${pythonValue(ceilMode)}`,
    ].join(", ");
  }
}

/**
 * y = (Σ |x|ᵖ)^(1/p) over every window (for odd p, Σ xᵖ), with p = `normType`: p = 1 gives the sum,
 * a large p nearly the maximum. x: [N, C, L] or [C, L].
 */
export class LPPool1d extends LPPool {
  forward(x: Tensor): Tensor {
    return lpPool1d(x, this.normType, this.kernelSize, this.options);
  }
}

/**
 * y = (Σ |x|ᵖ)^(1/p) over every window (for odd p, Σ xᵖ), with p = `normType`: p = 1 gives the sum,
 * a large p nearly the maximum. x: [N, C, H, W] or [C, H, W].
 */
export class LPPool2d extends LPPool {
  forward(x: Tensor): Tensor {
    return lpPool2d(x, this.normType, this.kernelSize, this.options);
  }
}

/**
 * y = (Σ |x|ᵖ)^(1/p) over every window (for odd p, Σ xᵖ), with p = `normType`: p = 1 gives the sum,
 * a large p nearly the maximum. x: [N, C, D, H, W] or [C, D, H, W].
 */
export class LPPool3d extends LPPool {
  forward(x: Tensor): Tensor {
    return lpPool3d(x, this.normType, this.kernelSize, this.options);
  }
}
