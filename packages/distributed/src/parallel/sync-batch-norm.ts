import { ArgumentError, cat, full, noGrad, type Tensor } from "@wgrad/autograd";
import { checkCall, defineHostOperation, isRecomputing } from "@wgrad/autograd/plugin";
import {
  type AnyModule,
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  type BatchNormLayerOptions,
} from "@wgrad/nn";
import { groupOf, type ProcessGroup } from "../group/process-group.ts";
import { theWorld } from "../group/world.ts";

const NAME = "SyncBatchNorm";

/** Settings of SyncBatchNorm: those of BatchNorm, and the group. */
export interface SyncBatchNormOptions extends BatchNormLayerOptions {
  /** Default: all ranks. */
  readonly group?: ProcessGroup;
}

/**
 * y = γ (x − μ) / √(σ² + ε) + β, where μ and σ² are each channel's mean and variance over the
 * batches of all ranks; in evaluation mode the running ones. x: [N, C, …]; γ, β: [C]. Ranks may
 * have different N.
 *
 * The ranks exchange sums during forward and backward. Only devices on the host, `wasm` and `cpu`,
 * can wait for that; throws DeviceError on `webgpu`.
 */
export class SyncBatchNorm extends BatchNorm2d {
  readonly #sum: (x: Tensor) => Tensor;

  constructor(numFeatures: number, options: SyncBatchNormOptions = {}) {
    checkCall(
      "new SyncBatchNorm(numFeatures: number, { eps: number, momentum: number | null, affine: boolean, trackRunningStats: boolean, group })",
      arguments,
    );
    const { group, ...settings } = options;
    super(numFeatures, settings);
    this.#sum = sumOver(groupOf(NAME, group, theWorld(NAME)));
  }

  override forward(x: Tensor): Tensor {
    if (!this.training) return this.over(x, [2, 3, 4, 5]);
    this.check(x, [2, 3, 4, 5], 1);
    const { weight, bias, eps, numFeatures: channels } = this;
    const along = x.shape.map((_, dim) => dim).filter((dim) => dim !== 1);
    const perChannel = x.shape.map((_, dim) => (dim === 1 ? channels : 1));
    const perChannelOf = (y: Tensor): Tensor => y.reshape(perChannel);
    const own = full([1], x.numel() / channels, { dtype: x.dtype, device: x });
    const sums = this.#sum(cat([x.sum(along), own]));
    const count = sums.narrow(0, channels, 1).detach();
    const mean = sums.narrow(0, 0, channels).div(count);
    const away = x.sub(perChannelOf(mean));
    const variance = this.#sum(away.square().sum(along)).div(count);
    if (!isRecomputing()) noGrad(() => this.#updateRunningStats(mean, variance, count));
    const y = away.div(perChannelOf(variance.add(eps).sqrt()));
    return weight === null || bias === null
      ? y
      : y.mul(perChannelOf(weight)).add(perChannelOf(bias));
  }

  /** Updates the running statistics by `momentum`, or as the mean of all batches. */
  #updateRunningStats(mean: Tensor, variance: Tensor, count: Tensor): void {
    const { runningMean, runningVar, numBatchesTracked, momentum } = this;
    if (runningMean === null || runningVar === null || numBatchesTracked === null) return;
    numBatchesTracked.add_(1);
    const unbiased = variance.detach().mul(count.div(count.sub(1)));
    const step = (x: Tensor): Tensor =>
      momentum === null ? x.div(numBatchesTracked) : x.mul(momentum);
    runningMean.add_(step(mean.detach().sub(runningMean)));
    runningVar.add_(step(unbiased.sub(runningVar)));
  }

  /**
   * Replaces every batch norm in the model by a SyncBatchNorm with its parameters and statistics.
   * Returns the model, or its replacement. Make the optimizer afterwards.
   */
  static convertSyncBatchnorm<M extends AnyModule>(
    module: M,
    options: { readonly group?: ProcessGroup } = {},
  ): M {
    checkCall("SyncBatchNorm.convertSyncBatchnorm(module: module, { group })", arguments);
    if (isBatchNorm(module)) return converted(module, options) as unknown as M;
    for (const [path, child] of module.namedModules()) {
      if (path === "" || !isBatchNorm(child)) continue;
      const above = module.getSubmodule(path.slice(0, Math.max(path.lastIndexOf("."), 0)));
      const place = Object.entries(above).find(([, value]) => value === child)?.[0];
      if (place === undefined) {
        throw new ArgumentError(`${NAME}: ${path} is not a field of ${above.constructor.name}`);
      }
      (above as unknown as Record<string, unknown>)[place] = converted(child, options);
    }
    return module;
  }
}

type BatchNorm = BatchNorm1d | BatchNorm2d | BatchNorm3d;

const isBatchNorm = (module: unknown): module is BatchNorm =>
  [BatchNorm1d, BatchNorm2d, BatchNorm3d].some((kind) => module instanceof kind) &&
  !(module instanceof SyncBatchNorm);

function converted(norm: BatchNorm, options: { readonly group?: ProcessGroup }): SyncBatchNorm {
  const { numFeatures, eps, momentum, training } = norm;
  const made = new SyncBatchNorm(numFeatures, {
    eps,
    momentum,
    affine: norm.weight !== null,
    trackRunningStats: norm.runningMean !== null,
    ...options,
  });
  made.loadStateDict(norm.stateDict());
  made.training = training;
  return made;
}

const sums = new WeakMap<ProcessGroup, (x: Tensor) => Tensor>();

/** y = Σ x over the ranks, with dL/dx = Σ dL/dy over the ranks. */
function sumOver(group: ProcessGroup): (x: Tensor) => Tensor {
  const known = sums.get(group);
  if (known !== undefined) return known;
  const sum: (x: Tensor) => Tensor = defineHostOperation({
    name: "sum over ranks",
    run(x, y) {
      y.set(x);
      const call = { operation: NAME, elements: "f64", shape: [y.length] } as const;
      group.sumNow(call, y as Float64Array<ArrayBuffer>);
    },
    gradient: (dy) => sum(dy),
  });
  sums.set(group, sum);
  return sum;
}
