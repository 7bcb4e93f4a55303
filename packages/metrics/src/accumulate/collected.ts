import { ArgumentError, noGrad, Tensor } from "@wgrad/autograd";
import { checkCall, composite, persist } from "@wgrad/autograd/plugin";

/** Everything that a metric has collected, to be saved between batches. */
export interface CollectedStateDict {
  readonly batches: readonly Readonly<Record<string, Tensor>>[];
}

/**
 * Base of metrics that need every example. It keeps the batches on their device until `reset`. A
 * subclass defines what to keep of a batch (`keep`, in tensor ops) and computes the metric from the
 * kept values of all batches in order (`conclude`, on the host).
 */
export abstract class Collected<Inputs extends readonly unknown[], Result> {
  #batches: Record<string, Tensor>[] = [];

  /** Values to keep of one batch, by name. */
  protected abstract keep(...inputs: Inputs): Readonly<Record<string, Tensor>>;

  /** Computes the metric from all kept values. */
  protected abstract conclude(
    kept: Readonly<Record<string, Float64Array>>,
  ): Result | Promise<Result>;

  /** Adds a batch, without reading it. */
  update(...inputs: Inputs): void {
    const kept = noGrad(() => composite(() => this.keep(...inputs)));
    this.#batches.push(
      Object.fromEntries(
        Object.entries(kept).map(([name, value]) => [name, persist(noGrad(() => value.clone()))]),
      ),
    );
  }

  /**
   * Computes the metric of all batches since the last `reset`. Throws ArgumentError if there were
   * none.
   */
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

  /** Everything that was collected, to be saved between batches. */
  stateDict(): CollectedStateDict {
    if (arguments.length > 0) checkCall("metric.stateDict()", arguments);
    return { batches: [...this.#batches] };
  }

  /**
   * Restores what `stateDict()` returned. Throws ArgumentError if `saved` is not such a state; the
   * metric is then unchanged.
   */
  loadStateDict(saved: CollectedStateDict): void {
    checkCall("metric.loadStateDict(saved: any)", arguments);
    const copies = this.#copiesOf("loadStateDict", saved);
    this.reset();
    this.#batches = copies;
  }

  /**
   * Adds the state of another metric of this class, for example of another process. Throws
   * ArgumentError if `saved` is not such a state; the metric is then unchanged.
   */
  mergeState(saved: CollectedStateDict): void {
    checkCall("metric.mergeState(saved: any)", arguments);
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
        `${this.constructor.name}.${call}: not the state of a metric\n  hint: pass what stateDict() returned`,
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
