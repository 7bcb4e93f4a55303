import { init, manualSeed, rand, randn, type Tensor } from "@wgrad/autograd";
import { countingDevice, openGPUDevice } from "@wgrad/autograd/testing";
import { Adam } from "@wgrad/optim";
import { expect, test } from "vitest";
import { BatchNorm1d, Dropout, Linear, ReLU, Sequential, warmup } from "../src/index.ts";

const modelOf = () =>
  new Sequential(
    new Linear(6, 5),
    new BatchNorm1d(5),
    new ReLU(),
    new Dropout(0.5),
    new Linear(5, 3),
  );

const values = async (model: ReturnType<typeof modelOf>): Promise<unknown[]> =>
  Promise.all(Object.values(model.stateDict()).map((tensor) => tensor.data()));

const loss = (output: unknown): Tensor => (output as Tensor).square().mean();

for (const device of ["cpu", "webgpu"] as const) {
  test(`warmup changes no parameter, running statistic or random number: ${device}`, async () => {
    await init({ device });
    manualSeed(3);
    const model = modelOf();
    const before = await values(model);
    await warmup(model, [4, 6], { loss, optimizer: (parameters) => new Adam(parameters) });
    await warmup(model, [4, 6]);
    expect(await values(model)).toEqual(before);
    const drawn = await rand([3]).data();
    manualSeed(3);
    modelOf();
    expect(await rand([3]).data()).toEqual(drawn);
    expect(model.training).toBe(true);
  });
}

test("after warmup, the first step makes no pipeline", async () => {
  const { device, take } = countingDevice(await openGPUDevice());
  await init({ device });
  manualSeed(3);
  const model = modelOf();
  const optimizer = new Adam(model.parameters());
  await warmup(model, [4, 6], { loss, optimizer: (parameters) => new Adam(parameters) });
  const x = randn([4, 6]);
  expect(take().pipelinesCreated).toBeGreaterThan(0);
  for (let i = 0; i < 2; i++) {
    const value = loss(model(x));
    optimizer.zeroGrad();
    value.backward();
    optimizer.step();
    await value.item();
  }
  expect(take().pipelinesCreated).toBe(0);
});
