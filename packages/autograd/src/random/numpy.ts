import { ArgumentError } from "../errors.ts";
import { checkCall } from "../signature.ts";
import { Mt19937 } from "./mt19937.ts";

/**
 * numpy's legacy generator `np.random.RandomState(seed)`, as far as scikit-learn's splits need it.
 */
export class RandomState {
  readonly #bits: Mt19937;

  /** `seed`: an integer in [0, 2³²), as in numpy. */
  constructor(seed: number) {
    checkCall("new RandomState(seed: number)", arguments);
    if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
      throw new ArgumentError(
        `RandomState: a seed is a whole number from 0 to 2³² − 1, got ${seed}`,
      );
    }
    this.#bits = new Mt19937(seed);
  }

  /** The integers 0 … n−1 in random order, as `RandomState.permutation(n)`. */
  permutation(n: number): Int32Array {
    if (arguments.length > 1) checkCall("state.permutation(n: number)", arguments);
    const order = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.#atMost(i);
      const held = order[i] as number;
      order[i] = order[j] as number;
      order[j] = held;
    }
    return order;
  }

  /** An integer in [0, max]: draws masked bits until one fits. */
  #atMost(max: number): number {
    const mask = 2 ** (32 - Math.clz32(max)) - 1;
    for (;;) {
      const drawn = (this.#bits.next() & mask) >>> 0;
      if (drawn <= max) return drawn;
    }
  }
}
