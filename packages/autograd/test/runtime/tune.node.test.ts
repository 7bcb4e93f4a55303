import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { explain, init, manualSeed, randn, type Tensor } from "@wgrad/autograd";
import { counters, openGPUDevice } from "@wgrad/autograd/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BoundKernel } from "../../src/devices/device.ts";
import { swiftShaderFolder } from "../../src/devices/node/dawn.ts";
import { openTuned } from "../../src/devices/tuning/device.ts";
import type { Storage } from "../../src/devices/tuning/storage.ts";
import { TuningTable } from "../../src/devices/tuning/table.ts";
import { fastest, type TilingDevice } from "../../src/devices/tuning/timing.ts";
import { gpuTilings } from "../../src/lower/contract/gpu-tilings.ts";
import {
  candidatesFor,
  chooseTiling,
  type Tiling,
  tilingName,
} from "../../src/lower/contract/tilings.ts";

const extent = { m: 24, k: 16, n: 40, batch: 1, alongK: false };
const table = gpuTilings.discrete;
const forms = table.choices.flatMap(({ tilings }) => tilings);

test("tune is refused by name for other devices", async () => {
  for (const device of ["cpu", "wasm"] as const) {
    await expect(init({ device, tune: true })).rejects.toThrow(
      `init: only the webgpu device has the option tune; the device is "${device}"\n  hint: init({ device: "webgpu", tune: true })`,
    );
  }
  await expect(init({ tune: true })).rejects.toThrow("the device is not given");
  const device = await openGPUDevice();
  await expect(init({ device, tune: true })).rejects.toThrow(
    "a GPUDevice, and tuning opens its own",
  );
  device.destroy();
  await expect(init({ device: "webgpu", tune: "yes" as unknown as boolean })).rejects.toThrow(
    "tune",
  );
});

test("the default tiling of a product is tried first, then the best-ranked ones", () => {
  const tried = candidatesFor(table, extent, 4);
  expect(tried[0]).toBe(chooseTiling(table, extent));
  expect(new Set(tried.map(tilingName)).size).toBe(4);
  const cycles = tried.map((one) => table.cycles?.(one, extent) as number);
  expect(cycles).toEqual([...cycles].sort((a, b) => a - b));
});

/** Texts in memory. */
function storageOf(texts: Map<string, string>): Storage {
  return {
    read: async (name) => texts.get(name) ?? null,
    write: async (name, text) => {
      texts.set(name, text);
    },
  };
}

describe("a table of tilings", () => {
  const [first, second] = forms as [Tiling, Tiling];

  test("is stored by adapter and driver, and merged with what other programs have stored", async () => {
    const texts = new Map<string, string>();
    const open = async (adapter: string): Promise<TuningTable> => {
      const table = new TuningTable(storageOf(texts), adapter, forms);
      await table.load();
      return table;
    };
    const [one, other] = [await open("card driver 1"), await open("card driver 1")];
    one.set("a", first);
    await one.save();
    other.set("b", second);
    await other.save();
    const later = await open("card driver 1");
    expect([later.get("a"), later.get("b"), later.size]).toEqual([first, second, 2]);
    expect((await open("card driver 2")).size).toBe(0);
  });

  test.each([
    ["damaged", "{"],
    [
      "of another version",
      JSON.stringify({ version: 0, adapter: "card", products: { a: tilingName(first) } }),
    ],
    [
      "of a form that is none",
      JSON.stringify({ version: 1, adapter: "card", products: { a: "panels 9×9" } }),
    ],
    ["without products", JSON.stringify({ version: 1, adapter: "card", products: null })],
  ])("takes nothing from a file that is %s", async (_, text) => {
    const table = new TuningTable(storageOf(new Map([["tuned-card", text]])), "card", forms);
    await table.load();
    expect(table.size).toBe(0);
  });
});

test("the fastest tiling is chosen if it is clearly faster than the default", async () => {
  const [first, second, third] = forms as [Tiling, Tiling, Tiling];
  const timed = (milliseconds: Map<Tiling, number>): TilingDevice => {
    let running = 0;
    const device: Partial<TilingDevice> = {
      bytesOf: (_, count) => 4 * count,
      createBuffer: (bytes) => ({ bytes }),
      destroyBuffer: () => {},
      lower: (_, asked) => ({ scratch: [], sources: [], tiling: asked?.tiling }) as never,
      program: (kernels) => {
        const [{ lowered }] = kernels as [BoundKernel];
        const { tiling } = lowered as unknown as { tiling: Tiling };
        running = milliseconds.get(tiling) as number;
        return { dispatches: kernels.length, dispose: () => {} };
      },
      submit: () => [],
      idle: () => new Promise((resolve) => setTimeout(resolve, running)),
    };
    return device as TilingDevice;
  };
  const kernel = {
    steps: [],
    stored: [],
    inputs: [],
    params: [],
    parts: [],
    anchor: 0,
    rows: null,
  };
  const times = (...list: number[]) =>
    timed(new Map([first, second, third].map((one, i) => [one, list[i] as number])));
  const tried = [first, second, third];
  expect(await fastest(times(40, 60, 10), kernel, tried)).toBe(third);
  expect(await fastest(times(40, 60, 40), kernel, tried)).toBe(first);
});

describe("a tuned device", () => {
  const before = process.env.XDG_CACHE_HOME;
  const folder = mkdtempSync(join(tmpdir(), "wgrad-tune-"));
  beforeAll(() => {
    // the cache of a user who has tuned nothing, but has unpacked the adapter
    const unpacked = dirname(swiftShaderFolder());
    mkdirSync(join(folder, "wgrad"));
    for (const name of readdirSync(unpacked))
      if (!name.startsWith("tuned-"))
        symlinkSync(join(unpacked, name), join(folder, "wgrad", name));
    process.env.XDG_CACHE_HOME = folder;
  });
  afterAll(async () => {
    if (before === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = before;
    await init({ device: "cpu" });
  });
  const remembered = (): string[] =>
    readdirSync(join(folder, "wgrad")).filter((name) => name.startsWith("tuned-"));

  const operands = (): [Tensor, Tensor] => {
    manualSeed(0);
    return [randn([24, 16]), randn([16, 40])];
  };
  const values = async (): Promise<number[]> => {
    const [a, b] = operands();
    return [...(await a.matmul(b).relu().data())];
  };

  test("times a new product, stores the result and says so in its description", async () => {
    await init({ device: "cpu" });
    const want = await values();
    const opened = await init({ device: "webgpu", class: "discrete", tune: true });
    expect(opened.description).toContain("tuned for 0 products");
    const [a, b] = operands();
    expect(explain(a.matmul(b))).toContain("tuned: not timed yet");
    const misses = counters().planMisses;
    const runs = [await values()];
    expect(counters().planMisses).toBe(misses + 1);
    runs.push(await values());
    expect(counters().planMisses).toBe(misses + 2); // made anew, in the tiling that was fastest
    runs.push(await values());
    expect(counters().planMisses).toBe(misses + 2);
    for (const got of runs) for (const [i, y] of want.entries()) expect(got[i]).toBeCloseTo(y, 5);
    expect(runs[2]).toEqual(runs[1]);
    const [c, d] = operands();
    expect(explain(c.matmul(d))).toMatch(/tuned: (vector|registers|tiled) \d×\d by/);
    const [file, ...others] = remembered() as [string];
    expect(others).toEqual([]);
    const found = JSON.parse(readFileSync(join(folder, "wgrad", file), "utf8"));
    expect(Object.keys(found.products)).toEqual(["24 × 16 × 40 f32"]);
  });

  test("uses from the start what an earlier program stored, with equal bits", async () => {
    const [file] = remembered() as [string];
    const path = join(folder, "wgrad", file);
    const found = JSON.parse(readFileSync(path, "utf8"));
    const other = forms.find(
      (one) => tilingName(one) !== found.products["24 × 16 × 40 f32"],
    ) as Tiling;
    found.products["24 × 16 × 40 f32"] = tilingName(other);
    writeFileSync(path, JSON.stringify(found));
    const device = await openTuned("any", { class: "discrete" });
    expect(device?.description).toContain("tuned for 1 product (software");
    expect(device?.epoch).toBe(0);
    device?.dispose();
  });
});
