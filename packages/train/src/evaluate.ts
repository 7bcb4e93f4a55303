import { noGrad, type Tensor } from "@wgrad/autograd";
import { checkCall, stepBoundary } from "@wgrad/autograd/plugin";
import type { AnyModule } from "@wgrad/nn";
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
import type { Scores } from "./history.ts";
import { type RankedModel, ranksOf } from "./ranks.ts";

/** Settings of `evaluate`. */
export interface EvaluateOptions<Model extends AnyModule, Batch> {
  readonly loss: LossFunction<Model, Batch>;
  /** Metrics over all batches, computed from the predictions and targets that `loss` returns. */
  readonly metrics?: Readonly<Record<string, BatchMetric>>;
  /**
   * Number of examples in a batch, over which its loss is the mean (default: the first dimension of
   * its first tensor).
   */
  readonly examples?: Examples<Batch>;
}

/**
 * Mean loss over all examples, and every metric, with the model in evaluation mode and without
 * gradients. Afterwards each module is in its previous mode. Values are read once, at the end. A
 * model on several ranks is evaluated by all ranks together, each with its own batches; the scores
 * cover all of them.
 */
export async function evaluate<Model extends AnyModule, Batch>(
  model: Model,
  batches: Batches<Batch>,
  options: EvaluateOptions<Model, Batch>,
): Promise<Scores> {
  checkCall(
    "evaluate(model: module, batches: any, { loss, metrics, examples: function })",
    arguments,
  );
  const { loss, metrics = {}, examples } = options ?? {};
  checkTraining("evaluate", model, batches, loss);
  checkMetrics("evaluate", metrics);
  const modes = model.modules().map((module) => [module, module.training] as const);
  for (const metric of Object.values(metrics)) metric.reset();
  const losses: Tensor[] = [];
  const weights: number[] = [];
  model.eval();
  try {
    for await (const batch of batches) {
      noGrad(() => {
        const outcome = outcomeOf("evaluate", loss(model, batch), metrics);
        measure(metrics, outcome);
        losses.push(outcome.loss.keep());
        weights.push(examplesOf("evaluate", batch, examples));
      });
      await stepBoundary();
    }
    return await scoresOf(await readAll(losses), weights, metrics, ranksOf(model));
  } finally {
    for (const one of losses) one.dispose();
    for (const [module, training] of modes) module.training = training;
  }
}

/** Reads all losses at once. */
export const readAll = (losses: readonly Tensor[]): Promise<number[]> =>
  Promise.all(losses.map((loss) => loss.item()));

/** Mean of the losses, weighted by number of examples, and every metric since its last reset. */
export async function scoresOf(
  losses: readonly number[],
  weights: readonly number[],
  metrics: Readonly<Record<string, BatchMetric>>,
  ranks: RankedModel | null = null,
): Promise<Scores> {
  const own = weights.reduce((sum, weight) => sum + weight, 0);
  // a batch without examples counts nothing, even if its loss is NaN
  const ownTotal = losses.reduce((sum, loss, i) => {
    const weight = weights[i] as number;
    return weight === 0 ? sum : sum + loss * weight;
  }, 0);
  const sums = [ownTotal, own, losses.length];
  const [total, all, batches] = (await ranks?.sumNumbers(sums)) ?? sums;
  const scores: [string, number][] = [["loss", (total as number) / (all as number)]];
  if (batches !== 0) {
    for (const [name, metric] of Object.entries(metrics)) {
      const score = await (ranks?.computeMetric(metric) ?? metric.compute());
      if (typeof score === "number") scores.push([name, score]);
      else scores.push(...score.map((each, i) => [`${name}[${i}]`, each] as [string, number]));
    }
  }
  return Object.fromEntries(scores) as Scores;
}
