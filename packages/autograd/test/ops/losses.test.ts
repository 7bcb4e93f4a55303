import * as w from "@wgrad/autograd";
import { init, tensor } from "@wgrad/autograd";
import { beforeAll, describe, expect, test } from "vitest";
import { type OpCase, testOps } from "./harness.ts";
import { constant, type Input, normal, uniform, whole } from "./inputs.ts";

type OfTensors = (...operands: w.Tensor[]) => w.Tensor | readonly w.Tensor[];

const logits = normal([5, 4], 2);
const classes = whole([5], 0, 4);
const weight = constant(uniform([4], 0.2, 2));
const target = uniform([5, 4], 0, 1);
const over = (...inputs: Input[]): readonly Input[] => inputs;

const rows: Readonly<Record<string, readonly [OfTensors, readonly Input[]]>> = {
  mseLoss: [(x, y) => w.mseLoss(x as w.Tensor, y as w.Tensor), over(logits, target)],
  l1Loss: [
    (x, y) => w.l1Loss(x as w.Tensor, y as w.Tensor, { reduction: "none" }),
    over(normal([3, 4]), constant(normal([3, 4]))),
  ],
  smoothL1Loss: [
    (x, y) => w.smoothL1Loss(x as w.Tensor, y as w.Tensor, { beta: 0.7 }),
    over(logits, target),
  ],
  huberLoss: [
    (x, y) => w.huberLoss(x as w.Tensor, y as w.Tensor, { delta: 0.7, reduction: "sum" }),
    over(logits, target),
  ],
  binaryCrossEntropy: [
    (p, y, v) => w.binaryCrossEntropy(p as w.Tensor, y as w.Tensor, { weight: v as w.Tensor }),
    over(uniform([5, 4], 0.1, 0.9), target, weight),
  ],
  binaryCrossEntropyWithLogits: [
    (x, y, v) =>
      w.binaryCrossEntropyWithLogits(x as w.Tensor, y as w.Tensor, {
        weight: v as w.Tensor,
        posWeight: v as w.Tensor,
      }),
    over(logits, target, weight),
  ],
  klDiv: [
    (x, y) => w.klDiv(x as w.Tensor, y as w.Tensor, { reduction: "batchmean" }),
    over(logits, uniform([5, 4], 0.1, 1)),
  ],
  "klDiv of logarithms": [
    (x, y) => w.klDiv(x as w.Tensor, y as w.Tensor, { logTarget: true }),
    over(logits, normal([5, 4])),
  ],
  nllLoss: [
    (x, t, v) => w.nllLoss(x as w.Tensor, t as w.Tensor, { weight: v as w.Tensor, ignoreIndex: 1 }),
    over(logits, classes, weight),
  ],
  crossEntropy: [(x, t) => w.crossEntropy(x as w.Tensor, t as w.Tensor), over(logits, classes)],
  "crossEntropy, all options": [
    (x, t, v) =>
      w.crossEntropy(x as w.Tensor, t as w.Tensor, {
        weight: v as w.Tensor,
        ignoreIndex: 2,
        labelSmoothing: 0.2,
      }),
    over(logits, classes, weight),
  ],
  "crossEntropy of images": [
    (x, t) => w.crossEntropy(x as w.Tensor, t as w.Tensor, { reduction: "none" }),
    over(normal([2, 3, 4]), whole([2, 4], 0, 3)),
  ],
  "crossEntropy of probabilities": [
    (x, t, v) =>
      w.crossEntropy(x as w.Tensor, t as w.Tensor, { weight: v as w.Tensor, labelSmoothing: 0.1 }),
    over(logits, target, weight),
  ],
  scaledDotProductAttention: [
    (q, k, v) => w.scaledDotProductAttention(q as w.Tensor, k as w.Tensor, v as w.Tensor),
    over(normal([2, 3, 4]), normal([2, 5, 4]), normal([2, 5, 6])),
  ],
  "causal attention of shared heads": [
    (q, k, v) =>
      w.scaledDotProductAttention(q as w.Tensor, k as w.Tensor, v as w.Tensor, {
        isCausal: true,
        enableGqa: true,
      }),
    over(normal([4, 3, 2]), normal([2, 3, 2]), normal([2, 3, 2])),
  ],
};

/** Those that take operands of any one shape. */
const anyShape = /^(mse|l1|smoothL1|huber|binaryCross|kl)/;

testOps(
  Object.entries(rows).map(
    ([name, [op, inputs]]): OpCase => ({ name, op, inputs, anyShape: anyShape.test(name) }),
  ),
);

describe("targets", () => {
  beforeAll(() => init({ device: "cpu" }));
  const x = () => tensor([[1, 2, 3]]);

  test("that name no class are refused, at the read where only the device knows them", async () => {
    expect(() =>
      w.crossEntropy(x(), tensor([3], { dtype: "i32" })),
    ).toThrowErrorMatchingInlineSnapshot(`
      [IndexError: crossEntropy: target 3 is out of range for 3 classes
        hint: targets are 0 to 2, or ignoreIndex (-100)]
    `);
    const made = tensor([3], { dtype: "i32" }).mul(1);
    const loss = w.crossEntropy(x(), made);
    await expect((async () => loss.item())()).rejects.toThrow(
      "crossEntropy: target 3 is out of range for 3 classes",
    );
  });

  test("must be indices or probabilities", () => {
    expect(() => w.crossEntropy(x(), tensor([1]))).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: crossEntropy: targets must be class indices (i32), got f32
        target: [1]
        hint: target.to("i32")]
    `);
    expect(() =>
      w.nllLoss(x(), tensor([[1]], { dtype: "i32" })),
    ).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: nllLoss: the target must have the input's shape without its class dimension
        input: [1, 3]
        target: [1, 1]
        hint: input [N, C, …] and target [N, …]]
    `);
    expect(() => w.mseLoss(x(), tensor([1]))).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: mseLoss: input and target have different shapes
        input: [1, 3]
        target: [1]
        hint: reshape one to the other's shape; losses do not broadcast]
    `);
  });

  test("that are all ignored give NaN, as in PyTorch, and 0 to sum", async () => {
    const ignored = tensor([-100], { dtype: "i32" });
    expect(await w.crossEntropy(x(), ignored).item()).toBeNaN();
    expect(await w.crossEntropy(x(), ignored, { reduction: "sum" }).item()).toBe(0);
  });

  test("may be bytes", async () => {
    const bytes = tensor(Uint8Array.of(1));
    const same = await w.crossEntropy(x(), tensor([1], { dtype: "i32" })).item();
    expect(await w.crossEntropy(x(), bytes).item()).toBe(same);
  });

  test("a query that may see nothing gives 0 and no NaN gradient", async () => {
    const q = tensor([[1, 2]], { requiresGrad: true });
    const out = w.scaledDotProductAttention(q, x().T.expand([3, 2]), x().T, {
      attnMask: tensor([[false, false, false]]),
    });
    out.sum().backward();
    expect(await out.tolist()).toEqual([[0]]);
    expect(await q.grad?.tolist()).toEqual([[0, 0]]);
  });

  test("certain mistakes cost 100 and have PyTorch's finite slope", async () => {
    const p = tensor([0, 1], { requiresGrad: true });
    const loss = w.binaryCrossEntropy(p, tensor([1, 0]), { reduction: "sum" });
    loss.backward();
    expect(await loss.item()).toBe(200);
    expect(await p.grad?.tolist()).toEqual([-1e12, 1e12].map(Math.fround));
  });
});
