import { Generator } from "@wgrad/autograd";
import {
  BatchSampler,
  BucketBatchSampler,
  RandomSampler,
  SequentialSampler,
  SubsetRandomSampler,
  WeightedRandomSampler,
} from "@wgrad/datasets";
import { describe, expect, test } from "vitest";

const sorted = (numbers: Iterable<number>): number[] => [...numbers].sort((a, b) => a - b);

describe("RandomSampler", () => {
  test("more than there are: one permutation after another", () => {
    const same = new Generator(2);
    const expected = [...same.permutation(5), ...same.permutation(5), ...same.permutation(5)];
    const sampler = new RandomSampler(5, { numSamples: 12 });
    expect([...sampler.indices(new Generator(2))]).toEqual(expected.slice(0, 12));
  });

  test("with replacement: drawn like randint, 32 at a time", () => {
    const sampler = new RandomSampler(5, { replacement: true, numSamples: 40 });
    const expected = new Generator(2).integers(new Int32Array(40), 0, 5);
    expect([...sampler.indices(new Generator(2))]).toEqual([...expected]);
  });

  test("refuses", () => {
    expect(() => new RandomSampler(-1)).toThrow("RandomSampler: count is -1");
    expect(() => new RandomSampler(3, { numSamples: 0.5 })).toThrow("numSamples is 0.5");
    expect(() => new RandomSampler(0, { numSamples: 2 })).toThrow(
      "cannot draw 2 indices without examples",
    );
  });
});

test("SubsetRandomSampler draws like PyTorch, anew in every epoch", () => {
  const generator = new Generator(4);
  const sampler = new SubsetRandomSampler([10, 20, 30, 40, 50, 60, 70]);
  expect([...sampler.indices(generator)]).toEqual([40, 20, 10, 50, 30, 60, 70]);
  expect([...sampler.indices(generator)]).toEqual([30, 60, 50, 10, 20, 40, 70]);
  expect(sampler.length).toBe(7);
});

describe("WeightedRandomSampler", () => {
  const weights = [1, 0, 3, 6];
  test("draws in proportion", () => {
    const counts = [0, 0, 0, 0];
    const sampler = new WeightedRandomSampler(weights, 20_000);
    for (const i of sampler.indices(new Generator(0))) counts[i] = (counts[i] as number) + 1;
    expect(counts[1]).toBe(0);
    for (const i of [0, 2, 3]) {
      const share = (weights[i] as number) / 10;
      const spread = Math.sqrt(share * (1 - share) * 20_000);
      expect(Math.abs((counts[i] as number) - share * 20_000)).toBeLessThan(4 * spread);
    }
  });

  test("without replacement each occurs once, the first in proportion", () => {
    const generator = new Generator(0);
    const sampler = new WeightedRandomSampler(weights, 3, { replacement: false });
    const first = [0, 0, 0, 0];
    for (let run = 0; run < 4000; run++) {
      const drawn = [...sampler.indices(generator)];
      expect(sorted(drawn)).toEqual([0, 2, 3]);
      first[drawn[0] as number] = (first[drawn[0] as number] as number) + 1;
    }
    expect((first[3] as number) / 4000).toBeCloseTo(0.6, 1);
    expect((first[0] as number) / 4000).toBeCloseTo(0.1, 1);
  });

  test("refuses", () => {
    expect(() => new WeightedRandomSampler([1, -1], 1)).toThrow("weight 1 is -1");
    expect(() => new WeightedRandomSampler([1, Number.NaN], 1)).toThrow("weight 1 is NaN");
    expect(() => new WeightedRandomSampler([0, 0], 1)).toThrow(
      "numSamples is 1, but 0 weights are above 0",
    );
    expect(() => new WeightedRandomSampler([1, 0], 2, { replacement: false })).toThrow(
      "numSamples is 2, but 1 weights are above 0",
    );
  });
});

test("BatchSampler splits an order into batches", () => {
  const batches = (dropLast: boolean): number[][] => [
    ...new BatchSampler(new SequentialSampler(5), 2, { dropLast }).batches(new Generator(0)),
  ];
  expect(batches(false)).toEqual([[0, 1], [2, 3], [4]]);
  expect(batches(true)).toEqual([
    [0, 1],
    [2, 3],
  ]);
});

describe("BucketBatchSampler", () => {
  const lengths = new Generator(1).integers(new Int32Array(203), 1, 60);
  const padding = (batches: ArrayLike<number>[]): number =>
    batches.reduce((sum, batch) => {
      const each = Array.from(batch, (i) => lengths[i] as number);
      return sum + each.length * Math.max(...each);
    }, 0);

  test("every example once, and much less padding", () => {
    const sampler = new BucketBatchSampler(lengths, 8);
    const batches = [...sampler.batches(new Generator(0))];
    expect(batches).toHaveLength(sampler.length);
    expect(sorted(batches.flatMap((batch) => [...batch]))).toEqual([...lengths.keys()]);
    const plain = new BatchSampler(new RandomSampler(203), 8);
    const words = lengths.reduce((a, b) => a + b);
    const random = padding([...plain.batches(new Generator(0))]) - words;
    expect(padding(batches) - words).toBeLessThan(random / 5);
    expect([...sampler.batches(new Generator(1))]).not.toEqual(batches);
  });

  test("in order without shuffle, without the last batch for dropLast", () => {
    const sampler = new BucketBatchSampler([5, 1, 4, 2, 3], 2, { shuffle: false, dropLast: true });
    expect([...sampler.batches(new Generator(0))].map((batch) => [...batch])).toEqual([
      [1, 3],
      [4, 2],
    ]);
    expect(sampler.length).toBe(2);
  });

  test("refuses", () => {
    expect(() => new BucketBatchSampler([1], 0)).toThrow("batchSize is 0");
    expect(() => new BucketBatchSampler([1], 2, { bucketBatches: 0 })).toThrow(
      "bucketBatches is 0",
    );
    expect(() => new BucketBatchSampler([1, Number.NaN], 2)).toThrow("lengths[1] is NaN");
  });
});
