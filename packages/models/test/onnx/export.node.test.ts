import { init, manualSeed, noGrad, randn, Tensor } from "@wgrad/autograd";
import { exportOnnx, readOnnx } from "@wgrad/models/onnx";
import { type AnyModule, Linear, Module } from "@wgrad/nn";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { exportedLayers, exportedModels } from "./exported.ts";

/** The quick tier runs one layer in this many. */
const every = inject("tier") === "full" ? 1 : 8;
const exported = [...exportedModels, ...exportedLayers.filter((_, i) => i % every === 0)];

beforeAll(() => init({ device: "wasm" }));

/** A tensor of onnxruntime; integers have 64 bits in the file. */
async function ort(x: Tensor): Promise<OrtTensor> {
  const data = await x.data();
  if (x.dtype !== "i32") return new OrtTensor("float32", Float32Array.from(data), [...x.shape]);
  return new OrtTensor("int64", BigInt64Array.from(Array.from(data, BigInt)), [...x.shape]);
}

function tensorsIn(value: unknown): Tensor[] {
  if (value instanceof Tensor) return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(tensorsIn) : [];
}

function close(got: ArrayLike<number | bigint>, wanted: ArrayLike<number>): void {
  expect(got.length).toBe(wanted.length);
  const off = Array.from(wanted, (y, i) => Math.abs(Number(got[i]) - y) / (1 + Math.abs(y)));
  expect(Math.max(0, ...off)).toBeLessThan(1e-5);
}

describe("onnxruntime computes exported models correctly, also for another batch size", () => {
  test.each(exported.map((one) => [one.name, one] as const))("%s", async (_, item) => {
    manualSeed(0);
    const model = item.model();
    const bytes = await exportOnnx(model, item.inputs(2));
    expect(model.training).toBe(true);
    model.eval();
    const session = await InferenceSession.create(bytes, { graphOptimizationLevel: "basic" });
    const back = readOnnx(bytes);
    for (const batch of [2, 5]) {
      const inputs = item.inputs(batch);
      const outputs = noGrad(() => (model as unknown as (...x: Tensor[]) => unknown)(...inputs));
      const wanted = await Promise.all(tensorsIn(outputs).map((x) => x.data()));
      const feeds = await Promise.all(
        session.inputNames.map(async (name, i) => [name, await ort(inputs[i] as Tensor)] as const),
      );
      const results = await session.run(Object.fromEntries(feeds));
      const again = back(
        Object.fromEntries(back.inputNames.map((name, i) => [name, inputs[i] as Tensor])),
      );
      for (const [i, name] of session.outputNames.entries()) {
        close(results[name]?.data as Float32Array, wanted[i] as Float32Array);
        close(await (again[name] as Tensor).data(), wanted[i] as Float32Array);
      }
    }
  });
});

test("parameters keep their state-dict names", async () => {
  const model = exportedModels[2]?.model() as AnyModule;
  const bytes = await exportOnnx(model, [randn([2, 3, 16, 16])]);
  const names = readOnnx(bytes)
    .namedParameters()
    .map(([name]) => name);
  for (const [name] of model.namedParameters()) expect(names).toContain(name);
});

test("names and a fixed batch are used as requested", async () => {
  const model = new Linear(3, 2) as unknown as AnyModule;
  const bytes = await exportOnnx(model, randn([4, 3]), {
    ...{ inputNames: ["x"], outputNames: ["y"], dynamicBatch: false },
  });
  const session = await InferenceSession.create(bytes);
  expect([session.inputNames, session.outputNames]).toEqual([["x"], ["y"]]);
  const fixed = { isTensor: true, name: "x", type: "float32", shape: [4, 3] };
  expect(session.inputMetadata).toEqual([fixed]);
});

describe("unsupported operations are refused by name", () => {
  class Calls extends Module {
    readonly fn: (x: Tensor) => Tensor;
    constructor(fn: (x: Tensor) => Tensor) {
      super();
      this.fn = fn;
    }
    forward(x: Tensor): Tensor {
      return this.fn(x);
    }
  }
  const refusal = (fn: (x: Tensor) => Tensor): Promise<Uint8Array> =>
    exportOnnx(new Calls(fn) as unknown as AnyModule, randn([3, 4]));

  test.each([
    ["sort", (x: Tensor) => x.sort(1)[0], "exportOnnx: the operation sort is not supported"],
    ["erfinv", (x: Tensor) => x.erfinv(), "exportOnnx: the operation erfinv is not supported"],
    [
      "random numbers",
      (x: Tensor) => x.add(randn([4])),
      "exportOnnx: the model reads values that differ in each call",
    ],
    [
      "a part that depends on the batch",
      (x: Tensor) => x.narrow(0, 1, (x.shape[0] as number) - 2),
      "depends on the batch",
    ],
    [
      "different code for another batch",
      (x: Tensor) => (x.shape[0] === 3 ? x.exp() : x.cos()),
      "exportOnnx: the model computes something else for another batch size",
    ],
  ])("%s", async (_, fn, text) => {
    await expect(refusal(fn)).rejects.toThrow(text);
  });
});
