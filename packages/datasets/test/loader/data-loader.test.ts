import { Generator, init, manualSeed, type Tensor, tensor, zeros } from "@wgrad/autograd";
import {
  BucketBatchSampler,
  DataLoader,
  type DataLoaderOptions,
  type Dataset,
  IterableDataset,
  SequentialSampler,
  TensorDataset,
} from "@wgrad/datasets";
import { beforeAll, describe, expect, expectTypeOf, test } from "vitest";

const numbers = (n: number): Dataset<number[]> => ({
  length: n,
  batch: (indices) => Array.from(indices),
});

async function epoch<Batch>(loader: AsyncIterable<Batch>): Promise<Batch[]> {
  const batches: Batch[] = [];
  for await (const batch of loader) batches.push(batch);
  return batches;
}

beforeAll(async () => {
  await init({ device: "cpu" });
});

describe("DataLoader", () => {
  test("yields the examples in order, with a smaller last batch", async () => {
    const loader = new DataLoader(numbers(5), { batchSize: 2 });
    expect(loader.length).toBe(3);
    expect(await epoch(loader)).toEqual([[0, 1], [2, 3], [4]]);
  });

  test("dropLast drops a batch that is not full", async () => {
    const loader = new DataLoader(numbers(5), { batchSize: 2, dropLast: true });
    expect(loader.length).toBe(2);
    expect(await epoch(loader)).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(await epoch(new DataLoader(numbers(0)))).toEqual([]);
  });

  test("shuffles anew every epoch, by the library's seed", async () => {
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

  test("draws like PyTorch's loader: a seed for workers, one for the order, then a permutation", async () => {
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

  test("can be left early and started again", async () => {
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

  test("types its batches", () => {
    const dataset = new TensorDataset({ x: tensor([[1], [2]]), y: tensor([1, 2]) });
    expectTypeOf(new DataLoader(dataset, { batchSize: 2 })).toExtend<
      AsyncIterable<{ x: Tensor; y: Tensor }>
    >();
    expectTypeOf(new DataLoader(["a", "b"])).toExtend<AsyncIterable<string[]>>();
    const lengths = new DataLoader(["a", "b"], { collate: (words) => words.map((w) => w.length) });
    expectTypeOf(lengths).toExtend<AsyncIterable<number[]>>();
    const sums = new DataLoader(dataset, { collate: ({ x }) => x.sum() });
    expectTypeOf(sums).toExtend<AsyncIterable<Tensor>>();
    const stream = new DataLoader(new IterableDataset([{ a: 1 }]), { batchSize: 4 });
    expectTypeOf(stream).toExtend<AsyncIterable<{ a: number }[]>>();
  });

  test("takes arrays, and yields what collate returns", async () => {
    expect(await epoch(new DataLoader(["a", "bb", "ccc"], { batchSize: 2 }))).toEqual([
      ["a", "bb"],
      ["ccc"],
    ]);
    const loader = new DataLoader(["a", "bb", "ccc"], {
      batchSize: 2,
      collate: async (words) => words.map((word) => word.length),
    });
    expect(await epoch(loader)).toEqual([[1, 2], [3]]);
  });

  test("follows a sampler, or given batches", async () => {
    const backwards = { length: 3, indices: () => [4, 2, 0] };
    const sampled = new DataLoader(numbers(5), { batchSize: 2, sampler: backwards });
    expect(await epoch(sampled)).toEqual([[4, 2], [0]]);
    const batches = { length: 2, batches: () => [[1, 3], [0]] };
    const loader = new DataLoader(numbers(5), { batchSampler: batches });
    expect(loader.length).toBe(2);
    expect(await epoch(loader)).toEqual([[1, 3], [0]]);
  });

  const sampler = new SequentialSampler(4);
  const batchSampler = new BucketBatchSampler([1, 2, 3, 4], 2);
  test.each<[DataLoaderOptions<number[]>, string]>([
    [{ sampler, shuffle: true }, "sampler and shuffle exclude each other"],
    [{ batchSampler, shuffle: true }, "batchSampler and shuffle exclude each other"],
    [{ batchSampler, sampler }, "batchSampler and sampler exclude each other"],
    [{ batchSampler, batchSize: 2 }, "batchSampler and batchSize exclude each other"],
    [{ batchSampler, dropLast: true }, "batchSampler and dropLast exclude each other"],
    [{ prefetch: -1 }, "prefetch is -1"],
  ])("refuses %o", (options, message) => {
    expect(() => new DataLoader(numbers(4), options)).toThrow(`DataLoader: ${message}`);
  });

  test.each([
    [null, "not a dataset"],
    [{ length: 3 }, "not a dataset"],
    [new Set([1]), "a stream is not a dataset"],
  ])("refuses %o as a dataset", (dataset, message) => {
    expect(() => new DataLoader(dataset as unknown as Dataset<number>)).toThrow(
      `DataLoader: ${message}`,
    );
  });

  test("refuses a tensor as a dataset, and suggests TensorDataset", () => {
    expect(() => new DataLoader(zeros([3]) as unknown as Dataset<number>)).toThrow(
      "DataLoader: a tensor is not a dataset\n  hint: pass new TensorDataset({ x })",
    );
  });
});

describe("prefetch", () => {
  /** A dataset whose batches are resolved by the test, and which counts the requested ones. */
  const slow = (n: number): { dataset: Dataset<number>; asked: () => number } => {
    let asked = 0;
    return {
      asked: () => asked,
      dataset: {
        length: n,
        batch: async (indices) => {
          const index = indices[0];
          asked++;
          await new Promise((resolve) => setTimeout(resolve, 1));
          if (index === 3) throw new Error("batch 3 is broken");
          return index as number;
        },
      },
    };
  };

  test.each([0, 1, 2, 10])("requests %d batches ahead, in order", async (prefetch) => {
    const { dataset, asked } = slow(3);
    const seen: number[] = [];
    for await (const batch of new DataLoader(dataset, { prefetch })) {
      seen.push(batch);
      expect(asked()).toBe(Math.min(3, seen.length + prefetch));
    }
    expect(seen).toEqual([0, 1, 2]);
  });

  test("an error is thrown when its batch is due", async () => {
    const seen: number[] = [];
    const loop = async (): Promise<void> => {
      for await (const batch of new DataLoader(slow(6).dataset, { prefetch: 3 })) seen.push(batch);
    };
    await expect(loop()).rejects.toThrow("batch 3 is broken");
    expect(seen).toEqual([0, 1, 2]);
  });

  test.each([0, 2])("closes a stream that is left early (prefetch %d)", async (prefetch) => {
    let closed = false;
    const lines = async function* (): AsyncGenerator<number, void, undefined> {
      try {
        for (let i = 0; ; i++) yield i;
      } finally {
        closed = true;
      }
    };
    for await (const batch of new DataLoader(new IterableDataset(lines), {
      batchSize: 2,
      prefetch,
    })) {
      if (batch[0] === 4) break;
    }
    expect(closed).toBe(true);
  });
});

describe("streams", () => {
  test("come in batches, once more each epoch", async () => {
    const read = function* (): Iterable<number> {
      for (let i = 0; i < 5; i++) yield i;
    };
    const loader = new DataLoader(new IterableDataset(read), { batchSize: 2 });
    expect(loader.length).toBe(Number.POSITIVE_INFINITY);
    for (const _ of "ab") expect(await epoch(loader)).toEqual([[0, 1], [2, 3], [4]]);
    const full = new DataLoader(new IterableDataset(read), { batchSize: 2, dropLast: true });
    expect(await epoch(full)).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });

  test("are shuffled through a buffer", async () => {
    const items = Array.from({ length: 100 }, (_, i) => i);
    const run = async (): Promise<number[]> => {
      const dataset = new IterableDataset(items, { shuffleBuffer: 10 });
      const generator = new Generator(1);
      return (await epoch(new DataLoader(dataset, { shuffle: true, generator }))).flat();
    };
    const order = await run();
    expect(order).not.toEqual(items);
    expect([...order].sort((a, b) => a - b)).toEqual(items);
    expect(Math.max(...order.slice(0, 20))).toBeLessThan(30);
    expect(await run()).toEqual(order);
  });

  test("refuse options that streams do not support", async () => {
    const stream = new IterableDataset([1, 2]);
    await expect(epoch(new DataLoader(stream, { shuffle: true }))).rejects.toThrow(
      "DataLoader: a stream cannot be shuffled without a buffer",
    );
    const sampler = new SequentialSampler(2);
    expect(() => new DataLoader(stream, { sampler })).toThrow("a stream has no indices");
    expect(() => new IterableDataset([1], { shuffleBuffer: 0 })).toThrow("shuffleBuffer is 0");
    const once = new DataLoader(new IterableDataset([1, 2].values()));
    expect(await epoch(once)).toEqual([[1], [2]]);
    await expect(epoch(once)).rejects.toThrow("its iterator has already been consumed");
  });
});
