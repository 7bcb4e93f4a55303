import { ArgumentError, noGrad, Tensor } from "@wgrad/autograd";
import { checkCall, commit, composite, persist } from "@wgrad/autograd/plugin";
import { checkRange } from "./check.ts";

/** Settings of ExponentialMovingAverage. */
export interface MovingAverageOptions {
  /** Decay rate d of the average, in [0, 1) (default 0.999). */
  readonly decay?: number;
}

/** The averages and the number of updates. */
export interface MovingAverageStateDict {
  readonly averages: readonly Tensor[];
  readonly updates: number;
}

/**
 * Keeps an exponential moving average a ← d a + (1 − d) p of every parameter p; the first update
 * sets a = p. Averaged weights often generalize better than the last ones (Polyak & Juditsky 1992).
 *
 * ```ts
 * const average = new ExponentialMovingAverage(model.parameters(), { decay: 0.99 });
 * // each step: optimizer.step(); average.update();
 * average.swap(); // the model has the averages
 * await evaluate(model);
 * average.swap(); // the model has its own weights again
 * ```
 */
export class ExponentialMovingAverage {
  /** The averaged parameters. */
  readonly parameters: readonly Tensor[];
  /**
   * The average of each parameter, in the same order. After `swap()`, these hold the parameters'
   * own values.
   */
  readonly averages: readonly Tensor[];
  readonly decay: number;
  /** Number of updates so far. */
  updates = 0;
  #swapped = false;

  constructor(parameters: Iterable<Tensor>, options: MovingAverageOptions = {}) {
    checkCall("new ExponentialMovingAverage(parameters: iterable, { decay: number })", arguments);
    const { decay = 0.999 } = options;
    checkRange("ExponentialMovingAverage", "decay", decay, 0, 1);
    this.decay = decay;
    this.parameters = [...parameters];
    checkCall("new ExponentialMovingAverage(parameters: tensor[])", [this.parameters]);
    if (this.parameters.length === 0) {
      throw new ArgumentError(
        "ExponentialMovingAverage: no parameters\n  hint: pass model.parameters()",
      );
    }
    this.averages = noGrad(() => this.parameters.map((p) => persist(p.clone())));
  }

  /** Updates the averages with the current values of the parameters. */
  update(): void {
    checkCall("average.update()", arguments);
    if (this.#swapped) {
      throw new ArgumentError(
        "ExponentialMovingAverage.update: the parameters are swapped with the averages\n  hint: swap() back first",
      );
    }
    const { decay, updates } = this;
    this.#write("update", (p, a) => {
      return [a, updates === 0 ? p.clone() : a.mul(decay).add(p.mul(1 - decay))];
    });
    this.updates++;
  }

  /**
   * Exchanges the parameters' values and the averages. Call it before evaluation and again before
   * training continues.
   */
  swap(): void {
    checkCall("average.swap()", arguments);
    this.#write(
      "swap",
      (p, a) => [a, p.clone()],
      (p, a) => [p, a.clone()],
    );
    this.#swapped = !this.#swapped;
  }

  /** Frees the averages. After `swap()`, these are the parameters' own values. */
  dispose(): void {
    checkCall("average.dispose()", arguments);
    for (const average of this.averages) average.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** The averages (as copies) and the number of updates. */
  stateDict(): MovingAverageStateDict {
    checkCall("average.stateDict()", arguments);
    return { averages: this.averages.map((a) => a.detach()), updates: this.updates };
  }

  /**
   * Restores saved averages. Throws ArgumentError if their number or shapes differ; nothing is then
   * changed.
   */
  loadStateDict(saved: MovingAverageStateDict): void {
    checkCall("average.loadStateDict(saved: any)", arguments);
    const { averages, updates } = (saved ?? {}) as Partial<MovingAverageStateDict>;
    const isState =
      Array.isArray(averages) && averages.every((average) => average instanceof Tensor);
    if (!isState || !(Number.isInteger(updates) && (updates as number) >= 0)) {
      throw new ArgumentError(
        "ExponentialMovingAverage.loadStateDict: not a state of averages, { averages, updates }" +
          "\n  hint: pass what stateDict() returned",
      );
    }
    const shapes = (tensors: readonly Tensor[]): string =>
      tensors.map(({ shape }) => `[${shape.join(", ")}]`).join(" ");
    if (shapes(averages) !== shapes(this.averages)) {
      throw new ArgumentError(
        "ExponentialMovingAverage.loadStateDict: the saved averages differ" +
          `\n  here: ${shapes(this.averages)}\n  saved: ${shapes(averages)}`,
      );
    }
    let i = 0;
    this.#write("loadStateDict", (_, a) => [a, (averages[i++] as Tensor).clone()]);
    this.updates = updates as number;
  }

  /** Writes all of the values, or none if an error occurs. */
  #write(call: string, ...rules: ((p: Tensor, a: Tensor) => [Tensor, Tensor])[]): void {
    const writes = noGrad(() =>
      composite(() =>
        rules.flatMap((rule) => this.parameters.map((p, i) => rule(p, this.averages[i] as Tensor))),
      ),
    );
    commit(writes, `ExponentialMovingAverage.${call}`);
  }
}
