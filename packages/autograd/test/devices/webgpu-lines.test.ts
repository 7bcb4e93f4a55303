import { describe, expect, test } from "vitest";
import { CpuDevice } from "../../src/devices/cpu/device.ts";
import { openWebGPU, type WebGPUDevice } from "../../src/devices/webgpu/device.ts";
import type { DType } from "../../src/dtype.ts";
import { alongDim, sortAttributes } from "../../src/graph/attributes.ts";
import type { Scan, Scatter } from "../../src/graph/op.ts";
import { sizeOf } from "../../src/shape.ts";
import { difference, fillOp, KernelBuilder, noise, op, viewed } from "./kernels.ts";

const device = (await openWebGPU()) as WebGPUDevice;
const cpu = new CpuDevice();

async function agrees(build: KernelBuilder, rtol = 1e-5, atol = 1e-6): Promise<void> {
  const [got, want] = [await build.run(device), await build.run(cpu)];
  expect(got.constructor).toBe(want.constructor);
  expect(difference(got, want, rtol, atol)).toBeNull();
}

const gatherOp = op("gather", { kind: "gather" });
const sortOp = op("sort", { kind: "sort" });
const scatterOp = (combine: Scatter["combine"]) => op("scatter", { kind: "scatter", combine });
const scanOp = (combine: Scan["combine"]) => op(`scan ${combine}`, { kind: "scan", combine });

/** Whole numbers in [low, high). */
const wholes = (count: number, low: number, high: number, seed = 3): number[] =>
  noise(count, low, high, seed).map(Math.floor);

const dtypes: readonly DType[] = ["f32", "i32", "u32", "u8", "bool"];
const valuesOf = (dtype: DType, count: number): number[] =>
  dtype === "f32" ? noise(count, -5, 5) : wholes(count, 0, dtype === "bool" ? 2 : 9);

describe("gather", () => {
  test.each(dtypes)(
    "%s along every dimension, from either end, and out of range",
    async (dtype) => {
      for (const dim of [0, 1, 2]) {
        const build = new KernelBuilder();
        const shape = [3, 4, 5];
        const x = build.input(shape, dtype, valuesOf(dtype, 60));
        const chosen = shape.with(dim, 7);
        const n = shape[dim] as number;
        const index = build.input(chosen, "i32", wholes(sizeOf(chosen), -n - 1, n + 1));
        build.step(gatherOp, [x, index], chosen, { attrs: alongDim(dim), dtype });
        await agrees(build);
      }
    },
  );

  test("through views, of a constant and by a constant", async () => {
    const build = new KernelBuilder();
    const x = build.input([5, 6], "f32", noise(30));
    const turned = viewed(x, { shape: [6, 4], strides: [1, 6], offset: 6 });
    const index = build.input([3], "i32", [2, -1, 0]);
    const spread = viewed(index, { shape: [6, 3], strides: [0, 1], offset: 0 });
    build.step(gatherOp, [turned, spread], [6, 3], { attrs: alongDim(1) });
    await agrees(build);

    const constants = new KernelBuilder();
    const seven = constants.step(fillOp, [], [4, 3], { dtype: "f32", scalars: [[7, "f32"]] });
    const two = constants.step(fillOp, [], [4, 2], { dtype: "i32", scalars: [[2, "i32"]] });
    constants.step(gatherOp, [seven, two], [4, 2], { attrs: alongDim(1) });
    await agrees(constants);
  });
});

describe("scatter", () => {
  test.each(["assign", "sum", "prod", "max", "min"] as const)(
    "%s with repeats",
    async (combine) => {
      for (const dtype of ["f32", "i32", "u32"] as const) {
        for (const dim of [0, 1, 2]) {
          const build = new KernelBuilder();
          const shape = [3, 4, 5];
          const x = build.input(shape, dtype, valuesOf(dtype, 60));
          const part = [2, 3, 4].with(dim, 9);
          const n = shape[dim] as number;
          const index = build.input(part, "i32", wholes(sizeOf(part), -n - 1, n + 1));
          const source = build.input(part, dtype, valuesOf(dtype, sizeOf(part)));
          build.step(scatterOp(combine), [x, index, source], shape, {
            attrs: alongDim(dim),
            dtype,
          });
          await agrees(build);
        }
      }
    },
  );

  test("one long line, cut into parts; many lines; truth values", async () => {
    for (const [rows, n, count] of [
      [1, 1000, 5000],
      [3, 70, 300],
      [2000, 3, 7],
    ] as const) {
      const build = new KernelBuilder();
      const x = build.input([rows, n], "f32", noise(rows * n));
      const index = build.input([rows, count], "i32", wholes(rows * count, 0, n));
      const source = build.input([rows, count], "f32", noise(rows * count, -1, 1, 9));
      build.step(scatterOp("sum"), [x, index, source], [rows, n], { attrs: alongDim(1) });
      await agrees(build, 1e-5, 1e-5);
      expect(await build.run(device)).toEqual(await build.run(device));
    }
    const bools = new KernelBuilder();
    const x = bools.input([4, 5], "bool", wholes(20, 0, 2));
    const index = bools.input([4, 2], "i32", wholes(8, 0, 5));
    const source = bools.input([4, 2], "bool", wholes(8, 0, 2, 5));
    bools.step(scatterOp("assign"), [x, index, source], [4, 5], {
      attrs: alongDim(1),
      dtype: "bool",
    });
    await agrees(bools);
  });

  test("without indices gives the base", async () => {
    const build = new KernelBuilder();
    const x = build.input([3, 4], "f32", noise(12));
    const index = build.input([3, 0], "i32", []);
    build.step(scatterOp("sum"), [x, index, build.input([3, 0], "f32", [])], [3, 4], {
      attrs: alongDim(1),
    });
    await agrees(build);
  });
});

describe("scan", () => {
  const lengths = [
    [4, 1],
    [3, 7],
    [1100, 5],
    [2, 3001],
    [1, 100_003],
  ] as const;

  test.each(["sum", "logsumexp", "argmax", "argmin"] as const)(
    "%s of short, many and long rows",
    async (combine) => {
      const dtype = combine.startsWith("arg") ? "i32" : "f32";
      for (const [rows, length] of lengths) {
        const build = new KernelBuilder();
        const x = build.input([rows, length], "f32", noise(rows * length));
        build.step(scanOp(combine), [x], [rows, length], { dtype });
        await agrees(build, 1e-6, 1e-5);
      }
    },
  );

  test("prod, of numbers near 1", async () => {
    for (const [rows, length] of lengths.slice(0, 4)) {
      const build = new KernelBuilder();
      const x = build.input([rows, length], "f32", noise(rows * length, 0.9, 1.1));
      build.step(scanOp("prod"), [x], [rows, length]);
      await agrees(build, 1e-3, 1e-30);
    }
  });

  test("sum and prod of integers", async () => {
    for (const combine of ["sum", "prod"] as const) {
      for (const dtype of ["i32", "u32"] as const) {
        const build = new KernelBuilder();
        const x = build.input([2, 1500], dtype, wholes(3000, 0, 9));
        build.step(scanOp(combine), [x], [2, 1500], { dtype });
        await agrees(build);
      }
    }
  });

  test.each(["argmax", "argmin"] as const)(
    "%s: the latest of equals, the latest NaN",
    async (combine) => {
      for (const length of [12, 2400]) {
        const row = [1, 3, 3, -3, -3, 2, 3, Number.NaN, 4, Number.NaN, -1 / 0, 1 / 0];
        const build = new KernelBuilder();
        const x = build.input(
          [1, length],
          "f32",
          Array.from({ length }, (_, i) => row[i % 12] as number),
        );
        build.step(scanOp(combine), [x], [1, length], { dtype: "i32" });
        await agrees(build);
      }
      for (const dtype of ["u8", "bool", "i32"] as const) {
        const build = new KernelBuilder();
        const x = build.input([3, 9], dtype, valuesOf(dtype, 27));
        build.step(scanOp(combine), [x], [3, 9], { dtype: "i32" });
        await agrees(build);
      }
    },
  );

  test("logsumexp of infinities and NaN", async () => {
    for (const row of [
      [-1 / 0, -1 / 0, 1, 2, -1 / 0],
      [1, 1 / 0, 2, 1 / 0, 3],
      [-1000, 0, 1000, Number.NaN, 1],
    ]) {
      const build = new KernelBuilder();
      build.step(scanOp("logsumexp"), [build.input([5], "f32", row)], [5]);
      await agrees(build);
    }
  });

  test("sums past infinity, and through a view", async () => {
    const build = new KernelBuilder();
    const x = build.input([6], "f32", [1, 1 / 0, 2, -1 / 0, 1, 3]);
    build.step(scanOp("sum"), [x], [6]);
    await agrees(build);
    const turned = new KernelBuilder();
    const y = viewed(turned.input([5, 6], "f32", noise(30)), {
      shape: [6, 5],
      strides: [1, -6],
      offset: 24,
    });
    turned.step(scanOp("sum"), [y], [6, 5]);
    await agrees(turned);
  });
});

describe("sort", () => {
  test.each([false, true])("of rows of any length, descending: %s", async (descending) => {
    for (const [rows, length] of [
      [3, 1],
      [5, 7],
      [4, 16],
      [4, 17],
      [3, 100],
      [2, 1000],
    ] as const) {
      const build = new KernelBuilder();
      const x = build.input([rows, length], "f32", noise(rows * length, 0, 9).map(Math.round));
      build.step(sortOp, [x], [rows, length], { dtype: "i32", attrs: sortAttributes(descending) });
      await agrees(build);
    }
  });

  test.each(dtypes)("%s, with NaN and infinities where there are", async (dtype) => {
    for (const descending of [false, true]) {
      const build = new KernelBuilder();
      const some = [Number.NaN, 1 / 0, -1 / 0, 0, -0, 2, Number.NaN, -2];
      const values =
        dtype === "f32"
          ? Array.from({ length: 80 }, (_, i) => some[(i * 5) % 8] as number)
          : valuesOf(dtype, 80);
      const x = build.input([2, 40], dtype, values);
      build.step(sortOp, [x], [2, 40], { dtype: "i32", attrs: sortAttributes(descending) });
      await agrees(build);
    }
  });

  test("of a hundred thousand, and of columns", async () => {
    const build = new KernelBuilder();
    const x = build.input([1, 100_001], "f32", noise(100_001));
    build.step(sortOp, [x], [1, 100_001], { dtype: "i32", attrs: sortAttributes(false) });
    await agrees(build);
    const turned = new KernelBuilder();
    const y = viewed(turned.input([40, 3], "f32", noise(120)), {
      shape: [3, 40],
      strides: [1, 3],
      offset: 0,
    });
    turned.step(sortOp, [y], [3, 40], { dtype: "i32", attrs: sortAttributes(false) });
    await agrees(turned);
  });
});
