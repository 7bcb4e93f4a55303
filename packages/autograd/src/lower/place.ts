import type { Counter, Expr } from "../kernel/expression.ts";
import { placeOf, walk } from "../kernel/loops.ts";
import { contiguousStrides } from "../shape.ts";

/**
 * A place in a shape where elements are evaluated: counters that together run over its dimensions.
 */
export class Place {
  readonly counters: readonly Counter[];
  /** Values of the kernel's steps here. */
  readonly values: Map<number, Expr> = new Map();
  readonly #reads = new Map<object, Expr>();
  #whole: Expr | null = null;

  constructor(...counters: readonly Counter[]) {
    this.counters = counters;
  }

  /** The flat, row-major index. */
  get whole(): Expr {
    this.#whole ??= this.#wholeOf();
    return this.#whole;
  }

  #wholeOf(): Expr {
    const [first, ...others] = this.counters;
    if (first?.index.lanes !== 4 || others.length === 0) return placeOf(this.counters);
    // lanes are far apart
    return this.walk(contiguousStrides(this.counters.flatMap(({ layout }) => layout.dims)));
  }

  /** start + Σ coordinate · stride. */
  walk(strides: readonly number[], start: Expr | null = null): Expr {
    return walk(this.counters, strides, start);
  }

  /** What is made once for this key. */
  once(key: object, make: () => Expr): Expr {
    let value = this.#reads.get(key);
    if (value === undefined) {
      value = make();
      this.#reads.set(key, value);
    }
    return value;
  }
}
