import { DeviceLostError, init, manualSeed, randn, type Tensor, tensor } from "@wgrad/autograd";
import { commit, composite, persist } from "@wgrad/autograd/plugin";
import { openGPUDevice } from "@wgrad/autograd/testing";
import { afterAll, describe, expect, test } from "vitest";

/** A linear model trained by hand: enough to see a device go and training go on. */
function newModel(weights?: ArrayLike<number>) {
  const weight = persist(
    weights === undefined
      ? randn([4, 1])
      : tensor(Float32Array.from(weights)).reshape([4, 1]).clone(),
  );
  weight.requiresGrad = true;
  const x = tensor([
    [1, 2, 3, 4],
    [2, 0, 1, 1],
    [0, 1, 0, 2],
  ]);
  const y = tensor([[1], [2], [3]]);
  return {
    weight,
    step(): Tensor {
      const loss = x.matmul(weight).sub(y).square().mean();
      weight.grad = null;
      loss.backward();
      const next = composite(() => weight.detach().sub((weight.grad as Tensor).mul(0.01)));
      commit([[weight, next]]);
      return loss;
    },
  };
}

afterAll(() => init());

describe("a device that is lost", () => {
  test("makes old tensors throw, and a new init continues training from saved weights", async () => {
    const gpu = await openGPUDevice();
    await init({ device: gpu });
    manualSeed(1);
    const model = newModel();
    for (let i = 0; i < 3; i++) await model.step().item();
    const saved = await model.weight.data();
    const before = await model.step().item();
    gpu.destroy();
    await gpu.lost;
    await expect((async () => model.step().item())()).rejects.toThrow(DeviceLostError);
    await expect((async () => model.weight.data())()).rejects.toThrow(
      /the device was destroyed[\s\S]*init\(\)/,
    );

    await init({ device: await openGPUDevice() });
    const again = newModel(saved);
    expect(await again.step().item()).toBe(before);
    expect(await again.step().item()).toBeLessThan(Number(before));
  });

  test("rejects pending reads", async () => {
    const gpu = await openGPUDevice();
    await init({ device: gpu });
    const reading = randn([256, 256])
      .matmul(randn([256, 256]))
      .data();
    gpu.destroy();
    await expect(reading).rejects.toThrow(DeviceLostError);
  });
});
