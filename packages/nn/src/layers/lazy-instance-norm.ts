import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { AnyModule } from "../module.ts";
import { InstanceNorm1d, InstanceNorm2d, InstanceNorm3d } from "./instance-norm.ts";
import { channelsOf, Lazy } from "./lazy.ts";
import { type ChannelNormOptions, printedNorm } from "./norm.ts";

abstract class LazyInstanceNorm extends Lazy {
  readonly options: Required<ChannelNormOptions>;

  constructor(options: ChannelNormOptions = {}) {
    checkCall(
      `new ${new.target.name}({ eps: number, momentum: number | null, affine: boolean, trackRunningStats: boolean })`,
      arguments,
    );
    super();
    const { eps = 1e-5, momentum = 0.1, affine = true, trackRunningStats = true } = options;
    this.options = { eps, momentum, affine, trackRunningStats };
  }

  override extraRepr(): string {
    return printedNorm(0, this.options);
  }
}

/**
 * An InstanceNorm1d that takes `numFeatures` from its first input. Unlike InstanceNorm1d, its
 * default of `affine` and `trackRunningStats` is true, as in PyTorch.
 */
export class LazyInstanceNorm1d extends LazyInstanceNorm {
  protected layerFor(x: Tensor): AnyModule {
    return new InstanceNorm1d(channelsOf("LazyInstanceNorm1d", x, 1), this.options);
  }
}

/**
 * An InstanceNorm2d that takes `numFeatures` from its first input. Unlike InstanceNorm2d, its
 * default of `affine` and `trackRunningStats` is true, as in PyTorch.
 */
export class LazyInstanceNorm2d extends LazyInstanceNorm {
  protected layerFor(x: Tensor): AnyModule {
    return new InstanceNorm2d(channelsOf("LazyInstanceNorm2d", x, 2), this.options);
  }
}

/**
 * An InstanceNorm3d that takes `numFeatures` from its first input. Unlike InstanceNorm3d, its
 * default of `affine` and `trackRunningStats` is true, as in PyTorch.
 */
export class LazyInstanceNorm3d extends LazyInstanceNorm {
  protected layerFor(x: Tensor): AnyModule {
    return new InstanceNorm3d(channelsOf("LazyInstanceNorm3d", x, 3), this.options);
  }
}
