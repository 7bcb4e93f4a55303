import { ArgumentError, Generator as RandomGenerator } from "@wgrad/autograd";
import { checkCall, describe } from "@wgrad/autograd/plugin";
import { getRank, getWorldSize } from "../group/world.ts";

/** Settings of DistributedSampler, with PyTorch's names and defaults. */
export interface DistributedSamplerOptions {
  /** Ranks that share the examples (default: the world's). */
  readonly numReplicas?: number;
  /** Which of them this is (default: this process). */
  readonly rank?: number;
  /** Draws a new order each epoch (default true). */
  readonly shuffle?: boolean;
  /** What orders are drawn from, with the epoch; the same on all ranks (default 0). */
  readonly seed?: number;
  /** Leaves out the last examples instead of giving some twice (default false). */
  readonly dropLast?: boolean;
}

/**
 * The numbers of this rank's examples: every rank the same count, each example on one rank. Where they do not divide evenly, the first
 * ones of the order come once more. Orders are PyTorch's for the same seed and epoch.
 *
 * ```ts
 * const sampler = new DistributedSampler(dataset.length, { seed: 1 });
 * const loader = new DataLoader(dataset, { batchSize: 32, sampler });
 * for (let epoch = 0; epoch < 10; epoch++) {
 *   sampler.setEpoch(epoch); // without it all epochs have one order
 *   // …
 * }
 * ```
 */
export class DistributedSampler {
  /** Numbers in an epoch, on every rank. */
  readonly length: number;
  readonly #count: number;
  readonly #replicas: number;
  readonly #rank: number;
  readonly #shuffle: boolean;
  readonly #seed: number;
  #epoch = 0;

  constructor(count: number, options: DistributedSamplerOptions = {}) {
    checkCall(
      "new DistributedSampler(count: number, { numReplicas: number, rank: number, shuffle: boolean, seed: number, dropLast: boolean })",
      arguments,
    );
    const { shuffle = true, seed = 0, dropLast = false } = options;
    const { numReplicas = getWorldSize(), rank = getRank() } = options;
    whole("count", count, 1);
    whole("numReplicas", numReplicas, 1);
    whole("seed", seed, 0);
    if (!(Number.isInteger(rank) && rank >= 0 && rank < numReplicas)) {
      throw new ArgumentError(
        `DistributedSampler: rank is ${describe(rank)}\n  hint: from 0 to ${numReplicas - 1}`,
      );
    }
    this.#count = count;
    this.#replicas = numReplicas;
    this.#rank = rank;
    this.#shuffle = shuffle;
    this.#seed = seed;
    this.length = dropLast ? Math.floor(count / numReplicas) : Math.ceil(count / numReplicas);
  }

  /** Which epoch the next order is of. Call it before each, with the same number on all ranks. */
  setEpoch(epoch: number): void {
    checkCall("sampler.setEpoch(epoch: number)", arguments);
    whole("epoch", epoch, 0);
    this.#epoch = epoch;
  }

  /** This rank's numbers in the epoch. The order is drawn from the seed and the epoch, not from the loader's generator. */
  *indices(_generator?: RandomGenerator): Generator<number, void, undefined> {
    checkCall("sampler.indices(generator?)", arguments);
    const order = this.#shuffle
      ? new RandomGenerator(this.#seed + this.#epoch).permutation(this.#count)
      : Int32Array.from({ length: this.#count }, (_, i) => i);
    for (let i = 0; i < this.length; i++)
      yield order[(this.#rank + i * this.#replicas) % this.#count] as number;
  }

  /** The epoch, to go on from. */
  stateDict(): { readonly epoch: number } {
    checkCall("sampler.stateDict()", arguments);
    return { epoch: this.#epoch };
  }

  /** Throws ArgumentError for what is no such state. */
  loadStateDict(saved: { readonly epoch: number }): void {
    checkCall("sampler.loadStateDict(saved)", arguments);
    whole("epoch", saved?.epoch, 0);
    this.#epoch = saved.epoch;
  }
}

function whole(name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new ArgumentError(
    `DistributedSampler: ${name} is ${describe(value)}\n  hint: a whole number from ${least} on`,
  );
}
