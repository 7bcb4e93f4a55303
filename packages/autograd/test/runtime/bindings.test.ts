import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { grad, init, manualSeed, randn, type Tensor, tensor } from "../../src/index.ts";
import { openGPUDevice } from "../../src/testing/index.ts";
import { runProgram, writeProgram } from "../fuzz/program.ts";

let device: GPUDevice;
beforeAll(async () => {
  device = await openGPUDevice("least");
});
afterAll(() => device.destroy());

/** Each row read on its own, one after the other. */
function chained(x: Tensor): Tensor {
  const [first, ...others] = x.unbind(0) as [Tensor, ...Tensor[]];
  return others.reduce((a, b) => a.mul(b).sin(), first).sum();
}

/**
 * The values of a computed tensor's rows, and gradients of a parameter's, twice over the same
 * reads.
 */
async function outcome(values: number[][], on: "cpu" | GPUDevice): Promise<number[]> {
  await init({ device: on });
  const computed = tensor(values).mul(2);
  await computed.data();
  const x = tensor(values, { requiresGrad: true });
  const [a] = grad(chained(x), [x]) as [Tensor];
  const [b] = grad(chained(x), [x], { createGraph: true }) as [Tensor];
  const total = await chained(computed).item();
  return [total, ...(await a.data()), ...(await b.data())].map(Number);
}

describe("eight buffers, the number that every adapter binds,", () => {
  test.each([3, 6, 9, 20])("are enough for %i rows of one tensor", async (rows) => {
    expect(device.limits.maxStorageBuffersPerShaderStage).toBe(8);
    await init({ device: "cpu" });
    manualSeed(1);
    const values = (await randn([rows, 4]).tolist()) as number[][];
    const want = await outcome(values, "cpu");
    const got = await outcome(values, device);
    for (const [i, y] of want.entries()) expect(got[i], `[${i}]`).toBeCloseTo(y, 4);
  });

  // the first takes ten seconds of a processor to compile
  test.each([1, 2, 3, 4])(
    "are enough for the random program %i",
    {
      timeout: 60_000,
    },
    async (seed) => {
      const program = await writeProgram(seed);
      await init({ device });
      await runProgram(program);
    },
  );
});
