import { ArgumentError, noGrad, Tensor } from "@wgrad/autograd";
import { checkCall, composite, persist } from "@wgrad/autograd/plugin";

/** What a metric has taken in, to be saved in the midst of batches. */
export interface CollectedStateDict {
  readonly batches: readonly Readonly<Record<string, Tensor>>[];
}

/**
 * Base of metrics that need every example: a batch is kept on its device until `reset`. A subclass
 * says what is kept (`keep`, in tensor ops) and what all of it means (`conclude`, from the kept
 * numbers of all batches, one after the other).
 */
export abstract class Collected<Inputs extends readonly unknown[], Result> {
  #batches: Record<string, Tensor>[] = [];

  /** What is kept of one batch, by name. */
  protected abstract keep(...inputs: Inputs): Readonly<Record<string, Tensor>>;

  /** The metric, from all that was kept. */
  protected abstract conclude(
    kept: Readonly<Record<string, Float64Array>>,
  ): Result | Promise<Result>;

  /** Takes a batch in; nothing is read. */
  update(...inputs: Inputs): void {
    const kept = noGrad(() => composite(() => this.keep(...inputs)));
    this.#batches.push(
      Object.fromEntries(
        Object.entries(kept).map(([name, value]) => [name, persist(noGrad(() => value.clone()))]),
      ),
    );
  }

  /** The metric of all batches since the last `reset`. Throws ArgumentError if there was none. */
  async compute(): Promise<Result> {
    if (arguments.length > 0) checkCall("metric.compute()", arguments);
    const [first] = this.#batches;
    if (first === undefined) {
      throw new ArgumentError(
        `${this.constructor.name}.compute: no batch yet\n  hint: update(predictions, targets) first`,
      );
    }
    const all = await Promise.all(
      Object.keys(first).map(async (name) => {
        const parts = await Promise.all(
          this.#batches.map((batch) => (batch[name] as Tensor).data()),
        );
        return [name, Float64Array.from(parts.flatMap((part) => [...part]))] as const;
      }),
    );
    return this.conclude(Object.fromEntries(all));
  }

  /** What was taken in, to be saved in the midst of batches. */
  stateDict(): CollectedStateDict {
    if (arguments.length > 0) checkCall("metric.stateDict()", arguments);
    return { batches: [...this.#batches] };
  }

  /**
   * Goes on from what `stateDict()` gave. Throws ArgumentError, and changes nothing, for what is no
   * such thing.
   */
  loadStateDict(saved: CollectedStateDict): void {
    if (arguments.length > 1) checkCall("metric.loadStateDict(saved)", arguments);
    const copies = this.#copiesOf("loadStateDict", saved);
    this.reset();
    this.#batches = copies;
  }

  /**
   * Takes in what another metric of this kind has, of which this is `stateDict()`: of another
   * process, say. Throws ArgumentError, and changes nothing, for what is no such thing.
   */
  mergeState(saved: CollectedStateDict): void {
    if (arguments.length !== 1) checkCall("metric.mergeState(saved)", arguments);
    this.#batches.push(...this.#copiesOf("mergeState", saved));
  }

  #copiesOf(call: string, saved: CollectedStateDict): Record<string, Tensor>[] {
    const batches: unknown = (saved as Partial<CollectedStateDict> | null)?.batches;
    const isState =
      Array.isArray(batches) &&
      batches.every((batch) =>
        Object.values(batch as object).every((value) => value instanceof Tensor),
      );
    if (!isState) {
      throw new ArgumentError(
        `${this.constructor.name}.${call}: this is no state of a metric\n  hint: what stateDict() gave`,
      );
    }
    return (batches as readonly Record<string, Tensor>[]).map((batch) =>
      Object.fromEntries(
        Object.entries(batch).map(([name, value]) => [name, persist(noGrad(() => value.clone()))]),
      ),
    );
  }

  /** Forgets all batches. */
  reset(): void {
    if (arguments.length > 0) checkCall("metric.reset()", arguments);
    for (const batch of this.#batches) for (const value of Object.values(batch)) value.dispose();
    this.#batches = [];
  }
}
