import { init, manualSeed, tensor } from "@wgrad/autograd";
import { type SplitOptions, trainTestIndices, trainTestSplit } from "@wgrad/datasets";
import { beforeAll, describe, expect, test } from "vitest";
import cases from "./splits.json" with { type: "json" };
import stratified from "./stratified.json" with { type: "json" };

beforeAll(async () => {
  await init({ device: "cpu" });
});

test.each(cases)("scikit-learn's rows for %j", ({ count, train, test, ...kwargs }) => {
  const { test_size, train_size, random_state, shuffle } = kwargs;
  const rows = trainTestIndices(count, {
    ...(test_size !== undefined && { testSize: test_size }),
    ...(train_size !== undefined && { trainSize: train_size }),
    ...(random_state !== undefined && { randomState: random_state }),
    ...(shuffle !== undefined && { shuffle }),
  });
  expect(rows).toEqual({ train, test });
});

const optionsOf = (kwargs: {
  test_size?: number | undefined;
  train_size?: number | undefined;
  random_state: number;
}): SplitOptions => ({
  ...(kwargs.test_size !== undefined && { testSize: kwargs.test_size }),
  ...(kwargs.train_size !== undefined && { trainSize: kwargs.train_size }),
  randomState: kwargs.random_state,
});

test.each(stratified)(
  "scikit-learn's stratified rows: $name, test_size $test_size, random_state $random_state",
  ({ labels, train, test, ...kwargs }) => {
    const stratify = [...labels].map(Number);
    const rows = trainTestIndices(labels.length, { ...optionsOf(kwargs), stratify });
    expect(rows).toEqual({ train, test });
  },
);

describe("trainTestSplit", () => {
  test("stratifies by a tensor, by text, by numbers", async () => {
    const y = [0, 1, 0, 1, 1, 0, 1, 0];
    const names = y.map((k) => ["cat", "dog"][k] as string);
    const options = { testSize: 0.5, randomState: 3 };
    const [, test] = await trainTestSplit(names, { ...options, stratify: y });
    expect(test.filter((name) => name === "cat")).toHaveLength(2);
    expect((await trainTestSplit(names, { ...options, stratify: tensor(y) }))[1]).toEqual(test);
    expect((await trainTestSplit(names, { ...options, stratify: names }))[1]).toEqual(test);
  });

  test.each([
    [[0, 0, 0, 1], {}, "trainTestSplit: class 1 has one row, but a stratified split needs two"],
    [[0, 0, 1, 1], {}, "trainTestSplit: parts have 3 and 1 rows, but there are 2 classes"],
    [[0, 1], {}, "trainTestSplit: stratify has 2 labels, but there are 4 rows"],
    [[0, 0, 1, 1], { shuffle: false }, "trainTestSplit: a stratified split needs shuffling"],
  ])("refuses to stratify by %j %j", (stratify, options, message) => {
    expect(() => trainTestIndices(4, { stratify, ...options })).toThrow(message);
  });

  test("splits tensors and arrays at the same rows", async () => {
    const x = tensor([
      [0, 0.5],
      [1, 1.5],
      [2, 2.5],
      [3, 3.5],
    ]);
    const y = tensor(new Int32Array([0, 10, 20, 30]));
    const names = ["a", "b", "c", "d"];
    const [xTrain, xTest, yTrain, yTest, namesTrain, namesTest] = await trainTestSplit(
      x,
      y,
      names,
      { testSize: 0.2, randomState: 42 },
    );
    expect(xTrain.shape).toEqual([3, 2]);
    expect([...(await xTrain.data())]).toEqual([3, 3.5, 0, 0.5, 2, 2.5]);
    expect([...(await xTest.data())]).toEqual([1, 1.5]);
    expect(yTrain.dtype).toBe("i32");
    expect([...(await yTrain.data())]).toEqual([30, 0, 20]);
    expect([...(await yTest.data())]).toEqual([10]);
    expect(namesTrain).toEqual(["d", "a", "c"]);
    expect(namesTest).toEqual(["b"]);
  });

  test("without randomState the split follows the library's seed", async () => {
    const rows = Array.from({ length: 50 }, (_, i) => i);
    const split = async (seed: number): Promise<number[]> => {
      manualSeed(seed);
      return (await trainTestSplit(rows))[1];
    };
    expect(await split(1)).toEqual(await split(1));
    expect(await split(1)).not.toEqual(await split(2));
    expect(await split(1)).toHaveLength(13);
  });

  test("refuses invalid sizes", async () => {
    await expect(trainTestSplit([1, 2], [1])).rejects.toThrow(
      "trainTestSplit: inputs have 2 and 1 rows",
    );
    await expect(trainTestSplit([1])).rejects.toThrow(
      "1 rows cannot be split into 0 for training and 1",
    );
    await expect(trainTestSplit([1, 2, 3], { testSize: 3 })).rejects.toThrow(
      "size 3 is invalid for 3 rows",
    );
    await expect(trainTestSplit([1, 2, 3], { testSize: -0.5 })).rejects.toThrow(
      "size -0.5 is invalid",
    );
    expect(() => trainTestIndices(4, { testSize: 3, trainSize: 2 })).toThrow(
      "4 rows cannot be split into 2 for training and 3 for testing",
    );
  });
});
