import type { Stateful } from "@wgrad/autograd/saving";
import type { AnyModule } from "@wgrad/nn";
import type { Batches, BatchMetric } from "./batch.ts";

/**
 * What `fit` asks of a model that trains on several ranks, as `DistributedDataParallel` of
 * `@wgrad/distributed` answers it.
 */
export interface RankedModel {
  /** Resolves when all ranks have the same parameters. */
  ready(): Promise<unknown>;
  /** Gradients of what `run` calls stay with this rank. */
  noSync<T>(run: () => T): T;
  /** Gives all ranks the mean of their gradients over all examples. */
  synchronize(options: { readonly examples: number }): Promise<void>;
  /** This rank's batches, then null until no rank has one. */
  join<Batch>(loader: Batches<Batch>): AsyncIterable<Batch | null>;
  /** The sums of all ranks' numbers, place by place. */
  sumNumbers(numbers: readonly number[]): Promise<number[]>;
  /** The metric of what all ranks have seen. */
  computeMetric(metric: BatchMetric): Promise<number | readonly number[]>;
  /** Parts of a checkpoint, those of each rank's own made to hold all ranks'. */
  partsOfRanks(parts: Readonly<Record<string, Stateful>>): Readonly<Record<string, Stateful>>;
  /** Saves such parts on one rank; throws on all ranks if that fails. */
  saveOnce(parts: Readonly<Record<string, Stateful>>, save: () => Promise<void>): Promise<void>;
}

/** The model, where it trains on several ranks. */
export function ranksOf(model: AnyModule): RankedModel | null {
  const { synchronize, sumNumbers, saveOnce } = model as Partial<RankedModel>;
  const isRanked = [synchronize, sumNumbers, saveOnce].every((one) => typeof one === "function");
  return isRanked ? (model as unknown as RankedModel) : null;
}
