import { init, manualSeed, randn, type Tensor, tensor } from "@wgrad/autograd";
import { GRU, Linear, LSTM, RNN, utils } from "@wgrad/nn";
import { beforeEach, describe, expect, test } from "vitest";

const { packPaddedSequence, packSequence, padPackedSequence, padSequence, unpackSequence } =
  utils.rnn;

beforeEach(async () => {
  await init({ device: "wasm" });
  manualSeed(0);
});

test("packing removes the padding, longest sequence first, and padding restores it", async () => {
  const x = tensor([
    [1, 2, 0],
    [3, 4, 5],
    [6, 0, 0],
  ]).unsqueeze(-1);
  const packed = packPaddedSequence(x, [2, 3, 1], { batchFirst: true, enforceSorted: false });
  expect(packed.batchSizes).toEqual([3, 2, 1]);
  expect(packed.sortedIndices).toEqual([1, 0, 2]);
  expect(packed.unsortedIndices).toEqual([1, 0, 2]);
  expect(packed.lengths).toEqual([2, 3, 1]);
  expect(await packed.data.squeeze().tolist()).toEqual([3, 1, 6, 4, 2, 5]);
  const [padded, lengths] = padPackedSequence(packed, {
    batchFirst: true,
    paddingValue: -1,
    totalLength: 4,
  });
  expect(await padded.squeeze(-1).tolist()).toEqual([
    [1, 2, -1, -1],
    [3, 4, 5, -1],
    [6, -1, -1, -1],
  ]);
  expect(await lengths.tolist()).toEqual([2, 3, 1]);
  const parts = unpackSequence(packSequence([tensor([1, 2]), tensor([3])]));
  expect(await Promise.all(parts.map((part) => part.tolist()))).toEqual([[1, 2], [3]]);
});

test("sequences that cannot be packed are refused", () => {
  const x = randn([3, 2, 4]);
  expect(() => packPaddedSequence(x, [1, 2])).toThrow("are not in descending order");
  expect(() => packPaddedSequence(x, [4, 2])).toThrow("a length is 4");
  expect(() => packPaddedSequence(x, [2])).toThrow("1 lengths for 2 sequences");
  expect(() => packPaddedSequence(x, randn([2]).mul(2).to("i32"))).toThrow("not computed yet");
  expect(() => padSequence([randn([2, 3]), randn([2, 4])])).toThrow(
    "may differ in their length only",
  );
  const packed = packPaddedSequence(x, [3, 2]);
  expect(() => padPackedSequence(packed, { totalLength: 2 })).toThrow("totalLength is 2");
});

describe.each([
  ["RNN", (o: object) => new RNN(3, 4, o) as unknown as GRU],
  ["GRU", (o: object) => new GRU(3, 4, o)],
  ["LSTM", (o: object) => new LSTM(3, 4, o) as unknown as GRU],
] as const)("%s", (_, make) => {
  test("gives each sequence the output and state that it gets alone", async () => {
    const layer = make({ bidirectional: true });
    const sequences = [randn([2, 3]), randn([4, 3]), randn([1, 3])];
    const [out, state] = layer(packSequence(sequences, { enforceSorted: false }));
    const found = unpackSequence(out);
    const hidden = (Array.isArray(state) ? state[0] : state) as Tensor;
    for (const [i, sequence] of sequences.entries()) {
      const [alone, end] = layer(sequence);
      const last = (Array.isArray(end) ? end[0] : end) as Tensor;
      for (const [got, want] of [
        [found[i] as Tensor, alone],
        [hidden.select(1, i), last],
      ] as const) {
        const [a, b] = [await got.data(), await want.data()];
        for (const [k, value] of b.entries()) expect(a[k]).toBeCloseTo(value, 5);
      }
    }
    const head = new Linear(8, 2);
    const logits = out.with(head(out.data));
    expect(logits.lengths).toEqual([2, 4, 1]);
  });
});
