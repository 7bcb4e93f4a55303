import { Generator, init, manualSeed, tensor } from "@wgrad/autograd";
import {
  ConcatDataset,
  type Dataset,
  ItemDataset,
  randomSplit,
  Subset,
  TensorDataset,
} from "@wgrad/datasets";
import { beforeAll, describe, expect, test } from "vitest";

beforeAll(async () => {
  await init({ device: "cpu" });
});

class Squares extends ItemDataset<number> {
  readonly length = 4;
  async get(index: number): Promise<number> {
    return index ** 2;
  }
}

describe("Subset", () => {
  test("maps its indices to the dataset's", async () => {
    expect(await new Subset(["a", "b", "c"], [2, 0, 2]).batch([0, 1, 2])).toEqual(["c", "a", "c"]);
    const nested = new Subset(new Subset(new Squares(), [3, 2, 1]), [2, 0]);
    expect(nested.length).toBe(2);
    expect(await nested.batch([0, 1])).toEqual([1, 9]);
  });

  test.each([3, -1, 0.5, Number.NaN])("has no example %d", (index) => {
    expect(() => new Subset(["a", "b", "c"], [0, index])).toThrow(
      `Subset: there is no example ${index} in a dataset of 3`,
    );
  });
});

describe("randomSplit", () => {
  test("splits PyTorch's permutation", () => {
    const order = [...new Generator(5).permutation(10)];
    const parts = randomSplit(Array(10).fill(0), [7, 3], { generator: new Generator(5) });
    expect(parts.map((part) => [...part.indices])).toEqual([order.slice(0, 7), order.slice(7)]);
    manualSeed(5);
    expect([...(randomSplit(Array(10).fill(0), [10])[0]?.indices ?? [])]).toEqual(order);
  });

  test.each([
    [
      [0.5, 0.25, 0.25],
      [6, 3, 2],
    ],
    [
      [0.1, 0.9],
      [2, 9],
    ],
  ])("rounds fractions %j down and distributes the rest", (fractions, counts) => {
    const parts = randomSplit(Array(11).fill(0), fractions);
    expect(parts.map((part) => part.length)).toEqual(counts);
  });

  test.each([[[]], [[5, 5]], [[0.5, 0.4]], [[12, -1]], [[1.5, 9.5]]])(
    "refuses %j of 11",
    (sizes) => {
      expect(() => randomSplit(Array(11).fill(0), sizes)).toThrow("do not fit 11 examples");
    },
  );
});

describe("ConcatDataset", () => {
  test("merges lists by position", async () => {
    const both = new ConcatDataset<number[]>([new Squares(), [100, 101]]);
    expect(both.length).toBe(6);
    expect(await both.batch([5, 2, 4, 3])).toEqual([101, 4, 100, 9]);
    expect(await both.batch([])).toEqual([]);
    expect(() => new ConcatDataset([])).toThrow("no datasets");
    await expect(both.batch([6])).rejects.toThrow("there is no example 6 in 6 examples");
  });

  test("merges tensors along the first dimension", async () => {
    const dataset = (
      start: number,
    ): Dataset<{ x: ReturnType<typeof tensor>; y: ReturnType<typeof tensor> }> =>
      new TensorDataset({
        x: tensor([
          [start, 0],
          [start + 1, 0],
        ]),
        y: tensor(new Int32Array([start, start + 1])),
      });
    const both = new ConcatDataset([dataset(0), dataset(10)]);
    const { x, y } = await both.batch([2, 0, 3]);
    expect(x.shape).toEqual([3, 2]);
    expect([...(await x.data())]).toEqual([10, 0, 0, 0, 11, 0]);
    expect(y.dtype).toBe("i32");
    expect([...(await y.data())]).toEqual([10, 0, 11]);
    const pairs = new ConcatDataset([
      new TensorDataset([tensor([1, 2])]),
      new TensorDataset([tensor([3])]),
    ]);
    expect([...(await (await pairs.batch([2, 1]))[0].data())]).toEqual([3, 2]);
    const odd: Dataset<number> = { length: 1, batch: () => 3 };
    await expect(new ConcatDataset([odd, odd]).batch([0, 1])).rejects.toThrow(
      "batches of type number cannot be merged",
    );
  });
});
