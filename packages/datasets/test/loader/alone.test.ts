import { init, type Tensor, tensor } from "@wgrad/autograd";
import {
  ChainDataset,
  ConcatDataset,
  DataLoader,
  IterableDataset,
  StackDataset,
  Subset,
  TensorDataset,
} from "@wgrad/datasets";
import { describe, expect, expectTypeOf, test } from "vitest";

async function all<T>(loader: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of loader) items.push(item);
  return items;
}

await init({ device: "cpu" });

const words = ["a", "b", "c", "d"];
const x = (): Tensor =>
  tensor([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);

describe("batchSize: null yields single examples", () => {
  test("of a list", async () => {
    const loader = new DataLoader(words, { batchSize: null });
    expectTypeOf(loader).toEqualTypeOf<DataLoader<string[], string>>();
    expect(loader.batchSize).toBeNull();
    expect(loader.length).toBe(4);
    expect(await all(loader)).toEqual(words);
  });

  test("of a part of it, in an order", async () => {
    const some = new Subset(new ConcatDataset([words, ["e"]]), [4, 1, 0]);
    expect(await all(new DataLoader(some, { batchSize: null, sampler: [2, 0] }))).toEqual([
      "a",
      "e",
    ]);
  });

  test("of tensors: one row of each", async () => {
    const rows = new TensorDataset({ x: x(), y: tensor([7, 8, 9]) });
    const found = await all(new DataLoader(rows, { batchSize: null }));
    expect(found.map(({ x, y }) => [x.shape, y.shape])).toEqual([
      [[2], []],
      [[2], []],
      [[2], []],
    ]);
    expect(await found[1]?.x.tolist()).toEqual([3, 4]);
    expect(await found[2]?.y.item()).toBe(9);
  });

  test("of a stream, through a collate that receives the example", async () => {
    const stream = new IterableDataset(words);
    const loader = new DataLoader(stream, { batchSize: null, collate: (one) => `${one}!` });
    expect(await all(loader)).toEqual(["a!", "b!", "c!", "d!"]);
  });

  test("resumes", async () => {
    const loader = new DataLoader(words, { batchSize: null });
    for await (const word of loader) if (word === "b") break;
    const again = new DataLoader(words, { batchSize: null });
    again.loadStateDict(loader.stateDict());
    expect(await all(again)).toEqual(["c", "d"]);
  });

  test("refuses dropLast, and a dataset without examples", async () => {
    expect(() => new DataLoader(words, { batchSize: null, dropLast: true })).toThrow(
      "batchSize: null and dropLast exclude each other",
    );
    const sums = { length: 2, batch: (indices: ArrayLike<number>) => indices.length };
    await expect(all(new DataLoader(sums, { batchSize: null }))).rejects.toThrow(
      "the dataset's batches cannot be split into examples",
    );
  });
});

describe("StackDataset", () => {
  test("combines datasets by name or in an array", async () => {
    const named = new StackDataset({ word: ["p", "q", "r"], at: new TensorDataset([x()]) });
    const [batch] = await all(new DataLoader(named, { batchSize: 2 }));
    expect(batch?.word).toEqual(["p", "q"]);
    expect(batch?.at[0].shape).toEqual([2, 2]);
    const row = new StackDataset([
      ["p", "q", "r"],
      [1, 2, 3],
    ]);
    expect(await all(new DataLoader(row, { batchSize: 3 }))).toEqual([
      [
        ["p", "q", "r"],
        [1, 2, 3],
      ],
    ]);
    const [first] = await all(new DataLoader(named, { batchSize: null }));
    expect((first as unknown as { word: string }).word).toBe("p");
  });

  test("refuses datasets of different lengths, and an empty list", () => {
    expect(() => new StackDataset({ a: [1, 2], b: [1] })).toThrow(
      "have different numbers of examples\n  a: 2 examples\n  b: 1 examples",
    );
    expect(() => new StackDataset({})).toThrow("there are no datasets");
  });
});

describe("ChainDataset", () => {
  const chain = () =>
    new ChainDataset([new IterableDataset([1, 2, 3]), new IterableDataset([4, 5])]);

  test("reads streams one after another", async () => {
    expect(await all(new DataLoader(chain(), { batchSize: 2 }))).toEqual([[1, 2], [3], [4, 5]]);
    expect(await all(new DataLoader(chain(), { batchSize: null }))).toEqual([1, 2, 3, 4, 5]);
    expect(
      await all(chain().batches({ batchSize: 2, dropLast: true, skip: 1, generator: null })),
    ).toEqual([[4, 5]]);
  });

  test("refuses anything but a list of streams", () => {
    expect(() => new ChainDataset([])).toThrow("takes an array of streams");
    expect(() => new ChainDataset([[1, 2]] as never)).toThrow("ConcatDataset");
  });
});
