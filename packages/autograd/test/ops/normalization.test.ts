import * as w from "@wgrad/autograd";
import { init, ones, tensor, zeros } from "@wgrad/autograd";
import { beforeAll, describe, expect, test } from "vitest";
import { type OpCase, testOps } from "./harness.ts";
import { awayFromZero, type Input, normal, uniform } from "./inputs.ts";

type OfTensors = (...operands: w.Tensor[]) => w.Tensor;

const rows: Readonly<Record<string, readonly [OfTensors, readonly Input[]]>> = {
  layerNorm: [
    (x, weight, bias) =>
      w.layerNorm(x as w.Tensor, [3, 4], { weight, bias } as w.NormalizationOptions),
    [normal([2, 3, 4]), normal([3, 4]), normal([3, 4])],
  ],
  rmsNorm: [
    (x, weight) => w.rmsNorm(x as w.Tensor, [4], { weight: weight as w.Tensor }),
    [normal([2, 3, 4]), normal([4])],
  ],
  groupNorm: [
    (x, weight, bias) => w.groupNorm(x as w.Tensor, 2, { weight, bias } as w.NormalizationOptions),
    [normal([2, 4, 3]), normal([4]), normal([4])],
  ],
  instanceNorm: [
    (x, weight) => w.instanceNorm(x as w.Tensor, { weight: weight as w.Tensor }),
    [normal([2, 3, 5]), normal([3])],
  ],
  "batchNorm in training": [
    (x, weight, bias) =>
      w.batchNorm(x as w.Tensor, null, null, {
        weight,
        bias,
        training: true,
      } as w.BatchNormOptions),
    [normal([4, 3, 2]), normal([3]), normal([3])],
  ],
  "batchNorm in evaluation": [
    (x, mean, variance) => w.batchNorm(x as w.Tensor, mean as w.Tensor, variance as w.Tensor),
    [normal([4, 3]), normal([3]), uniform([3], 0.5, 2)],
  ],
  localResponseNorm: [
    (x) => w.localResponseNorm(x as w.Tensor, 4, { alpha: 0.5 }),
    [normal([2, 6, 3])],
  ],
  cosineSimilarity: [
    (a, b) => w.cosineSimilarity(a as w.Tensor, b as w.Tensor, -1),
    [normal([2, 1, 4]), normal([3, 4])],
  ],
  pairwiseDistance: [
    (a, b) => w.pairwiseDistance(a as w.Tensor, b as w.Tensor, { p: 3 }),
    [normal([3, 4]), normal([3, 4])],
  ],
  normalize: [(x) => w.normalize(x as w.Tensor, { p: 3, dim: 0 }), [awayFromZero([3, 4])]],
  cdist: [(a, b) => w.cdist(a as w.Tensor, b as w.Tensor), [normal([2, 3, 4]), normal([5, 4])]],
  // the seed is set anew for each call: every device draws the same
  dropout: [
    (x) => {
      w.manualSeed(5);
      return w.dropout(x as w.Tensor, { p: 0.3 });
    },
    [normal([3, 4])],
  ],
  glu: [(x) => w.glu(x as w.Tensor, 1), [normal([3, 4])]],
  prelu: [
    (x, slopes) => w.prelu(x as w.Tensor, slopes as w.Tensor),
    [awayFromZero([2, 3, 2]), normal([3])],
  ],
};

/** Those that take operands of any sizes. */
const anyShape = /^(cosine|pairwise|normalize|cdist|dropout)/;

testOps(
  Object.entries(rows).map(
    ([name, [op, inputs]]): OpCase => ({ name, op, inputs, anyShape: anyShape.test(name) }),
  ),
);

describe.each(["cpu", "webgpu"] as const)("on %s", (device) => {
  beforeAll(() => init({ device }));

  test("running statistics follow the batch in place, and without a gradient", async () => {
    const [mean, variance] = [zeros([2]), ones([2])];
    const x = tensor(
      [
        [1, 2],
        [3, 6],
      ],
      { requiresGrad: true },
    );
    w.batchNorm(x, mean, variance, { training: true, momentum: 0.5 });
    expect(mean.requiresGrad).toBe(false);
    expect(await mean.tolist()).toEqual([1, 2]);
    expect(await variance.tolist()).toEqual([1.5, 4.5]);
    w.instanceNorm(x.T.reshape([2, 1, 2]), { runningMean: mean.at(w.slice(0, 1)) });
    expect(await mean.tolist()).toEqual([1.2, 2].map((value) => expect.closeTo(value, 6)));
  });

  test("dropout keeps what it keeps and the mean, draws anew each time, and repeats with the seed", async () => {
    w.manualSeed(3);
    const x = ones([1000]).requiresGrad_();
    const [first, second] = [w.dropout(x, { p: 0.25 }), w.dropout(x, { p: 0.25 })];
    const values = await first.data();
    expect(new Set(values)).toEqual(new Set([0, Math.fround(1 / 0.75)]));
    expect(Math.abs((await first.mean().item()) - 1)).toBeLessThan(0.06);
    expect(await second.data()).not.toEqual(values);
    first.sum().backward();
    expect(await x.grad?.data()).toEqual(values);
    w.manualSeed(3);
    expect(await w.dropout(x, { p: 0.25 }).data()).toEqual(values);
  });

  test("dropout with p: 1 gives zeros, and outside training x itself", async () => {
    const x = tensor([1, Infinity]);
    expect(await w.dropout(x, { p: 1 }).tolist()).toEqual([0, 0]);
    expect(w.dropout(x, { training: false })).toBe(x);
    expect(() => w.dropout(x, { p: 2 })).toThrowErrorMatchingInlineSnapshot(`
      [ArgumentError: dropout: p is 2
        hint: a probability from 0 to 1]
    `);
  });
});

describe("mistakes", () => {
  beforeAll(() => init({ device: "cpu" }));

  test("say what fits", () => {
    const x = zeros([2, 4]);
    expect(() => w.layerNorm(x, [3])).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: layerNorm: the last dimensions must be [3]
        x: [2, 4]]
    `);
    expect(() => w.groupNorm(x, 3)).toThrowErrorMatchingInlineSnapshot(`
      [ArgumentError: groupNorm: 4 channels cannot be split into 3 equal groups
        x: [2, 4]]
    `);
    expect(() => w.batchNorm(x, zeros([3]), null)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: batchNorm: runningMean must have one element per channel (4)
        x: [2, 4]
        runningMean: [3]]
    `);
    expect(() => w.batchNorm(x, null, null)).toThrowErrorMatchingInlineSnapshot(`
      [ArgumentError: batchNorm: needs runningMean and runningVar
        hint: { training: true } uses the batch's own statistics]
    `);
    expect(() =>
      w.batchNorm(zeros([1, 4]), null, null, { training: true }),
    ).toThrowErrorMatchingInlineSnapshot(`
      [ArgumentError: batchNorm: training needs more than one value per channel
        x: [1, 4]]
    `);
    expect(() => w.cdist(x, zeros([3, 5]))).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: cdist: the rows must have one length
        a: [2, 4]
        b: [3, 5]
        hint: shapes are [..., P, M] and [..., R, M]]
    `);
    expect(() => w.prelu(x, zeros([3]))).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: prelu: the weight has 3 elements for 4 channels
        x: [2, 4]
        weight: [3]
        hint: give one element, or one per channel (dimension 1)]
    `);
    expect(() =>
      w.scaledDotProductAttention(x, zeros([3, 5]), x),
    ).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: scaledDotProductAttention: takes query [..., L, E], key [..., S, E] and value [..., S, Ev]
        query: [2, 4]
        key: [3, 5]
        value: [2, 4]]
    `);
  });
});
