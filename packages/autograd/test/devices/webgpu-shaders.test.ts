import { expect, test } from "vitest";
import { lowerKernel } from "../../src/devices/webgpu/lower.ts";
import { divide } from "../../src/devices/webgpu/reduce.ts";
import { expandView, permuteView, wholeView } from "../../src/graph/view.ts";
import { e } from "../../src/kernel/expression.ts";
import { elementwiseOp, fillOp, KernelBuilder, matmulOp, reduceOp, viewed } from "./kernels.ts";

const limits = { maxBindings: 8, maxWorkgroups: 65535, software: true };
const add = elementwiseOp("add", e.add, (a, b) => a + b);
const mul = elementwiseOp("mul", e.mul, (a, b) => a * b);

const shaders = (build: KernelBuilder) =>
  lowerKernel(build.kernel, limits).stages.map(({ wgsl }) => wgsl);

test("y = x · alpha + bias, one kernel", () => {
  const build = new KernelBuilder();
  const shape = [32, 10];
  const alpha = build.step(fillOp, [], [], { dtype: "f32", scalars: [[0.5, "f32"]] });
  const scaled = build.step(
    mul,
    [build.input(shape, "f32", []), viewed(alpha, expandView(wholeView([]), shape))],
    shape,
  );
  const bias = viewed(build.input([10], "f32", []), expandView(wholeView([10]), shape));
  build.step(add, [scaled, bias], shape);
  expect(shaders(build)[0]).toMatchInlineSnapshot(`
    "@group(0) @binding(0) var<uniform> u: array<vec4<u32>, 2>;
    @group(0) @binding(1) var<storage, read> in0: array<vec4<f32>>;
    @group(0) @binding(2) var<storage, read> in1: array<f32>;
    @group(0) @binding(3) var<storage, read_write> out: array<vec4<f32>>;
    @compute @workgroup_size(64) fn main(
      @builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
      let first = (group.y * u[0].x + group.x) * 64u + local;
      for (var item = first; item < u[0].z; item += u[0].y) {
        let i0 = item * 4u + vec4<u32>(0u, 1u, 2u, 3u);
        let q2 = i0 / u[1].x;
        let c3 = i0 - q2 * u[1].x;
        let x4 = in0[item];
        let n6 = bitcast<f32>(u[1].y);
        let v7 = x4 * vec4<f32>(n6);
        let i8 = u[0].w + c3;
        let x9 = vec4<f32>(in1[i8.x], in1[i8.y], in1[i8.z], in1[i8.w]);
        let v10 = v7 + x9;
        out[item] = v10;
      }
    }
    "
  `);
});

test("the sum of columns", () => {
  const build = new KernelBuilder();
  const x = build.input([50, 30], "f32", []);
  build.step(reduceOp("sum"), [viewed(x, permuteView(wholeView([50, 30]), [1, 0]))], [30], {
    attrs: [1],
  });
  expect(shaders(build)[0]).toMatchInlineSnapshot(`
    "@group(0) @binding(0) var<uniform> u: array<vec4<u32>, 2>;
    @group(0) @binding(1) var<storage, read> in0: array<f32>;
    @group(0) @binding(2) var<storage, read_write> out: array<f32>;
    fn rounding_f32x4(a: vec4<f32>, b: vec4<f32>, sum: vec4<f32>) -> vec4<f32> {
      let second = sum - a;
      return (a - (sum - second)) + (b - second);
    }
    fn rounding_f32(a: f32, b: f32, sum: f32) -> f32 {
      let second = sum - a;
      return (a - (sum - second)) + (b - second);
    }
    fn isFinite_f32(x: f32) -> bool { return (bitcast<u32>(x) & u32(0x7fffffffu)) < u32(0x7f800000u); }
    @compute @workgroup_size(64) fn main(
      @builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
      let thread = (group.y * u[0].x + group.x) * 64u + local;
      if (thread >= u[0].y) { return; }
      let i2 = u[0].w + thread;
      var total3 = vec4<f32>(0.0f);
      var lost4 = vec4<f32>(0.0f);
      for (var j0 = 0u; j0 < u[0].z; j0 += 4u) {
        let j0s = j0 + vec4<u32>(0u, 1u, 2u, 3u);
        let i5 = i2 + j0s * u[1].y;
        let x6 = vec4<f32>(in0[i5.x], in0[i5.y], in0[i5.z], in0[i5.w]);
        let v7 = select(vec4<f32>(0.0f), x6, j0s < vec4<u32>(u[0].z));
        let v8 = total3 + v7;
        lost4 += rounding_f32x4(total3, v7, v8);
        total3 = v8;
      }
      let v9 = total3.x + total3.y;
      let v10 = total3.z + total3.w;
      let v11 = v9 + v10;
      let v12 = v11 + (lost4.x + lost4.y + lost4.z + lost4.w + rounding_f32(total3.x, total3.y, v9) + rounding_f32(total3.z, total3.w, v10) + rounding_f32(v9, v10, v11));
      let v13 = select(v11, v12, isFinite_f32(v11));
      let v14 = f32(v13);
      out[thread] = f32(v14);
    }
    "
  `);
});

test("a matrix times a vector", () => {
  const build = new KernelBuilder();
  build.step(
    matmulOp,
    [build.input([400, 13], "f32", []), build.input([13, 1], "f32", [])],
    [400, 1],
  );
  expect(shaders(build)[0]).toMatchInlineSnapshot(`
    "@group(0) @binding(0) var<uniform> u: array<vec4<u32>, 5>;
    @group(0) @binding(1) var<storage, read> in0: array<f32>;
    @group(0) @binding(2) var<storage, read> in1: array<f32>;
    @group(0) @binding(3) var<storage, read_write> out: array<f32>;
    @compute @workgroup_size(32) fn main(
      @builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
      let block0 = group.y * u[0].x + group.x;
      if (block0 >= u[0].y) { return; }
      let q1 = block0 / u[0].z;
      let column2 = block0 - q1 * u[0].z;
      let q3 = q1 / u[0].w;
      let row4 = q1 - q3 * u[0].w;
      let top5 = row4 * 128u + local / 1u;
      let left6 = column2 * 1u + local % 1u;
      let start7 = u[1].x;
      let at8 = min(top5 + 0u, u[1].y);
      let start9 = start7 + at8 * u[1].z;
      let at10 = min(top5 + 32u, u[1].y);
      let start11 = start7 + at10 * u[1].z;
      let at12 = min(top5 + 64u, u[1].y);
      let start13 = start7 + at12 * u[1].z;
      let at14 = min(top5 + 96u, u[1].y);
      let start15 = start7 + at14 * u[1].z;
      let start16 = u[1].w;
      let at17 = min(left6 + 0u, u[2].x);
      let start18 = start16;
      var sum19 = f32(0);
      var sum20 = f32(0);
      var sum21 = f32(0);
      var sum22 = f32(0);
      var k24 = 0u * u[2].z;
      var k25 = 0u * u[2].w;
      for (var k = 0u; k < u[2].y; k++) {
        let i26 = start9 + k24;
        let x27 = in0[i26];
        let i28 = start11 + k24;
        let x29 = in0[i28];
        let i30 = start13 + k24;
        let x31 = in0[i30];
        let i33 = start15 + k24;
        let x34 = in0[i33];
        let i35 = start18 + k25;
        let x36 = in1[i35];
        sum19 += x27 * x36;
        sum20 += x29 * x36;
        sum21 += x31 * x36;
        sum22 += x34 * x36;
        k24 += u[3].x;
        k25 += u[3].y;
      }
      let o37 = q3 * u[4].x;
      let row38 = top5 + 0u;
      if (row38 < u[3].z) {
        let o39 = o37 + row38 * u[3].w;
        if (left6 + 0u < u[3].w) { out[o39 + left6 + 0u] = sum19; }
      }
      let row40 = top5 + 32u;
      if (row40 < u[3].z) {
        let o41 = o37 + row40 * u[3].w;
        if (left6 + 0u < u[3].w) { out[o41 + left6 + 0u] = sum20; }
      }
      let row42 = top5 + 64u;
      if (row42 < u[3].z) {
        let o43 = o37 + row42 * u[3].w;
        if (left6 + 0u < u[3].w) { out[o43 + left6 + 0u] = sum21; }
      }
      let row44 = top5 + 96u;
      if (row44 < u[3].z) {
        let o45 = o37 + row44 * u[3].w;
        if (left6 + 0u < u[3].w) { out[o45 + left6 + 0u] = sum22; }
      }
    }
    "
  `);
});

test("few long rows are cut into parts, by the shape alone", () => {
  expect(divide(1, 1024)).toEqual({ parts: 1, part: 1024 });
  expect(divide(2000, 100_000)).toEqual({ parts: 1, part: 100_000 });
  expect(divide(1, 1_000_000)).toEqual({ parts: 1000, part: 1000 });
  expect(divide(512, 10_000)).toEqual({ parts: 8, part: 1252 });
  const build = new KernelBuilder();
  build.step(reduceOp("argmax"), [build.input([1_000_000], "f32", [])], [], {
    attrs: [1],
    dtype: "i32",
  });
  const { stages, scratch } = lowerKernel(build.kernel, limits);
  expect(stages.map(({ bindings }) => bindings)).toEqual([
    [
      { source: { input: 0 }, writable: false },
      { source: { scratch: 0 }, writable: true },
      { source: { scratch: 1 }, writable: true },
    ],
    [
      { source: { scratch: 0 }, writable: false },
      { source: { scratch: 1 }, writable: false },
      { source: { output: 0 }, writable: true },
    ],
  ]);
  expect(scratch).toEqual([4000, 4000]);
});
