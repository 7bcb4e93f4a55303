import { describe, expect, inject, test } from "vitest";
import { CpuDevice } from "../../src/devices/cpu/device.ts";
import type { Device, Kernel } from "../../src/devices/device.ts";
import { openWebGPU, type WebGPUDevice } from "../../src/devices/webgpu/device.ts";
import type { RenderTarget } from "../../src/devices/webgpu/render/kernel.ts";
import { formAttrs } from "../../src/graph/attributes.ts";
import type { Op } from "../../src/graph/op.ts";
import { chooseTiles, type Tiles } from "../../src/lower/attention/tiles.ts";
import { chooseTiling, type Tiling, tilings } from "../../src/lower/attention/tilings.ts";
import { typical } from "../../src/lower/machines.ts";
import { lowerings } from "../../src/ops/nn/attention/lowerings.ts";
import { contiguousStrides, type Shape, sizeOf } from "../../src/shape.ts";
import { difference, KernelBuilder, noise, op, type Value } from "./kernels.ts";

const device = (await openWebGPU()) as WebGPUDevice;
const cpu = new CpuDevice();

/** The software adapter, asked for what it would not choose. */
const asking = (asked: Partial<RenderTarget>): Device =>
  new Proxy(device, {
    get(target, name) {
      if (name === "lower") return (kernel: Kernel) => target.lower(kernel, asked);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });

const attention = (gives: "output" | "gradients"): Op =>
  op(gives, { kind: "attention", gives, lowerings });

interface Case {
  readonly batch: Shape;
  readonly queries: number;
  readonly keys: number;
  readonly width: number;
  readonly valueWidth: number;
  readonly causal: boolean;
  readonly masked: boolean;
}

const floats = (build: KernelBuilder, shape: Shape, seed: number): Value =>
  build.input(shape, "f32", noise(sizeOf(shape), -1, 1, seed));

/** The output; or, where it is given, the gradients one after another. */
function built(one: Case, output: ArrayLike<number> | null = null): KernelBuilder {
  const gives = output === null ? "output" : "gradients";
  const { batch, queries, keys, width, valueWidth, causal, masked } = one;
  const build = new KernelBuilder();
  const shapes = [
    [...batch, queries, width],
    [...batch, keys, width],
    [...batch, keys, valueWidth],
  ] as const;
  const out = [...batch, queries, valueWidth];
  const operands = shapes.map((shape, i) => floats(build, shape, i + 1));
  if (output !== null) {
    operands.push(build.input(out, "f32", output), floats(build, out, 5));
  }
  if (masked) {
    const shape = [...batch, queries, keys];
    const seen = noise(sizeOf(shape), -1, 2, 6).map((x) => Number(x > 0));
    operands.push(build.input(shape, "bool", seen));
  }
  const made = output === null ? [out] : shapes;
  const sizes = made.map(sizeOf);
  const offsets = sizes.map((_, i) => sizes.slice(0, i).reduce((a, b) => a + b, 0));
  const scalars: [number, "f32" | "u32"][] = [[0.6, "f32"]];
  if (output !== null) for (const offset of offsets) scalars.push([offset, "u32"]);
  build.step(attention(gives), operands, [sizes.reduce((a, b) => a + b)], {
    dtype: "f32",
    attrs: formAttrs({ causal, repeats: 0, places: made.map(contiguousStrides) }),
    scalars,
  });
  return build;
}

const cases: readonly Case[] = [
  { batch: [2], queries: 21, keys: 21, width: 5, valueWidth: 3, causal: true, masked: false },
  { batch: [2, 2], queries: 5, keys: 70, width: 4, valueWidth: 4, causal: false, masked: true },
  { batch: [], queries: 67, keys: 9, width: 2, valueWidth: 6, causal: false, masked: false },
];

const full = inject("tier") === "full";
const tiled = (tiles: Tiles): Partial<RenderTarget> => ({ class: "discrete", tiles });
const forms: Record<string, Partial<RenderTarget>> = {
  "on a gpu": { class: "discrete" },
  "in the fastest form here": { attention: tilings.software[0] as Tiling },
  ...(full && {
    "in rows of four": { attention: tilings.software[1] as Tiling },
    "row by row": { attention: tilings.software[2] as Tiling },
    "row by row on a gpu": { class: "discrete", attention: tilings.gpu[0] as Tiling },
    "in small blocks, shared": { attention: tilings.gpu[1] as Tiling },
    "in tiles of two rows a thread": tiled({
      tall: 8,
      wide: 8,
      rows: 2,
      otherRows: 1,
      ownShared: true,
    }),
    "in tiles of four by two": tiled({
      tall: 4,
      wide: 16,
      rows: 4,
      otherRows: 2,
      ownShared: false,
    }),
    "in tiles of one row": tiled({ tall: 1, wide: 64, rows: 1, otherRows: 1, ownShared: true }),
  }),
};

describe.each(Object.entries(forms))("attention %s", (_, asked) => {
  test.each(full ? cases : cases.slice(0, 2))("equals the cpu device's: %o", async (one) => {
    const output = await built(one).run(cpu);
    expect(difference(await built(one).run(asking(asked)), output)).toBeNull();
    const gradients = built(one, output);
    expect(difference(await gradients.run(asking(asked)), await gradients.run(cpu))).toBeNull();
  });
});

test("the number of rows and the width of sums decide the tiling", () => {
  const chosen = (of: readonly Tiling[], rows: number, width: number): number =>
    of.indexOf(chooseTiling(of, { rows, sumWidth: width, otherWidth: 2 * width }));
  expect([64, 16, 4].map((rows) => chosen(tilings.software, rows, 32))).toEqual([0, 1, 2]);
  expect([32, 256, 512].map((width) => chosen(tilings.software, 64, width))).toEqual([0, 1, 2]);
  expect([64, 256].map((width) => chosen(tilings.gpu, 64, width))).toEqual([0, 1]);
});

test("few queries get small tiles, and heads that are too wide get none", () => {
  const tilesFor = (queries: number, width: number): Tiles | null => {
    const extent = { batch: [16], queries, keys: queries, width, valueWidth: width };
    const form = { causal: false, repeats: 0, places: [] };
    return chooseTiles("output", { extent, form }, typical.discrete);
  };
  const rowsOf = ({ tall, rows }: Tiles): number => tall * rows;
  const [few, many] = [tilesFor(8, 32), tilesFor(2048, 32)].map((one) => rowsOf(one as Tiles));
  expect(few).toBeLessThan(many as number);
  for (const width of [8, 33, 64, 128]) expect(tilesFor(64, width), `${width}`).not.toBeNull();
  expect(tilesFor(64, 1024)).toBeNull();
});
