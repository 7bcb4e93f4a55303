import { ArgumentError, noGrad, type Tensor } from "@wgrad/autograd";
import { composite, persist } from "@wgrad/autograd/plugin";

/** What batches add up to on the device, by name. */
export type Sums = Readonly<Record<string, Tensor>>;

/** The same on the host, each as its elements in order. */
export type Totals<Of extends Sums> = { readonly [Name in keyof Of]: Float64Array };

/**
 * Base of metrics over many batches. A subclass says what a batch adds (`measure`, in tensor ops) and what the totals mean
 * (`conclude`, in numbers).
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

  /** What one batch adds. */
  protected abstract measure(...inputs: Inputs): Added;

  /** The metric, from the totals of all batches. */
  protected abstract conclude(totals: Totals<Added>): Result;

  /** Takes a batch in; nothing is read. */
  update(...inputs: Inputs): void {
    noGrad(() => {
      const added = composite(() => this.measure(...inputs));
      if (this.#sums === null) {
        for (const sum of Object.values(added)) persist(sum);
        this.#sums = added;
        return;
      }
      for (const [name, sum] of Object.entries(this.#sums)) sum.add_(added[name] as Tensor);
    });
  }

  /** The metric of all batches since the last `reset`. Throws ArgumentError if there was none. */
  async compute(): Promise<Result> {
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

  /** What the batches added up to, to be saved in the midst of them; null before the first. */
  stateDict(): { readonly sums: Readonly<Record<string, Tensor>> | null } {
    return { sums: this.#sums };
  }

  /** Goes on from what `stateDict()` gave. */
  loadStateDict({ sums }: { readonly sums: Readonly<Record<string, Tensor>> | null }): void {
    const copies = Object.entries(sums ?? {}).map(([name, sum]) => [name, ownCopy(sum)]);
    this.reset();
    if (sums !== null) this.#sums = Object.fromEntries(copies) as Added;
  }

  /** Forgets all batches. */
  reset(): void {
    for (const sum of Object.values(this.#sums ?? {})) sum.dispose();
    this.#sums = null;
  }
}

const ownCopy = (sum: Tensor): Tensor => persist(noGrad(() => sum.clone()));
