import { init, manualSeed, noGrad, randn, type Tensor, tensor } from "@wgrad/autograd";
import { readSafetensors, type TensorRecord, writeSafetensors } from "@wgrad/autograd/safetensors";
import { openGPUDevice } from "@wgrad/autograd/testing";
import { BatchNorm1d, functional as F, LayerNorm, Linear, ReLU, Sequential } from "@wgrad/nn";
import { beforeAll, describe, expect, test } from "vitest";

const lacking = !(await openGPUDevice()).features.has("shader-f16");

const classifier = () =>
  new Sequential(
    new Linear(5, 8),
    new BatchNorm1d(8),
    new ReLU(),
    new LayerNorm(8),
    new Linear(8, 3),
  );
const values = async (x: Tensor): Promise<number[]> => [...(await x.data())];

describe.each(["cpu", "webgpu"] as const)(
  "half() on %s (if the adapter has shader-f16)",
  (device) => {
    const skip = device === "webgpu" && lacking;
    beforeAll(async () => {
      await init({ device });
      manualSeed(0);
    });

    test.skipIf(skip)("converts parameters and buffers in place, and back", async () => {
      const model = classifier();
      const parameters = model.parameters();
      const before = await Promise.all(parameters.map(values));
      const kept = model.stateDict();
      model.half();
      expect(model.parameters()).toEqual(parameters);
      for (const [name, x] of Object.entries(model.stateDict())) {
        expect(x.dtype, name).toBe(name.endsWith("num_batches_tracked") ? "i32" : "f16");
      }
      expect(parameters.every(({ isLeaf, requiresGrad }) => isLeaf && requiresGrad)).toBe(true);
      expect(await values(kept["0.weight"] as Tensor)).toEqual(before[0]);
      model.float();
      for (const [i, x] of parameters.entries()) {
        expect(x.dtype).toBe("f32");
        const single = await values(x);
        for (const [k, value] of single.entries()) {
          expect(value).toBeCloseTo(before[i]?.[k] as number, 3);
        }
      }
    });

    // llvmpipe, a software adapter with shader-f16, needs about a minute to compile
    test.skipIf(skip)("trains", { timeout: 240_000 }, async () => {
      const model = new Sequential(new Linear(5, 8), new ReLU(), new Linear(8, 3)).half();
      const x = randn([24, 5], { dtype: "f16" });
      const labels = tensor(
        Array.from({ length: 24 }, (_, i) => i % 3),
        { dtype: "i32" },
      );
      const losses: Tensor[] = [];
      for (let step = 0; step < 20; step++) {
        const loss = F.crossEntropy(model(x), labels);
        model.zeroGrad();
        loss.backward();
        noGrad(() => {
          for (const p of model.parameters()) p.sub_((p.grad as Tensor).mul(0.5));
        });
        losses.push(loss);
      }
      expect(losses.every(({ dtype }) => dtype === "f16")).toBe(true);
      const first = (await losses[0]?.item()) as number;
      expect((await losses.at(-1)?.item()) as number).toBeLessThan(0.9 * first);
    });

    test.skipIf(skip)(
      "is saved in two bytes a value, and loads into f32 parameters, too",
      async () => {
        const model = classifier().half();
        const records: Record<string, TensorRecord> = {};
        for (const [name, x] of Object.entries(model.stateDict())) {
          records[name] = { dtype: x.dtype, shape: x.shape, data: await x.data() };
        }
        const file = writeSafetensors(records);
        const { tensors } = readSafetensors(file);
        const state = Object.fromEntries(
          Object.entries(tensors).map(([name, { data, shape, dtype }]) => [
            name,
            tensor(data, { shape, dtype }),
          ]),
        );
        const single = classifier();
        single.loadStateDict(state);
        const other = classifier().half();
        other.loadStateDict(state);
        for (const [i, x] of model.parameters().entries()) {
          expect(single.parameters()[i]?.dtype).toBe("f32");
          expect(await values(single.parameters()[i] as Tensor)).toEqual(await values(x));
          expect(await values(other.parameters()[i] as Tensor)).toEqual(await values(x));
        }
      },
    );

    test("to() refuses integer dtypes and dtypes that the device lacks", async () => {
      const model = classifier();
      const before = await values(model.parameters()[0] as Tensor);
      // other tests in the process may have registered devices
      expect(() => model.to("i32")).toThrow(
        /^to: cannot convert a module to "i32"\n {2}hint: one of f16, f32, f64, webgpu, wasm, cpu/,
      );
      if (skip) expect(() => model.half()).toThrow("lacks the feature shader-f16");
      expect(await values(model.parameters()[0] as Tensor)).toEqual(before);
    });
  },
);
