import * as w from "@wgrad/autograd";
import { init, slice, tensor } from "@wgrad/autograd";
import { beforeAll, describe, expect, expectTypeOf, test } from "vitest";

describe.each(["cpu", "wasm", "webgpu"] as const)("what only values tell, on %s", (device) => {
  beforeAll(async () => {
    await init({ device });
  });
  const whole = (values: w.TensorData): w.Tensor => tensor(values, { dtype: "i32" });
  const mask = (values: w.TensorData): w.Tensor => tensor(values, { dtype: "bool" });

  test("maskedSelect broadcasts both, and gives gradients", async () => {
    const x = tensor([[1], [2]], { requiresGrad: true });
    const found = await x.maskedSelect(mask([true, false, true]));
    expect(await found.tolist()).toEqual([1, 1, 2, 2]);
    found.square().sum().backward();
    expect(await x.grad?.tolist()).toEqual([[4], [8]]);
    expect((await x.maskedSelect(mask([[false], [false]]))).shape).toEqual([0]);
  });

  test("nonzero, of no elements and of a 0-d tensor too", async () => {
    const x = tensor([
      [0, 3, 0],
      [Number.NaN, 0, -1],
    ]);
    expect(await (await x.nonzero()).tolist()).toEqual([
      [0, 1],
      [1, 0],
      [1, 2],
    ]);
    const columns = await x.nonzero({ asTuple: true });
    expect(await Promise.all(columns.map((column) => column.tolist()))).toEqual([
      [0, 1, 1],
      [1, 0, 2],
    ]);
    expect(await x.at(...columns).tolist()).toEqual([3, Number.NaN, -1]);
    expect((await w.zeros([2, 3]).nonzero()).shape).toEqual([0, 2]);
    expect((await w.nonzero(tensor(5))).shape).toEqual([1, 0]);
  });

  test("atMask takes masks among everything else", async () => {
    const x = w.arange(24, { dtype: "f32" }).reshape(2, 3, 4);
    x.requiresGrad = true;
    const columns = mask([false, true, true, false]);
    expect(await (await x.atMask(0, slice(null), columns)).tolist()).toEqual([
      [1, 2],
      [5, 6],
      [9, 10],
    ]);
    const planes = mask([
      [true, false, false],
      [false, false, true],
    ]);
    const rows = await x.atMask(planes);
    expect(await rows.tolist()).toEqual([
      [0, 1, 2, 3],
      [20, 21, 22, 23],
    ]);
    rows.sum().backward();
    expect(await x.grad?.sum(-1).tolist()).toEqual([
      [4, 0, 0],
      [0, 0, 4],
    ]);
    expect(await (await x.atMask(planes, whole([1, -1]))).tolist()).toEqual([1, 23]);
    expect(await (await x.atMask(1, 1)).tolist()).toEqual([16, 17, 18, 19]);
  });

  test("unique sorts, and counts", async () => {
    const x = whole([
      [3, 1, 3],
      [2, 1, 3],
    ]);
    expect(await (await x.unique()).tolist()).toEqual([1, 2, 3]);
    const { values, inverse, counts } = await x.unique({ returnInverse: true, returnCounts: true });
    expect(await values.tolist()).toEqual([1, 2, 3]);
    expect(await inverse?.tolist()).toEqual([
      [2, 0, 2],
      [1, 0, 2],
    ]);
    expect(await counts?.tolist()).toEqual([2, 1, 3]);
    expect(await (await w.unique(tensor([2, Number.NaN, -1]))).tolist()).toEqual([
      -1,
      2,
      Number.NaN,
    ]);
    expect((await w.unique(w.zeros([0]))).shape).toEqual([0]);
  });

  test("bincount", async () => {
    const x = whole([1, 3, 1]);
    expect(await (await x.bincount()).tolist()).toEqual([0, 2, 0, 1]);
    expect(await (await x.bincount({ minlength: 6 })).tolist()).toEqual([0, 2, 0, 1, 0, 0]);
    const weights = tensor([0.5, 2, 1]);
    expect(await (await x.bincount({ weights })).tolist()).toEqual([0, 1.5, 0, 2]);
    const none = tensor([], { dtype: "i32" });
    expect(await (await none.bincount({ minlength: 2 })).tolist()).toEqual([0, 0]);
    await expect(whole([1, -1]).bincount()).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: bincount: cannot count negative numbers, got -1]`,
    );
  });

  test("a mask that the device counts must choose as many elements as there are values or indices", async () => {
    const x = () => w.arange(6).to("f32").mul(1);
    const late = (values: boolean[]) => mask(values).logicalOr(false);
    const three = late([false, false, false, true, true, true]);
    for (const values of [[7, 8], [7, 8, 9, 10], []]) {
      await expect(x().put_(three, tensor(values)).tolist()).rejects.toThrow(
        `put_: the mask chooses 3 elements, got ${values.length} values`,
      );
    }
    const rows = x().reshape(2, 3);
    const [both, one] = [late([true, true]), late([false, true, false])];
    await expect(rows.clone().put_([both, one], 9).tolist()).rejects.toThrow(
      "put_: one mask chooses 2 elements, another chooses 1",
    );
    await expect(
      rows
        .clone()
        .put_([one.narrow(0, 0, 2), [0, 2]], 9)
        .tolist(),
    ).rejects.toThrow("put_: the mask chooses 1 elements, got 2 values");
    expect(() => rows.clone().put_([both, [0, 1, 2]], 9)).toThrow("do not fit together");
    expect(() => rows.clone().put_([both, [0, 1]], tensor([1, 2, 3]))).toThrow(w.ShapeError);
    expect(() => rows.clone().put_(both, tensor([1, 2]))).toThrow(
      "put_: the values do not broadcast",
    );
    expect(() => rows.clone().put_(both, w.ones([2, 2, 3]))).toThrow(
      "put_: the values do not broadcast",
    );
    // what was refused is as before, and so is all else
    expect(await rows.add(1).tolist()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });

  test("oneHot is a promise only where the classes are to be counted", async () => {
    const x = whole([2, 0]);
    expect(await w.oneHot(x, 4).tolist()).toEqual([
      [0, 0, 1, 0],
      [1, 0, 0, 0],
    ]);
    expect((await w.oneHot(x)).shape).toEqual([2, 3]);
    expectTypeOf(w.oneHot(x, { numClasses: 3 })).toEqualTypeOf<w.Tensor>();
    expectTypeOf(w.oneHot(x)).toEqualTypeOf<Promise<w.Tensor>>();
  });

  test("equal", async () => {
    const x = tensor([1, 2]);
    expect(await x.equal(tensor([1, 2]))).toBe(true);
    expect(await x.equal(tensor([1, 3]))).toBe(false);
    expect(await w.equal(x, tensor([[1, 2]]))).toBe(false);
    expect(await w.equal(x, tensor([1, Number.NaN]))).toBe(false);
  });

  test("values at their edges", async () => {
    const x = tensor([3, Number.NaN, 1, Number.NaN, 2]);
    expect(await x.median().item()).toBeNaN();
    expect(await x.median(0).indices.item()).toBe(1);
    expect(await x.nanmedian().item()).toBe(2);
    expect(await tensor([Number.NaN, Number.NaN]).nanmedian().item()).toBeNaN();
    expect(await x.sort(0, { descending: true }).indices.tolist()).toEqual([1, 3, 0, 4, 2]);
    expect(await x.cummax(0).values.tolist()).toEqual([3, ...Array(4).fill(Number.NaN)]);
    const sorted = tensor([1, 2, 2, 5]);
    const values = tensor([
      [0, 2],
      [6, Number.NaN],
    ]);
    expect(await w.searchsorted(sorted, values).tolist()).toEqual([
      [0, 1],
      [4, 4],
    ]);
    expect(await w.searchsorted(sorted, values, { right: true }).tolist()).toEqual([
      [0, 3],
      [4, 4],
    ]);
    expect(await w.searchsorted(sorted, 5, { side: "right" }).item()).toBe(4);
    expect(await w.trilIndices(2, 3, 1).tolist()).toEqual([
      [0, 0, 1, 1, 1],
      [0, 1, 0, 1, 2],
    ]);
    expect(await w.triuIndices(2, 3, { offset: 1 }).tolist()).toEqual([
      [0, 0, 1],
      [1, 2, 2],
    ]);
    expect(await x.take(whole([-1, 0])).tolist()).toEqual([2, 3]);
    expect(await tensor([2, 2, 1]).cummax(0).indices.tolist()).toEqual([0, 1, 1]);
  });

  test("equal middles share the median's gradient, the index takes it along a dimension", async () => {
    const x = tensor([2, 1, 2, 2, 9], { requiresGrad: true });
    x.median().backward();
    const third = Math.fround(1 / 3);
    expect(await x.grad?.tolist()).toEqual([third, 0, third, third, 0]);
    const y = tensor([2, 1, 2, 2, 9], { requiresGrad: true });
    y.median(0).values.backward();
    expect(await y.grad?.sum().item()).toBe(1);
  });

  test("values and indices can both be read, without gradients too", async () => {
    const before = w.memory().recomputed;
    for (const requiresGrad of [false, true]) {
      const x = tensor([3, 1, 2], { requiresGrad });
      for (const { values, indices } of [x.topk(2), x.sort(), x.cummax(0), x.median(0)]) {
        if (requiresGrad) values.sum().backward();
        await values.data();
        await indices.data();
      }
    }
    expect(w.memory().recomputed).toBe(before);
  });

  test("the same bits every time, however many meet in one place", async () => {
    const places = w.randint(0, 3, [2000], { dtype: "i32" });
    const values = w.randn([2000]);
    const sums = () => w.zeros([3]).scatterAdd(0, places, values).data();
    expect(await sums()).toEqual(await sums());
  });
});

describe("errors of choosing", () => {
  beforeAll(async () => {
    await init({ device: "cpu" });
  });
  const operands = () => ({
    x: w.zeros([3, 4]),
    i: tensor([0, 1], { dtype: "i32" }),
    m: tensor([true, false, true]),
  });
  type Operands = ReturnType<typeof operands>;

  test.each<[string, (given: Operands) => unknown]>([
    ["a mask in at", ({ x, m }) => x.at(m)],
    ["a mask of other sizes", ({ x, m }) => x.at(slice(null), m)],
    ["a fraction as an index", ({ x }) => x.at(tensor([0.5]))],
    ["a mask where indices are due", ({ x, m }) => x.indexSelect(0, m)],
    ["numbers where a mask is due", ({ x }) => x.maskedFill(x, 1)],
    ["an index of another rank", ({ x, i }) => x.gather(0, i)],
    ["a source that is too small", ({ x, i }) => x.scatter(0, i.unsqueeze(0), w.zeros([1, 1]))],
    ["a source of another dtype", ({ x, i }) => x.scatterAdd(0, i.unsqueeze(0), i.unsqueeze(0))],
    ["a source of another shape", ({ x, i }) => x.indexAdd(0, i, w.zeros([3, 4]))],
    ["a matrix of indices", ({ x, i }) => x.indexSelect(0, i.unsqueeze(0))],
    ["nothing to choose from", ({ i }) => w.zeros([0]).take(i)],
    ["too many of few", ({ x }) => x.topk(5)],
    ["element 0", ({ x }) => x.kthvalue(0)],
    ["the median of nothing", () => w.zeros([0], { dtype: "i32" }).median()],
    ["a table of one dimension", ({ i }) => w.embedding(i, w.zeros([3]))],
    ["padding beyond the table", ({ x, i }) => w.embedding(i, x, { paddingIdx: 3 })],
    ["no classes", ({ i }) => w.oneHot(i, 0)],
    ["sorted lines for others", ({ x }) => w.searchsorted(x, w.zeros([2, 4]))],
    ["no dimension to sum along", ({ x }) => w.cumsum(x, undefined as unknown as number)],
  ])("%s", (_, call) => {
    expect(() => call(operands())).toThrowErrorMatchingSnapshot();
  });
});
