import {
  DeviceError,
  DeviceLostError,
  init,
  OutOfMemoryError,
  type Tensor,
  tensor,
} from "@wgrad/autograd";
import { commit, composite, persist, registerDevice } from "@wgrad/autograd/plugin";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { openWasm, type WasmDevice } from "../../src/devices/wasm/device.ts";
import { Code } from "../../src/devices/wasm/encode.ts";
import type { WasmBuffer } from "../../src/devices/wasm/memory.ts";
import type { Stage, WasmLowered } from "../../src/devices/wasm/program.ts";

let device: WasmDevice;
let flag: WasmBuffer;
let threads = 1;

/** A wasm device whose kernels of `sin` and `tan` trap while `flag` is set. */
registerDevice("trapping", async () => {
  device = openWasm({ threads }) as WasmDevice;
  Object.assign(device, { kind: "trapping" });
  flag = device.createBuffer(4) as WasmBuffer;
  const lower = device.lower.bind(device);
  device.lower = (kernel) => {
    const lowered = lower(kernel) as WasmLowered;
    const traps = [kernel, ...kernel.parts].some(({ steps }) =>
      steps.some(({ op }) => op.name === "sin" || op.name === "tan"),
    );
    if (!traps) return lowered;
    const code = new Code();
    code.i32(flag.address);
    code.load("i32");
    code.if();
    code.byte(0); // unreachable
    code.end();
    const stages = lowered.stages.map((stage) => {
      const { rendered } = stage as Stage;
      return { ...stage, rendered: { ...rendered, code: joined(code.bytes, rendered.code) } };
    });
    return { ...lowered, stages };
  };
  return device;
});
const trapping = "trapping" as "wasm";

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

const set = (on: boolean): void => device.write(flag, 0, Uint32Array.of(on ? 1 : 0), "u32");

let streams = 0;
beforeEach(async () => {
  await init({ device: trapping, budget: 2 ** 50 + streams++ });
  set(false);
});
afterAll(() => init());

/** A weight that is trained by hand: w ← w − 0.1 dL/dw, for L = Σ (x · w)². */
function newModel() {
  const weight = persist(tensor([1, 2, 3]).clone());
  weight.requiresGrad = true;
  const x = tensor([0.5, -1, 2]);
  return {
    weight,
    step(through: (x: Tensor) => Tensor = (y) => y): Tensor {
      const loss = through(x.mul(weight)).square().sum();
      weight.grad = null;
      loss.backward();
      const next = composite(() => weight.detach().sub((weight.grad as Tensor).mul(0.1)));
      commit([[weight, next]], "step");
      return loss;
    },
  };
}

/** The value, beside what traps. */
const beside = (y: Tensor): Tensor => y.add(y.detach().sin().mul(0));

describe("a kernel that traps", () => {
  test("is named by the read that needs it, and the device keeps working", async () => {
    const before = tensor([1, 2]).mul(3).keep().realize();
    const pending = tensor([5]).mul(2);
    set(true);
    const reading = async () => tensor([1, 2]).sin().tolist();
    await expect(reading()).rejects.toThrow(DeviceError);
    await expect(reading()).rejects.toThrow(
      /^wasm: the kernel of 'sin' \[2\] f32 trapped: .*unreachable.*\n {2}hint: /,
    );
    expect(await before.tolist()).toEqual([3, 6]);
    expect(await pending.tolist()).toEqual([10]);
    set(false);
    expect(await tensor([0]).sin().tolist()).toEqual([0]);
  });

  test.each([0, 1, 5])("changes no weight after %i steps", async (ran) => {
    const [plain, model] = [newModel(), newModel()];
    const want: unknown[] = [];
    const losses: unknown[] = [];
    for (let i = 0; i < ran; i++) {
      want.push(await plain.step(beside).item());
      losses.push(await model.step(beside).item());
    }
    set(true);
    const weights = await model.weight.tolist();
    expect(() => model.step(beside)).toThrow(/'sin'.* trapped/);
    expect(await model.weight.tolist()).toEqual(weights);
    set(false);
    for (let i = 0; i < 2; i++) {
      want.push(await plain.step(beside).item());
      losses.push(await model.step(beside).item());
    }
    expect(losses).toEqual(want);
    expect(await model.weight.tolist()).toEqual(await plain.weight.tolist());
  });

  /**
   * w ← w + 1, and then what traps of the sum of the new value: a kernel after the one that writes.
   */
  function newWrites(size: number) {
    const weight = persist(tensor(Array(size).fill(2)).clone());
    const kept = persist(tensor(0).clone());
    return {
      weight,
      step(): void {
        const next = weight.add(1);
        commit([
          [weight, next],
          [kept, next.sum().tan()],
        ]);
      },
    };
  }

  test.each([
    ["few", 3, 2],
    ["many, the first time it runs,", 2 ** 15, 0],
  ])("after others have written gives %s bytes back", async (_, size, ran) => {
    const { weight, step } = newWrites(size);
    for (let i = 0; i < ran; i++) step();
    expect(await weight.sum().item()).toBe(size * (2 + ran));
    set(true);
    expect(step).toThrow(/'tan'.* trapped/);
    expect(await weight.sum().item()).toBe(size * (2 + ran));
    set(false);
    step();
    expect(await weight.sum().item()).toBe(size * (3 + ran));
  });

  test("loses the device if others have overwritten much in a later run, and a fresh device works", async () => {
    const { weight, step } = newWrites(2 ** 15);
    step();
    step();
    expect(await weight.amin().item()).toBe(4);
    const alive = device;
    set(true);
    expect(step).toThrow(DeviceLostError);
    expect(alive.failure?.message).toMatch(/'tan'.* trapped: [\s\S]*overwritten a part/);
    await expect((async () => weight.tolist())()).rejects.toThrow(DeviceLostError);
    await init({ device: trapping });
    expect(device).not.toBe(alive);
    expect(await tensor([1]).add(1).tolist()).toEqual([2]);
  });

  test("in a helper thread gives the same error as in the caller", async () => {
    threads = 2;
    device.failure = new Error("another");
    await init({ device: trapping, budget: 2 ** 50 + streams++ });
    const x = tensor(new Float32Array(2 ** 18).fill(0.5)).keep();
    const want = await x.sin().sum().item();
    for (let i = 0; i < 20; i++) {
      set(true);
      await expect((async () => x.sin().sum().item())()).rejects.toThrow(/'sin'.* trapped/);
      set(false);
      expect(await x.sin().sum().item()).toBe(want);
    }
    threads = 1;
    device.failure = new Error("another");
  });
});

describe("memory that cannot grow", () => {
  test("is an OutOfMemoryError that names the largest values, and small work still runs", async () => {
    const model = newModel();
    await model.step().item();
    const held = tensor([1, 2, 3, 4]).mul(2).keep().realize();
    const { grow } = WebAssembly.Memory.prototype;
    WebAssembly.Memory.prototype.grow = () => {
      throw new RangeError("no more");
    };
    const big = tensor([1])
      .expand(2 ** 23)
      .add(held.sum());
    try {
      const reading = async () => big.keep().flip(0).sum().item();
      await expect(reading()).rejects.toThrow(OutOfMemoryError);
      const { message } = (await reading().catch((error) => error)) as Error;
      expect(message).toMatch(/^wasm: the memory cannot grow from \d+ to \d+ bytes/);
      expect(message).toMatch(
        /\n {2}cells: \d+ bytes[\s\S]*\n {2}largest:[\s\S]*\[3\] f32, parameter or buffer: \d+ bytes/,
      );
      expect(message).toMatch(/\n {2}hint: use smaller batches/);
      expect(await held.tolist()).toEqual([2, 4, 6, 8]);
      expect(await model.step().item()).toBeLessThan(100);
    } finally {
      WebAssembly.Memory.prototype.grow = grow;
    }
    expect(await big.sum().item()).toBe(2 ** 23 * 21);
    expect(await model.step().item()).toBeLessThan(100);
  });
});
