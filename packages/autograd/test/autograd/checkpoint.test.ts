import {
  checkpoint,
  dropout,
  grad,
  init,
  manualSeed,
  noGrad,
  rand,
  randn,
  type Tensor,
  tensor,
} from "@wgrad/autograd";
import { gradcheck, gradgradcheck } from "@wgrad/autograd/testing";
import { beforeAll, beforeEach, expect, test } from "vitest";

beforeAll(() => init({ device: "cpu" }));
beforeEach(() => void manualSeed(3));

const leaf = (...shape: number[]): Tensor => randn(shape).requiresGrad_();

/** Runs a block plainly and as a checkpoint; gives the loss and all gradients of both. */
async function both(
  block: (x: Tensor) => Tensor,
  leaves: readonly Tensor[],
  inputOf: () => Tensor,
): Promise<[plain: unknown, checkpointed: unknown]> {
  const results: unknown[] = [];
  for (const call of [block, (x: Tensor) => checkpoint(block, x)]) {
    manualSeed(11);
    for (const one of leaves) one.grad = null;
    const loss = call(inputOf()).square().sum();
    loss.backward();
    const slopes = await Promise.all(leaves.map(async (one) => (await one.grad?.tolist()) ?? null));
    results.push([await loss.item(), ...slopes]);
  }
  return results as [unknown, unknown];
}

test("values and gradients are those of the plain call, parameters in the closure included", async () => {
  const [x, W, V] = [leaf(3, 4), leaf(4, 4), leaf(4)];
  const block = (h: Tensor) => h.matmul(W).add(V).tanh().mul(h);
  const [plain, checkpointed] = await both(block, [x, W, V], () => x.mul(2));
  expect(checkpointed).toEqual(plain);
});

test("it may be nested, and stand in a row", async () => {
  const [x, W] = [leaf(2, 3), leaf(3, 3)];
  const layer = (h: Tensor) => h.matmul(W).sigmoid();
  const deep = (h: Tensor) =>
    checkpoint(
      layer,
      checkpoint((g: Tensor) => checkpoint(layer, g), h),
    );
  const plain = (h: Tensor) => layer(layer(h));
  const [expected] = await both(plain, [x, W], () => x);
  const [, found] = await both(deep, [x, W], () => x);
  expect(found).toEqual(expected);
});

test("the same tensor given twice, and one that the closure reaches beside it", async () => {
  const x = leaf(3);
  const h = x.mul(3);
  const block = (a: Tensor, b: Tensor) => a.mul(b).mul(h);
  const [plain] = grad(block(h, h).sum(), x, { retainGraph: true });
  const [checkpointed] = grad(checkpoint(block, h, h).sum(), x);
  expect(await checkpointed?.tolist()).toEqual(await plain?.tolist());
});

test.each(["host", "device"])("numbers drawn on the %s are the same again", async (where) => {
  const x = leaf(64);
  const block = (h: Tensor) =>
    where === "host" ? h.mul(rand([64])) : dropout(h, { p: 0.5, training: true });
  const [plain, checkpointed] = await both(block, [x], () => x);
  expect(checkpointed).toEqual(plain);
});

test("the draws after it go on as if there had been no second run", async () => {
  const x = leaf(4);
  manualSeed(1);
  checkpoint((h: Tensor) => h.mul(rand([4])), x)
    .sum()
    .backward();
  const after = await rand([3]).tolist();
  manualSeed(1);
  rand([4]);
  expect(after).toEqual(await rand([3]).tolist());
});

test("it can be differentiated twice", async () => {
  const options = { dtype: "f64", requiresGrad: true } as const;
  const [x, W] = [tensor([0.3, -0.4], options), tensor([1.1, 0.7], options)];
  const fn = (a: Tensor, w: Tensor) => checkpoint((h: Tensor) => h.mul(w).tanh().mul(h), a.mul(2));
  await gradcheck(fn, [x, W]);
  await gradgradcheck(fn, [x, W]);
});

test("a hook on a parameter runs once, on the whole gradient", async () => {
  const [x, W] = [leaf(3), leaf(3)];
  let calls = 0;
  W.registerHook((gradient) => {
    calls++;
    return gradient.mul(10);
  });
  checkpoint((h: Tensor) => h.mul(W), x)
    .add(W)
    .sum()
    .backward();
  expect(calls).toBe(1);
  const expected = (await x.data()).map((value) => Math.fround(Math.fround(value + 1) * 10));
  expect(await W.grad?.data()).toEqual(expected);
});

test("the second run reads its inputs as they were", async () => {
  const x = leaf(3);
  const h = x.mul(2);
  const y = checkpoint((a: Tensor) => a.square(), h);
  const expected = Array.from(await h.data(), (value) => value * 4);
  h.zero_();
  y.sum().backward();
  expect(await x.grad?.tolist()).toEqual(expected);
});

test("what its gradient needs is not kept, but for the inputs", () => {
  const x = leaf(3);
  const inner: Tensor[] = [];
  const y = checkpoint((h: Tensor) => {
    const e = h.exp();
    inner.push(e);
    return e.mul(e);
  }, x);
  expect(inner[0]?.node.saved).toBe(0);
  y.sum().backward();
  expect(inner).toHaveLength(2);
  expect(inner[1]?.node.saved).toBe(0);
});

test("without a gradient to compute it is the plain call", async () => {
  const x = leaf(3);
  let runs = 0;
  const block = (h: Tensor) => {
    runs++;
    return h.exp();
  };
  expect(noGrad(() => checkpoint(block, x)).requiresGrad).toBe(false);
  expect(checkpoint(block, x.detach()).requiresGrad).toBe(false);
  expect(checkpoint((h: Tensor) => h, x).requiresGrad).toBe(true);
  expect(runs).toBe(2);
});

test("a graph that is gone through twice is run again twice", async () => {
  const x = leaf(3);
  const y = checkpoint((h: Tensor) => h.square(), x).sum();
  y.backward(null, { retainGraph: true });
  y.backward();
  const expected = (await x.data()).map((value) => 4 * value);
  expect(await x.grad?.data()).toEqual(expected);
  expect(() => y.backward()).toThrow("already consumed by an earlier backward");
});

test("it must return a tensor", () => {
  expect(() => checkpoint((() => 3) as unknown as () => Tensor)).toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: checkpoint: the function must return one tensor]`,
  );
});
