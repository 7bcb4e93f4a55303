import { ArgumentError, Generator as RandomGenerator } from "@wgrad/autograd";
import { checkCall, describe } from "@wgrad/autograd/plugin";
import { getRank, getWorldSize } from "../group/world.ts";

/** Settings of DistributedSampler, with PyTorch's names and defaults. */
export interface DistributedSamplerOptions {
  /** Number of ranks that share the examples (default: the world size). */
  readonly numReplicas?: number;
  /** This rank's number among them (default: that of this process). */
  readonly rank?: number;
  /** Shuffles the examples anew each epoch (default true). */
  readonly shuffle?: boolean;
  /** Seed of the orders, together with the epoch. It must be equal on all ranks (default 0). */
  readonly seed?: number;
  /**
   * Drops the last examples if they do not divide evenly, instead of repeating some (default
   * false).
   */
  readonly dropLast?: boolean;
}

/**
 * Indices of this rank's examples. Every rank gets the same number. If they do not divide evenly,
 * the first ones of the order are repeated. The orders equal PyTorch's for the same seed and epoch.
 *
 * ```ts
 * const sampler = new DistributedSampler(dataset.length, { seed: 1 });
 * const loader = new DataLoader(dataset, { batchSize: 32, sampler });
 * for (let epoch = 0; epoch < 10; epoch++) {
 *   sampler.setEpoch(epoch); // otherwise all epochs have the same order
 *   // …
 * }
 * ```
 */
export class DistributedSampler {
  /** Number of indices per epoch, equal on every rank. */
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
        `DistributedSampler: rank is ${describe(rank)}\n  hint: a number from 0 to ${numReplicas - 1}`,
      );
    }
    this.#count = count;
    this.#replicas = numReplicas;
    this.#rank = rank;
    this.#shuffle = shuffle;
    this.#seed = seed;
    this.length = dropLast ? Math.floor(count / numReplicas) : Math.ceil(count / numReplicas);
  }

  /**
   * Sets the epoch of the next order. Call it before each epoch, with the same number on all ranks.
   */
  setEpoch(epoch: number): void {
    checkCall("sampler.setEpoch(epoch: number)", arguments);
    whole("epoch", epoch, 0);
    this.#epoch = epoch;
  }

  /**
   * This rank's indices in the epoch. The order depends on the seed and the epoch, not on the
   * loader's generator.
   */
  *indices(_generator?: RandomGenerator): Generator<number, void, undefined> {
    checkCall("sampler.indices(generator?)", arguments);
    const order = this.#shuffle
      ? new RandomGenerator(this.#seed + this.#epoch).permutation(this.#count)
      : Int32Array.from({ length: this.#count }, (_, i) => i);
    for (let i = 0; i < this.length; i++)
      yield order[(this.#rank + i * this.#replicas) % this.#count] as number;
  }

  /** The epoch, to resume from. */
  stateDict(): { readonly epoch: number } {
    checkCall("sampler.stateDict()", arguments);
    return { epoch: this.#epoch };
  }

  /** Restores what `stateDict()` returned. Throws ArgumentError if `saved` is not such a state. */
  loadStateDict(saved: { readonly epoch: number }): void {
    checkCall("sampler.loadStateDict(saved: any)", arguments);
    whole("epoch", saved?.epoch, 0);
    this.#epoch = saved.epoch;
  }
}

function whole(name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new ArgumentError(
    `DistributedSampler: ${name} is ${describe(value)}\n  hint: a whole number ≥ ${least}`,
  );
}
