import { ArgumentError, defaultGenerator, RandomState } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { type Labels, shuffled } from "./stratify.ts";

/** Settings of KFold and StratifiedKFold, with scikit-learn's names and defaults. */
export interface KFoldOptions {
  /** Number of folds (default 5). */
  readonly nSplits?: number;
  /** Shuffles the rows before they are split (default false). */
  readonly shuffle?: boolean;
  /** Seed of the shuffle (default: drawn from the library's generator). */
  readonly randomState?: number;
}

/** Indices of training and test rows, both ascending. */
export interface Fold {
  readonly train: number[];
  readonly test: number[];
}

/**
 * K-fold cross-validation: splits rows into `nSplits` folds, each of which is the test set once.
 * Equal to scikit-learn's KFold for the same `randomState`.
 *
 * Throws ArgumentError for fewer than two folds, and for fewer rows than folds.
 */
export class KFold {
  readonly #name: string = "KFold";
  readonly #options: Required<Omit<KFoldOptions, "randomState">> & KFoldOptions;

  constructor(options: KFoldOptions = {}) {
    checkCall(
      "new KFold({ nSplits: number, shuffle: boolean, randomState: number | null })",
      arguments,
    );
    this.#options = withDefaults(this.#name, options);
  }

  /** The folds of `count` rows. */
  split(count: number): Fold[] {
    checkCall("fold.split(count: number)", arguments);
    const { nSplits } = this.#options;
    checkCount(this.#name, count, nSplits);
    const order = Array.from({ length: count }, (_, i) => i);
    const random = randomOf(this.#options);
    const rows = random === null ? order : shuffled(order, random);
    const folds = new Int32Array(count);
    let start = 0;
    for (let k = 0; k < nSplits; k++) {
      const size = Math.floor(count / nSplits) + (k < count % nSplits ? 1 : 0);
      for (const row of rows.slice(start, start + size)) folds[row] = k;
      start += size;
    }
    return foldsOf(folds, nSplits);
  }
}

/**
 * Stratified k-fold cross-validation: every class has the same proportion in each fold. Equal to
 * scikit-learn's StratifiedKFold for the same `randomState`.
 *
 * Throws ArgumentError for fewer than two folds, and if every class has fewer rows than there are
 * folds.
 */
export class StratifiedKFold {
  readonly #name: string = "StratifiedKFold";
  readonly #options: Required<Omit<KFoldOptions, "randomState">> & KFoldOptions;

  constructor(options: KFoldOptions = {}) {
    checkCall(
      "new StratifiedKFold({ nSplits: number, shuffle: boolean, randomState: number | null })",
      arguments,
    );
    this.#options = withDefaults(this.#name, options);
  }

  /** The folds of rows with these labels. */
  split(labels: Labels): Fold[] {
    checkCall("fold.split(labels: any)", arguments);
    const { nSplits } = this.#options;
    checkCount(this.#name, labels.length, nSplits);
    const { classes, names } = byAppearance(labels);
    const counts = new Array<number>(names).fill(0);
    for (const k of classes) counts[k] = (counts[k] as number) + 1;
    if (counts.every((count) => count < nSplits)) {
      throw new ArgumentError(
        `StratifiedKFold: there are ${nSplits} folds, but the largest class has ${Math.max(...counts)} rows` +
          "\n  hint: use fewer folds, or KFold",
      );
    }
    const random = randomOf(this.#options);
    const sorted = [...classes].sort((a, b) => a - b);
    const folds = new Int32Array(labels.length);
    for (let k = 0; k < names; k++) {
      // number of rows of class k per fold if the sorted rows are dealt out in turn
      const dealt = sorted.flatMap((each, i) => (each === k ? [i % nSplits] : [])).sort();
      const order = random === null ? dealt : shuffled(dealt, random);
      let next = 0;
      classes.forEach((each, row) => {
        if (each === k) folds[row] = order[next++] as number;
      });
    }
    return foldsOf(folds, nSplits);
  }
}

/** Numbers the classes by first appearance. */
function byAppearance(labels: Labels): { classes: number[]; names: number } {
  const numbers = new Map<unknown, number>();
  const classes = Array.from<unknown>(labels).map((label) => {
    const known = numbers.get(label) ?? numbers.size;
    numbers.set(label, known);
    return known;
  });
  return { classes, names: numbers.size };
}

function foldsOf(folds: Int32Array, nSplits: number): Fold[] {
  return Array.from({ length: nSplits }, (_, k) => {
    const fold: Fold = { train: [], test: [] };
    folds.forEach((of, row) => {
      (of === k ? fold.test : fold.train).push(row);
    });
    return fold;
  });
}

function randomOf({ shuffle, randomState }: KFoldOptions): RandomState | null {
  return shuffle ? new RandomState(randomState ?? defaultGenerator().u32()) : null;
}

function withDefaults(
  name: string,
  { nSplits = 5, shuffle = false, randomState }: KFoldOptions,
): Required<Omit<KFoldOptions, "randomState">> & KFoldOptions {
  if (!Number.isInteger(nSplits) || nSplits < 2) {
    throw new ArgumentError(`${name}: nSplits is ${nSplits}\n  hint: a whole number ≥ 2`);
  }
  if (randomState !== undefined && !shuffle) {
    throw new ArgumentError(
      `${name}: randomState has no effect without shuffle\n  hint: pass { shuffle: true, randomState: ${randomState} }`,
    );
  }
  return { nSplits, shuffle, ...(randomState !== undefined && { randomState }) };
}

function checkCount(name: string, count: number, nSplits: number): void {
  if (Number.isInteger(count) && count >= nSplits) return;
  throw new ArgumentError(
    `${name}: there are ${count} rows, but ${nSplits} folds\n  hint: each fold needs at least one row`,
  );
}
