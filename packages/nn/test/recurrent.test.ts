import { arange, cat, init, randn, slice, type Tensor, tensor, where } from "@wgrad/autograd";
import {
  Embedding,
  EmbeddingBag,
  GRU,
  GRUCell,
  LSTM,
  LSTMCell,
  parameter,
  RNN,
  type SequenceOptions,
} from "@wgrad/nn";
import { beforeAll, describe, expect, test } from "vitest";

const values = async (x: Tensor): Promise<number[]> => [...(await x.data())];
const near = async (a: Tensor, b: Tensor): Promise<void> => {
  expect(a.shape).toEqual(b.shape);
  const [x, y] = [await values(a), await values(b)];
  for (const [i, v] of x.entries()) expect(v).toBeCloseTo(y[i] as number, 5);
};

describe.each(["cpu", "wasm", "webgpu"] as const)("on %s", (device) => {
  beforeAll(async () => {
    await init({ device });
  });

  test("an LSTM and a GRU equal their cells applied step by step", async () => {
    const x = randn([4, 2, 3]);
    for (const [layer, cell] of [
      [new LSTM(3, 5), new LSTMCell(3, 5)],
      [new GRU(3, 5), new GRUCell(3, 5)],
    ] as const) {
      const state = Object.entries(layer.stateDict());
      cell.loadStateDict(Object.fromEntries(state.map(([k, v]) => [k.replace("_l0", ""), v])));
      let before: Tensor | readonly [Tensor, Tensor] | null = null;
      const hidden = (s: unknown): Tensor => (Array.isArray(s) ? s[0] : s) as Tensor;
      for (let t = 0; t < 4; t++) before = (cell as LSTMCell)(x.select(0, t), before as null);
      const [, end] = (layer as GRU)(x);
      await near(hidden(end).select(0, 0), hidden(before));
    }
  });

  test("a projection narrows outputs and hidden states, not cells", () => {
    const lstm = new LSTM(3, 5, { projSize: 2, bidirectional: true, numLayers: 2 });
    const [out, [h, c]] = lstm(randn([4, 2, 3]));
    expect([out.shape, h.shape, c.shape]).toEqual([
      [4, 2, 4],
      [4, 2, 2],
      [4, 2, 5],
    ]);
    expect(lstm.stateDict().weight_hr_l1_reverse?.shape).toEqual([2, 5]);
    expect(String(lstm)).toBe("LSTM(3, 5, proj_size=2, num_layers=2, bidirectional=True)");
  });

  test("dropout is applied between layers, in training only", async () => {
    const rnn = new RNN(3, 8, { numLayers: 2, dropout: 1, batchFirst: true });
    const x = randn([2, 4, 3]);
    await near(rnn(x)[0], rnn(x.mul(2))[0]);
    rnn.eval();
    expect(await values(rnn(x)[0])).not.toEqual(await values(rnn(x.mul(2))[0]));
    expect(String(rnn)).toBe("RNN(3, 8, num_layers=2, batch_first=True, dropout=1.0)");
  });

  test("with lengths, each sequence of a batch gives the result that it gives alone", async () => {
    const lengths = [5, 2, 0, 3];
    const x = randn([5, 4, 3]);
    const padded = where(arange(5).unsqueeze(1).lt(tensor(lengths)).unsqueeze(-1), x, NaN).keep();
    const all = [
      new LSTM(3, 4, { bidirectional: true, numLayers: 2, projSize: 2 }),
      new GRU(3, 4, { bidirectional: true }),
      new RNN(3, 4, { numLayers: 2 }),
    ];
    for (const layer of (device === "cpu" ? all : all.slice(1, 2)) as readonly (
      | LSTM
      | GRU
      | RNN
    )[]) {
      const call = layer as unknown as (
        x: Tensor,
        state?: null,
        options?: SequenceOptions,
      ) => [Tensor, Tensor | Tensor[]];
      const [out, end] = call(padded, null, { lengths });
      const ends = [end].flat();
      for (const [b, length] of lengths.entries()) {
        const [mine, last] = [out.select(1, b), ends.map((state) => state.select(1, b))];
        expect(await values(mine.at(slice(length, null)))).not.toContainEqual(
          expect.not.closeTo(0),
        );
        if (length === 0) {
          for (const state of last) expect(await state.abs().sum().item()).toBe(0);
          continue;
        }
        const [own, ownEnd] = call(x.at(slice(0, length), b));
        await near(mine.at(slice(0, length)), own);
        for (const [i, state] of [ownEnd].flat().entries()) await near(last[i] as Tensor, state);
      }
      const [asTensor] = call(padded, null, { lengths: tensor(lengths, { dtype: "i32" }) });
      await near(asTensor, out);
      out.sum().backward();
      for (const p of layer.parameters())
        expect(await (p.grad as Tensor).sum().item()).not.toBeNaN();
      for (const p of layer.parameters()) p.grad = null;
    }
  });

  test("errors of lengths", () => {
    const gru = new GRU(3, 4);
    const x = randn([5, 2, 3]);
    expect(() => gru(x, null, { lengths: [5, 6] })).toThrow(
      "GRU: a length is 6\n  hint: whole numbers, 0 to 5 (the time steps of the input)",
    );
    expect(() => gru(x, null, { lengths: [5, 2, 1] })).toThrow(
      "GRU: needs one length for each sequence of the batch\n  input: [5, 2, 3]\n  lengths: [3]",
    );
    expect(() => gru(x.select(1, 0), null, { lengths: [5] })).toThrow(
      "one length for each sequence",
    );
  });

  test("errors of recurrent layers", () => {
    expect(() => new LSTM(0, 3)).toThrow("LSTM: inputSize is 0");
    expect(() => new LSTM(3, 3, { projSize: 3 })).toThrow("LSTM: projSize is 3");
    expect(() => new RNN(3, 3, { nonlinearity: "sin" as "tanh" })).toThrow(
      'RNN: nonlinearity is "sin"',
    );
    const gru = new GRU(3, 4);
    expect(() => gru(randn([5, 2, 7]))).toThrow(
      "GRU: needs an input [T, B, I] or [T, I] with I = 3",
    );
    expect(() => gru(randn([5, 2, 3]), randn([1, 3, 4]))).toThrow(
      "a state must have shape [1, 2, 4]",
    );
  });

  test("Embedding: padding row, maximum norm, pretrained table", async () => {
    const layer = new Embedding(5, 2, { paddingIdx: -1 });
    expect(await values(layer(tensor([4], { dtype: "i32" })))).toEqual([0, 0]);
    expect(String(layer)).toBe("Embedding(5, 2, padding_idx=4)");
    expect(() => new Embedding(5, 2, { paddingIdx: 5 })).toThrow(
      "paddingIdx is 5, but the table has 5 rows",
    );
    const bound = Embedding.fromPretrained(
      tensor([
        [3, 4],
        [0.3, 0.4],
        [30, 40],
      ]),
      { maxNorm: 1 },
    );
    expect(bound.weight.requiresGrad).toBe(false);
    const found = await values(bound(tensor([0, 1, 0], { dtype: "i32" })));
    for (const [i, v] of [0.6, 0.8, 0.3, 0.4, 0.6, 0.8].entries())
      expect(found[i]).toBeCloseTo(v, 5);
    expect((await values(bound.weight)).slice(4)).toEqual([30, 40]);
  });

  test("EmbeddingBag: maximum, weights, padding, empty bags", async () => {
    const table = tensor([
      [1, 5],
      [2, 4],
      [3, -3],
    ]);
    const bag = (mode: "sum" | "mean" | "max", paddingIdx: number | null = null): EmbeddingBag => {
      const layer = new EmbeddingBag(3, 2, { mode, paddingIdx });
      layer.loadStateDict({ weight: table });
      return layer;
    };
    const i = tensor([0, 1, 2, 2], { dtype: "i32" });
    const offsets = tensor([0, 2, 2], { dtype: "i32" });
    expect(await values(bag("max")(i, offsets))).toEqual([2, 5, 0, 0, 3, -3]);
    expect(await values(bag("mean", 0)(i, offsets))).toEqual([2, 4, 0, 0, 3, -3]);
    const perSampleWeights = parameter(tensor([1, 2, 3, 4]));
    const sums = bag("sum")(i, offsets, { perSampleWeights });
    expect(await values(sums)).toEqual([5, 13, 0, 0, 21, -21]);
    sums.sum().backward();
    expect(await values(perSampleWeights.grad as Tensor)).toEqual([6, 6, 0, 0]);
    expect(() => bag("max")(i, offsets, { perSampleWeights })).toThrow(
      'perSampleWeights need mode "sum"',
    );
    expect(() => bag("sum")(i)).toThrow("needs indices [B, L], or [n] with offsets");
    expect(await values(cat([bag("max")(i.reshape([2, 2]))], 0))).toEqual([2, 5, 3, -3]);
  });
});
