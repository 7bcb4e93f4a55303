import { DeviceLostError, init, manualSeed, type Tensor, tensor } from "@wgrad/autograd";
import { openGPUDevice } from "@wgrad/autograd/testing";
import { Linear, MSELoss, Sequential, Sigmoid } from "@wgrad/nn";
import { SGD } from "@wgrad/optim";
import { expect, test } from "vitest";

/** A small network and its training loop, in user code. */
function training() {
  const model = new Sequential(new Linear(3, 8), new Sigmoid(), new Linear(8, 1));
  const optimizer = new SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
  const criterion = new MSELoss();
  const [x, y] = [
    tensor([
      [1, 2, 3],
      [0, 1, 0],
      [2, 0, 1],
    ]),
    tensor([[1], [0], [2]]),
  ];
  return {
    model,
    optimizer,
    step(): Tensor {
      const loss = criterion(model(x), y);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss;
    },
  };
}

/** Values on the host, like those of a checkpoint. */
async function saved(state: Readonly<Record<string, Tensor>>) {
  const entries = Object.entries(state).map(async ([name, value]) => {
    return { name, shape: value.shape, data: await value.data() };
  });
  return Promise.all(entries);
}

test("after its device is lost, a model continues training through init and loadStateDict with the same values", async () => {
  const gpu = await openGPUDevice();
  await init({ device: gpu });
  manualSeed(0);
  const before = training();
  for (let i = 0; i < 3; i++) await before.step().item();
  const weights = await saved(before.model.stateDict());
  before.optimizer.zeroGrad();
  const expected = await before.step().item();

  gpu.destroy();
  await gpu.lost;
  await expect((async () => before.step().item())()).rejects.toThrow(DeviceLostError);

  await init({ device: await openGPUDevice() });
  const after = training();
  after.model.loadStateDict(
    Object.fromEntries(weights.map(({ name, shape, data }) => [name, tensor(data).reshape(shape)])),
  );
  const losses = [];
  for (let i = 0; i < 20; i++) losses.push(await after.step().item());
  expect(losses[0]).toBe(expected);
  expect(losses.at(-1)).toBeLessThan(expected);
  await init();
});
