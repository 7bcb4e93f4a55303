import { ArgumentError, defaultGenerator, type Generator } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { checkIndex, type Dataset, datasetOf, exampleOf, type Indexed } from "./dataset.ts";

/**
 * Examples of a dataset at the given indices, in that order. An index may occur repeatedly.
 *
 * Throws ArgumentError for an invalid index.
 */
export class Subset<Batch> implements Dataset<Batch> {
  readonly dataset: Dataset<Batch>;
  /** Indices into `dataset`. */
  readonly indices: Int32Array;

  constructor(dataset: Indexed<Batch>, indices: ArrayLike<number>) {
    checkCall("new Subset(dataset: dataset, indices: list)", arguments);
    this.dataset = datasetOf(dataset);
    const { length } = this.dataset;
    this.indices = Int32Array.from(indices, (index) => checkIndex("Subset", index, length));
  }

  get length(): number {
    return this.indices.length;
  }

  batch(indices: ArrayLike<number>): Batch | Promise<Batch> {
    checkCall("subset.batch(indices: list)", arguments);
    const numbers = Int32Array.from(
      indices,
      (i) => this.indices[checkIndex("Subset", i, this.length)] as number,
    );
    return this.dataset.batch(numbers);
  }

  example(batch: Batch): unknown {
    checkCall("subset.example(batch: any)", arguments);
    return exampleOf(this.dataset, batch);
  }
}

/** Settings of `randomSplit`. */
export interface RandomSplitOptions {
  /** Random generator of the order (default: the library's). */
  readonly generator?: Generator;
}

/**
 * Splits a dataset randomly into parts of the given sizes: counts with sum `length`, or fractions
 * with sum 1. Fractions are rounded down, and the remaining examples go one each to the first
 * parts. The same seed gives PyTorch's parts.
 *
 * Throws ArgumentError for sizes with another sum.
 */
export function randomSplit<Batch>(
  dataset: Indexed<Batch>,
  sizes: readonly number[],
  options: RandomSplitOptions = {},
): Subset<Batch>[] {
  checkCall("randomSplit(dataset: dataset, sizes: list, { generator: generator })", arguments);
  const { generator = defaultGenerator() } = options;
  const counts = countsOf(sizes, dataset.length);
  const order = generator.permutation(dataset.length);
  let start = 0;
  return counts.map((count) => {
    start += count;
    return new Subset(dataset, order.subarray(start - count, start));
  });
}

function countsOf(sizes: readonly number[], length: number): readonly number[] {
  const sum = sizes.reduce((total, size) => total + size, 0);
  const nonNegative = sizes.length > 0 && sizes.every((size) => size >= 0);
  if (nonNegative && sum === length && sizes.every(Number.isInteger)) return sizes;
  if (nonNegative && Math.abs(sum - 1) < 1e-9) {
    const counts = sizes.map((size) => Math.floor(length * size));
    const left = length - counts.reduce((total, count) => total + count, 0);
    return counts.map((count, i) => count + (i < left ? 1 : 0));
  }
  throw new ArgumentError(
    `randomSplit: sizes [${sizes.join(", ")}] do not fit ${length} examples` +
      `\n  hint: pass counts with sum ${length}, or fractions with sum 1`,
  );
}
