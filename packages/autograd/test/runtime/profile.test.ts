import { expect, test } from "vitest";
import { init, type Profile, profile, randn } from "../../src/index.ts";
import { openGPUDevice } from "../../src/testing/index.ts";

const x = 64;

/** Three runs of a product with an activation, then a sum. */
async function profiled(): Promise<Profile<number>> {
  const [a, w] = [randn([x, x]), randn([x, x])];
  const step = async (): Promise<number> => (await a.matmul(w).relu().sum().item()) as number;
  await step();
  return profile(async () => {
    await step();
    await step();
    return step();
  });
}

const devices = {
  cpu: async () => ({ device: "cpu" as const, source: "host" }),
  wasm: async () => ({ device: "wasm" as const, source: "host" }),
  "webgpu, with its own stamps where it has them": async () => ({
    device: "webgpu" as const,
    source: null,
  }),
  "webgpu without stamps": async () => ({ device: await openGPUDevice(), source: "host" }),
};

for (const [name, open] of Object.entries(devices)) {
  test(`every kernel is timed and counted: ${name}`, async () => {
    const { device, source } = await open();
    await init({ device });
    const result = await profiled();
    expect(result.value).toBeGreaterThan(0);
    if (source !== null) expect(result.source).toBe(source);
    const product = result.kernels.find(({ flops }) => flops >= 3 * 2 * x ** 3);
    expect(product).toMatchObject({ calls: 3 });
    expect(product?.bytesRead).toBe(3 * 2 * 4 * x * x);
    expect(product?.totalMs).toBeGreaterThanOrEqual(0);
    const sum = result.kernels.reduce((total, { totalMs }) => total + totalMs, 0);
    expect(result.kernelMs).toBeCloseTo(sum);

    const lines = String(result).split("\n");
    expect(lines[0]?.split(/ +/)).toEqual([
      "kernel",
      "result",
      "calls",
      "ms",
      "%",
      "GB/s",
      "GFLOP/s",
    ]);
    expect(lines.length).toBe(result.kernels.length + 2);
    expect(result.table({ rows: 1 }).split("\n").length).toBe(result.kernels.length > 1 ? 4 : 3);

    const { traceEvents } = JSON.parse(JSON.stringify(result.chromeTrace())) as ReturnType<
      typeof result.chromeTrace
    >;
    const spans = traceEvents.filter(({ ph }) => ph === "X");
    const submits = spans.filter(({ tid }) => tid === 1);
    const kernels = spans.filter(({ tid }) => tid === 2);
    expect(submits.length).toBe(3);
    expect(kernels.length).toBe(result.kernels.reduce((total, { calls }) => total + calls, 0));
    for (const { ts, dur } of spans) {
      expect(ts).toBeGreaterThanOrEqual(0);
      expect(dur).toBeGreaterThanOrEqual(0);
    }
  });
}

test("work that nothing reads is timed too, and the program's results do not change", async () => {
  await init({ device: "cpu" });
  const a = randn([8]);
  const { value, kernels } = await profile(() => a.mul(2).add(1));
  expect(kernels.map(({ kernel }) => kernel).join(" ")).toContain("add");
  expect(await value.data()).toEqual(await a.mul(2).add(1).data());
});

test("a profile inside another is refused, and errors of the function are rethrown", async () => {
  await init({ device: "cpu" });
  const [first, second] = await Promise.allSettled([profile(() => 1), profile(() => 2)]);
  expect([first.status, second.status]).toEqual(["fulfilled", "rejected"]);
  await expect(profile(() => profile(() => 1))).rejects.toThrowErrorMatchingInlineSnapshot(`
    [ArgumentError: profile: this device is already being profiled
      hint: call profile once, around everything to be measured]
  `);
  await expect(
    profile(() => {
      throw new Error("mine");
    }),
  ).rejects.toThrow("mine");
  expect((await profile(() => 1)).value).toBe(1);
});
