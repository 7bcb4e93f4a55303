import type { Stateful } from "@wgrad/autograd/saving";
import type { AnyModule } from "@wgrad/nn";
import type { Batches, BatchMetric } from "./batch.ts";

/**
 * What `fit` needs of a model on several ranks; `DistributedDataParallel` of `@wgrad/distributed`
 * implements it.
 */
export interface RankedModel {
  /** Resolves when all ranks have the same parameters. */
  ready(): Promise<unknown>;
  /** Runs `run` without synchronizing its gradients. */
  noSync<T>(run: () => T): T;
  /** Averages the gradients of all ranks over all examples. */
  synchronize(options: { readonly examples: number }): Promise<void>;
  /** Yields this rank's batches, then null until no rank has any left. */
  join<Batch>(loader: Batches<Batch>): AsyncIterable<Batch | null>;
  /** Sums the numbers elementwise over all ranks. */
  sumNumbers(numbers: readonly number[]): Promise<number[]>;
  /** Computes the metric over the batches of all ranks. */
  computeMetric(metric: BatchMetric): Promise<number | readonly number[]>;
  /** Parts of a checkpoint, where parts with a state per rank save the states of all ranks. */
  partsOfRanks(parts: Readonly<Record<string, Stateful>>): Readonly<Record<string, Stateful>>;
  /** Saves such parts on one rank; throws on all ranks if that fails. */
  saveOnce(parts: Readonly<Record<string, Stateful>>, save: () => Promise<void>): Promise<void>;
}

/** The model, if it trains on several ranks; otherwise null. */
export function ranksOf(model: AnyModule): RankedModel | null {
  const { synchronize, sumNumbers, saveOnce } = model as Partial<RankedModel>;
  const isRanked = [synchronize, sumNumbers, saveOnce].every((one) => typeof one === "function");
  return isRanked ? (model as unknown as RankedModel) : null;
}
