import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { AnyModule } from "../module.ts";
import { BatchNorm1d, BatchNorm2d, BatchNorm3d } from "./batch-norm.ts";
import { Lazy } from "./lazy.ts";
import { type ChannelNormOptions, printedNorm } from "./norm.ts";

abstract class LazyBatchNorm extends Lazy {
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

/** A BatchNorm1d that takes `numFeatures` from its first input. */
export class LazyBatchNorm1d extends LazyBatchNorm {
  protected layerFor(x: Tensor): AnyModule {
    return new BatchNorm1d(x.shape[1] ?? 0, this.options);
  }
}

/** A BatchNorm2d that takes `numFeatures` from its first input. */
export class LazyBatchNorm2d extends LazyBatchNorm {
  protected layerFor(x: Tensor): AnyModule {
    return new BatchNorm2d(x.shape[1] ?? 0, this.options);
  }
}

/** A BatchNorm3d that takes `numFeatures` from its first input. */
export class LazyBatchNorm3d extends LazyBatchNorm {
  protected layerFor(x: Tensor): AnyModule {
    return new BatchNorm3d(x.shape[1] ?? 0, this.options);
  }
}
