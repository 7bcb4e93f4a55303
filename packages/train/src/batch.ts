import { ArgumentError, Tensor } from "@wgrad/autograd";
import type { AnyModule } from "@wgrad/nn";

/** What gives batches, epoch after epoch: a DataLoader, a list of batches. */
export type Batches<Batch> = AsyncIterable<Batch> | Iterable<Batch>;

/** A loss with what metrics compare. */
export interface Outcome {
  readonly loss: Tensor;
  readonly predictions: Tensor;
  readonly targets: Tensor;
}

/** The loss of a batch, 0-d; with predictions and targets where there are metrics. */
export type LossFunction<Model extends AnyModule, Batch> = (
  model: Model,
  batch: Batch,
) => Tensor | Outcome;

/** A metric over batches, as those of `@wgrad/metrics` are. */
export interface BatchMetric {
  update(predictions: Tensor, targets: Tensor): void;
  /** A number, or one for each class. */
  compute(): Promise<number | readonly number[]>;
  reset(): void;
}

/** Throws ArgumentError where the loss function gave something else, or metrics lack what they compare. */
export function outcomeOf(
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
      `fit: the loss function gave ${what}` +
        "\n  hint: a tensor of one element, or { loss, predictions, targets }",
    );
  }
  const [first] = Object.keys(metrics);
  if (first !== undefined && !("predictions" in outcome)) {
    throw new ArgumentError(
      `fit: the metric "${first}" has nothing to compare` +
        "\n  hint: let the loss function give { loss, predictions, targets }",
    );
  }
  return outcome;
}

export function measure(
  metrics: Readonly<Record<string, BatchMetric>>,
  { predictions, targets }: Partial<Outcome>,
): void {
  for (const metric of Object.values(metrics)) {
    metric.update((predictions as Tensor).detach(), targets as Tensor);
  }
}
