import { ArgumentError, noGrad, Tensor } from "@wgrad/autograd";
import { checkCall, composite, persist } from "@wgrad/autograd/plugin";

/** Sums over batches, on the device, by name. */
export type Sums = Readonly<Record<string, Tensor>>;

/** The same sums on the host, each as a flat array. */
export type Totals<Of extends Sums> = { readonly [Name in keyof Of]: Float64Array };

/** The sums of a metric, to be saved between batches. */
export interface MetricStateDict {
  readonly sums: Readonly<Record<string, Tensor>> | null;
}

/**
 * Base of metrics over many batches. A subclass defines the sums that a batch adds (`measure`, in
 * tensor ops) and computes the metric from the totals (`conclude`, in numbers).
 *
 * ```ts
 * type Sizes = { largest: Tensor; count: Tensor };
 * class MeanSize extends Metric<[Tensor], Sizes, number> {
 *   protected measure(x: Tensor): Sizes {
 *     return { largest: x.abs().amax(1).sum(), count: x.select(1, 0).isfinite().to("i32").sum() };
 *   }
 *   protected conclude({ largest, count }: Totals<Sizes>): number {
 *     return (largest[0] as number) / (count[0] as number);
 *   }
 * }
 * ```
 */
export abstract class Metric<Inputs extends readonly unknown[], Added extends Sums, Result> {
  #sums: Added | null = null;

  /** Sums that one batch adds. */
  protected abstract measure(...inputs: Inputs): Added;

  /** Computes the metric from the totals of all batches. */
  protected abstract conclude(totals: Totals<Added>): Result;

  /**
   * Shapes of the totals by name, if known before the first batch. Saved totals are checked against
   * them.
   */
  protected layout(): Readonly<Record<keyof Added, readonly number[]>> | null {
    return null;
  }

  /** Combines the totals with those of a batch: by addition, unless a subclass overrides this. */
  protected merge(totals: Added, added: Added): Added {
    const sums = Object.entries(totals).map(([name, sum]) => [
      name,
      sum.add(added[name] as Tensor),
    ]);
    return Object.fromEntries(sums) as Added;
  }

  /** Adds a batch, without reading it. */
  update(...inputs: Inputs): void {
    noGrad(() => {
      const totals = this.#sums;
      if (totals === null) {
        const added = composite(() => this.measure(...inputs));
        for (const sum of Object.values(added)) persist(sum);
        this.#sums = added;
        return;
      }
      const merged = composite(() => this.merge(totals, this.measure(...inputs)));
      if (shapesOf(merged) !== shapesOf(totals)) {
        throw new ArgumentError(
          `${this.constructor.name}.update: this batch adds ${shapesOf(merged)}, but earlier ones added ${shapesOf(totals)}`,
        );
      }
      for (const [name, sum] of Object.entries(totals)) sum.copy_(merged[name] as Tensor);
    });
  }

  /**
   * Computes the metric of all batches since the last `reset`. Throws ArgumentError if there were
   * none.
   */
  async compute(): Promise<Result> {
    if (arguments.length > 0) checkCall("metric.compute()", arguments);
    if (this.#sums === null) {
      throw new ArgumentError(
        `${this.constructor.name}.compute: no batch yet\n  hint: update(predictions, targets) first`,
      );
    }
    const entries = Object.entries(this.#sums).map(
      async ([name, sum]) => [name, Float64Array.from(await sum.data())] as const,
    );
    return this.conclude(Object.fromEntries(await Promise.all(entries)) as Totals<Added>);
  }

  /** The totals, to be saved between batches; null before the first batch. */
  stateDict(): MetricStateDict {
    if (arguments.length > 0) checkCall("metric.stateDict()", arguments);
    return { sums: this.#sums };
  }

  /**
   * Restores what `stateDict()` returned. Throws ArgumentError if `saved` is not such a state; the
   * metric is then unchanged.
   */
  loadStateDict(saved: MetricStateDict): void {
    checkCall("metric.loadStateDict(saved: any)", arguments);
    const { sums } = this.#checked(saved);
    const copies = Object.entries(sums ?? {}).map(([name, sum]) => [name, ownCopy(sum)]);
    this.reset();
    if (sums !== null) this.#sums = Object.fromEntries(copies) as Added;
  }

  /**
   * Adds the state of another metric of this class, for example of another process. Throws
   * ArgumentError if `saved` is not such a state; the metric is then unchanged.
   */
  mergeState(saved: MetricStateDict): void {
    checkCall("metric.mergeState(saved: any)", arguments);
    const { sums } = this.#checked(saved);
    if (sums === null) return;
    const totals = this.#sums;
    if (totals === null) {
      this.loadStateDict(saved);
      return;
    }
    noGrad(() => {
      const merged = composite(() => this.merge(totals, sums as Added));
      for (const [name, sum] of Object.entries(totals)) sum.copy_(merged[name] as Tensor);
    });
  }

  /** Forgets all batches. */
  reset(): void {
    if (arguments.length > 0) checkCall("metric.reset()", arguments);
    for (const sum of Object.values(this.#sums ?? {})) sum.dispose();
    this.#sums = null;
  }

  /** Throws ArgumentError unless `saved` has this metric's totals. */
  #checked(saved: MetricStateDict): MetricStateDict {
    const { name } = this.constructor;
    const sums: unknown = (saved as Partial<MetricStateDict> | null)?.sums;
    if (sums === null) return { sums };
    const isState =
      typeof sums === "object" && Object.values(sums).every((sum) => sum instanceof Tensor);
    if (!isState || Object.keys(sums).length === 0) {
      throw new ArgumentError(
        `${name}.loadStateDict: not the state of a metric\n  hint: pass what stateDict() returned`,
      );
    }
    const known = this.layout() ?? this.#shapes();
    const given = shapesOf(sums as Sums);
    if (known !== null && given !== shapesOf(known)) {
      throw new ArgumentError(
        `${name}.loadStateDict: the totals belong to another metric` +
          `\n  here: ${shapesOf(known)}\n  saved: ${given}`,
      );
    }
    return { sums: sums as Sums };
  }

  #shapes(): Readonly<Record<string, readonly number[]>> | null {
    if (this.#sums === null) return null;
    const shapes = Object.entries(this.#sums).map(([name, { shape }]) => [name, shape]);
    return Object.fromEntries(shapes);
  }
}

/** Names with shapes, in order, to compare and for error messages. */
function shapesOf(sums: Readonly<Record<string, Tensor | readonly number[]>>): string {
  const named = Object.entries(sums).map(([name, sum]): string => {
    const shape = sum instanceof Tensor ? sum.shape : sum;
    return `${name} [${shape.join(", ")}]`;
  });
  return named.sort().join(", ");
}

const ownCopy = (sum: Tensor): Tensor => persist(noGrad(() => sum.clone()));
