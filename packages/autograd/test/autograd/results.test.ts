import * as autograd from "@wgrad/autograd";
import { grad, init, noGrad, type Tensor, tensor } from "@wgrad/autograd";
import * as fft from "@wgrad/autograd/fft";
import { beforeAll, describe, expect, test } from "vitest";

const { functional: F } = await import("@wgrad/nn");
const { GRU, LSTM, MultiheadAttention, RNN } = await import("@wgrad/nn");

const matrix = (): Tensor =>
  tensor([
    [0.3, 0.7, 0.5],
    [0.9, 0.2, 0.4],
  ]);

/** Results whose elements lie elsewhere inside than PyTorch has them. */
const results: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  "cumsum along the first dimension": (x) => x.cumsum(0),
  cumprod: (x) => x.cumprod(0),
  logcumsumexp: (x) => x.logcumsumexp(0),
  cummax: (x) => x.cummax(0).values,
  "sort's values": (x) => x.sort(0).values,
  topk: (x) => x.topk(2, 1).values,
  msort: (x) => autograd.msort(x),
  rfft: (x) => fft.rfft(x, { dim: 0 }),
  "sum with keepdim": (x) => x.sum(0, { keepdim: true }),
  "mean with keepdim": (x) => x.mean(0, { keepdim: true }),
  "amax with keepdim": (x) => x.amax(0, { keepdim: true }),
  "prod with keepdim": (x) => x.prod(0, { keepdim: true }),
  "max with keepdim": (x) => x.max(0, { keepdim: true }).values,
  repeat: (x) => x.repeat(2, 1),
  tile: (x) => x.tile([2]),
  repeatInterleave: (x) => x.repeatInterleave(2, 0),
  matmul: (x) => x.matmul(x.t()),
  mv: (x) => autograd.mv(x, tensor([1, 2, 3])),
  dot: (x) => x.at(0).dot(x.at(1)),
  linear: (x) => F.linear(x.unsqueeze(0), x),
  einsum: (x) => autograd.einsum("ij,ij->i", x, x),
  kron: (x) => autograd.kron(x, x),
  gather: (x) => x.gather(1, tensor([[0], [1]], { dtype: "i32" })),
  take: (x) => x.take(tensor([0, 5], { dtype: "i32" })),
  scatter: (x) => x.scatter(1, tensor([[0], [1]], { dtype: "i32" }), 2),
  conv1d: (x) => F.conv1d(x, tensor([[[1, 1]], [[1, 2]]]), { groups: 2 }),
  pixelShuffle: (x) => F.pixelShuffle(x.at(0, null, null).expand(4, 1, 3), 2),
  attention: (x) =>
    new MultiheadAttention(3, 1).forward(x.unsqueeze(1), x.unsqueeze(1), x.unsqueeze(1))[0],
  LSTM: (x) => new LSTM(3, 2).forward(x.unsqueeze(1))[0],
  "LSTM's state": (x) => new LSTM(3, 2).forward(x.unsqueeze(1))[1][0],
  GRU: (x) => new GRU(3, 2).forward(x.unsqueeze(1))[0],
  "RNN's state of no batch": (x) => new RNN(3, 2).forward(x)[1],
};

describe.each(["cpu", "wasm", "webgpu"] as const)("a result is no view, on %s", (device) => {
  beforeAll(async () => {
    await init({ device });
  });

  test.each(Object.entries(results))("%s", async (_, make) => {
    const given = matrix();
    const y = noGrad(() => make(given));
    const before = (await y.reshape(-1).clone().tolist()) as number[];
    const line = y.view(-1); // its elements are in order
    const ravelled = y.ravel();
    const factor = tensor(2, { requiresGrad: true });
    y.mul_(factor); // made in noGrad, and written with gradients
    y.sum().backward();
    const sum = before.reduce((a, b) => a + b, 0);
    expect(await factor.grad?.item()).toBeCloseTo(sum, 4);
    const doubled = before.map((value) => expect.closeTo(2 * value, 4));
    expect(await line.detach().tolist()).toEqual(doubled);
    expect(await ravelled.detach().tolist()).toEqual(doubled);
    expect(await given.tolist()).toEqual(await matrix().tolist());
    const tracked = make(matrix().requiresGrad_());
    tracked.detach_();
    expect([tracked.isLeaf, tracked.requiresGrad]).toEqual([true, false]);
  });

  test.each([
    ["LSTM", () => new LSTM(3, 2)],
    ["GRU", () => new GRU(3, 2)],
    ["RNN", () => new RNN(3, 2, { batchFirst: true })],
  ] as const)("writing to the state of %s does not change its output", async (_, make) => {
    const layer = make();
    const run = layer.forward as (x: Tensor) => [Tensor, Tensor | readonly Tensor[]];
    const [out, states] = run.call(layer, matrix().unsqueeze(layer.batchFirst ? 0 : 1));
    const before = await out.clone().tolist();
    for (const state of [states].flat() as Tensor[]) noGrad(() => state.zero_());
    expect(await out.tolist()).toEqual(before);
  });

  test("ravel of a column is a copy", async () => {
    const x = matrix();
    x.at(autograd.slice(null), 0).ravel().zero_();
    expect(await x.tolist()).toEqual(await matrix().tolist());
  });

  test("the parts of tensorSplit, hsplit and vsplit may be written with gradients", async () => {
    for (const split of [
      (y: Tensor) => y.tensorSplit(2, 1),
      (y: Tensor) => y.hsplit([1]),
      (y: Tensor) => y.vsplit(2),
    ]) {
      const x = matrix().requiresGrad_();
      const y = x.mul(2);
      split(y)[0]?.zero_();
      y.sum().backward();
      const kept = (await x.grad?.tolist()) as number[][];
      expect(kept[0]?.[0]).toBe(0);
      expect(kept[1]?.[2]).toBe(2);
    }
  });

  test("noGrad moves a tensor's dimensions in place, and it stays on the tape", async () => {
    const x = matrix().requiresGrad_();
    const y = x.mul(2);
    const part = x.at(0);
    noGrad(() => y.unsqueeze_(0).transpose_(1, 2));
    noGrad(() => part.unsqueeze_(0).squeeze_());
    expect([y.shape, y.requiresGrad, y.isLeaf, part.isLeaf]).toEqual([
      [1, 3, 2],
      true,
      false,
      false,
    ]);
    y.mul(
      tensor([
        [1, 10],
        [2, 20],
        [3, 30],
      ]),
    )
      .sum()
      .add(part.sum())
      .backward();
    expect(await x.grad?.tolist()).toEqual([
      [3, 5, 7],
      [20, 40, 60],
    ]);
    const several = matrix().unbind()[0] as Tensor;
    expect(several.unsqueeze_(0).shape).toEqual([1, 3]);
    const leaf = tensor([1, 2], { requiresGrad: true });
    expect(noGrad(() => leaf.t_()).isLeaf).toBe(true);
  });

  test("zeros of an input that was not used are a leaf, with createGraph", () => {
    const [x, unused] = [matrix().requiresGrad_(), matrix().requiresGrad_()];
    const of = (createGraph: boolean) =>
      grad(x.sum(), unused, { materializeGrads: true, createGraph })[0] as Tensor;
    expect([of(true).requiresGrad, of(true).isLeaf, of(false).requiresGrad]).toEqual([
      true,
      true,
      false,
    ]);
  });

  test.each(["cumprod", "logcumsumexp"] as const)(
    "%s read by the backward is not to be written",
    (name) => {
      const x = matrix().requiresGrad_();
      const y = x[name](0);
      y.add_(1);
      expect(() => y.sum().backward()).toThrow(/overwritten/);
    },
  );

  test("a mask takes a single value of another dtype, as maskedFill does", async () => {
    const x = tensor([1, 2, 3], { dtype: "i32" });
    x.put_(tensor([true, false, true]), tensor(7.9));
    expect(await x.tolist()).toEqual([7, 2, 7]);
    const several = () => x.put_(tensor([true, false, true]), tensor([1.5, 2.5]));
    expect(several).toThrow(/cannot write values of f32/);
    expect(await x.tolist()).toEqual([7, 2, 7]);
  });

  test("an empty tensor may be written through a view, and truths filled by index", async () => {
    const nothing = autograd.zeros([2, 0]);
    expect(nothing.at(null).div_(2).shape).toEqual([1, 2, 0]);
    expect(nothing.put_(null, 3).shape).toEqual([2, 0]);
    const truths = tensor([false, false]);
    expect(await truths.indexFill(0, tensor([1], { dtype: "i32" }), true).tolist()).toEqual([
      false,
      true,
    ]);
  });

  test("a lower bound that is not below the upper one gets no gradient", async () => {
    const bounds = (low: number, high: number) =>
      [low, high].map((value) => autograd.full([3], value, { requiresGrad: true })) as [
        Tensor,
        Tensor,
      ];
    for (const [low, high, ofX, ofLow, ofHigh] of [
      [1, 1, [0, 2, 0], [0, 0, 0], [0, 0, 3]],
      [2, 1, [0, 0, 0], [0, 0, 0], [1, 2, 3]],
      [0.8, 1.2, [0, 2, 0], [1, 0, 0], [0, 0, 3]],
    ] as const) {
      const [least, most] = bounds(low, high);
      const x = tensor([0.5, 1, 1.5], { requiresGrad: true });
      x.clamp(least, most).backward(tensor([1, 2, 3]));
      const got = await Promise.all([x, least, most].map((one) => one.grad?.tolist()));
      expect(got).toEqual([ofX, ofLow, ofHigh]);
    }
  });
});
