import { init, tensor, zeros } from "@wgrad/autograd";
import * as D from "@wgrad/datasets";
import { loadIris, makeMoons } from "@wgrad/datasets/data";
import { beforeAll, describe, expect, test } from "vitest";

beforeAll(async () => {
  await init({ device: "cpu" });
});

/** Calls without types, as plain JavaScript makes them. */
// biome-ignore lint/suspicious/noExplicitAny: the compiler would reject these calls
const js = { ...D, loadIris, makeMoons } as any;
const rows = (): unknown => zeros([4, 2]);

describe("arguments that would be ignored are refused", () => {
  test.each<[string, () => unknown, string]>([
    [
      "a positional batch size",
      () => new js.DataLoader([1, 2], 2),
      "DataLoader: takes its options as an object, got 2\n  hint: new DataLoader([1, 2], { batchSize: 2 })",
    ],
    ["batch_size", () => new js.DataLoader([1, 2], { batch_size: 2 }), "did you mean batchSize?"],
    [
      "numWorkers",
      () => new js.DataLoader([1, 2], { numWorkers: 2 }),
      'DataLoader: there is no option "numWorkers"',
    ],
    ["positional folds", () => new js.KFold(3), "hint: new KFold({ nSplits: 3 })"],
    ["with_mean", () => new js.StandardScaler({ with_mean: false }), "did you mean withMean?"],
    ["mean", () => new js.StandardScaler(false), "hint: new StandardScaler({ withMean: false })"],
    ["a range", () => new js.MinMaxScaler([0, 2]), "new MinMaxScaler({ featureRange: [0, 2] })"],
    [
      "a strategy",
      () => new js.SimpleImputer("median"),
      'new SimpleImputer({ strategy: "median" })',
    ],
    ["a positional k", () => new js.SelectKBest(3), "hint: new SelectKBest({ k: 3 })"],
    [
      "handle_unknown",
      () => new js.OneHotEncoder({ handle_unknown: "ignore" }),
      "did you mean handleUnknown?",
    ],
    [
      "random_state",
      () => js.trainTestIndices(4, { random_state: 3 }),
      "did you mean randomState?",
    ],
    [
      "tensors of a dataset",
      () => new js.TensorDataset(rows(), rows()),
      "TensorDataset: takes tensors by name",
    ],
    [
      "a positional dropLast",
      () => new js.BatchSampler(new js.SequentialSampler(1), 2, true),
      "{ dropLast: true }",
    ],
    ["a flip's p", () => new js.RandomHorizontalFlip(0.2), "new RandomHorizontalFlip({ p: 0.2 })"],
    ["positional padding", () => new js.RandomCrop(3, 1), "new RandomCrop(3, { padding: 1 })"],
    ["vocab_size", () => js.trainBpe(["a"], { vocab_size: 300 }), "did you mean vocabSize?"],
    [
      "n_samples",
      () => js.makeMoons(10, { n_samples: 3 }),
      'makeMoons: there is no option "n_samples"',
    ],
    ["positional noise", () => js.makeMoons(10, 0.1), "hint: makeMoons(10, { noise: 0.1 })"],
    ["paddingSide", () => js.padSequences([[1]], { paddingSide: "left" }), "no option"],
  ])("%s", (_, call, text) => expect(call).toThrow(text));

  test("arguments of loaders, too", async () => {
    await expect(js.loadIris({ asFrame: true })).rejects.toThrow("loadIris: takes no arguments");
    await expect(js.trainTestSplit([1, 2, 3], { test_size: 1 })).rejects.toThrow(
      "did you mean testSize?",
    );
    expect((await js.trainTestSplit([1, 2, 3], { testSize: 1, randomState: 0 })).length).toBe(2);
  });
});

describe("values of a wrong type are refused", () => {
  test.each<[string, () => unknown, string]>([
    ["shuffle", () => new js.DataLoader([1], { shuffle: 1 }), "shuffle is 1, not true or false"],
    ["a size", () => new js.DataLoader([1], { batchSize: "2" }), 'batchSize is "2", not a number'],
    ["testSize", () => js.trainTestIndices(4, { testSize: "1" }), 'testSize is "1", not a number'],
    ["a flag", () => new js.StandardScaler({ withStd: "no" }), 'withStd is "no"'],
    ["weights", () => new js.WeightedRandomSampler(3, 2), "weights is 3, not an array of numbers"],
    ["a method", () => new js.OutlierClipper({ method: "mad" }), 'not "iqr" or "zscore"'],
  ])("%s", (_, call, text) => expect(call).toThrow(text));

  test("unknownValue cannot be the index of a category", () => {
    const encoder = new D.OrdinalEncoder({ unknownValue: 1 });
    expect(() => encoder.fit([{ name: "c", values: ["a", "b"] }])).toThrow(
      'OrdinalEncoder.fit: unknownValue 1 is already the index of "b" in column "c"\n  hint: pass unknownValue: -1',
    );
    const other = new D.OrdinalEncoder({ unknownValue: 2 }).fit([
      { name: "c", values: ["a", "b"] },
    ]);
    expect(other.transform([{ name: "c", values: ["z"] }]).shape).toEqual([1, 1]);
  });
});

test("an undefined option takes its default", async () => {
  expect(new D.KFold({ nSplits: undefined as never }).split(10)).toHaveLength(5);
  const scaled = new D.StandardScaler({ withMean: undefined as never }).fitTransform(
    tensor([[1], [3]]),
  );
  expect(await scaled.tolist()).toEqual([[-1], [1]]);
});
