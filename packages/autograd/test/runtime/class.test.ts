import {
  embedding,
  grad,
  init,
  manualSeed,
  profile,
  randint,
  randn,
  randperm,
  type Tensor,
  tensor,
  zeros,
} from "@wgrad/autograd";
import { initFresh, openGPUDevice } from "@wgrad/autograd/testing";
import { afterAll, describe, expect, inject, test } from "vitest";

afterAll(() => init());

test("an unknown class, or one for another device, is refused by name", async () => {
  await expect(init({ device: "webgpu", class: "fast" as "discrete" })).rejects.toThrow(
    'init: class must be one of "software", "integrated", "discrete"; got "fast"',
  );
  await expect(init({ device: "wasm", class: "discrete" })).rejects.toThrow(
    /only the webgpu device has the option class; the device is "wasm"\n {2}hint: init\({ device: "webgpu"/,
  );
  await expect(init({ class: "discrete" })).rejects.toThrow("the device is not given");
});

const programs: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  "sums of rows": (x) => x.sum(1),
  "a sum of all": (x) => x.sum(),
  "means of columns": (x) => x.mean(0),
  "places of the greatest": (x) => x.argmax(1),
  "places in columns": (x) => x.argmin(0),
  softmax: (x) => x.softmax(1),
  "a softmax of columns": (x) => x.softmax(0),
  "a norm": (x) => x.sub(x.mean(1, { keepdim: true })).div(x.var(1, { keepdim: true }).add(1e-5)),
  "whether any": (x) => x.gt(3).any(1),
  "sums of integers": (x) => x.mul(100).to("i32").sum(1),
};

const shapes = [
  [7, 33],
  [2, 2003],
  [300, 40],
  [1, 40_000],
] as const;
/** The quick tier compiles each program once. */
const full = inject("tier") === "full";

describe.each(full ? shapes : shapes.slice(0, 1))("rows by workgroups: %i × %i", (rows, length) => {
  test.each(Object.entries(programs))("%s", async (_, program) => {
    const run = async (): Promise<number[]> => {
      manualSeed(1);
      return Array.from(await program(randn([rows, length])).data(), Number);
    };
    await init({ device: "cpu" });
    const want = await run();
    for (const kind of full ? (["discrete", "integrated"] as const) : (["discrete"] as const)) {
      await init({ device: "webgpu", class: kind });
      const got = await run();
      for (const [i, y] of want.entries()) expect(got[i], `[${i}]`).toBeCloseTo(y, 3);
      expect(await run()).toEqual(got);
    }
  });
});

const scatters: Readonly<Record<string, () => Tensor[]>> = {
  "of narrow rows, with work that follows": () => {
    const sums = zeros([50, 10]).indexAdd(0, randint(0, 50, [33]), randn([33, 10]));
    return [sums.mul(2).add(1)];
  },
  "of an embedding": () => {
    const table = randn([90, 100]).requiresGrad_();
    const rows = embedding(randint(0, 90, [700]), table);
    return grad(rows.mul(randn([700, 100])).sum(), [table]) as Tensor[];
  },
  "of columns": () => [randn([70, 9]).indexAdd(1, randint(0, 9, [20]), randn([70, 20]))],
  "that assigns": () => [
    zeros([40, 65]).indexCopy(0, randperm(40).narrow(0, 0, 30), randn([30, 65])),
  ],
  "of whole numbers": () => [
    zeros([3, 20], { dtype: "i32" }).indexAdd(0, randint(0, 3, [600]), randint(-9, 9, [600, 20])),
  ],
};

test.each(Object.entries(scatters).slice(0, full ? undefined : 1))(
  "a scatter by workgroups: %s",
  async (_, program) => {
    const run = async (): Promise<number[][]> => {
      manualSeed(2);
      return Promise.all(program().map(async (y) => Array.from(await y.data(), Number)));
    };
    await init({ device: "cpu" });
    const want = await run();
    await init({ device: "webgpu", class: "discrete" });
    const got = await run();
    for (const [n, values] of want.entries())
      for (const [i, y] of values.entries()) expect(got[n]?.[i], `[${n}, ${i}]`).toBeCloseTo(y, 4);
    expect(await run()).toEqual(got);
  },
);

test("a GPU without optional features computes the same", async () => {
  const device = await openGPUDevice("least");
  const run = (): Promise<number[][]> => {
    manualSeed(0);
    const x = randn([5, 300]);
    const results = [x.softmax(1), x.sum(0), x.argmax(1), x.matmul(randn([300, 9]))];
    return Promise.all(results.map(async (y) => Array.from(await y.data(), Number)));
  };
  await init({ device: "cpu" });
  const want = await run();
  await init({ device, class: "discrete" });
  const got = await run();
  for (const [n, values] of want.entries())
    for (const [i, y] of values.entries()) expect(got[n]?.[i], `[${n}, ${i}]`).toBeCloseTo(y, 4);
  device.destroy();
});

test("the first of equal extremes is found, and a NaN before any number", async () => {
  await init({ device: "webgpu", class: "discrete" });
  const row = new Float32Array(500).fill(1);
  for (const at of [77, 311]) row[at] = 2;
  expect(await tensor(row).argmax().item()).toBe(77);
  expect(await tensor(row).neg().argmin().item()).toBe(77);
  for (const at of [93, 410]) row[at] = Number.NaN;
  expect(await tensor(row).argmax().item()).toBe(93);
  expect(await tensor(row).argmin().item()).toBe(93);
});

test("a profile shows threads: one for each row in software, a workgroup on a GPU", async () => {
  const threads = async (kind: "software" | "discrete"): Promise<number[]> => {
    await initFresh({ device: "webgpu", class: kind });
    const x = randn([100, 256]);
    await x.data();
    const { kernels } = await profile(() => x.softmax(1).data());
    return kernels.flatMap((kernel) => kernel.threads);
  };
  expect(await threads("software")).toEqual([100]);
  expect(await threads("discrete")).toEqual([100 * 64]);
});
