import { ArgumentError, Tensor } from "@wgrad/autograd";
import { describe } from "@wgrad/autograd/plugin";
import type { AnyModule } from "@wgrad/nn";

/** Anything that yields batches, epoch after epoch: a DataLoader or a list of batches. */
export type Batches<Batch> = AsyncIterable<Batch> | Iterable<Batch>;

/** The loss of a batch, with the predictions and targets for metrics. */
export interface Outcome {
  readonly loss: Tensor;
  readonly predictions: Tensor;
  readonly targets: Tensor;
}

/**
 * Computes the loss of a batch, 0-d. If there are metrics, it returns predictions and targets too.
 */
export type LossFunction<Model extends AnyModule, Batch> = (
  model: Model,
  batch: Batch,
) => Tensor | Outcome;

/** A metric over batches, such as those of `@wgrad/metrics`. */
export interface BatchMetric {
  update(predictions: Tensor, targets: Tensor): void;
  /** A number, or one per class. */
  compute(): Promise<number | readonly number[]>;
  reset(): void;
}

/** Returns the number of examples in a batch. */
export type Examples<Batch> = (batch: Batch) => number;

/**
 * Number of examples in a batch, over which its loss is the mean: from `examples`, or else the
 * first dimension of its first tensor or list.
 */
export function examplesOf<Batch>(
  call: string,
  batch: Batch,
  examples: Examples<Batch> | undefined,
): number {
  const count = examples === undefined ? (firstLength(batch, 0) ?? 1) : examples(batch);
  if (Number.isFinite(count) && count >= 0) return count;
  throw new ArgumentError(
    `${call}: examples returned ${describe(count)} for a batch\n  hint: return a number ≥ 0: examples: (batch) => batch.x.shape[0]`,
  );
}

function firstLength(value: unknown, depth: number): number | undefined {
  if (value instanceof Tensor) return value.shape[0];
  if (ArrayBuffer.isView(value)) return (value as unknown as ArrayLike<number>).length;
  if (typeof value !== "object" || value === null || depth > 2) return undefined;
  const inner = Object.values(value);
  if (Array.isArray(value) && !inner.some((item) => item instanceof Tensor)) return value.length;
  for (const item of inner) {
    const length = firstLength(item, depth + 1);
    if (length !== undefined) return length;
  }
  return undefined;
}

/**
 * Throws ArgumentError if the loss function returned something else, or no predictions and targets
 * although there are metrics.
 */
export function outcomeOf(
  call: string,
  given: Tensor | Outcome,
  metrics: Readonly<Record<string, BatchMetric>>,
): { readonly loss: Tensor } & Partial<Outcome> {
  const outcome = given instanceof Tensor ? { loss: given } : given;
  const { loss } = outcome ?? {};
  if (!(loss instanceof Tensor) || loss.numel() !== 1) {
    const what =
      loss instanceof Tensor
        ? `a tensor of [${loss.shape.join(", ")}]`
        : `${(given as unknown) instanceof Promise ? "a promise" : given === undefined ? "nothing" : `a ${typeof given}`}`;
    throw new ArgumentError(
      `${call}: the loss function returned ${what}` +
        "\n  hint: return a tensor of one element, or { loss, predictions, targets }",
    );
  }
  const [first] = Object.keys(metrics);
  const compared = outcome as Partial<Outcome>;
  if (first !== undefined && !isPair(compared)) {
    throw new ArgumentError(
      `${call}: the metric "${first}" needs predictions and targets` +
        "\n  hint: return { loss, predictions, targets } from the loss function",
    );
  }
  return outcome;
}

const isPair = ({ predictions, targets }: Partial<Outcome>): boolean =>
  predictions instanceof Tensor && targets !== undefined;

/** Throws ArgumentError unless every metric has the methods of BatchMetric. */
export function checkMetrics(call: string, metrics: unknown): void {
  const isMap = typeof metrics === "object" && metrics !== null && !Array.isArray(metrics);
  for (const [name, metric] of Object.entries(isMap ? metrics : { metrics })) {
    const { update, compute, reset } = (metric ?? {}) as Partial<BatchMetric>;
    if ([update, compute, reset].every((method) => typeof method === "function")) continue;
    throw new ArgumentError(
      `${call}: ${isMap ? `the metric "${name}"` : "metrics"} is ${describe(metric)}` +
        "\n  hint: { accuracy: new MulticlassAccuracy(10) }, from @wgrad/metrics",
    );
  }
}

/** Throws ArgumentError for an invalid model, loader or loss function. */
export function checkTraining(call: string, model: unknown, batches: unknown, loss: unknown): void {
  const { parameters, modules } = (model ?? {}) as Partial<AnyModule>;
  if (typeof parameters !== "function" || typeof modules !== "function") {
    throw new ArgumentError(
      `${call}: the model is ${describe(model)}\n  hint: ${call}(model, loader, { loss, … })`,
    );
  }
  const isIterable =
    typeof batches === "object" &&
    batches !== null &&
    (Symbol.asyncIterator in batches || Symbol.iterator in batches);
  if (!isIterable) {
    throw new ArgumentError(
      `${call}: the batches are ${describe(batches)}\n  hint: new DataLoader(dataset, { batchSize: 32 }), or a list of batches`,
    );
  }
  if (typeof loss === "function") return;
  throw new ArgumentError(
    `${call}: loss is ${describe(loss)}\n  hint: loss: (model, { x, y }) => F.mseLoss(model(x), y)`,
  );
}

export function measure(
  metrics: Readonly<Record<string, BatchMetric>>,
  { predictions, targets }: Partial<Outcome>,
): void {
  for (const metric of Object.values(metrics)) {
    metric.update((predictions as Tensor).detach(), targets as Tensor);
  }
}
