import * as w from "@wgrad/autograd";
import { beforeAll, expect, test } from "vitest";
import { type OpCase, testOps } from "./harness.ts";
import { normal } from "./inputs.ts";

type Shapes = readonly [x: w.Shape, weight: w.Shape, bias?: w.Shape];

const convolutions: Readonly<Record<string, readonly [Shapes, w.ConvOptions?]>> = {
  conv1d: [[[2, 3, 9], [4, 3, 3], [4]]],
  "conv1d of one example": [[[3, 9], [4, 3, 3], [4]], { padding: 1 }],
  "conv1d, same": [[[2, 2, 8], [3, 2, 4], [3]], { padding: "same", dilation: 2 }],
  conv2d: [[[2, 3, 6, 5], [4, 3, 3, 2], [4]]],
  "conv2d, padded": [[[1, 2, 5, 5], [3, 2, 3, 3], [3]], { padding: 1 }],
  "conv2d, padded beyond its kernel": [
    [
      [1, 2, 3, 2],
      [2, 2, 2, 2],
    ],
    { padding: [3, 2], stride: [2, 1] },
  ],
  "conv2d, strided": [
    [
      [2, 2, 7, 8],
      [3, 2, 3, 3],
    ],
    { stride: [2, 3], padding: [1, 2] },
  ],
  "conv2d, dilated": [
    [
      [1, 2, 9, 7],
      [2, 2, 3, 3],
    ],
    { dilation: [2, 1], stride: 2 },
  ],
  "conv2d in groups": [[[2, 4, 5, 5], [6, 2, 3, 3], [6]], { groups: 2, padding: 1 }],
  "conv2d of each channel": [
    [
      [2, 3, 5, 5],
      [3, 1, 3, 3],
    ],
    { groups: 3 },
  ],
  "conv2d of 1 × 1": [
    [
      [2, 3, 4, 4],
      [5, 3, 1, 1],
    ],
  ],
  "conv2d that passes over elements": [
    [
      [1, 1, 8, 8],
      [1, 1, 2, 2],
    ],
    { stride: 3 },
  ],
  conv3d: [[[1, 2, 4, 5, 4], [2, 2, 2, 3, 2], [2]], { stride: [1, 2, 1], padding: [1, 0, 1] }],
};

const transposes: Readonly<Record<string, readonly [Shapes, w.ConvTransposeOptions?]>> = {
  convTranspose1d: [[[2, 3, 5], [3, 2, 3], [2]], { stride: 2 }],
  convTranspose2d: [[[1, 3, 4, 3], [3, 2, 3, 2], [2]]],
  "convTranspose2d, strided": [
    [[1, 2, 3, 4], [2, 3, 3, 3], [3]],
    { stride: 2, padding: 1, outputPadding: 1 },
  ],
  "convTranspose2d, in groups and dilated": [
    [
      [2, 4, 3, 3],
      [4, 1, 2, 2],
    ],
    { groups: 2, dilation: 2, stride: [1, 2] },
  ],
  "convTranspose2d, cut to less than its margin": [
    [
      [1, 2, 5, 5],
      [2, 2, 2, 2],
    ],
    { padding: 2, stride: 2 },
  ],
  convTranspose3d: [
    [
      [1, 2, 2, 3, 2],
      [2, 2, 2, 2, 2],
    ],
    { stride: 2 },
  ],
};

const functions = w as unknown as Readonly<
  Record<string, (x: w.Tensor, weight: w.Tensor, ...more: unknown[]) => w.Tensor>
>;

const rowOf = ([name, [shapes, options]]: [
  string,
  readonly [Shapes, (w.ConvOptions | w.ConvTransposeOptions)?],
]): OpCase => ({
  name,
  op: (...[x, weight, bias]) => {
    const call = functions[name.split(/[ ,]/)[0] as string] as (typeof functions)[string];
    return call(x as w.Tensor, weight as w.Tensor, bias ?? null, options);
  },
  inputs: shapes.map((shape) => normal(shape as w.Shape)),
});

testOps([
  ...Object.entries(convolutions).map(rowOf),
  ...Object.entries(transposes).map(rowOf),
  {
    name: "unfold into columns",
    op: (x) => w.unfold(x as w.Tensor, [3, 2], { padding: 1, stride: [2, 1] }),
    inputs: [normal([2, 3, 5, 4])],
  },
  {
    name: "unfold with dilation",
    op: (x) => w.unfold(x as w.Tensor, 2, { dilation: [1, 2] }),
    inputs: [normal([2, 4, 5])],
  },
  {
    name: "fold",
    op: (x) => w.fold(x as w.Tensor, [5, 4], [3, 2], { padding: 1, stride: [2, 1] }),
    inputs: [normal([2, 12, 15])],
  },
  {
    name: "fold of windows that do not meet",
    op: (x) => w.fold(x as w.Tensor, [5, 5], 2, { stride: 3 }),
    inputs: [normal([8, 4])],
  },
]);

beforeAll(async () => {
  await w.init({ device: "cpu" });
});

test("conv2d of no examples is no result, and a weight without gradient", async () => {
  const weight = w.ones([2, 3, 3, 3]).requiresGrad_();
  const y = w.conv2d(w.zeros([0, 3, 5, 5]), weight);
  expect(y.shape).toEqual([0, 2, 3, 3]);
  y.sum().backward();
  expect(await weight.grad?.sum().item()).toBe(0);
});

test("the fourth example in a batch of channels last is read where it lies", async () => {
  const x = w.randn([2, 6, 6, 3]);
  const weight = w.randn([4, 3, 3, 3]);
  const seen = await w.conv2d(x.permute(0, 3, 1, 2), weight).data();
  const copied = await w.conv2d(x.permute(0, 3, 1, 2).contiguous(), weight).data();
  expect(seen).toEqual(copied);
});

test.each([
  { stride: 2, padding: 1 },
  { stride: [3, 1], dilation: [1, 2], padding: [0, 2] },
  { stride: [1, 4], groups: 2 },
])("a large strided convolution has the gradients of its examples: %o", async (options) => {
  const weight = w.randn([4, 4 / (options.groups ?? 1), 3, 3]).requiresGrad_();
  const x = w.randn([16, 4, 15, 16]).requiresGrad_();
  const whole = w.conv2d(x, weight, options);
  const dy = w.randn(whole.shape);
  const small = w.cat(w.split(x, 1).map((one) => w.conv2d(one, weight, options)));
  const gradients = [whole, small].map((y) => w.grad(y.mul(dy).sum(), [x, weight]));
  const transposed = { ...options, outputPadding: 0 };
  const back = w.convTranspose2d(dy, weight, transposed);
  const backOfEach = w.cat(w.split(dy, 1).map((one) => w.convTranspose2d(one, weight, transposed)));
  const pairs = [
    [gradients[0]?.[0], gradients[1]?.[0]],
    [gradients[0]?.[1], gradients[1]?.[1]],
    [back, backOfEach],
  ] as [w.Tensor, w.Tensor][];
  for (const [a, b] of pairs) expect(await a.sub(b).abs().amax().item()).toBeLessThan(1e-4);
});

test("convolutions say what does not fit", () => {
  const x = w.zeros([2, 3, 5, 5]);
  expect(() => w.conv2d(x, w.zeros([4, 2, 3, 3]))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: conv2d: the input has 3 channels, but the weight expects 2
      x: [2, 3, 5, 5]
      weight: [4, 2, 3, 3]
      hint: the weight is [out, in / groups, kernel…]]
  `);
  expect(() => w.conv2d(x, w.zeros([4, 3, 7, 3]))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: conv2d: a kernel of 7 does not fit the padded input of 5
      x: [2, 3, 5, 5]
      weight: [4, 3, 7, 3]
      hint: use more padding, or a smaller kernel]
  `);
  expect(() =>
    w.conv2d(x, w.zeros([4, 1, 3, 3]), { groups: 2 }),
  ).toThrowErrorMatchingInlineSnapshot(`
    [ArgumentError: conv2d: the channels are not divisible by 2 groups
      x: [2, 3, 5, 5]
      weight: [4, 1, 3, 3]]
  `);
  expect(() => w.conv1d(x, w.zeros([4, 3, 3]))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: conv1d: takes 2 or 3 dimensions
      x: [2, 3, 5, 5]
      hint: [batch, channels, size], or one example without its batch]
  `);
  expect(() =>
    w.conv2d(x, w.zeros([4, 3, 3, 3]), { padding: "same", stride: 2 }),
  ).toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: conv2d: padding "same" needs a stride of 1, got [2, 2]]`,
  );
  expect(() =>
    w.conv2d(x, w.zeros([4, 3, 3, 3]), { stride: 0 }),
  ).toThrowErrorMatchingInlineSnapshot(`
    [ArgumentError: conv2d: stride is 0
      hint: give a whole number, 1 or more, or a list of 2]
  `);
  expect(() =>
    w.convTranspose2d(x, w.zeros([3, 3, 3, 3]), { outputPadding: 1 }),
  ).toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: convTranspose2d: outputPadding must be less than stride 1 or dilation 1, got 1]`,
  );
  expect(() =>
    w.conv2d(x, w.zeros([4, 3, 3, 3]), w.zeros([3])),
  ).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: conv2d: the bias needs one element per filter (4)
      bias: [3]]
  `);
  expect(() => w.fold(x, 5, 2)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: fold: needs [N, channels · 4, 16] for this image and kernel
      x: [2, 3, 5, 5]]
  `);
});
