import { init, manualSeed, noGrad, randn, type Tensor, tensor, zeros } from "@wgrad/autograd";
import { gradcheck, gradgradcheck } from "@wgrad/autograd/testing";
import * as nn from "@wgrad/nn";
import { functional as F } from "@wgrad/nn";
import { beforeAll, describe, expect, test } from "vitest";

type Call = (...operands: Tensor[]) => Tensor | readonly Tensor[];

const x = (...shape: number[]) => shape;
const indices = (...values: number[]): Tensor => tensor(values, { dtype: "i32" });
const samples = (): Tensor => tensor([[[0.3, 0.6]]], { dtype: "f64" });

/**
 * Calls whose gradients are checked numerically up to second order, and the shapes of their
 * arguments.
 */
const rows: Readonly<Record<string, readonly [Call, ...(readonly number[])[]]>> = {
  gridSample: [(a, g) => F.gridSample(a as Tensor, g as Tensor), x(1, 2, 3, 4), x(1, 2, 2, 2)],
  "gridSample with bicubic interpolation and reflection": [
    (a, g) =>
      F.gridSample(a as Tensor, g as Tensor, { mode: "bicubic", paddingMode: "reflection" }),
    x(1, 1, 3, 4),
    x(1, 2, 2, 2),
  ],
  "gridSample of volumes at the edge": [
    (a, g) => F.gridSample(a as Tensor, (g as Tensor).mul(0.7), { paddingMode: "border" }),
    x(1, 1, 2, 3, 2),
    x(1, 1, 2, 2, 3),
  ],
  affineGrid: [(t) => F.affineGrid(t as Tensor, [2, 1, 3, 2]), x(2, 2, 3)],
  embeddingBag: [
    (w) =>
      (["mean", "sum", "max"] as const).map((mode) =>
        F.embeddingBag(indices(0, 2, 2, 1), w as Tensor, indices(0, 1), { mode, paddingIdx: 1 }),
      ),
    x(3, 2),
  ],
  maxUnpool2d: [
    (a) => F.maxUnpool2d(a as Tensor, indices(0, 3, 9, 14).reshape([1, 2, 2]), 2),
    x(1, 2, 2),
  ],
  fractionalMaxPool2d: [
    (a) => F.fractionalMaxPool2d(a as Tensor, 2, { outputSize: [3, 2], randomSamples: samples() }),
    x(1, 1, 5, 4),
  ],
  channelShuffle: [(a) => F.channelShuffle(a as Tensor, 2), x(1, 4, 2)],
  pdist: [(a) => [F.pdist(a as Tensor), F.pdist(a as Tensor, 3)], x(4, 3)],
  rrelu: [(a) => F.rrelu(a as Tensor), x(3, 4)],
};

describe("gradients of any order", () => {
  beforeAll(async () => {
    await init({ device: "cpu" });
  });
  test.each(Object.entries(rows))("%s", async (_, [call, ...shapes]) => {
    manualSeed(4);
    const operands = shapes.map((shape) =>
      randn([...shape], { dtype: "f64" })
        .mul(0.8)
        .detach()
        .requiresGrad_(),
    );
    await gradcheck(call, operands);
    await gradgradcheck(call, operands, { atol: 1e-6, rtol: 1e-5 });
  });
});

describe("draws", () => {
  beforeAll(async () => {
    await init({ device: "cpu" });
  });

  test("gumbelSoftmax draws classes with the probabilities of softmax", async () => {
    manualSeed(1);
    const logits = tensor([0, 1, 2]);
    const many = F.gumbelSoftmax(logits.expand([4000, 3]), { hard: true });
    expect(await many.sum(1).equal(zeros([4000]).add(1))).toBe(true);
    const shares = await many.mean(0).sub(logits.softmax(0)).abs().max().item();
    expect(shares).toBeLessThan(0.03);
    const leaf = tensor([[0, 1, 2]], { requiresGrad: true });
    manualSeed(2);
    F.gumbelSoftmax(leaf, { hard: true, tau: 0.5 })
      .mul(tensor([1, 2, 3]))
      .sum()
      .backward();
    const soft = tensor([[0, 1, 2]], { requiresGrad: true });
    manualSeed(2);
    F.gumbelSoftmax(soft, { tau: 0.5 })
      .mul(tensor([1, 2, 3]))
      .sum()
      .backward();
    expect(await (leaf.grad as Tensor).tolist()).toEqual(await (soft.grad as Tensor).tolist());
  });

  test("rrelu draws slopes between its bounds", async () => {
    const slopes = F.rrelu(tensor(-1).expand([500]), {
      lower: 0.2,
      upper: 0.4,
      training: true,
    }).neg();
    expect(await slopes.min().item()).toBeGreaterThanOrEqual(0.2);
    expect(await slopes.max().item()).toBeLessThan(0.4);
    expect(await slopes.mean().item()).toBeCloseTo(0.3, 1);
  });

  test("fractionalMaxPool covers the edges", async () => {
    const image = zeros([1, 1, 7, 7]);
    noGrad(() => image.put_([0, 0, 6, 6], 5));
    const pooled = F.fractionalMaxPool2d(image, 2, { outputRatio: 0.5 });
    expect(pooled.shape).toEqual([1, 1, 3, 3]);
    expect(await pooled.select(2, 2).select(2, 2).item()).toBe(5);
    const { values, indices: places } = new nn.MaxPool2d(2, { returnIndices: true })(image);
    expect(values.shape).toEqual(places.shape);
  });
});

test("an in-place activation writes to its operand and is recorded on the tape", async () => {
  await init({ device: "cpu" });
  const leaf = tensor([-1, 2], { requiresGrad: true });
  const y = leaf.mul(2);
  expect(F.leakyRelu_(y, { negativeSlope: 0.5 })).toBe(y);
  expect(await y.tolist()).toEqual([-1, 4]);
  y.sum().backward();
  expect(await (leaf.grad as Tensor).tolist()).toEqual([1, 2]);
  expect(() => F.elu_(tensor([1], { dtype: "i32" }))).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: elu_: the result is f32, which cannot be written into a tensor of i32]`,
  );
});

describe("lazy layers", () => {
  beforeAll(async () => {
    await init({ device: "cpu" });
  });

  test("become ordinary layers at their first call", () => {
    const layer = new nn.LazyConv2d(4, 3, { padding: 1 });
    const model = new nn.Sequential(layer, new nn.LazyBatchNorm2d(), new nn.LazyLinear(2));
    expect(String(model)).toMatchInlineSnapshot(`
      "Sequential(
        (0): LazyConv2d(0, 4, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
        (1): LazyBatchNorm2d(0, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)
        (2): LazyLinear(in_features=0, out_features=2, bias=True)
      )"
    `);
    expect(() => model.parameters()).toThrowErrorMatchingInlineSnapshot(`
      [ArgumentError: LazyConv2d: has no parameters before its first call
        hint: call the model once with an input of the right shape before you use its parameters or state]
    `);
    expect(() => model.stateDict()).toThrow("LazyConv2d: has no parameters before its first call");
    model.eval();
    expect(model(zeros([1, 3, 5, 6])).shape).toEqual([1, 4, 5, 2]);
    expect(layer).toBeInstanceOf(nn.Conv2d);
    expect(model.training || layer.training).toBe(false);
    expect(String(model)).toMatchInlineSnapshot(`
      "Sequential(
        (0): Conv2d(3, 4, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
        (1): BatchNorm2d(4, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)
        (2): Linear(in_features=6, out_features=2, bias=True)
      )"
    `);
    expect(Object.keys(model.stateDict())).toEqual([
      "0.weight",
      "0.bias",
      "1.weight",
      "1.bias",
      "1.running_mean",
      "1.running_var",
      "1.num_batches_tracked",
      "2.weight",
      "2.bias",
    ]);
    expect(() => model(zeros([1, 2, 5, 6]))).toThrow("2 channels");
  });

  test("draw the same weights as the ordinary layer", async () => {
    manualSeed(9);
    const lazy = new nn.LazyLinear(3);
    lazy(zeros([2, 4]));
    manualSeed(9);
    const plain = new nn.Linear(4, 3);
    const weight = lazy.getParameter("weight");
    expect(await weight.equal(plain.weight)).toBe(true);
  });
});

describe("refuses", () => {
  beforeAll(async () => {
    await init({ device: "cpu" });
  });
  const image = () => zeros([1, 1, 4, 4]);
  test.each<[string, () => unknown]>([
    ["a grid of another rank", () => F.gridSample(image(), zeros([1, 2, 2, 3]))],
    [
      "a cubic in volumes",
      () => F.gridSample(zeros([1, 1, 2, 2, 2]), zeros([1, 1, 1, 1, 3]), { mode: "bicubic" }),
    ],
    ["theta of another rank", () => F.affineGrid(zeros([1, 2, 3]), [1, 1, 2, 2, 2])],
    [
      "an output too far away",
      () => F.maxUnpool2d(image(), image().to("i32"), 2, { outputSize: [12, 8] }),
    ],
    ["windows that do not fit", () => F.fractionalMaxPool2d(image(), 3, { outputSize: 3 })],
    ["neither size nor ratio", () => new nn.FractionalMaxPool2d(2)],
    ["channels that cannot be split into groups", () => F.channelShuffle(image(), 2)],
    ["a temperature of 0", () => F.gumbelSoftmax(image(), { tau: 0 })],
    ["cutoffs that do not ascend", () => new nn.AdaptiveLogSoftmaxWithLoss(4, 8, [5, 3])],
    ["a number among parameters", () => new nn.ParameterDict({ a: 1 as never })],
  ])("%s", (_, call) => {
    expect(call).toThrowErrorMatchingSnapshot();
  });
});
