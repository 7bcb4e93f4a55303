import { ArgumentError, noGrad, Tensor } from "@wgrad/autograd";
import { checkCall, commit, composite, persist } from "@wgrad/autograd/plugin";
import { checkRange } from "./check.ts";

/** Settings of ExponentialMovingAverage. */
export interface MovingAverageOptions {
  /** How slowly the average moves, in [0, 1) (default 0.999). */
  readonly decay?: number;
}

/** The averages and how often they were updated. */
export interface MovingAverageStateDict {
  readonly averages: readonly Tensor[];
  readonly updates: number;
}

/**
 * Keeps a ← d a + (1 − d) p for every parameter p, from a = p at the first update on: the average
 * of the weights often predicts better than the last ones (Polyak & Juditsky 1992).
 *
 * ```ts
 * const average = new ExponentialMovingAverage(model.parameters(), { decay: 0.99 });
 * // each step: optimizer.step(); average.update();
 * average.swap(); // the model now has the averages …
 * await evaluate(model);
 * average.swap(); // … and again its own weights
 * ```
 */
export class ExponentialMovingAverage {
  /** Given by the caller, in order. */
  readonly parameters: readonly Tensor[];
  /** Of each parameter, in the same order. While swapped, these are the parameters' own values. */
  readonly averages: readonly Tensor[];
  readonly decay: number;
  /** How many updates went into the averages. */
  updates = 0;
  #swapped = false;

  constructor(parameters: Iterable<Tensor>, options: MovingAverageOptions = {}) {
    checkCall("new ExponentialMovingAverage(parameters, { decay: number })", arguments);
    const { decay = 0.999 } = options;
    checkRange("ExponentialMovingAverage", "decay", decay, 0, 1);
    this.decay = decay;
    this.parameters = [...parameters];
    if (this.parameters.length === 0) {
      throw new ArgumentError(
        "ExponentialMovingAverage: no parameters\n  hint: pass model.parameters()",
      );
    }
    this.averages = noGrad(() => this.parameters.map((p) => persist(p.clone())));
  }

  /** Takes the parameters' values of now into the averages. */
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
   * Exchanges the parameters' values and the averages: to evaluate, and again to go on training.
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

  /** Gives the averages back; while swapped, they are the parameters' own values. */
  dispose(): void {
    checkCall("average.dispose()", arguments);
    for (const average of this.averages) average.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** The averages and their count; the tensors are its own. */
  stateDict(): MovingAverageStateDict {
    checkCall("average.stateDict()", arguments);
    return { averages: this.averages.map((a) => a.detach()), updates: this.updates };
  }

  /**
   * Takes over saved averages. Throws ArgumentError if number or shapes differ; then nothing has
   * changed.
   */
  loadStateDict(saved: MovingAverageStateDict): void {
    checkCall("average.loadStateDict(saved)", arguments);
    const { averages, updates } = (saved ?? {}) as Partial<MovingAverageStateDict>;
    const isState =
      Array.isArray(averages) && averages.every((average) => average instanceof Tensor);
    if (!isState || !(Number.isInteger(updates) && (updates as number) >= 0)) {
      throw new ArgumentError(
        "ExponentialMovingAverage.loadStateDict: this is no state of averages, { averages, updates }" +
          "\n  hint: what stateDict() gave",
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

  /** All of the writes, or none. */
  #write(call: string, ...rules: ((p: Tensor, a: Tensor) => [Tensor, Tensor])[]): void {
    const writes = noGrad(() =>
      composite(() =>
        rules.flatMap((rule) => this.parameters.map((p, i) => rule(p, this.averages[i] as Tensor))),
      ),
    );
    commit(writes, `ExponentialMovingAverage.${call}`);
  }
}
