import { ArgumentError, defaultGenerator, RandomState, Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { Rows } from "../datasets/rows.ts";
import { type Labels, stratifiedIndices } from "./stratify.ts";

/** Settings of a split, with scikit-learn's names and defaults. */
export interface SplitOptions {
  /**
   * Size of the test part: a fraction below 1, or a count (default 0.25, or the complement of
   * `trainSize`).
   */
  readonly testSize?: number;
  /** Size of the training part: a fraction below 1, or a count (default: all other rows). */
  readonly trainSize?: number;
  /** Seed of the shuffle (default: drawn from the library's generator). */
  readonly randomState?: number;
  /** Shuffles the rows; otherwise the last rows are the test part (default true). */
  readonly shuffle?: boolean;
  /**
   * Labels, one per row, to split every class in proportion. `trainTestSplit` accepts a tensor too.
   */
  readonly stratify?: Labels;
}

/** SplitOptions whose labels may be a tensor. */
export interface TensorSplitOptions extends Omit<SplitOptions, "stratify"> {
  readonly stratify?: Labels | Tensor;
}

/** Splittable data: a tensor (by its first dimension) or an array. */
export type Splittable = Tensor | readonly unknown[];

/** Two parts per input: train, test, train, test, …. */
export type SplitParts<Inputs extends readonly Splittable[]> = Inputs extends readonly [
  infer First,
  ...infer Rest extends readonly Splittable[],
]
  ? [Part<First>, Part<First>, ...SplitParts<Rest>]
  : [];
type Part<Input> = Input extends readonly (infer Item)[] ? Item[] : Input;

/**
 * Indices of training and test rows among `count` rows, equal to scikit-learn's
 * `train_test_split(range(count), …)` for the same `randomState`.
 *
 * Throws ArgumentError for sizes that leave a part empty or need more rows than there are.
 */
export function trainTestIndices(
  count: number,
  options: SplitOptions = {},
): { train: number[]; test: number[] } {
  checkCall(
    "trainTestIndices(count: count, { testSize: number, trainSize: number, randomState: number, shuffle: boolean, stratify: array | null })",
    arguments,
  );
  const { testSize, trainSize, randomState, shuffle = true, stratify } = options;
  const { trainCount, testCount } = partSizes(count, testSize, trainSize);
  if (stratify != null && stratify.length !== count) {
    throw new ArgumentError(
      `trainTestSplit: stratify has ${stratify.length} labels, but there are ${count} rows\n  hint: pass one label per row`,
    );
  }
  if (!shuffle) {
    if (stratify != null) {
      throw new ArgumentError(
        "trainTestSplit: a stratified split needs shuffling\n  hint: leave out shuffle: false",
      );
    }
    const order = Array.from({ length: trainCount + testCount }, (_, i) => i);
    return { train: order.slice(0, trainCount), test: order.slice(trainCount) };
  }
  const random = new RandomState(randomState ?? defaultGenerator().u32());
  if (stratify != null) return stratifiedIndices(stratify, trainCount, testCount, random);
  const order = [...random.permutation(count)];
  return { test: order.slice(0, testCount), train: order.slice(testCount, testCount + trainCount) };
}

/**
 * Splits tensors and arrays of the same length at the same rows, as scikit-learn does for the same
 * `randomState`. It is async because tensors are read; the parts are new tensors.
 *
 * ```ts
 * const [xTrain, xTest, yTrain, yTest] = await trainTestSplit(x, y, { testSize: 0.2, randomState:
 * 42 });
 * ```
 */
export function trainTestSplit<Inputs extends readonly Splittable[]>(
  ...args: [...inputs: Inputs, options: TensorSplitOptions]
): Promise<SplitParts<Inputs>>;
export function trainTestSplit<Inputs extends readonly Splittable[]>(
  ...inputs: Inputs
): Promise<SplitParts<Inputs>>;
export async function trainTestSplit(
  ...args: readonly (Splittable | TensorSplitOptions)[]
): Promise<unknown[]> {
  const last = args.at(-1);
  const hasOptions = last?.constructor === Object;
  const inputs = (hasOptions ? args.slice(0, -1) : args) as readonly Splittable[];
  const counts = inputs.map((input) => (input instanceof Tensor ? input.shape[0] : input?.length));
  if (counts.length === 0 || counts.some((count) => count === undefined || count !== counts[0])) {
    throw new ArgumentError(
      `trainTestSplit: inputs have ${counts.join(" and ") || "no"} rows\n  hint: all inputs need the same number of rows`,
    );
  }
  const { stratify, ...sizes } = hasOptions ? (last as TensorSplitOptions) : {};
  const labels = stratify instanceof Tensor ? await stratify.data() : stratify;
  const options = labels === undefined ? sizes : { ...sizes, stratify: labels };
  const { train, test } = trainTestIndices(counts[0] as number, options);
  const parts = await Promise.all(
    inputs.map(async (input) => {
      if (input instanceof Tensor) {
        const rows = await Rows.of(input);
        return [rows.pick(train), rows.pick(test)];
      }
      return [train.map((i) => input[i]), test.map((i) => input[i])];
    }),
  );
  return parts.flat();
}

/** Sizes of both parts. A test fraction is rounded up, a training fraction down. */
function partSizes(
  count: number,
  testSize: number | undefined,
  trainSize: number | undefined,
): { trainCount: number; testCount: number } {
  const given = (size: number | undefined, round: (x: number) => number): number | undefined => {
    if (size === undefined) return undefined;
    const valid = size > 0 && (size < 1 || (Number.isInteger(size) && size < count));
    if (valid) return size < 1 ? round(size * count) : size;
    throw new ArgumentError(
      `trainTestSplit: size ${size} is invalid for ${count} rows\n  hint: pass a fraction below 1 or a count below ${count}`,
    );
  };
  const train = given(trainSize, Math.floor);
  const test = given(testSize ?? (train === undefined ? 0.25 : undefined), Math.ceil);
  const testCount = test ?? count - (train ?? 0);
  const trainCount = train ?? count - testCount;
  if (trainCount > 0 && testCount > 0 && trainCount + testCount <= count) {
    return { trainCount, testCount };
  }
  throw new ArgumentError(
    `trainTestSplit: ${count} rows cannot be split into ${trainCount} for training and ${testCount} for testing` +
      "\n  hint: use more rows, or another testSize",
  );
}
