import type { Criterion, NodeRows, Sides } from "./criteria.ts";

/**
 * Prefix sums of weights and weighted values, with insertion and search in logarithmic time
 * (Fenwick 1994).
 */
class PrefixSums {
  readonly #weights: Float64Array;
  readonly #sums: Float64Array;
  #size = 0;
  weight = 0;
  sum = 0;

  constructor(capacity: number) {
    this.#weights = new Float64Array(capacity + 1);
    this.#sums = new Float64Array(capacity + 1);
  }

  /** Clears positions 0 … size − 1. */
  reset(size: number): void {
    this.#size = size;
    this.#weights.fill(0, 0, size + 1);
    this.#sums.fill(0, 0, size + 1);
    this.weight = 0;
    this.sum = 0;
  }

  add(place: number, weight: number, value: number): void {
    for (let i = place + 1; i <= this.#size; i += i & -i) {
      this.#weights[i] = (this.#weights[i] as number) + weight;
      this.#sums[i] = (this.#sums[i] as number) + weight * value;
    }
    this.weight += weight;
    this.sum += weight * value;
  }

  /**
   * The first position up to which the sum exceeds `weight` (or reaches it, with `orEqual`), and
   * the sums before it.
   */
  find(weight: number, orEqual: boolean): { place: number; weight: number; sum: number } {
    let [at, seen, sum] = [0, 0, 0];
    for (let step = 2 ** Math.floor(Math.log2(this.#size)); step > 0; step >>= 1) {
      const next = at + step;
      if (next > this.#size) continue;
      const total = seen + (this.#weights[next] as number);
      if (orEqual ? total < weight : total <= weight) {
        at = next;
        seen = total;
        sum += this.#sums[next] as number;
      }
    }
    return { place: at, weight: seen, sum };
  }
}

/** Mean absolute deviation from the weighted median: Σ w |y − median| / Σ w. */
export class AbsoluteError implements Criterion {
  readonly width = 1;
  weight = 0;
  best = -1;
  readonly #y: Float64Array;
  readonly #weights: Float64Array;
  readonly #local: Float64Array;
  readonly #localWeights: Float64Array;
  /** Position of each of the node's rows in the order of targets. */
  readonly #places: Uint32Array;
  readonly #sorted: Float64Array;
  readonly #sums: PrefixSums;
  readonly #errors: Float64Array;
  #count = 0;

  constructor(y: Float64Array, weights: Float64Array) {
    this.#y = y;
    this.#weights = weights;
    this.#local = new Float64Array(y.length);
    this.#localWeights = new Float64Array(y.length);
    this.#places = new Uint32Array(y.length);
    this.#sorted = new Float64Array(y.length);
    this.#sums = new PrefixSums(y.length);
    this.#errors = new Float64Array(y.length + 1);
  }

  enter(node: NodeRows): void {
    const { rows, start, end } = node;
    const count = end - start;
    this.#count = count;
    this.weight = 0;
    for (let i = 0; i < count; i++) {
      const row = rows[start + i] as number;
      this.#local[i] = this.#y[row] as number;
      this.#localWeights[i] = this.#weights[row] as number;
      this.weight += this.#weights[row] as number;
    }
    const order = Uint32Array.from({ length: count }, (_, i) => i).sort(
      (a, b) => (this.#local[a] as number) - (this.#local[b] as number) || a - b,
    );
    order.forEach((at, place) => {
      this.#places[at] = place;
      this.#sorted[place] = this.#local[at] as number;
    });
  }

  impurity(): number {
    this.#all();
    return this.#error() / this.weight;
  }

  value(out: Float64Array, at: number): void {
    this.#all();
    out[at] = this.#median();
  }

  bestCut(order: Uint32Array, cuts: Uint32Array, count: number, least: number): number {
    const errors = this.#errors;
    const sums = this.#sums;
    // first the errors of all rows after each split, then of all rows before it
    sums.reset(this.#count);
    let i = this.#count;
    for (let c = count - 1; c >= 0; c--) {
      while (i > (cuts[c] as number)) this.#add(order[--i] as number);
      errors[c] = this.#error();
    }
    sums.reset(this.#count);
    let score = Number.NEGATIVE_INFINITY;
    i = 0;
    for (let c = 0; c < count; c++) {
      while (i < (cuts[c] as number)) this.#add(order[i++] as number);
      if (sums.weight < least || this.weight - sums.weight < least) continue;
      const here = -(this.#error() + (errors[c] as number));
      if (here > score) {
        score = here;
        this.best = c;
      }
    }
    return score;
  }

  sides({ rows, start, end }: NodeRows, middle: number): Sides {
    const side = (from: number, to: number): { impurity: number; weight: number } => {
      this.enter({ rows, start: from, end: to });
      return { impurity: this.impurity(), weight: this.weight };
    };
    const left = side(start, middle);
    const right = side(middle, end);
    this.enter({ rows, start, end });
    return {
      leftImpurity: left.impurity,
      rightImpurity: right.impurity,
      leftWeight: left.weight,
      rightWeight: right.weight,
    };
  }

  #add(at: number): void {
    this.#sums.add(
      this.#places[at] as number,
      this.#localWeights[at] as number,
      this.#local[at] as number,
    );
  }

  #all(): void {
    this.#sums.reset(this.#count);
    for (let i = 0; i < this.#count; i++) this.#add(i);
  }

  /**
   * The median of the added values; if half of the weight lies exactly between two values, their
   * mean.
   */
  #median(): number {
    const half = this.#sums.weight / 2;
    const low = this.#sorted[this.#sums.find(half, true).place] as number;
    const high = this.#sorted[this.#sums.find(half, false).place] as number;
    return (low + high) / 2;
  }

  /** Σ w |y − median| of the added values. */
  #error(): number {
    const sums = this.#sums;
    const { place, weight, sum } = sums.find(sums.weight / 2, true);
    const median = this.#sorted[place] as number;
    return median * weight - sum + (sums.sum - sum) - median * (sums.weight - weight);
  }
}
