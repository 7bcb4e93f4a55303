import { DeviceError, init, OutOfMemoryError, type Tensor, tensor } from "@wgrad/autograd";
import { commit, composite, defineKernel, persist } from "@wgrad/autograd/plugin";
import { counters, openGPUDevice } from "@wgrad/autograd/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

let gpu: GPUDevice;
beforeAll(async () => {
  gpu = await openGPUDevice();
});
afterAll(async () => {
  await init();
  gpu.destroy();
});
beforeEach(() => init({ device: gpu }));

let kernels = 0;
/**
 * y = 2 x, whose WGSL is wrong in its third line; a new one for each test, since devices remember
 * what they refuse.
 */
function wrongKernel() {
  const mistake = `let mistake${kernels++}: f32 = 1i;`;
  const kernel = defineKernel({
    name: "twice",
    inputs: { x: "f32" },
    outputs: { y: ({ x }) => x },
    wgsl: `fn kernel(thread: u32, group: u32, local: u32) {
  if (thread >= arrayLength(&x)) { return; }
  ${mistake}
  y[thread] = 2.0 * x[thread];
}`,
    grid: ({ x }) => Math.ceil(x.reduce((size, n) => size * n, 1) / 64),
    reference: ({ x }) => ({ y: x.mul(2) }),
    vjp: ({ y }) => ({ x: y.mul(2) }),
  });
  return { twice: (x: Tensor) => kernel({ x }).y, mistake };
}

/** A weight that is trained by hand: w ← w − 0.1 dL/dw, for L = Σ (x · w)². */
function newModel() {
  const weight = persist(tensor([1, 2, 3]).clone());
  weight.requiresGrad = true;
  const x = tensor([0.5, -1, 2]);
  return {
    weight,
    step(through: (x: Tensor) => Tensor = (x) => x, undo?: () => void): Tensor {
      const loss = through(x.mul(weight)).square().sum();
      weight.grad = null;
      loss.backward();
      const next = composite(() => weight.detach().sub((weight.grad as Tensor).mul(0.1)));
      commit([[weight, next]], "step", undo);
      return loss;
    },
  };
}

describe("a shader that the device refuses", () => {
  test("is reported by the read that needs it, with the compiler's message, the line and the operation", async () => {
    const { twice, mistake } = wrongKernel();
    const reading = twice(tensor([1, 2, 3])).data();
    await expect(reading).rejects.toThrow(DeviceError);
    const message = await reading.catch((error) => error.message);
    expect(message).toMatch(
      /^webgpu: the device refuses the kernel of 'twice' \[3\] f32\n {2}line \d+, column \d+: /,
    );
    expect(message).toContain(`\n    ${mistake}\n  hint: `);
  });

  test("does not affect the device and values that were computed before", async () => {
    const before = tensor([1, 2]).mul(3).keep().realize();
    const pending = tensor([5]).mul(2);
    await expect(
      wrongKernel()
        .twice(tensor([1]))
        .data(),
    ).rejects.toThrow("refuses");
    expect(await before.tolist()).toEqual([3, 6]);
    expect(await pending.tolist()).toEqual([10]);
    expect(await tensor(1).add(1).item()).toBe(2);
  });

  test("is reported by every read, also of values that are computed from it", async () => {
    const { twice } = wrongKernel();
    const y = twice(tensor([1]));
    const before = counters().submits;
    const z = y.add(1).keep();
    for (const x of [y, z, y, z]) await expect(x.data()).rejects.toThrow("refuses");
    await expect((async () => y.mul(2).data())()).rejects.toThrow("refuses");
    // known to be refused, it is not submitted again
    const submits = counters().submits - before;
    await expect((async () => twice(tensor([1])).data())()).rejects.toThrow("refuses");
    expect(counters().submits - before).toBe(submits);
  });

  test("changes no weight, because the step that needed it did not run", async () => {
    const plain = newModel();
    const want = [await plain.step().item(), await plain.step().item()];

    const { twice } = wrongKernel();
    const model = newModel();
    let undone = 0;
    const losses = [await model.step().item()];
    await expect(model.step(twice, () => undone++).item()).rejects.toThrow("refuses");
    expect(undone).toBe(1);
    losses.push(await model.step().item());
    expect(losses).toEqual(want);
    expect(await model.weight.tolist()).toEqual(await plain.weight.tolist());
  });

  test("is reported once, by the next step, if nothing was read", async () => {
    const { twice } = wrongKernel();
    const [model, other] = [newModel(), newModel()];
    await model.step().item();
    const weights = await model.weight.tolist();
    model.step(twice);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(() => model.step()).toThrow("the device refuses the kernel of 'twice'");
    expect(await model.weight.tolist()).toEqual(weights);
    const [again] = [await model.step().item()];
    await other.step().item();
    expect(again).toBe(await other.step().item());
  });

  test("takes back the later steps that depend on it, and no others", async () => {
    const { twice } = wrongKernel();
    const [model, other, alone] = [newModel(), newModel(), newModel()];
    for (const one of [model, other, alone]) await one.step().item();
    const weights = await model.weight.tolist();
    const undone: number[] = [];
    const losses: Promise<unknown>[] = [];
    for (let i = 0; i < 3; i++) {
      const loss = model.step(i === 0 ? twice : undefined, () => undone.push(i));
      losses.push(loss.item().catch(({ message }) => message));
      losses.push(other.step().item());
    }
    const told = await Promise.all(losses);
    for (const i of [0, 2, 4]) expect(told[i]).toMatch("refuses the kernel of 'twice'");
    const want = [alone.step(), alone.step(), alone.step()];
    expect([told[1], told[3], told[5]]).toEqual(await Promise.all(want.map((loss) => loss.item())));
    expect(undone).toEqual([2, 1, 0]);
    expect(await model.weight.tolist()).toEqual(weights);
    expect(await other.weight.tolist()).toEqual(await alone.weight.tolist());
  });

  test("fails a kept value that needs it when that is used later", async () => {
    const { twice } = wrongKernel();
    const kept = twice(tensor([1, 2]))
      .keep()
      .realize();
    await new Promise((resolve) => setTimeout(resolve, 100));
    await expect((async () => tensor([1]).add(1).data())()).rejects.toThrow("refuses");
    await expect((async () => kept.add(1).data())()).rejects.toThrow("refuses");
    expect(await tensor([1]).add(1).tolist()).toEqual([2]);
  });
});

describe("an error of the device that no submit caused", () => {
  test("is reported once, by the next read, and the device keeps working", async () => {
    const model = newModel();
    await model.step().item();
    gpu.createBuffer({ size: 16, usage: 3 }); // MAP_READ with MAP_WRITE is not allowed
    await new Promise((resolve) => setTimeout(resolve, 100));
    await expect((async () => tensor([1]).mul(2).data())()).rejects.toThrow(/^webgpu: /);
    expect(await tensor([1]).mul(2).tolist()).toEqual([2]);
    await model.step().item();
    await model.step().item();
  });
});

describe("memory that the device does not have", () => {
  const LARGE = 2 ** 20;
  const { createBuffer, popErrorScope } = GPUDevicePrototype();

  /**
   * From here on the device has no memory for large buffers: what it makes is invalid, and its
   * scope says why.
   */
  function runOut(): () => void {
    const denied: boolean[] = [];
    let last = false;
    Object.assign(gpu, {
      createBuffer(descriptor: GPUBufferDescriptor) {
        last = descriptor.size >= LARGE;
        if (!last) return createBuffer.call(gpu, descriptor);
        gpu.pushErrorScope("validation");
        const invalid = createBuffer.call(gpu, { ...descriptor, usage: 3 });
        popErrorScope.call(gpu).catch(() => {});
        denied.push(true);
        return invalid;
      },
      async popErrorScope() {
        const [deny] = [denied.pop()];
        const error = await popErrorScope.call(gpu);
        return deny ? new OutOfMemory("no memory left") : error;
      },
    });
    return () => Object.assign(gpu, { createBuffer, popErrorScope });
  }

  test("is an OutOfMemoryError that says how much was requested and what uses most", async () => {
    const model = newModel();
    await model.step().item();
    const held = tensor([1, 2, 3, 4]).mul(2).keep().realize();
    const giveBack = runOut();
    const big = tensor([1])
      .expand(LARGE / 2)
      .add(held.sum());
    const reading = big.keep().sum().item();
    await expect(reading).rejects.toThrow(OutOfMemoryError);
    const { message } = (await reading.catch((error) => error)) as Error;
    expect(message).toMatch(
      /^webgpu: the device has no memory for a buffer of \d+ bytes\n {2}no memory left\n/,
    );
    expect(message).toMatch(
      /\n {2}cells: \d+ bytes[\s\S]*\n {2}largest:[\s\S]*\[3\] f32, parameter or buffer: \d+ bytes/,
    );
    expect(message).toMatch(/\n {2}hint: use smaller batches/);
    // small work runs, and what there was is there
    expect(await held.tolist()).toEqual([2, 4, 6, 8]);
    expect(await model.step().item()).toBeLessThan(100);
    await expect((async () => big.data())()).rejects.toThrow(OutOfMemoryError);
    giveBack();
    expect(
      await tensor([1])
        .expand(LARGE / 2)
        .add(model.weight.sum())
        .keep()
        .amin()
        .item(),
    ).not.toBeNaN();
  });

  test("loses no parameter that was being moved to the device", async () => {
    const weight = persist(tensor(new Float32Array(LARGE / 2).fill(1)));
    const giveBack = runOut();
    await expect((async () => weight.sum().item())()).rejects.toThrow(OutOfMemoryError);
    giveBack();
    expect(await weight.sum().item()).toBe(LARGE / 2);
  });
});

/** The methods that a device has of its own. */
function GPUDevicePrototype(): Pick<GPUDevice, "createBuffer" | "popErrorScope"> {
  return {
    createBuffer(this: GPUDevice, descriptor: GPUBufferDescriptor) {
      return Object.getPrototypeOf(this).createBuffer.call(this, descriptor);
    },
    popErrorScope(this: GPUDevice) {
      return Object.getPrototypeOf(this).popErrorScope.call(this);
    },
  };
}

/** What a browser or Dawn reports; its name is all that tells it from other errors. */
class OutOfMemory {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}
Object.defineProperty(OutOfMemory, "name", { value: "GPUOutOfMemoryError" });
