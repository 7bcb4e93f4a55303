import * as w from "@wgrad/autograd";
import { IndexError, init, type Tensor, tensor } from "@wgrad/autograd";
import { commit, composite, persist } from "@wgrad/autograd/plugin";
import { counters, initFresh, settled } from "@wgrad/autograd/testing";
import { afterAll, beforeEach, describe, expect, test } from "vitest";

const N = 3;
/** [3, 4] of 0 … 11. */
const table = (): Tensor => w.arange(12).to("f32").reshape([N, 4]);
const scores = (n: number): Tensor => w.zeros([n, N]);

interface Use {
  /** Uses a vector of indices, of the sizes 0 … 2. */
  readonly call: (index: Tensor) => Tensor;
  /** As PyTorch has it: −3 … −1 count from the end. */
  readonly negative?: true;
  /** An index that is no error besides. */
  readonly allowed?: number;
}

const wide = (index: Tensor): Tensor => index.unsqueeze(1);
const like = (index: Tensor): Tensor => w.ones([index.shape[0] as number, 4]);

const uses: Readonly<Record<string, Use>> = {
  gather: { call: (i) => table().gather(0, wide(i)) },
  scatter: { call: (i) => table().scatter(0, wide(i), 1) },
  scatterAdd: { call: (i) => table().scatterAdd(0, wide(i), like(i)) },
  scatterReduce: { call: (i) => table().scatterReduce(0, wide(i), like(i), "amax") },
  indexSelect: { call: (i) => table().indexSelect(0, i) },
  indexAdd: { call: (i) => table().indexAdd(0, i, like(i)) },
  indexCopy: { call: (i) => table().indexCopy(0, i, like(i)) },
  indexFill: { call: (i) => table().indexFill(0, i, 7), negative: true },
  take: { call: (i) => w.arange(N).to("f32").take(i), negative: true },
  takeAlongDim: { call: (i) => table().takeAlongDim(wide(i), 0), negative: true },
  at: { call: (i) => table().at(i), negative: true },
  "at of two": { call: (i) => w.at(table().T, 1, i), negative: true },
  put_: { call: (i) => table().clone().put_([i], 5), negative: true },
  embedding: { call: (i) => w.embedding(i, table()) },
  oneHot: { call: (i) => w.oneHot(i, N) },
  crossEntropy: { call: (i) => w.crossEntropy(scores(i.shape[0] as number), i), allowed: -100 },
  nllLoss: {
    call: (i) => w.nllLoss(scores(i.shape[0] as number), i, { ignoreIndex: 7, reduction: "sum" }),
    allowed: 7,
  },
};

/**
 * How a program comes by its indices. Values on the host are refused by the call itself, of others
 * the read tells.
 */
const ways: Readonly<Record<string, { make: (values: number[]) => Tensor; atOnce: boolean }>> = {
  given: { make: (values) => tensor(Int32Array.from(values)), atOnce: true },
  "through a view": {
    make: (values) => tensor(Int32Array.from([99, ...values, 99])).narrow(0, 1, values.length),
    atOnce: true,
  },
  "in another dtype": { make: (values) => tensor(values).to("i32"), atOnce: false },
  computed: { make: (values) => tensor(Int32Array.from(values)).mul(1).add(0), atOnce: false },
  "computed and kept": {
    make: (values) => tensor(Int32Array.from(values)).mul(1).keep().realize(),
    atOnce: false,
  },
};

afterAll(() => init());

describe.each(["cpu", "wasm", "webgpu"] as const)("on %s", (device) => {
  beforeEach(() => init({ device }));

  describe.each(Object.keys(uses))("%s", (name) => {
    const { call, negative, allowed } = uses[name] as Use;
    const op = name === "at of two" ? "at" : name;

    test.each(Object.keys(ways))("refuses what is not there, of indices %s", async (way) => {
      const { make, atOnce } = ways[way] as (typeof ways)[string];
      for (const value of [N, -N - 1, 2 ** 31 - 1, ...(negative ? [] : [-1])]) {
        if (atOnce) expect(() => call(make([0, value]))).toThrow(IndexError);
        const reading = (async () => call(make([0, value])).data())();
        await expect(reading).rejects.toThrow(IndexError);
        const { message } = (await reading.catch((error: Error) => error)) as Error;
        expect(message).toContain(`${op}: `);
        expect(message).toContain(` ${value} is `);
        expect(message).toMatch(/of size 3|for 3 classes/);
      }
      // what is there is used as if it had been given
      const good = [
        0,
        2,
        1,
        ...(negative ? [-3, -1] : []),
        ...(allowed === undefined ? [] : [allowed]),
      ];
      for (const value of good) {
        const want = await call(tensor(Int32Array.from([0, value]))).tolist();
        expect(await call(make([0, value])).tolist()).toEqual(want);
      }
    });
  });

  test("a u32 is not taken for a negative number", () => {
    const index = tensor(Uint32Array.of(4294967295));
    expect(() => w.embedding(index, table())).toThrow(
      "index 4294967295 is out of range for dimension 0 of size 3",
    );
  });

  test("the size is that of the dimension that is indexed, an empty one has no index", () => {
    expect(
      table().at(tensor([0, 1], { dtype: "i32" }), tensor([3, -4], { dtype: "i32" })).shape,
    ).toEqual([2]);
    expect(() => table().at(tensor([0], { dtype: "i32" }), tensor([4], { dtype: "i32" }))).toThrow(
      "at: index 4 is out of range for dimension 1 of size 4",
    );
    expect(() => w.zeros([0]).take(tensor([0], { dtype: "i32" }))).toThrow(
      "out of range for dimension 0 of size 0",
    );
    expect(w.zeros([0]).take(tensor(new Int32Array(0))).shape).toEqual([0]);
  });

  /** A table trained by hand: w ← w − 0.1 dL/dw, L = Σ rows². */
  function training() {
    const weight = persist(table().clone());
    weight.requiresGrad = true;
    let undone = 0;
    return {
      weight,
      undone: () => undone,
      step(index: Tensor): Tensor {
        const loss = w.embedding(index, weight).square().sum();
        weight.grad = null;
        loss.backward();
        const next = composite(() => weight.detach().sub((weight.grad as Tensor).mul(0.1)));
        commit([[weight, next]], "step", () => undone++);
        return loss;
      },
    };
  }
  const computed = (...values: number[]): Tensor => tensor(Int32Array.from(values)).mul(1);

  test("no weight moves, and training goes on", async () => {
    const [model, plain] = [training(), training()];
    const losses = [await model.step(computed(0, 2)).item()];
    const before = await model.weight.tolist();
    await expect((async () => model.step(computed(0, 3)).item())()).rejects.toThrow(
      /embedding: index 3 is out of range for dimension 0 of size 3/,
    );
    expect(await model.weight.tolist()).toEqual(before);
    losses.push(await model.step(computed(1, 1)).item());
    expect(losses).toEqual([
      await plain.step(computed(0, 2)).item(),
      await plain.step(computed(1, 1)).item(),
    ]);
    expect(await model.weight.tolist()).toEqual(await plain.weight.tolist());
  });

  test("the next read or step tells, if nothing was read", async () => {
    const model = training();
    await model.step(computed(0, 2)).item();
    const before = await model.weight.tolist();
    const blind = async (): Promise<void> => {
      model.step(computed(-1, 0));
      await settled();
      model.step(computed(0, 1));
    };
    await expect(blind()).rejects.toThrow("index -1 is out of range");
    expect(await model.weight.tolist()).toEqual(before);
    await model.step(computed(0, 1)).item();
    expect(await model.weight.tolist()).not.toEqual(before);
  });

  test("what was computed before stays, what needs the index fails, the rest is computed", async () => {
    const before = tensor([1, 2]).mul(2).keep().realize();
    const beside = tensor([5]).mul(3);
    const index = computed(7);
    const rows = w.embedding(index, table());
    const sum = rows.sum();
    await expect((async () => sum.item())()).rejects.toThrow(IndexError);
    await expect((async () => rows.mul(2).data())()).rejects.toThrow(IndexError);
    expect(await before.tolist()).toEqual([2, 4]);
    expect(await beside.tolist()).toEqual([15]);
    expect(await index.tolist()).toEqual([7]);
  });

  test("a result that nobody reads is an error all the same", async () => {
    const other = tensor([1]).add(1);
    w.embedding(computed(7), table());
    await expect((async () => other.item())()).rejects.toThrow(IndexError);
    expect(await other.item()).toBe(2);
  });
});

describe("what indices can be is known without looking", () => {
  const x = (): Tensor =>
    tensor([
      [0.5, 2, 1, 0.1],
      [3, 1, 0, 4],
    ]);
  const proven: Readonly<Record<string, () => Tensor>> = {
    argmax: () => table().at(x().argmax(1).sub(1).clamp(0)),
    "argmax of as many": () => w.embedding(x().argmax(1), w.ones([4, 2])),
    "the places of maxima": () => w.zeros([4]).take(x().max(1).indices),
    argsort: () => x().gather(1, x().argsort(1)),
    topk: () => x().gather(1, x().topk(2, 1).indices),
    cummax: () => x().gather(1, x().cummax(1).indices),
    "a remainder": () =>
      w.embedding(tensor([5, 17, -4], { dtype: "i32" }).mul(3).remainder(N), table()),
    "a floor": () => w.embedding(w.arange(9).floorDivide(3), table()),
    "a clamp": () => w.embedding(tensor([5, 17], { dtype: "i32" }).mul(3).clamp(0, 2), table()),
    "a mask": () => w.embedding(x().gt(1).to("i32"), table()),
    "a choice": () => w.embedding(w.where(x().gt(1), 2, 0).to("i32"), table()),
    "fractions of a range": () => w.embedding(w.rand([5]).mul(2.9).floor().to("i32"), table()),
    "draws of the device": () =>
      w.embedding(w.rand([5], { generator: "device" }).mul(2.9).to("i32"), table()),
    "a lookup": () =>
      w.embedding(tensor([2, 0, 1], { dtype: "i32" }).take(x().argmax(1).clamp(0, 2)), table()),
    "a cat": () => w.embedding(w.cat([w.arange(2).mul(2), x().gt(1).sum(1).clamp(0, 2)]), table()),
    classes: () => w.crossEntropy(scores(2), x().argmax(1).clamp(0, 2)),
  };

  test.each(Object.keys(proven))("%s", async (name) => {
    await initFresh({ device: "webgpu" });
    const { flushes, submits } = counters();
    await (proven[name] as () => Tensor)().data();
    expect([counters().flushes - flushes, counters().submits - submits]).toEqual([1, 1]);
  });

  test("and a value that was found good is not looked at again", async () => {
    await initFresh({ device: "webgpu" });
    const index = tensor([1, 2], { dtype: "i32" }).mul(1).keep().realize();
    await w.embedding(index, table()).data();
    const { submits } = counters();
    await w.embedding(index, table()).data();
    await table()
      .at(index.narrow(0, 1, 1))
      .data();
    expect(counters().submits - submits).toBe(2);
  });
});
