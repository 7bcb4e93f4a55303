import assert from "node:assert/strict";
import { test } from "node:test";
import { init, manualSeed, randn, ShapeError, type Tensor, tensor } from "@wgrad/autograd";
import { restore, toBlob } from "@wgrad/autograd/saving";
import { gradcheck, testKernel } from "@wgrad/autograd/testing";
import { Lion, LogCoshLoss, logCosh, manhattan, manhattanKernel, SwiGLU } from "../src/index.js";

const devices = ["cpu", "webgpu"] as const;
const losses = (values: readonly Tensor[]) => Promise.all(values.map((value) => value.item()));

for (const device of devices) {
  test(`the layer and the loss are trained by the optimizer, on ${device}`, async () => {
    await init({ device });
    manualSeed(0);
    const model = new SwiGLU(4, 16);
    const criterion = new LogCoshLoss();
    const optimizer = new Lion(model.parameters(), { lr: 0.03 });
    const x = randn([16, 4]);
    const y = x.mul(x.flip([1])).keep();
    const values: Tensor[] = [];
    for (let step = 0; step < 60; step++) {
      const loss = criterion(model(x), y);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      values.push(loss);
    }
    const [first, last] = [values[0], values[59]] as [Tensor, Tensor];
    assert.ok((await last.item()) < (await first.item()) / 3);
  });

  test(`a run with it is saved and goes on bit for bit, on ${device}`, async () => {
    await init({ device });
    const make = (seed: number) => {
      manualSeed(seed);
      const model = new SwiGLU(3, 5);
      return { model, optimizer: new Lion(model.parameters(), { lr: 0.01, weightDecay: 0.1 }) };
    };
    const train = ({ model, optimizer }: ReturnType<typeof make>, steps: number) =>
      losses(
        Array.from({ length: steps }, () => {
          const loss = logCosh(model(tensor([[1, 2, 3]])), tensor([[3, 2, 1]]));
          optimizer.zeroGrad();
          loss.backward();
          optimizer.step();
          return loss;
        }),
      );
    const expected = await train(make(1), 6);
    const broken = make(1);
    await train(broken, 4);
    const resumed = make(2);
    await restore(resumed, await toBlob(broken));
    assert.deepEqual(await train(resumed, 2), expected.slice(4));
  });

  test(`the kernel's operation and its gradient, on ${device}`, async () => {
    await init({ device });
    const a = tensor(
      [
        [0, 0],
        [1, 5],
      ],
      { requiresGrad: true },
    );
    const b = tensor([[1, -2]]);
    const y = manhattan(a, b);
    assert.deepEqual(await y.tolist(), [[3], [7]]);
    y.sum().backward();
    assert.deepEqual(await a.grad?.tolist(), [
      [-1, 1],
      [0, 1],
    ]);
  });
}

test("the kernel is its reference, on sizes that fill no workgroup", async () => {
  await testKernel(manhattanKernel, [
    { inputs: { a: [3, 4], b: [5, 4] } },
    { inputs: { a: [1, 1], b: [1, 1] } },
    { inputs: { a: [40, 3], b: [19, 3] } },
  ]);
});

test("the loss has the gradient of its formula, and does not overflow", async () => {
  await init({ device: "cpu" });
  const f64 = { dtype: "f64", requiresGrad: true } as const;
  await gradcheck(logCosh, [tensor([0.5, -2, 3], f64), tensor([0.1, 1, -1], f64)]);
  const far = await logCosh(tensor([1000]), tensor([0])).item();
  assert.ok(Math.abs(far - (1000 - Math.LN2)) < 1e-3);
});

test("the layer has PyTorch's keys, and Lion one step of its rule", async () => {
  await init({ device: "cpu" });
  const model = new SwiGLU(2, 3);
  assert.deepEqual(Object.keys(model.stateDict()), [
    "gate.weight",
    "value.weight",
    "output.weight",
  ]);
  const p = tensor([1, -1, 1], { requiresGrad: true });
  const optimizer = new Lion([p], { lr: 0.5, weightDecay: 0.5 });
  p.mul(tensor([2, -3, 0]))
    .sum()
    .backward();
  optimizer.step();
  assert.deepEqual(await p.tolist(), [0.25, -0.25, 0.75]);
});

test("wrong shapes and settings are told", async () => {
  await init({ device: "cpu" });
  assert.throws(() => logCosh(tensor([1, 2]), tensor([1])), ShapeError);
  assert.throws(() => manhattan(tensor([1]), tensor([[1]])), /manhattan: takes rows of one length/);
  assert.throws(() => new Lion([tensor([1])], { betas: [0.9, 2] }), /Lion: betas is 2/);
});
