import { describe, expect, test } from "vitest";
import { CpuDevice } from "../../src/devices/cpu/device.ts";
import type { DeviceBuffer, Kernel, KernelOperand, KernelStep } from "../../src/devices/device.ts";
import type { DType, TypedArray } from "../../src/dtype.ts";
import {
  assembleAttributes,
  contractAttributes,
  noAttributes,
  reduceAttributes,
} from "../../src/graph/attributes.ts";
import type { Meaning, Op } from "../../src/graph/op.ts";
import { permuteView, sliceView, type View, wholeView } from "../../src/graph/view.ts";
import { e } from "../../src/kernel/expression.ts";
import { type Shape, sizeOf } from "../../src/shape.ts";

const device = new CpuDevice();

const op = (name: string, meaning: Meaning): Op => ({
  name,
  code: -1,
  meaning,
  scalarTypes: [],
  saves: [],
});
const sub = op("sub", {
  kind: "elementwise",
  expression: e.sub,
  reference: (a, b) => a - b,
  indexed: false,
});
const fill = op("fill", {
  kind: "elementwise",
  expression: (x) => x,
  reference: (x) => x,
  indexed: false,
});
const count = op("count", {
  kind: "elementwise",
  expression: (start, i) => e.add(start, e.cast(i, "f32")),
  reference: (start, i) => start + i,
  indexed: true,
});

const input = (n: number, base: Shape, view: View | null = null, offset = -1): KernelOperand => ({
  source: { input: n },
  dtype: "f32",
  base,
  view,
  offset,
});
const step = (
  which: Op,
  operands: readonly KernelOperand[],
  shape: Shape,
  more: Partial<KernelStep> = {},
): KernelStep => ({
  op: which,
  operands,
  shape,
  dtype: "f32",
  attrs: noAttributes,
  scalars: [],
  ...more,
});

function buffer(values: readonly number[]): DeviceBuffer {
  const data = new Float32Array(values);
  const made = device.createBuffer(data.byteLength);
  device.write(made, 0, data, "f32");
  return made;
}

/** Runs one kernel on these inputs and reads its output. */
async function run(
  kernel: Kernel,
  inputs: readonly DeviceBuffer[],
  params: readonly number[] = [],
  into?: DeviceBuffer,
): Promise<number[]> {
  const { dtype, shape } = kernel.steps.at(-1) as KernelStep;
  const size = sizeOf(shape);
  const output = into ?? device.createBuffer(device.bytesOf(dtype, size));
  const lowered = device.lower(kernel);
  const scratch = lowered.scratch.map((bytes) => device.createBuffer(bytes));
  const program = device.program([{ lowered, inputs, outputs: [output], scratch }]);
  const reads = [{ from: output, fromByte: 0, dtype, count: size }];
  const [data] = device.submit({ program, params, before: [], after: [], reads });
  return [...((await data) as TypedArray)];
}

const kernelOf = (
  steps: readonly KernelStep[],
  inputs: number,
  params: readonly DType[] = [],
): Kernel => ({
  steps,
  stored: [steps.length - 1],
  anchor: -1,
  rows: null,
  parts: [],
  inputs: Array.from({ length: inputs }, () => ({ dtype: "f32" as const, inPlace: -1 })),
  params,
});

const matrix = [1, 2, 3, 4, 5, 6];
const transposed = permuteView(wholeView([2, 3]), [1, 0]);

describe("elementwise", () => {
  test("reads operands through views, with offsets from parameters", async () => {
    const middle = { ...sliceView(wholeView([4]), 0, 0, 2, 1), shape: [3, 2], strides: [0, 1] };
    const kernel = kernelOf(
      [step(sub, [input(0, [2, 3], transposed, 0), input(1, [4], middle, 1)], [3, 2])],
      2,
      ["u32", "u32"],
    );
    const got = await run(kernel, [buffer(matrix), buffer([0, 10, 20, 0])], [0, 1]);
    expect(got).toEqual([-9, -16, -8, -15, -7, -14]);
  });

  test("a constant step has one value everywhere: a parameter, rounded to its dtype", async () => {
    const constant: KernelOperand = {
      source: { step: 0 },
      dtype: "f32",
      base: [],
      view: { shape: [2], strides: [0], offset: 0 },
      offset: 0,
    };
    const kernel = kernelOf(
      [step(fill, [], [], { scalars: [1] }), step(sub, [input(0, [2]), constant], [2])],
      1,
      ["u32", "f32"],
    );
    expect(await run(kernel, [buffer([1, 2])], [0, 0.1])).toEqual(
      [1, 2].map((x) => Math.fround(x - Math.fround(0.1))),
    );
  });

  test("the flat index counts elements", async () => {
    const kernel = kernelOf([step(count, [], [2, 2], { scalars: [0] })], 0, ["f32"]);
    expect(await run(kernel, [], [5])).toEqual([5, 6, 7, 8]);
  });

  test("a result may overwrite an input that it reads in another order", async () => {
    const kernel = kernelOf(
      [
        step(
          sub,
          [input(0, [2, 2], permuteView(wholeView([2, 2]), [1, 0]), 0), input(0, [2, 2])],
          [2, 2],
        ),
      ],
      1,
      ["u32"],
    );
    const shared = buffer([1, 2, 3, 4]);
    expect(await run(kernel, [shared], [0], shared)).toEqual([0, 1, -1, 0]);
  });
});

describe("reduce", () => {
  const reduced = (combine: "sum" | "max" | "argmax" | "argmin"): Op =>
    op(combine, { kind: "reduce", combine });
  const over = (which: Op, dtype: DType, dims: number, shape: Shape): Kernel =>
    kernelOf(
      [
        step(which, [input(0, [2, 3], transposed, 0)], shape, {
          attrs: reduceAttributes(dims),
          dtype,
        }),
      ],
      1,
      ["u32"],
    );

  test("sums the last dimensions of a view", async () => {
    expect(await run(over(reduced("sum"), "f32", 1, [3]), [buffer(matrix)], [0])).toEqual([
      5, 7, 9,
    ]);
    expect(await run(over(reduced("sum"), "f32", 2, []), [buffer(matrix)], [0])).toEqual([21]);
  });

  test("NaN is an extreme, and the first one", async () => {
    const values = [1, Number.NaN, 3, 4, 9, Number.NaN];
    const [max, argmax, argmin] = [reduced("max"), reduced("argmax"), reduced("argmin")];
    expect(await run(over(max, "f32", 1, [3]), [buffer(values)], [0])).toEqual([
      4,
      Number.NaN,
      Number.NaN,
    ]);
    expect(await run(over(argmax, "i32", 1, [3]), [buffer(values)], [0])).toEqual([1, 0, 1]);
    expect(await run(over(argmin, "i32", 2, []), [buffer(values)], [0])).toEqual([2]);
  });
});

test("contract multiplies batches of matrices", async () => {
  const contract = op("matmul", { kind: "contract" });
  const shared: View = { shape: [2, 2, 1], strides: [0, 1, 1], offset: 0 };
  const kernel = kernelOf(
    [
      step(contract, [input(0, [2, 1, 2]), input(1, [2], shared, 0)], [2, 1, 1], {
        attrs: contractAttributes([1, 1, 1, 1]),
      }),
    ],
    2,
    ["u32"],
  );
  expect(await run(kernel, [buffer([1, 2, 3, 4]), buffer([10, 1])], [0])).toEqual([12, 34]);
});

test("assemble writes parts over a base, each at its strides and offset", async () => {
  const assemble = op("assemble", { kind: "assemble" });
  const onto = kernelOf(
    [
      step(assemble, [input(0, [5]), input(1, [2])], [5], {
        attrs: assembleAttributes(true, [[2]]),
        scalars: [0],
      }),
    ],
    2,
    ["u32"],
  );
  expect(await run(onto, [buffer([1, 1, 1, 1, 1]), buffer([7, 8])], [1])).toEqual([1, 7, 1, 8, 1]);
  const ontoZeros = kernelOf(
    [
      step(assemble, [input(0, [2])], [3], {
        attrs: assembleAttributes(false, [[-1]]),
        scalars: [0],
      }),
    ],
    1,
    ["u32"],
  );
  expect(await run(ontoZeros, [buffer([7, 8])], [2])).toEqual([0, 8, 7]);
});
