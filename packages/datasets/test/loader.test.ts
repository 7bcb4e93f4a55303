import { Generator, init, manualSeed, type Tensor, tensor } from "@wgrad/autograd";
import { DataLoader, type Dataset, TensorDataset } from "@wgrad/datasets";
import { beforeAll, describe, expect, expectTypeOf, test } from "vitest";

const numbers = (n: number): Dataset<number[]> => ({
  length: n,
  batch: (indices) => Array.from(indices),
});

async function epoch<Batch>(loader: DataLoader<Batch>): Promise<Batch[]> {
  const batches: Batch[] = [];
  for await (const batch of loader) batches.push(batch);
  return batches;
}

beforeAll(async () => {
  await init({ device: "cpu" });
});

describe("TensorDataset", () => {
  const images = (): Tensor =>
    tensor(
      Float32Array.from({ length: 12 }, (_, i) => i),
      { shape: [3, 2, 2] },
    );
  const labels = (): Tensor => tensor(new Int32Array([7, 8, 9]));

  test("yields the names it was given", async () => {
    const dataset = new TensorDataset({ images: images(), labels: labels() });
    expect(dataset.length).toBe(3);
    const batch = await dataset.batch([2, 0]);
    expectTypeOf(batch).toEqualTypeOf<{ images: Tensor; labels: Tensor }>();
    expect(batch.images.shape).toEqual([2, 2, 2]);
    expect([...(await batch.images.data())]).toEqual([8, 9, 10, 11, 0, 1, 2, 3]);
    expect(batch.labels.dtype).toBe("i32");
    expect([...(await batch.labels.data())]).toEqual([9, 7]);
  });

  test("yields tuples for an array", async () => {
    const [x, y] = await new TensorDataset([images(), labels()]).batch([1]);
    expectTypeOf(x).toEqualTypeOf<Tensor>();
    expect(x.shape).toEqual([1, 2, 2]);
    expect(await y.item()).toBe(8);
  });

  test("refuses tensors that count different examples", () => {
    expect(() => new TensorDataset({ images: images(), labels: tensor([1, 2]) })).toThrow(
      "TensorDataset: the tensors do not count the same examples\n  images: [3, 2, 2]\n  labels: [2]",
    );
    expect(() => new TensorDataset([tensor(1)])).toThrow("do not count the same examples");
  });
});

describe("DataLoader", () => {
  test("goes through the examples in order, the last batch as long as it is", async () => {
    const loader = new DataLoader(numbers(5), { batchSize: 2 });
    expect(loader.length).toBe(3);
    expect(await epoch(loader)).toEqual([[0, 1], [2, 3], [4]]);
  });

  test("dropLast leaves out a batch that is not full", async () => {
    const loader = new DataLoader(numbers(5), { batchSize: 2, dropLast: true });
    expect(loader.length).toBe(2);
    expect(await epoch(loader)).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(await epoch(new DataLoader(numbers(0)))).toEqual([]);
  });

  test("shuffles by the library's seed, anew every epoch", async () => {
    const run = async (seed: number): Promise<number[][]> => {
      manualSeed(seed);
      const loader = new DataLoader(numbers(20), { batchSize: 20, shuffle: true });
      return [...(await epoch(loader)), ...(await epoch(loader))];
    };
    const [first, second] = await run(3);
    expect([...(first ?? [])].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, i) => i),
    );
    expect(first).not.toEqual(second);
    expect(await run(3)).toEqual([first, second]);
    expect(await run(4)).not.toEqual([first, second]);
  });

  test("draws as PyTorch's loader: a seed for workers, one for the order, then a permutation", async () => {
    manualSeed(11);
    const [order] = await epoch(new DataLoader(numbers(9), { batchSize: 9, shuffle: true }));
    const draws = new Generator(11);
    for (let i = 0; i < 3; i++) draws.u32();
    expect(order).toEqual([...new Generator(draws.u32()).permutation(9)]);

    const own = new Generator(5);
    const loader = new DataLoader(numbers(9), { batchSize: 9, shuffle: true, generator: own });
    const epochs = [...(await epoch(loader)), ...(await epoch(loader))];
    const same = new Generator(5);
    for (const each of epochs) {
      same.u32();
      same.u32();
      expect(each).toEqual([...same.permutation(9)]);
      same.permutation(9);
    }
  });

  test("may be left early and started again", async () => {
    const loader = new DataLoader(numbers(4));
    for await (const batch of loader) {
      expect(batch).toEqual([0]);
      break;
    }
    expect(await epoch(loader)).toEqual([[0], [1], [2], [3]]);
  });

  test.each([0, -1, 1.5, Number.NaN])("refuses a batch size of %d", (batchSize) => {
    expect(() => new DataLoader(numbers(4), { batchSize })).toThrow(
      `DataLoader: batchSize is ${batchSize}`,
    );
  });
});
