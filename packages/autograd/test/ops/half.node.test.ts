import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { init, type Tensor } from "@wgrad/autograd";
import { describe, expect, inject, TestRunner, test } from "vitest";
import { create } from "webgpu";
import { openWebGPU, type WebGPUDevice } from "../../src/devices/webgpu/device.ts";
import { collectRows, type OpCase } from "./harness.ts";
import { type Making, make } from "./inputs.ts";

/** Rows that halves cannot follow singles in, each with the reason. */
const astray: Readonly<Record<string, string>> = {
  "logcumsumexp of far apart":
    "e to the power of a difference that lost its digits, in PyTorch too",
};

const full = inject("tier") === "full";
const { gpu: real } = (await openWebGPU()) as WebGPUDevice;
const lacking = !real.features.has("shader-f16");

/**
 * Dawn without a GPU: it checks shaders and computes nothing. Kept, since its device lives only as
 * long.
 */
const dawn = create(["backend=null"]);

async function checkingDevice(): Promise<GPUDevice> {
  const adapter = (await dawn.requestAdapter()) as GPUAdapter;
  const { maxStorageBuffersPerShaderStage } = adapter.limits;
  const requiredLimits = { maxStorageBuffersPerShaderStage };
  return adapter.requestDevice({ requiredFeatures: ["shader-f16"], requiredLimits });
}

/** Outputs and gradients of a row whose fractions are of this dtype. */
async function outcome(
  row: OpCase,
  float: Making["float"],
  device: Making["device"],
): Promise<{ readonly dtype: string; readonly values: readonly number[] }[]> {
  const { operands, leaves } = make(row.inputs, {
    device,
    ...(float && { float }),
    strided: true,
  });
  const result = row.op(...operands);
  const outputs = (Array.isArray(result) ? result : [result]) as Tensor[];
  const tracked = outputs.filter((output) => output.requiresGrad);
  if (tracked.length > 0) {
    tracked
      .map((output, i) => output.mul(i + 1.5).sum())
      .reduce((a, b) => a.add(b))
      .backward();
  }
  const gradients = leaves.flatMap(({ grad }) => (grad === null ? [] : [grad]));
  return Promise.all(
    [...outputs, ...gradients].map(async (x) => ({
      dtype: x.dtype,
      values: [...(await x.data())],
    })),
  );
}

/** The largest difference, in units of the largest value; NaN is NaN. */
function distance(got: readonly number[], want: readonly number[]): number {
  if (got.length !== want.length) return Number.POSITIVE_INFINITY;
  const top = Math.max(1e-3, ...want.filter(Number.isFinite).map(Math.abs));
  const apart = got.map((x, i) => {
    const y = want[i] as number;
    return x === y || (Number.isNaN(x) && Number.isNaN(y)) ? 0 : Math.abs(x - y) / top;
  });
  return Math.max(0, ...apart);
}

/** Rows that look at what the device computed, which is nothing where shaders are only checked. */
const measured: Readonly<Record<string, string>> = {
  "put_ in order under a mask that the device has": "the check of what the mask chooses",
  "put_ under a mask that the device has, beside an index": "the same",
  maskedScatter: "the same",
};

describe("the rows of the op tables, in halves", async () => {
  const folder = fileURLToPath(new URL(".", import.meta.url));
  const tables = readdirSync(folder).filter(
    (file) =>
      file.endsWith(".test.ts") && readFileSync(join(folder, file), "utf8").includes("testOps("),
  );
  const all: OpCase[] = await collectRows(async () => {
    for (const file of tables) await import(/* @vite-ignore */ `${join(folder, file)}?half`);
  });
  TestRunner.getCurrentSuite().tasks.length = 0;
  const rows = all.filter(({ inputs }) => inputs.some(({ dtype }) => dtype === "f32"));
  const some = rows.filter((_, i) => full || i % 6 === 0);

  /** A row's outcome in halves; null where it refuses them, as what factors matrices does. */
  const inHalves = async (row: OpCase, device: Making["device"]) => {
    try {
      return await outcome(row, "f16", device);
    } catch (error) {
      expect(String(error), row.name).toContain("does not support f16 (nor does PyTorch)");
      return null;
    }
  };

  test("come near what they are in singles, on the cpu device", { timeout: 60_000 }, async () => {
    await init({ device: "cpu" });
    let taken = 0;
    for (const row of some) {
      const single = await outcome(row, "f32", "cpu");
      const half = await inHalves(row, "cpu");
      if (half === null) continue;
      taken++;
      for (const [i, { dtype, values }] of half.entries()) {
        const want = single[i] as (typeof single)[number];
        // a place or a truth may turn on the last digit
        if (want.dtype !== "f32") expect(dtype, row.name).toBe(want.dtype);
        else if (!(row.name in astray)) {
          expect(distance(values, want.values), `${row.name}, ${i}`).toBeLessThan(0.02);
        }
      }
    }
    expect(taken).toBeGreaterThan(0.8 * some.length);
  });

  test.each(full ? (["software", "discrete"] as const) : (["software"] as const))(
    "have shaders that are valid where there is shader-f16, of the class %s",
    { timeout: 300_000 },
    async (kind) => {
      await init({ device: await checkingDevice(), class: kind });
      for (const row of some) if (!(row.name in measured)) await inHalves(row, "webgpu");
      await init({ device: "cpu" });
    },
  );

  test.skipIf(lacking)(
    "give on WebGPU what they give on the cpu device (needs an adapter with shader-f16)",
    { timeout: 600_000 },
    async () => {
      for (const row of some) {
        await init({ device: "cpu" });
        const want = await inHalves(row, "cpu");
        await init({ device: "webgpu" });
        const got = await inHalves(row, "webgpu");
        for (const [i, { dtype, values }] of (got ?? []).entries()) {
          expect(dtype, row.name).toBe(want?.[i]?.dtype);
          // a step between halves
          const apart = distance(values, want?.[i]?.values ?? []);
          expect(apart, `${row.name}, ${i}`).toBeLessThan(2 ** -10);
        }
      }
    },
  );
});
