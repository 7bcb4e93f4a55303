import { init, type Tensor, tensor, zeros } from "@wgrad/autograd";
import { defineFused, defineKernel } from "@wgrad/autograd/plugin";
import { counters, openGPUDevice, testFused, testKernel } from "@wgrad/autograd/testing";
import { beforeAll, describe, expect, test } from "vitest";

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** y = sign x · max(|x| − λ, 0). */
const shrink = defineKernel({
  name: "shrink",
  inputs: { x: "f32" },
  outputs: { y: ({ x }) => x },
  scalars: { lambda: "f32" },
  sizes: ({ x }) => ({ count: sizeOf(x) }),
  grid: ({ x }) => Math.ceil(sizeOf(x) / 64),
  wgsl: `fn kernel(thread: u32, group: u32, local: u32) {
    if (thread >= u.count) { return; }
    y[thread] = sign(x[thread]) * max(abs(x[thread]) - u.lambda, 0.0);
  }`,
  reference: ({ x }, { lambda }) => ({ y: x.sign().mul(x.abs().sub(lambda).clamp(0)) }),
  vjp: ({ y: dy }, { x }, _, { lambda }) => ({ x: dy.mul(x.abs().gt(lambda)) }),
});

/** Each row's sum and sum of squares, by a workgroup; the gradient is the reference's. */
const moments = defineKernel({
  name: "moments",
  inputs: { x: "f32" },
  outputs: { first: ({ x }) => x.slice(0, 1), second: ({ x }) => x.slice(0, 1) },
  sizes: ({ x }) => ({ columns: x[1] as number }),
  grid: ({ x }) => x[0] as number,
  workgroup: 32,
  wgsl: `var<workgroup> partial: array<vec2<f32>, 32>;
  fn kernel(thread: u32, group: u32, local: u32) {
    var total = vec2<f32>();
    for (var i = local; i < u.columns; i += 32u) {
      let v = x[group * u.columns + i];
      total += vec2<f32>(v, v * v);
    }
    partial[local] = total;
    workgroupBarrier();
    if (local > 0u) { return; }
    for (var i = 1u; i < 32u; i++) { total += partial[i]; }
    first[group] = total.x;
    second[group] = total.y;
  }`,
  reference: ({ x }) => ({ first: x.sum(1), second: x.square().sum(1) }),
});

/** How often each class is named: integers in and out, so no gradient. */
const histogram = defineKernel({
  name: "histogram",
  inputs: { ids: "i32", counted: "bool" },
  outputs: { counts: () => [5] },
  dtype: "i32",
  sizes: ({ ids }) => ({ count: sizeOf(ids) }),
  grid: () => 1,
  workgroup: 5,
  wgsl: `fn kernel(thread: u32, group: u32, local: u32) {
    var found = 0;
    for (var i = 0u; i < u.count; i++) {
      if (ids[i] == i32(thread) && counted[i] != 0u) { found++; }
    }
    counts[thread] = found;
  }`,
  reference: ({ ids, counted }) => {
    const classes = tensor([0, 1, 2, 3, 4], { dtype: "i32", device: ids.device });
    return { counts: ids.unsqueeze(1).eq(classes).logicalAnd(counted.unsqueeze(1)).sum(0) };
  },
});

const scaled = defineFused<[Tensor, Tensor]>({
  name: "scaled",
  shape: (x, y) => (x.length === y.length ? x : []),
  decompose: (x, y) => x.mul(y).exp(),
  vjp: (dy, [x, y], output) => [dy.mul(output).mul(y), dy.mul(output).mul(x)],
  kernels: { webgpu: (x, y) => x.mul(y).mul(Math.LOG2E).exp2() },
});

beforeAll(async () => {
  await init({ device: "webgpu" });
});

test("kernels equal their references, in value, gradient and second derivative, and leak nothing", async () => {
  await testKernel(shrink, [
    { inputs: { x: [3, 4] }, scalars: { lambda: 0.5 } },
    { inputs: { x: [1000] }, scalars: { lambda: 0.25 } },
    { inputs: { x: [0, 3] }, scalars: { lambda: 0 } },
    { inputs: { x: [] }, scalars: { lambda: 0.1 } },
  ]);
  await testKernel(moments, [{ inputs: { x: [2, 40] } }, { inputs: { x: [70, 1] } }]);
  const ids = { shape: [6], data: [0, 4, 4, 2, 1, 4] };
  await testKernel(histogram, [
    { inputs: { ids, counted: { shape: [6], data: [1, 1, 0, 1, 0, 1] } } },
  ]);
  await testFused(scaled, [
    {
      inputs: [
        [3, 4],
        [3, 4],
      ],
    },
  ]);
});

test("a wrong kernel, a wrong gradient and a wrong shape are found", async () => {
  const { spec } = shrink;
  const cases = [{ inputs: { x: [4] }, scalars: { lambda: 0.5 } }];
  const wrong = defineKernel({ ...spec, wgsl: spec.wgsl.replace("- u.lambda", "+ u.lambda") });
  await expect(testKernel(wrong, cases)).rejects.toThrow(
    /output 0\[0\] is .*, but .* in the reference/,
  );
  const steep = defineKernel({ ...spec, vjp: ({ y: dy }) => ({ x: dy.mul(2) }) });
  await expect(testKernel(steep, cases)).rejects.toThrow(/gradcheck: d\/dinput 0\[0\] is/);
  const short = defineKernel({ ...spec, reference: ({ x }) => ({ y: x.sum() }) });
  await expect(testKernel(short, cases)).rejects.toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: shrink: y does not have the declared shape
      declared: [4]
      got: []]
  `);
});

describe("on WebGPU", () => {
  beforeAll(() => init({ device: "webgpu" }));

  test("views, constants and the same tensor twice are read as they are seen", async () => {
    const x = tensor([
      [1, -2],
      [0.25, 4],
    ]);
    const { y } = shrink({ x: x.T }, { lambda: 0.5 });
    expect(await y.tolist()).toEqual([
      [0.5, 0],
      [-1.5, 3.5],
    ]);
    expect(await shrink({ x: zeros([3]).add(1) }, { lambda: 0.5 }).y.tolist()).toEqual([
      0.5, 0.5, 0.5,
    ]);
    expect(await shrink({ x: zeros([3]) }, { lambda: 0.5 }).y.tolist()).toEqual([0, 0, 0]);
    expect(await scaled(x, x).at(0, 0).item()).toBeCloseTo(Math.E, 5);
  });

  test("another number compiles nothing, and a grid past 65,535 workgroups is folded", async () => {
    const x = tensor(new Float32Array(70_000 * 64).fill(1));
    expect(await shrink({ x }, { lambda: 0.25 }).y.sum().item()).toBe(70_000 * 48);
    const before = counters().planMisses;
    expect(await shrink({ x }, { lambda: 0.5 }).y.sum().item()).toBe(70_000 * 32);
    expect(counters().planMisses).toBe(before);
  });

  test("wrong definitions say what is wrong", () => {
    const { spec } = shrink;
    const names = () => defineKernel({ ...spec, inputs: { u: "f32" } } as never);
    expect(names).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: defineKernel: shrink: u is not a valid name of an array, or is used twice]`,
    );
    const grid = defineKernel({ ...spec, grid: () => 0.5 });
    expect(() => grid({ x: tensor([1]) }, { lambda: 1 })).toThrowErrorMatchingInlineSnapshot(`
      [ArgumentError: shrink: grid must be a whole number, 0 or more, got 0.5]
    `);
  });

  test("a text that does not compile is told at a later read, with the kernel's name", async () => {
    await init({ device: await openGPUDevice() });
    try {
      const broken = defineKernel({ ...shrink.spec, name: "broken", wgsl: "fn kernel() {}" });
      const read = async () => {
        for (let i = 0; i < 3; i++) await broken({ x: tensor([1]) }, { lambda: 1 }).y.data();
      };
      await expect(read()).rejects.toThrow("the device refuses the kernel of 'broken'");
    } finally {
      await init({ device: "webgpu" });
    }
  });

  test("wrong calls say what is wrong", () => {
    const x = tensor([1], { dtype: "i32" });
    expect(() => shrink({ x }, { lambda: 1 })).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: shrink: x must be f32, got i32
        x: [1]
        hint: x.to("f32")]
    `);
    expect(() => shrink({ x: tensor([1]) }, {} as never)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: shrink: expected a number for lambda, got undefined]`,
    );
    expect(() => shrink({} as never, { lambda: 1 })).toThrowErrorMatchingInlineSnapshot(`
      [ArgumentError: shrink: x: takes a tensor, got undefined
        hint: convert it with tensor(…)]
    `);
    expect(() => scaled(tensor([1]), zeros([1, 1]))).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: scaled: the result does not have the declared shape
        declared: []
        got: [1, 1]]
    `);
  });
});
