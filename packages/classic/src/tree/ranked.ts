/** The sorted values of a feature, and the rank of each row. */
export interface RankedFeature {
  /** The distinct values, ascending. */
  readonly values: Float32Array;
  /** The index of each row in `values`; a missing value has the index `values.length`. */
  readonly ranks: Uint32Array;
  readonly hasMissing: boolean;
}

/** Ranks a column once, so that nodes sort small integers. NaN is a missing value. */
export function rankFeature(column: Float32Array): RankedFeature {
  const sorted = column.filter((value) => !Number.isNaN(value)).sort();
  let count = 0;
  for (let i = 0; i < sorted.length; i++) {
    const value = sorted[i] as number;
    if (count === 0 || value !== sorted[count - 1]) sorted[count++] = value;
  }
  const values = sorted.slice(0, count);
  const ranks = new Uint32Array(column.length);
  for (let row = 0; row < column.length; row++) {
    const value = column[row] as number;
    ranks[row] = Number.isNaN(value) ? count : placeOf(value, values);
  }
  return { values, ranks, hasMissing: sorted.length < column.length };
}

/** The index of a value in ascending values that contain it. */
function placeOf(value: number, values: Float32Array): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Sorts the rows of a node by rank: few rows by insertion, many by radix sort on 8-bit digits. */
export class RankSorter {
  /** Ranks, ascending, and the position in the node of the row of each rank. */
  keys: Uint32Array;
  order: Uint32Array;
  #otherKeys: Uint32Array;
  #otherOrder: Uint32Array;
  readonly #counts = new Uint32Array(256);

  constructor(capacity: number) {
    this.keys = new Uint32Array(capacity);
    this.order = new Uint32Array(capacity);
    this.#otherKeys = new Uint32Array(capacity);
    this.#otherOrder = new Uint32Array(capacity);
  }

  /** Sorts the ranks of `rows[start … end)`; equal ranks keep their order. */
  sort(ranks: Uint32Array, rows: Uint32Array, start: number, end: number): void {
    const count = end - start;
    if (count <= FEW) {
      this.#insert(ranks, rows, start, count);
      return;
    }
    const keys = this.keys;
    let low = 0xffffffff;
    let high = 0;
    for (let i = 0; i < count; i++) {
      const key = ranks[rows[start + i] as number] as number;
      keys[i] = key;
      if (key < low) low = key;
      if (key > high) high = key;
    }
    const order = this.order;
    for (let i = 0; i < count; i++) order[i] = i;
    const range = high - low;
    for (let shift = 0; shift < 32 && range >>> shift > 0; shift += 8) {
      this.#pass(count, low, shift);
    }
  }

  #insert(ranks: Uint32Array, rows: Uint32Array, start: number, count: number): void {
    const { keys, order } = this;
    for (let i = 0; i < count; i++) {
      const key = ranks[rows[start + i] as number] as number;
      let j = i - 1;
      while (j >= 0 && (keys[j] as number) > key) {
        keys[j + 1] = keys[j] as number;
        order[j + 1] = order[j] as number;
        j--;
      }
      keys[j + 1] = key;
      order[j + 1] = i;
    }
  }

  #pass(count: number, low: number, shift: number): void {
    const [keys, order, toKeys, toOrder] = [
      this.keys,
      this.order,
      this.#otherKeys,
      this.#otherOrder,
    ];
    const counts = this.#counts.fill(0);
    for (let i = 0; i < count; i++) {
      const digit = (((keys[i] as number) - low) >>> shift) & 255;
      counts[digit] = (counts[digit] as number) + 1;
    }
    let sum = 0;
    for (let digit = 0; digit < 256; digit++) {
      const here = counts[digit] as number;
      counts[digit] = sum;
      sum += here;
    }
    for (let i = 0; i < count; i++) {
      const key = keys[i] as number;
      const digit = ((key - low) >>> shift) & 255;
      const to = counts[digit] as number;
      counts[digit] = to + 1;
      toKeys[to] = key;
      toOrder[to] = order[i] as number;
    }
    [this.keys, this.order, this.#otherKeys, this.#otherOrder] = [toKeys, toOrder, keys, order];
  }
}

/** Up to this many rows insertion sort is faster. */
const FEW = 40;
