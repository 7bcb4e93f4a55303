import type { Generator as RandomGenerator } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { Sampler } from "./sampler.ts";

/**
 * The given indices in random order; PyTorch's SubsetRandomSampler draws the same order from an
 * equal generator.
 */
export class SubsetRandomSampler implements Sampler {
  readonly length: number;
  readonly #numbers: Float64Array;

  constructor(indices: ArrayLike<number>) {
    checkCall("new SubsetRandomSampler(indices: int[])", arguments);
    this.#numbers = Float64Array.from(indices);
    this.length = this.#numbers.length;
  }

  *indices(generator: RandomGenerator): Generator<number, void, undefined> {
    checkCall("sampler.indices(generator: any)", arguments);
    for (const i of generator.permutation(this.length)) yield this.#numbers[i] as number;
  }
}
