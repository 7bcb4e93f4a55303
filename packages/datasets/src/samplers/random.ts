import { ArgumentError, type Generator as RandomGenerator } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { Sampler } from "./sampler.ts";

/** Settings of RandomSampler, with PyTorch's names and defaults. */
export interface RandomSamplerOptions {
  /** Draws every number anew, so that some come twice (default false). */
  readonly replacement?: boolean;
  /** How many numbers an epoch has (default: as many as examples). */
  readonly numSamples?: number;
}

/** PyTorch draws so many numbers at a time with replacement. */
const CHUNK = 32;

/**
 * Numbers of `count` examples in random order, as PyTorch's RandomSampler draws them from the same
 * generator.
 *
 * Throws ArgumentError for counts that are not positive whole numbers.
 */
export class RandomSampler implements Sampler {
  readonly length: number;
  readonly #count: number;
  readonly #replacement: boolean;

  constructor(count: number, options: RandomSamplerOptions = {}) {
    checkCall(
      "new RandomSampler(count: number, { replacement: boolean, numSamples: number })",
      arguments,
    );
    const { replacement = false, numSamples } = options;
    this.#count = checkCount("count", count, 0);
    this.length = checkCount("numSamples", numSamples ?? count, 0);
    this.#replacement = replacement;
    if (count === 0 && this.length > 0) {
      throw new ArgumentError(`RandomSampler: ${this.length} numbers of no examples`);
    }
  }

  *indices(generator: RandomGenerator): Generator<number, void, undefined> {
    if (arguments.length > 1) checkCall("sampler.indices(generator)", arguments);
    const count = this.#count;
    if (this.#replacement) {
      for (let left = this.length; left > 0; left -= CHUNK) {
        yield* generator.integers(new Int32Array(Math.min(CHUNK, left)), 0, count);
      }
      return;
    }
    let left = this.length;
    for (; count > 0 && left >= count; left -= count) yield* generator.permutation(count);
    // Drawn even where nothing of it is taken: a generator that goes on is then where PyTorch's is.
    yield* generator.permutation(count).subarray(0, left);
  }
}

function checkCount(name: string, count: number, least: number): number {
  if (Number.isInteger(count) && count >= least) return count;
  throw new ArgumentError(
    `RandomSampler: ${name} is ${count}\n  hint: a whole number, ${least} or more`,
  );
}
