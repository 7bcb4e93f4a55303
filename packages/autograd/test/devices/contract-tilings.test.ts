import { describe, expect, test } from "vitest";
import { CpuDevice } from "../../src/devices/cpu/device.ts";
import type { Device, Kernel } from "../../src/devices/device.ts";
import { openWebGPU, type WebGPUDevice } from "../../src/devices/webgpu/device.ts";
import type { RenderTarget } from "../../src/devices/webgpu/render/kernel.ts";
import { assembleAttributes, contractAttributes } from "../../src/graph/attributes.ts";
import { alongAxes } from "../../src/graph/region.ts";
import { permuteView, type View, wholeView } from "../../src/graph/view.ts";
import { e } from "../../src/kernel/expression.ts";
import { gpuTilings } from "../../src/lower/contract/gpu-tilings.ts";
import { chooseTiling, type Tiling, tilings } from "../../src/lower/contract/tilings.ts";
import type { DeviceClass } from "../../src/lower/target.ts";
import { type Shape, sizeOf } from "../../src/shape.ts";
import {
  assembleOp,
  difference,
  elementwiseOp,
  KernelBuilder,
  matmulOp,
  noise,
  type Value,
  viewed,
} from "./kernels.ts";

const device = (await openWebGPU()) as WebGPUDevice;
const cpu = new CpuDevice();
const add = elementwiseOp("add", e.add, (a, b) => a + b);

/** The software adapter, asked for what it would not choose. */
const asking = (asked: Partial<RenderTarget>): Device =>
  new Proxy(device, {
    get(target, name) {
      if (name === "lower") return (kernel: Kernel) => target.lower(kernel, asked);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });

const floats = (build: KernelBuilder, shape: Shape, seed: number): Value =>
  build.input(shape, "f32", noise(sizeOf(shape), -1, 1, seed));
const transposed = (value: Value): Value =>
  viewed(value, permuteView(wholeView(value.base), [...value.base.keys()].reverse()));

type Extent = readonly [m: number, k: number, n: number];

/** a b, of operands that lie as they are read, or transposed; then perhaps a bias. */
function product(
  [m, k, n]: Extent,
  turn = false,
  bias = false,
  draw: typeof floats = floats,
): KernelBuilder {
  const build = new KernelBuilder();
  const a = turn ? transposed(draw(build, [k, m], 1)) : draw(build, [m, k], 1);
  const b = turn ? transposed(draw(build, [n, k], 2)) : draw(build, [k, n], 2);
  const c = build.step(matmulOp, [a, b], [m, n]);
  if (bias) build.step(add, [c, floats(build, [m, n], 3)], [m, n]);
  return build;
}

/**
 * x [N, C, L] under a weight [O, C, K]: windows, that is strides that overlap, over two dimensions
 * of k; of x there may be zeros around it.
 */
function convolution(padded = false): KernelBuilder {
  const build = new KernelBuilder();
  const [images, channels, length, filters, kernel] = [2, 3, 21, 6, 4];
  const counts = length - kernel + 1;
  const weight = floats(build, [filters, channels, kernel], 1);
  const x = padded
    ? build.step(assembleOp, [floats(build, [images, channels, length - 5], 2)], [2, 3, length], {
        attrs: assembleAttributes(false, [[channels * length, length, 1]]),
        scalars: [[3, "u32"]],
      })
    : floats(build, [images, channels, length], 2);
  const read = (value: Value, shape: Shape, strides: readonly number[]): Value =>
    viewed(value, { shape, strides, offset: 0 } as View);
  const ofWeight = read(
    weight,
    [images, filters, channels, kernel],
    [0, channels * kernel, kernel, 1],
  );
  const seen = read(x, [images, channels, kernel, counts], [channels * length, length, 1, 1]);
  const axes = alongAxes(seen.view as View, [images, channels, length]) as number[][];
  const windows = padded ? { ...seen, axes } : seen;
  const attrs = contractAttributes([1, 1, 1, 2]);
  build.step(matmulOp, [ofWeight, windows], [images, filters, counts], { attrs });
  return build;
}

const tiling = (kind: Tiling["kind"], sizes: readonly number[], blockK = 0): Tiling => {
  const [tileM, tileN, groupX, groupY] = sizes as [number, number, number, number];
  return { kind, tileM, tileN, groupX, groupY, blockK };
};

async function agrees(build: KernelBuilder, asked: Partial<RenderTarget>): Promise<void> {
  const [got, want] = [await build.run(asking(asked)), await build.run(cpu)];
  expect(difference(got, want, 1e-5, 1e-5)).toBeNull();
}

describe("every tiling computes the product", () => {
  const tiled = tiling("tiled", [2, 2, 4, 4], 4);
  const onLanes = tiling("vector", [3, 1, 8, 4]);
  const onOne = tiling("vector", [3, 1, 1, 32]);
  const byLanes = tiling("vector", [4, 4, 4, 16]);
  const byFew = tiling("vector", [2, 4, 8, 4]);

  test.each([
    ["registers", tiling("registers", [2, 5, 2, 4]), [13, 9, 11]],
    ["workgroup memory", tiled, [19, 13, 17]],
    ["workgroup memory, k of one block", tiled, [8, 4, 8]],
    ["lanes along k", onLanes, [3, 37, 21]],
    ["one column a workgroup", onOne, [3, 75, 5]],
    ["tiles that lanes along k share", byLanes, [11, 75, 37]],
    ["tiles of more sums than lanes", byFew, [5, 30, 67]],
  ] as const)("%s", async (_, which, extent) => {
    await agrees(product(extent), { tiling: which });
    await agrees(product(extent, true), { tiling: which });
    await agrees(product(extent, true, true), { tiling: which });
  });

  test("without subgroups", async () => {
    await agrees(product([3, 75, 5]), { tiling: onOne, subgroups: false });
  });

  test("over windows and several dimensions of k", async () => {
    await agrees(convolution(), { tiling: tiled });
    await agrees(convolution(), { tiling: tiling("vector", [6, 1, 4, 8]) });
  });

  test("over windows of a padded operand", async () => {
    await agrees(convolution(true), { tiling: tiling("registers", [2, 5, 2, 4]) });
    await agrees(convolution(true), { tiling: tiled });
    await agrees(convolution(true), { tiling: tiling("vector", [6, 1, 4, 8]) });
  });

  test("with k cut into parts, with equal bits in every run", async () => {
    const build = () => product([5, 2500, 6]);
    for (const which of [tiled, tiling("vector", [4, 1, 4, 8])]) {
      await agrees(build(), { tiling: which, class: "discrete" });
      const [first, again] = [0, 1].map(() =>
        build().run(asking({ tiling: which, class: "discrete" })),
      );
      expect(await first).toEqual(await again);
    }
  });
});

test.each([
  ["few rows", [4, 70, 33]],
  ["few columns, which are computed as rows", [33, 70, 3]],
  ["few columns and many k", [6, 2600, 2]],
  ["many of both", [67, 40, 66]],
] as const)("what the table has for GPUs: %s", { timeout: 120_000 }, async (_, extent) => {
  await agrees(product(extent), { class: "discrete" });
  await agrees(product(extent, true, true), { class: "discrete" });
});

const tables = { ...tilings, ...gpuTilings };

/** What the class has for a product. */
function chosen([m, k, n]: Extent, kind: DeviceClass, alongK: boolean): string {
  const one = chooseTiling(tables[kind], { m, n, k, batch: 1, alongK });
  const { kind: form, tileM, tileN, groupX, groupY } = one;
  return `${m}×${k}×${n}${alongK ? " along k" : ""}: ${form} ${tileM}×${tileN} by ${groupY}×${groupX}`;
}

test("the table gives each class of adapter its tilings", () => {
  const extents: readonly Extent[] = [
    [1, 1024, 1024],
    [4, 784, 128],
    [4, 16, 128],
    [1024, 1024, 1],
    [32, 784, 128],
    [64, 128, 10],
    [64, 256, 1024],
    [16, 4096, 16],
    [1024, 1024, 1024],
  ];
  for (const kind of ["software", "integrated", "discrete"] as const) {
    const lines = extents.flatMap((extent) =>
      [false, true].map((alongK) => chosen(extent, kind, alongK)),
    );
    expect(lines).toMatchSnapshot(kind);
  }
});

test("kernels for software adapters use neither workgroup memory nor barriers", () => {
  const all = tilings.software.choices.flatMap((choice) => choice.tilings);
  expect(new Set(all.map(({ kind }) => kind))).toEqual(new Set(["registers"]));
});

test("every tiling of the table fits WebGPU's default limits", () => {
  for (const { choices } of Object.values(tables)) {
    for (const { tileM, tileN, groupX, groupY, blockK } of choices.flatMap(
      ({ tilings: some }) => some,
    )) {
      expect(groupX * groupY).toBeLessThanOrEqual(256);
      const held = blockK * (tileM * groupY + tileN * groupX + 2);
      expect(4 * held).toBeLessThanOrEqual(16384);
    }
  }
});

test("the table has a tiling for every product", () => {
  for (const adapters of Object.values(tables)) {
    for (const m of [1, 3, 5, 100, 5000]) {
      for (const n of [1, 4, 7, 12, 60, 5000]) {
        for (const k of [1, 40, 5000]) {
          for (const alongK of [true, false]) {
            expect(chooseTiling(adapters, { m, n, k, batch: 1, alongK }).tileM).toBeGreaterThan(0);
          }
        }
      }
    }
  }
});
