import { Generator, manualSeed } from "@wgrad/autograd";
import {
  BucketBatchSampler,
  DataLoader,
  type DataLoaderOptions,
  type DataLoaderState,
  IterableDataset,
  RandomSampler,
  WeightedRandomSampler,
} from "@wgrad/datasets";
import { describe, expect, test } from "vitest";

const items = Array.from({ length: 23 }, (_, i) => i);
const stream = (): IterableDataset<number> => new IterableDataset(items, { shuffleBuffer: 7 });

/**
 * Loaders by the source of their order. Each runs with the library's generator and with its own.
 */
const loaders: Record<string, (options: DataLoaderOptions<number[]>) => DataLoader<number[]>> = {
  "in order": (o) => new DataLoader(items, { batchSize: 4, ...o }),
  shuffled: (o) => new DataLoader(items, { batchSize: 4, shuffle: true, ...o }),
  "shuffled, fetched ahead": (o) =>
    new DataLoader(items, { batchSize: 4, shuffle: true, prefetch: 3, ...o }),
  "with replacement": (o) =>
    new DataLoader(items, { sampler: new RandomSampler(23, { replacement: true }), ...o }),
  weighted: (o) =>
    new DataLoader(items, { batchSize: 2, sampler: new WeightedRandomSampler(items, 9), ...o }),
  "by length": (o) =>
    new DataLoader(items, { batchSampler: new BucketBatchSampler(items, 4), ...o }),
  stream: (o) => new DataLoader(stream(), { batchSize: 4, ...o }),
  "shuffled stream": (o) => new DataLoader(stream(), { batchSize: 4, shuffle: true, ...o }),
};
const rows = Object.entries(loaders).flatMap(([name, make]) => [
  { name, own: false, make },
  { name, own: true, make },
]);

/** Takes `count` batches; returns them with the state afterwards. */
async function take(
  loader: DataLoader<number[]>,
  count: number,
): Promise<{ batches: number[][]; state: DataLoaderState }> {
  const batches: number[][] = [];
  while (batches.length < count) {
    for await (const batch of loader) {
      batches.push(batch);
      if (batches.length === count) return { batches, state: loader.stateDict() };
    }
  }
  return { batches, state: loader.stateDict() };
}

/** A new equal loader, with a generator of the same seed. */
const fresh = ({ own, make }: (typeof rows)[number], seed: number): DataLoader<number[]> =>
  make(own ? { generator: new Generator(seed) } : {});

describe.each(rows)("a loader $name, own generator $own", (row) => {
  test.each([1, 3, 5, 6, 8])("resumes after batch %d", async (at) => {
    manualSeed(7);
    const whole = await take(fresh(row, 7), 20);

    manualSeed(7);
    const { batches, state } = await take(fresh(row, 7), at); // the library's generator does not move
    const loader = fresh(row, 99);
    loader.loadStateDict(JSON.parse(JSON.stringify(state)));
    const rest = await take(loader, 20 - at);
    expect([...batches, ...rest.batches]).toEqual(whole.batches);
    expect(rest.state).toEqual(whole.state);
  });
});

test("counts epochs and batches", async () => {
  const sizes = { examples: 23, batchSize: 10 };
  const loader = new DataLoader(items, { batchSize: 10 });
  expect(loader.stateDict()).toEqual({
    ...sizes,
    epoch: 0,
    batch: 0,
    start: null,
    generator: null,
  });
  await take(loader, 2);
  expect(loader.stateDict()).toMatchObject({ epoch: 0, batch: 2 });
  for await (const _ of loader);
  expect(loader.stateDict()).toEqual({
    ...sizes,
    epoch: 1,
    batch: 0,
    start: null,
    generator: null,
  });
});

test("other code may draw from the loader's generator between batches", async () => {
  const run = async (stop: number): Promise<number[]> => {
    let generator = new Generator(3);
    let loader = new DataLoader(items, { batchSize: 5, shuffle: true, generator });
    const seen: number[] = [];
    for (let i = 0; i < 3; i++) {
      for await (const batch of loader) {
        seen.push(...batch, generator.u32());
        if (seen.length !== stop) continue;
        const state = loader.stateDict();
        generator = new Generator(0);
        loader = new DataLoader(items, { batchSize: 5, shuffle: true, generator });
        loader.loadStateDict(state);
        i--;
        break;
      }
    }
    return seen;
  };
  expect(await run(12)).toEqual(await run(-1));
});

describe("a state that does not fit", () => {
  const plain = new DataLoader(items);
  const sizes = { examples: 23, batchSize: 1 };
  test.each([
    [{}, "DataLoader.loadStateDict: not a loader's state (epoch undefined, batch undefined)"],
    [
      { ...sizes, epoch: 0, batch: 3, start: null, generator: null },
      "not a loader's state (epoch 0, batch 3)",
    ],
    [
      { ...sizes, epoch: -1, batch: 0, start: null, generator: null },
      "not a loader's state (epoch -1, batch 0)",
    ],
    [
      new DataLoader(items, { batchSize: 2 }).stateDict(),
      "the state has 23 examples in batches of 2, but this loader has 23 examples in batches of 1",
    ],
    [
      new DataLoader(stream()).stateDict(),
      "the state has a stream of examples in batches of 1, but this loader has 23 examples",
    ],
    [
      new DataLoader(items, { generator: new Generator(0) }).stateDict(),
      "the saved loader had one as its own generator, but this one has none",
    ],
  ])("%#", (state, message) => {
    expect(() => plain.loadStateDict(state as DataLoaderState)).toThrow(message);
    expect(plain.stateDict()).toEqual({
      ...sizes,
      epoch: 0,
      batch: 0,
      start: null,
      generator: null,
    });
  });
});
