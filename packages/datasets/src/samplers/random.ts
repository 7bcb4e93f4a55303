import { ArgumentError, type Generator as RandomGenerator } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { Sampler } from "./sampler.ts";

/** Settings of RandomSampler, with PyTorch's names and defaults. */
export interface RandomSamplerOptions {
  /** Draws with replacement, so that indices may repeat (default false). */
  readonly replacement?: boolean;
  /** Number of indices per epoch (default: the number of examples). */
  readonly numSamples?: number;
}

/** PyTorch draws this many indices at a time with replacement. */
const CHUNK = 32;

/**
 * Indices of `count` examples in random order; PyTorch's RandomSampler draws the same ones from an
 * equal generator.
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
      throw new ArgumentError(`RandomSampler: cannot draw ${this.length} indices without examples`);
    }
  }

  *indices(generator: RandomGenerator): Generator<number, void, undefined> {
    checkCall("sampler.indices(generator: any)", arguments);
    const count = this.#count;
    if (this.#replacement) {
      for (let left = this.length; left > 0; left -= CHUNK) {
        yield* generator.integers(new Int32Array(Math.min(CHUNK, left)), 0, count);
      }
      return;
    }
    let left = this.length;
    for (; count > 0 && left >= count; left -= count) yield* generator.permutation(count);
    // draw even if nothing is taken, so that the generator stays in step with PyTorch's
    yield* generator.permutation(count).subarray(0, left);
  }
}

function checkCount(name: string, count: number, least: number): number {
  if (Number.isInteger(count) && count >= least) return count;
  throw new ArgumentError(`RandomSampler: ${name} is ${count}\n  hint: a whole number ≥ ${least}`);
}
