import { ArgumentError, noGrad, Tensor, tensor, where } from "@wgrad/autograd";
import { checkCall, commit, composite, describe } from "@wgrad/autograd/plugin";
import { deepcopy } from "./copy.ts";
import { BatchNorm1d, BatchNorm2d, BatchNorm3d } from "./layers/batch-norm.ts";
import { type AnyModule, Module } from "./module.ts";
import { buffer } from "./parameter.ts";

/**
 * Returns the next average, given the current average, a new value, and the number of values
 * averaged so far (0-d).
 */
export type AverageFunction = (average: Tensor, value: Tensor, count: Tensor) => Tensor;

/** Settings of AveragedModel. */
export interface AveragedModelOptions {
  /** Default: the mean of all values. */
  readonly avgFn?: AverageFunction | null;
  /** Averages buffers as well; otherwise they are copied from the last model. Default: false. */
  readonly useBuffers?: boolean;
}

/** a ← d a + (1 − d) p: PyTorch's `get_ema_avg_fn`. */
export function getEmaAvgFn(decay = 0.999): AverageFunction {
  checkCall("getEmaAvgFn(decay?: number)", arguments);
  if (!(decay >= 0 && decay <= 1)) throw new ArgumentError(`getEmaAvgFn: decay is ${decay}`);
  return (average, value) => average.mul(decay).add(value.mul(1 - decay));
}

/** a ← a + (p − a) / (n + 1): PyTorch's `get_swa_avg_fn`. */
export function getSwaAvgFn(): AverageFunction {
  checkCall("getSwaAvgFn()", arguments);
  return (average, value, count) => average.add(value.sub(average).div(count.add(1)));
}

/**
 * A copy of a model with averaged parameters: their mean over all calls of `updateParameters`
 * (Izmailov et al. 2018), or the average that `avgFn` computes. Call it like the model. The keys of
 * its state are "n_averaged" and "module.…".
 *
 * ```ts
 * const average = new AveragedModel(model);
 * // each epoch: average.updateParameters(model);
 * await updateBn(loader, average);
 * ```
 */
export class AveragedModel<M extends AnyModule = AnyModule> extends Module<
  Parameters<M>,
  ReturnType<M>
> {
  readonly module: M;
  /** Number of models averaged so far, 0-d i32. */
  readonly nAveraged: Tensor;
  readonly avgFn: AverageFunction;
  readonly useBuffers: boolean;

  constructor(model: M, options: AveragedModelOptions = {}) {
    checkCall(
      "new AveragedModel(model: module, { avgFn: function | null, useBuffers: boolean })",
      arguments,
    );
    super();
    const { avgFn = null, useBuffers = false } = options;
    this.module = deepcopy(model);
    const [like] = this.module.parameters();
    this.nAveraged = buffer(tensor(0, { dtype: "i32", ...(like && { device: like }) }));
    this.avgFn = avgFn ?? getSwaAvgFn();
    this.useBuffers = useBuffers;
  }

  forward(...inputs: Parameters<M>): ReturnType<M> {
    return (this.module as unknown as (...all: unknown[]) => ReturnType<M>)(...inputs);
  }

  /** Adds the current parameters of the model to the average. */
  updateParameters(model: AnyModule): void {
    checkCall("average.updateParameters(model: function)", arguments);
    const { nAveraged: count, useBuffers } = this;
    const pairs = (kind: "parameters" | "buffers"): [Tensor, Tensor][] => {
      const [own, given] = [this.module[kind](), model[kind]()];
      if (own.length !== given.length)
        throw new ArgumentError(
          `AveragedModel: the model has ${given.length} ${kind}, but the average has ${own.length}`,
        );
      return own.map((average, i) => [average, given[i] as Tensor]);
    };
    const first = count.eq(0);
    const averaged = ([average, value]: [Tensor, Tensor]): [Tensor, Tensor] => {
      const next = this.avgFn(average, value, count);
      return [average, where(first, value, next.to(average.dtype))];
    };
    const writes = noGrad(() =>
      composite((): [Tensor, Tensor][] => [
        ...pairs("parameters").map(averaged),
        ...pairs("buffers").map((pair): [Tensor, Tensor] =>
          useBuffers ? averaged(pair) : [pair[0], pair[1].clone()],
        ),
        [count, count.add(1)],
      ]),
    );
    commit(writes, "AveragedModel.updateParameters");
  }
}

const norms = [BatchNorm1d, BatchNorm2d, BatchNorm3d];

/**
 * Recomputes the running statistics of all batch norms as the mean over the batches of the loader.
 * Call it after averaging weights. A batch is the input of the model, or an array whose first item
 * is the input.
 */
export async function updateBn(
  loader: Iterable<unknown> | AsyncIterable<unknown>,
  model: ((x: Tensor) => unknown) & Pick<AnyModule, "modules" | "train" | "training">,
): Promise<void> {
  checkCall("updateBn(loader: any, model: function)", arguments);
  const layers = model
    .modules()
    .filter((one): one is AnyModule & BatchNorm1d => norms.some((type) => one instanceof type))
    .filter(({ runningMean }) => runningMean !== null);
  if (layers.length === 0) return;
  const { training } = model;
  const momenta = layers.map(({ momentum }) => momentum);
  const set = (layer: object, momentum: number | null): void =>
    void Object.assign(layer, { momentum });
  for (const layer of layers) layer.resetRunningStats();
  model.train();
  try {
    for (const layer of layers) set(layer, null);
    for await (const batch of loader) {
      const x = Array.isArray(batch) ? batch[0] : batch;
      if (!(x instanceof Tensor))
        throw new ArgumentError(
          `updateBn: a batch must be a tensor, or an array whose first item is a tensor; got ${describe(batch)}`,
        );
      noGrad(() => model(x));
    }
  } finally {
    for (const [i, layer] of layers.entries()) set(layer, momenta[i] ?? null);
    model.train(training);
  }
}
