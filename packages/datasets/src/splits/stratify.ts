import { ArgumentError, type RandomState } from "@wgrad/autograd";

/** Class labels, one per row: numbers, text or booleans. */
export type Labels = ArrayLike<number> | ArrayLike<string> | ArrayLike<boolean>;

/** The rows of each class, in order. Classes are sorted (numbers by value, text by code units). */
export function rowsByClass(labels: Labels): number[][] {
  const rows = new Map<unknown, number[]>();
  Array.from<unknown>(labels).forEach((label, row) => {
    const known = rows.get(label);
    if (known === undefined) rows.set(label, [row]);
    else known.push(row);
  });
  return [...rows.entries()].sort(([a], [b]) => compare(a, b)).map(([, each]) => each);
}

const compare = (a: unknown, b: unknown): number =>
  (a as number) < (b as number) ? -1 : Number((a as number) > (b as number));

/**
 * Stratified training and test rows, equal to those of scikit-learn's StratifiedShuffleSplit.
 *
 * Throws ArgumentError for a class of one row, and for parts smaller than the number of classes.
 */
export function stratifiedIndices(
  labels: Labels,
  trainCount: number,
  testCount: number,
  random: RandomState,
): { train: number[]; test: number[] } {
  const classes = rowsByClass(labels);
  const single = classes.find((rows) => rows.length < 2);
  if (single !== undefined) {
    const label = Array.from<unknown>(labels)[single[0] as number];
    throw new ArgumentError(
      `trainTestSplit: class ${JSON.stringify(label)} has one row, but a stratified split needs two` +
        "\n  hint: add rows of that class, or leave out stratify",
    );
  }
  if (Math.min(trainCount, testCount) < classes.length) {
    throw new ArgumentError(
      `trainTestSplit: parts have ${trainCount} and ${testCount} rows, but there are ${classes.length} classes` +
        "\n  hint: each part needs a row of every class",
    );
  }
  const counts = classes.map((rows) => rows.length);
  const trainCounts = inProportion(counts, trainCount, random);
  const left = counts.map((count, k) => count - (trainCounts[k] as number));
  const testCounts = inProportion(left, testCount, random);
  const train: number[] = [];
  const test: number[] = [];
  classes.forEach((rows, k) => {
    const order = shuffled(rows, random);
    const cut = trainCounts[k] as number;
    train.push(...order.slice(0, cut));
    test.push(...order.slice(cut, cut + (testCounts[k] as number)));
  });
  return { train: shuffled(train, random), test: shuffled(test, random) };
}

/** The same items in random order. */
export const shuffled = <T>(items: readonly T[], random: RandomState): T[] =>
  Array.from(random.permutation(items.length), (i) => items[i] as T);

/**
 * Distributes `draws` in proportion to `counts`: rounds down, and gives the rest to the largest
 * remainders; ties are drawn.
 */
function inProportion(counts: readonly number[], draws: number, random: RandomState): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const exact = counts.map((count) => (count / total) * draws);
  const shares = exact.map(Math.floor);
  let left = draws - shares.reduce((sum, share) => sum + share, 0);
  const remainders = exact.map((share, k) => share - (shares[k] as number));
  for (const remainder of [...new Set(remainders)].sort((a, b) => b - a)) {
    if (left <= 0) break;
    const tied = [...remainders.keys()].filter((k) => remainders[k] === remainder);
    for (const k of shuffled(tied, random).slice(0, left)) {
      shares[k] = (shares[k] as number) + 1;
      left--;
    }
  }
  return shares;
}
