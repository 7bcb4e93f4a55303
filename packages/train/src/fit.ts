import { ArgumentError, noGrad, type Tensor } from "@wgrad/autograd";
import { checkCall, describe, stepBoundary } from "@wgrad/autograd/plugin";
import { randomState, restore, type Source, type Stateful } from "@wgrad/autograd/saving";
import type { AnyModule } from "@wgrad/nn";
import { clipGradNorm_, clipGradValue_ } from "@wgrad/optim";
import {
  type Batches,
  type BatchMetric,
  checkMetrics,
  checkTraining,
  type Examples,
  examplesOf,
  type LossFunction,
  measure,
  outcomeOf,
} from "./batch.ts";
import type { Callback } from "./callbacks/callback.ts";
import { evaluate, scoresOf } from "./evaluate.ts";
import type { EpochRecord, History } from "./history.ts";
import { isStateful, partsOf } from "./parts.ts";
import { ranksOf } from "./ranks.ts";
import { Run, type TrainOptimizer } from "./run.ts";
import { checkSchedule, type Scheduler, stepAfterEpoch, stepAfterUpdate } from "./schedule.ts";

/** Settings of `fit`. */
export interface FitOptions<Model extends AnyModule, Batch> {
  /** The loss of a batch: `(model, { x, y }) => F.mseLoss(model(x), y)`. */
  readonly loss: LossFunction<Model, Batch>;
  /** Any optimizer. If `step` returns a promise, it is awaited. */
  readonly optimizer: TrainOptimizer;
  /** Total number of epochs, including those before `resume`. */
  readonly epochs: number;
  /** Batches for the evaluation after each epoch. */
  readonly validation?: Batches<Batch>;
  /** Metrics over the epoch's batches and over `validation`, accumulated on the device. */
  readonly metrics?: Readonly<Record<string, BatchMetric>>;
  /**
   * Number of examples in a batch, over which its loss is the mean (default: the first dimension of
   * its first tensor).
   */
  readonly examples?: Examples<Batch>;
  readonly scheduler?: Scheduler;
  /** When the scheduler takes its step (default "epoch"). */
  readonly schedulePer?: "epoch" | "step";
  /**
   * The score for ReduceLROnPlateau (default "validation.loss", or "training.loss" without
   * validation).
   */
  readonly scheduleMonitor?: string;
  /**
   * Number of batches whose gradients are averaged for one update (default 1). The last update of
   * an epoch averages over the batches that are left.
   */
  readonly accumulate?: number;
  /** Clips the norm of all gradients together before each update. */
  readonly clipGradNorm?: number;
  /** Clips every gradient element to this absolute value before each update. */
  readonly clipGradValue?: number;
  readonly callbacks?: readonly Callback[];
  /** Other parts of the run to save in checkpoints, by name, for example averages of weights. */
  readonly parts?: Readonly<Record<string, Stateful>>;
  /**
   * A checkpoint to continue from. With the same model, data and settings the results are the same
   * bits as without the interruption.
   */
  readonly resume?: Source;
}

/**
 * Trains a model: for every batch `loss`, `backward()` and `optimizer.step()`, with the same values
 * as a hand-written loop. An epoch's loss is the mean over its examples. Losses and metrics stay on
 * the device until an epoch ends or a callback asks for them. A model in evaluation mode is first
 * put into training mode; otherwise each module keeps its mode.
 *
 * ```ts
 * const history = await fit(model, loader, {
 *   loss: (model, { images, labels }) => F.crossEntropy(model(images), labels),
 *   optimizer: new Adam(model.parameters()),
 *   epochs: 10,
 *   validation: validationLoader,
 *   callbacks: [new EarlyStopping({ patience: 3 }), new Checkpoint("run.safetensors")],
 * });
 * ```
 *
 * Throws ArgumentError for settings out of range and for a loss function that returns no loss,
 * everything that `restore` throws, and everything that callbacks throw. A model on several ranks
 * (`DistributedDataParallel`) is trained by all ranks together: every rank calls `fit` with its own
 * part of the data. The losses of the history are this rank's; the scores cover all ranks.
 */
export async function fit<Model extends AnyModule, Batch>(
  model: Model,
  loader: Batches<Batch>,
  options: FitOptions<Model, Batch>,
): Promise<History> {
  checkCall(
    'fit(model: module, loader: any, { loss, optimizer, epochs: number, validation, metrics, examples: function, scheduler, schedulePer: "epoch" | "step", scheduleMonitor: string, accumulate: number, clipGradNorm: number, clipGradValue: number, callbacks, parts, resume })',
    arguments,
  );
  checkFit(model, loader, options);
  const { epochs, optimizer, accumulate = 1, callbacks = [], resume } = options;
  checkCounts(options);
  checkSchedule(options);
  const ranks = ranksOf(model);
  const parts = partsOf({ model, loader, ...options, randomState });
  const run = new Run(model, optimizer, epochs, batchesIn(loader), accumulate, parts, ranks);
  const observers = [...callbacks].sort(
    (a, b) => Number(a.last ?? false) - Number(b.last ?? false),
  );
  if (!model.training) model.train();
  await ranks?.ready();
  if (resume !== undefined) await resumeRun(run, loader, resume);
  let error: unknown;
  try {
    for (const callback of observers) await callback.onStart?.(run);
    while (run.epoch < epochs && run.stopped === null)
      await trainEpoch(run, model, loader, options, observers);
  } catch (thrown) {
    error = thrown ?? new Error("fit: a callback threw undefined");
  }
  for (const callback of observers) {
    try {
      await callback.onEnd?.(run, error);
    } catch (thrown) {
      error ??= thrown;
    }
  }
  if (error !== undefined) throw error;
  return run.history;
}

async function trainEpoch<Model extends AnyModule, Batch>(
  run: Run,
  model: Model,
  loader: Batches<Batch>,
  options: FitOptions<Model, Batch>,
  callbacks: readonly Callback[],
): Promise<void> {
  const { metrics = {}, validation, loss, optimizer, accumulate = 1, examples } = options;
  const ranks = ranksOf(model);
  /**
   * Since the last update: iterations, batches of this rank (other ranks may have more), and
   * examples.
   */
  let iterations = 0;
  let accumulated = 0;
  let seenExamples = 0;
  const update = async (): Promise<void> => {
    if (accumulated > 0 && accumulated < accumulate)
      scaleGradients(optimizer, accumulate / accumulated);
    await ranks?.synchronize({ examples: seenExamples });
    iterations = accumulated = seenExamples = 0;
    clip(optimizer, options);
    await optimizer.step();
    run.recordUpdate();
    stepAfterUpdate(options);
    for (const callback of callbacks) await callback.onStep?.(run);
  };
  if (run.batch === 0) for (const metric of Object.values(metrics)) metric.reset();
  const take = (batch: Batch): void => {
    const outcome = outcomeOf("fit", loss(model, batch), metrics);
    measure(metrics, outcome);
    const count = examplesOf("fit", batch, examples);
    run.recordBatch(backward(outcome.loss, accumulate), count);
    accumulated++;
    seenExamples += count;
  };
  for await (const batch of ranks === null ? loader : ranks.join(loader)) {
    if (iterations === 0) optimizer.zeroGrad();
    if (ranks === null) take(batch as Batch);
    else if (batch !== null) ranks.noSync(() => take(batch));
    iterations++;
    if (iterations === accumulate) await update();
    await stepBoundary();
  }
  if (iterations > 0) await update();
  if (run.batch === 0 && (ranks === null || run.step === 0)) {
    throw new ArgumentError(
      "fit: the loader yielded no batches\n  hint: a generator can be iterated once only; pass a DataLoader or a list",
    );
  }
  const training = await scoresOf(await run.epochLosses(), run.epochWeights, metrics, ranks);
  const scores =
    validation === undefined
      ? null
      : await evaluate(model, validation, { loss, metrics, ...(examples && { examples }) });
  const record: EpochRecord = {
    epoch: run.epoch + 1,
    step: run.step,
    batches: run.batch,
    learningRates: run.lastRates,
    training,
    validation: scores,
  };
  stepAfterEpoch(record, options);
  run.finishEpoch(record);
  for (const callback of callbacks) await callback.onEpoch?.(run, record);
}

async function resumeRun(run: Run, loader: object, resume: Source): Promise<void> {
  await restore(run.parts, resume);
  if (run.batch === 0 || isStateful(loader)) return;
  throw new ArgumentError(
    `fit: the checkpoint was saved after ${run.batch} batches of an epoch, but this loader cannot continue from there` +
      "\n  hint: use a DataLoader, or save checkpoints only after epochs",
  );
}

/** Runs backward and returns the loss for the record, where it outlives later steps. */
function backward(loss: Tensor, accumulate: number): Tensor {
  if (accumulate === 1) {
    loss.backward();
    return loss;
  }
  loss.div(accumulate).backward();
  return loss.detach().keep();
}

function scaleGradients(optimizer: TrainOptimizer, factor: number): void {
  noGrad(() => {
    for (const { params } of optimizer.paramGroups)
      for (const { grad } of params) grad?.mul_(factor);
  });
}

function clip(
  optimizer: TrainOptimizer,
  { clipGradNorm, clipGradValue }: Pick<FitOptions<never, never>, "clipGradNorm" | "clipGradValue">,
): void {
  if (clipGradNorm === undefined && clipGradValue === undefined) return;
  const params = optimizer.paramGroups.flatMap((group) => group.params);
  if (clipGradValue !== undefined) clipGradValue_(params, clipGradValue);
  if (clipGradNorm !== undefined) clipGradNorm_(params, clipGradNorm);
}

function batchesIn(loader: object): number | null {
  const { length } = loader as { length?: unknown };
  return Number.isInteger(length) ? (length as number) : null;
}

/** Throws ArgumentError for invalid arguments, each with its own hint. */
function checkFit<Model extends AnyModule, Batch>(
  model: Model,
  loader: Batches<Batch>,
  options: FitOptions<Model, Batch>,
): void {
  const { loss, optimizer, validation, metrics = {}, callbacks = [] } = options ?? {};
  checkTraining("fit", model, loader, loss);
  if (validation !== undefined) checkTraining("fit", model, validation, loss);
  checkMetrics("fit", metrics);
  if (!Array.isArray(callbacks)) {
    throw new ArgumentError(
      `fit: callbacks is ${describe(callbacks)}\n  hint: pass a list, [new …()]`,
    );
  }
  if (!Array.isArray(optimizer?.paramGroups) || typeof optimizer.step !== "function") {
    throw new ArgumentError(
      `fit: optimizer is ${describe(optimizer)}\n  hint: optimizer: new Adam(model.parameters())`,
    );
  }
  const own = new Set(model.parameters());
  const trained = optimizer.paramGroups.flatMap(({ params }) => params);
  if (own.size === 0 || trained.some((param) => own.has(param))) return;
  throw new ArgumentError(
    "fit: the optimizer has none of the model's parameters; it belongs to another model" +
      "\n  hint: optimizer: new Adam(model.parameters())",
  );
}

function checkCounts({
  epochs,
  accumulate = 1,
}: {
  readonly epochs: number;
  readonly accumulate?: number;
}): void {
  for (const [name, count] of Object.entries({ epochs, accumulate })) {
    if (Number.isInteger(count) && count >= 1) continue;
    throw new ArgumentError(`fit: ${name} is ${count}\n  hint: a whole number, 1 or more`);
  }
}
