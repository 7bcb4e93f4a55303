import { ArgumentError, type Generator as RandomGenerator } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { Sampler } from "./sampler.ts";

/** Settings of WeightedRandomSampler. */
export interface WeightedRandomSamplerOptions {
  /**
   * Draws with replacement (default true, as in PyTorch); otherwise each index occurs at most once.
   */
  readonly replacement?: boolean;
}

/**
 * Draws `numSamples` indices with probability wᵢ / Σw, for example to balance classes. With
 * replacement it inverts the cumulative weights; without, it takes the smallest −ln(1 − u) / wᵢ
 * (Efraimidis & Spirakis 2006), so that each draw is proportional to the remaining weights.
 *
 * Throws ArgumentError for weights that are negative, not finite or all zero, and for more draws
 * without replacement than there are positive weights.
 */
export class WeightedRandomSampler implements Sampler {
  readonly length: number;
  readonly #weights: Float64Array;
  readonly #replacement: boolean;

  constructor(
    weights: ArrayLike<number>,
    numSamples: number,
    options: WeightedRandomSamplerOptions = {},
  ) {
    checkCall(
      "new WeightedRandomSampler(weights: list, numSamples: number, { replacement: boolean })",
      arguments,
    );
    const { replacement = true } = options;
    this.#weights = Float64Array.from(weights);
    const wrong = this.#weights.findIndex((weight) => !(weight >= 0 && weight < Infinity));
    if (wrong >= 0) {
      throw new ArgumentError(
        `WeightedRandomSampler: weight ${wrong} is ${weights[wrong]}\n  hint: weights must be finite and ≥ 0`,
      );
    }
    const positive = this.#weights.filter((weight) => weight > 0).length;
    const most = replacement && positive > 0 ? Infinity : positive;
    if (!Number.isInteger(numSamples) || numSamples < 1 || numSamples > most) {
      throw new ArgumentError(
        `WeightedRandomSampler: numSamples is ${numSamples}, but ${positive} weights are above 0` +
          "\n  hint: a whole number ≥ 1 and, without replacement, at most the number of positive weights",
      );
    }
    this.length = numSamples;
    this.#replacement = replacement;
  }

  *indices(generator: RandomGenerator): Generator<number, void, undefined> {
    checkCall("sampler.indices(generator: any)", arguments);
    yield* this.#replacement ? this.#drawn(generator) : this.#race(generator);
  }

  *#drawn(generator: RandomGenerator): Generator<number, void, undefined> {
    let sum = 0;
    const cumulated = this.#weights.map((weight) => {
      sum += weight;
      return sum;
    });
    for (const u of generator.uniform(new Float64Array(this.length))) {
      let [low, high] = [0, cumulated.length - 1];
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((cumulated[middle] as number) <= u * sum) low = middle + 1;
        else high = middle;
      }
      yield low;
    }
  }

  #race(generator: RandomGenerator): number[] {
    const finish = generator
      .uniform(new Float64Array(this.#weights.length))
      .map((u, i) => -Math.log1p(-u) / (this.#weights[i] as number));
    return [...this.#weights.keys()]
      .filter((i) => (this.#weights[i] as number) > 0)
      .sort((a, b) => (finish[a] as number) - (finish[b] as number))
      .slice(0, this.length);
  }
}
