import type { Generator } from "@wgrad/autograd";
import type { Criterion, NodeRows } from "./criteria.ts";
import { type RankedFeature, RankSorter } from "./ranked.ts";

/** Neighbouring f32 values at most this far apart count as equal. */
const SAME = Math.fround(1e-7);

/** Limits of a split, and the number of features that it searches. */
export interface SplitLimits {
  readonly maxFeatures: number;
  readonly minSamplesLeaf: number;
  readonly minWeightLeaf: number;
}

/** A split of a node. */
export interface Split {
  readonly feature: number;
  /** Values up to this go left. */
  readonly threshold: number;
  /** The threshold as a rank. */
  readonly rank: number;
  readonly missingLeft: boolean;
}

/**
 * Finds the best split of a node: over all thresholds, or over one random threshold for each
 * feature.
 */
export class Splitter {
  readonly #features: readonly RankedFeature[];
  readonly #criterion: Criterion;
  readonly #limits: SplitLimits;
  readonly #random: Generator;
  readonly #sorter: RankSorter;
  readonly #cuts: Uint32Array;
  readonly #shifted: Uint32Array;
  readonly #aside: Uint32Array;
  readonly #draw: FeatureDraw;
  readonly #anywhere: boolean;
  #score = Number.NEGATIVE_INFINITY;
  #split: Split | null = null;

  constructor(
    features: readonly RankedFeature[],
    criterion: Criterion,
    limits: SplitLimits,
    random: Generator,
    rows: number,
    anywhere: boolean,
  ) {
    this.#features = features;
    this.#criterion = criterion;
    this.#limits = limits;
    this.#random = random;
    this.#sorter = new RankSorter(rows);
    this.#cuts = new Uint32Array(rows);
    this.#shifted = new Uint32Array(rows);
    this.#aside = new Uint32Array(rows);
    this.#draw = new FeatureDraw(features.length, limits.maxFeatures, random);
    this.#anywhere = anywhere;
  }

  /**
   * The best split of the current node of the criterion; null if there is none. `constants`: number
   * of features known to be constant above it. Returns the number known below it.
   */
  find(node: NodeRows, constants: number): { split: Split | null; constants: number } {
    this.#score = Number.NEGATIVE_INFINITY;
    this.#split = null;
    const try_ = this.#anywhere ? this.#tryRandom : this.#tryAll;
    const below = this.#draw.visit(constants, (feature) => try_.call(this, node, feature));
    return { split: this.#split, constants: below };
  }

  /**
   * Moves the rows that go left to the front; each side keeps its order. Returns where the right
   * side starts.
   */
  splitRows({ rows, start, end }: NodeRows, { feature, rank, missingLeft }: Split): number {
    const { ranks, values } = this.#features[feature] as RankedFeature;
    const aside = this.#aside;
    let [left, right] = [start, 0];
    for (let i = start; i < end; i++) {
      const row = rows[i] as number;
      const own = ranks[row] as number;
      if (own === values.length ? missingLeft : own <= rank) rows[left++] = row;
      else aside[right++] = row;
    }
    rows.set(aside.subarray(0, right), left);
    return left;
  }

  /** Tries every threshold of a feature. Returns false if the feature is constant here. */
  #tryAll({ rows, start, end }: NodeRows, feature: number): boolean {
    const { ranks, values, hasMissing } = this.#features[feature] as RankedFeature;
    const count = end - start;
    const sorter = this.#sorter;
    sorter.sort(ranks, rows, start, end);
    const { keys, order } = sorter;
    let known = count;
    if (hasMissing) while (known > 0 && keys[known - 1] === values.length) known--;
    const missing = count - known;
    if (known === 0) return false;
    const valueAt = (i: number): number => values[keys[i] as number] as number;
    if (missing === 0 && valueAt(known - 1) <= Math.fround(valueAt(0) + SAME)) return false;

    const cuts = this.#cuts;
    const { minSamplesLeaf } = this.#limits;
    const most = count - minSamplesLeaf;
    let found = 0;
    // missing values go right
    for (let i = Math.max(1, minSamplesLeaf); i <= known && i <= most; i++) {
      if (i === known ? missing > 0 : isCut(keys, values, i)) cuts[found++] = i;
    }
    this.#consider(feature, order, found, (cut) => ({
      rank: cut === known ? values.length - 1 : (keys[cut - 1] as number),
      threshold: cut === known ? Number.POSITIVE_INFINITY : (valueAt(cut - 1) + valueAt(cut)) / 2,
      missingLeft: missing === 0 && 2 * cut > count,
    }));
    if (missing === 0) return true;

    // missing values go left
    const shifted = this.#shifted;
    shifted.set(order.subarray(known, count), 0);
    shifted.set(order.subarray(0, known), missing);
    found = 0;
    for (let i = 1; i < known; i++) {
      const cut = i + missing;
      if (cut >= minSamplesLeaf && cut <= most && isCut(keys, values, i)) cuts[found++] = cut;
    }
    this.#consider(feature, shifted, found, (cut) => ({
      rank: keys[cut - missing - 1] as number,
      threshold: (valueAt(cut - missing - 1) + valueAt(cut - missing)) / 2,
      missingLeft: true,
    }));
    return true;
  }

  /**
   * Tries one random threshold of a feature, between its least and largest value. Returns false if
   * the feature is constant here.
   */
  #tryRandom({ rows, start, end }: NodeRows, feature: number): boolean {
    const { ranks, values } = this.#features[feature] as RankedFeature;
    const count = end - start;
    let [low, high, missing] = [values.length, -1, 0];
    for (let i = start; i < end; i++) {
      const rank = ranks[rows[i] as number] as number;
      if (rank === values.length) missing++;
      else {
        if (rank < low) low = rank;
        if (rank > high) high = rank;
      }
    }
    if (missing === count) return false;
    const [least, largest] = [values[low] as number, values[high] as number];
    if (missing === 0 && largest <= Math.fround(least + SAME)) return false;
    let threshold = least + (largest - least) * uniform(this.#random);
    if (threshold >= largest) threshold = least;
    const missingLeft = missing > 0 && this.#random.u32() % 2 === 0;
    let rank = low;
    while (rank < high && (values[rank + 1] as number) <= threshold) rank++;
    const order = this.#sorter.order;
    const aside = this.#aside;
    let [left, right] = [0, 0];
    for (let i = 0; i < count; i++) {
      const own = ranks[rows[start + i] as number] as number;
      if (own === values.length ? missingLeft : own <= rank) order[left++] = i;
      else aside[right++] = i;
    }
    order.set(aside.subarray(0, right), left);
    const { minSamplesLeaf } = this.#limits;
    if (left < minSamplesLeaf || right < minSamplesLeaf || left === 0 || right === 0) return true;
    this.#cuts[0] = left;
    this.#consider(feature, order, 1, () => ({
      rank,
      threshold,
      missingLeft: missing === 0 ? left > right : missingLeft,
    }));
    return true;
  }

  /** Keeps the best of these splits if it is better than the best so far. */
  #consider(
    feature: number,
    order: Uint32Array,
    found: number,
    of: (cut: number) => Omit<Split, "feature">,
  ): void {
    if (found === 0) return;
    const score = this.#criterion.bestCut(order, this.#cuts, found, this.#limits.minWeightLeaf);
    if (!(score > this.#score)) return;
    this.#score = score;
    this.#split = { feature, ...of(this.#cuts[this.#criterion.best] as number) };
  }
}

/** Whether neighbouring values in order differ. */
const isCut = (keys: Uint32Array, values: Float32Array, i: number): boolean => {
  const [before, after] = [keys[i - 1] as number, keys[i] as number];
  return (
    before !== after && (values[after] as number) > Math.fround((values[before] as number) + SAME)
  );
};

/** A random fraction in [0, 1). */
const uniform = (random: Generator): number => random.u32() * 2 ** -32;

/** The order in which features are searched: all by index, or a number of random ones. */
class FeatureDraw {
  readonly #count: number;
  readonly #most: number;
  readonly #random: Generator;
  readonly #features: Int32Array;
  /** Features known to be constant, on the path from the root to the node. */
  readonly #constants: Int32Array;

  constructor(count: number, most: number, random: Generator) {
    this.#count = count;
    this.#most = most;
    this.#random = random;
    this.#features = Int32Array.from({ length: count }, (_, i) => i);
    this.#constants = new Int32Array(count);
  }

  /**
   * Calls `look` for features until `most` have been drawn and one of them varies. Features that
   * are constant above the node count as drawn. Returns the number now known to be constant.
   */
  visit(known: number, look: (feature: number) => boolean): number {
    if (this.#most >= this.#count) {
      for (let feature = 0; feature < this.#count; feature++) look(feature);
      return 0;
    }
    const features = this.#features;
    const swap = (a: number, b: number): void => {
      const held = features[a] as number;
      features[a] = features[b] as number;
      features[b] = held;
    };
    // order: known constants (drawn ones first), constants found here, not yet drawn, drawn
    let end = this.#count;
    let [visited, found, drawnConstants] = [0, 0, 0];
    while (end > known + found && (visited < this.#most || visited <= found + drawnConstants)) {
      visited++;
      let at = drawnConstants + (this.#random.u32() % (end - found - drawnConstants));
      if (at < known) {
        swap(drawnConstants++, at);
        continue;
      }
      at += found;
      if (look(features[at] as number)) swap(--end, at);
      else swap(at, known + found++);
    }
    features.set(this.#constants.subarray(0, known));
    this.#constants.set(features.subarray(known, known + found), known);
    return known + found;
  }
}
