import { expect, test } from "vitest";
import { renderKernel } from "../../src/devices/webgpu/render/kernel.ts";
import { expandView, permuteView, wholeView } from "../../src/graph/view.ts";
import { e } from "../../src/kernel/expression.ts";
import { divide } from "../../src/lower/parts.ts";
import { elementwiseOp, fillOp, KernelBuilder, matmulOp, reduceOp, viewed } from "./kernels.ts";

const limits = { maxBindings: 8, maxWorkgroups: 65535, software: true };
const add = elementwiseOp("add", e.add, (a, b) => a + b);
const mul = elementwiseOp("mul", e.mul, (a, b) => a * b);

const shaders = (build: KernelBuilder) =>
  renderKernel(build.kernel, limits).stages.map(({ wgsl }) => wgsl);

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
    @group(0) @binding(1) var<storage, read> in1: array<f32>;
    @group(0) @binding(2) var<storage, read> in0: array<vec4<f32>>;
    @group(0) @binding(3) var<storage, read_write> out0: array<vec4<f32>>;
    @compute @workgroup_size(64) fn main(
      @builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) local: u32) {
      let turn = id.y * u[0].x + id.x;
      for (var thread = turn * 64u + local; thread < u[0].z; thread += u[0].y) {
        let v0 = vec4<u32>(((thread) * 4u)) + (vec4<u32>(0u, 1u, 2u, 3u));
        let v1 = v0 / vec4<u32>(u[1].x);
        let v2 = v0 - v1 * vec4<u32>(u[1].x);
        let v3 = vec4<u32>(u[0].w) + v2;
        let v4 = (thread);
        let v5 = in0[v4];
        let v6 = bitcast<f32>(u[1].z);
        let v7 = vec4<f32>(in1[v3.x], in1[v3.y], in1[v3.z], in1[v3.w]);
        let v8 = ((v5 * vec4<f32>(v6)) + v7);
        out0[v4] = v8;
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
    @group(0) @binding(2) var<storage, read_write> out0: array<f32>;
    fn isFinite_f32(p0: f32) -> bool {
      return (((bitcast<u32>(p0)) & 2147483647u) < 2139095040u);
    }
    @compute @workgroup_size(64) fn main(
      @builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) local: u32) {
      let turn = id.y * u[0].x + id.x;
      let thread = turn * 64u + local;
      if (thread >= u[0].y) { return; }
      let v0 = u[0].z + thread;
      var v1 = vec4<f32>(0.0f);
      var v2 = vec4<f32>(0.0f);
      for (var v3 = 0u; v3 < u[0].w; v3 += 4u) {
        let v4 = vec4<u32>(v3) + (vec4<u32>(0u, 1u, 2u, 3u));
        let v5 = v4 * vec4<u32>(u[1].x);
        let v6 = vec4<u32>(v0) + v5;
        let v7 = vec4<f32>(in0[v6.x], in0[v6.y], in0[v6.z], in0[v6.w]);
        let v8 = (select(vec4<f32>(0.0f), v7, (v4 < vec4<u32>(u[0].w))));
        let v9 = (v1 + v8);
        let v10 = v9 - v1;
        v2 = (v2 + ((v1 - (v9 - v10)) + (v8 - v10)));
        v1 = v9;
      }
      let v11 = v1;
      let v12 = v2;
      let v13 = v11.x;
      let v14 = v11.y;
      let v15 = (v13 + v14);
      let v16 = v11.z;
      let v17 = v11.w;
      let v18 = (v16 + v17);
      let v19 = (v15 + v18);
      let v20 = v15 - v13;
      let v21 = v18 - v16;
      let v22 = v19 - v15;
      let v23 = v12.x;
      let v24 = v12.y;
      let v25 = v12.z;
      let v26 = v12.w;
      let v27 = select(v19, (v19 + ((((((v23 + v24) + v25) + v26) + ((v13 - (v15 - v20)) + (v14 - v20))) + ((v16 - (v18 - v21)) + (v17 - v21))) + ((v15 - (v19 - v22)) + (v18 - v22)))), (isFinite_f32(v19)));
      out0[thread] = v27;
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
    @group(0) @binding(3) var<storage, read_write> out0: array<f32>;
    @compute @workgroup_size(32) fn main(
      @builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) local: u32) {
      let turn = id.y * u[0].x + id.x;
      let group = turn;
      let v0 = (group / u[0].y);
      let v1 = (group - (v0 * u[0].y));
      let v2 = (v0 / u[0].z);
      let v3 = (v0 - (v2 * u[0].z));
      let v4 = ((v3 * 128u) + (local / 1u));
      let v5 = ((v1 * 1u) + (local % 1u));
      let v6 = u[0].w;
      let v7 = (min((v4 + 0u), u[1].x));
      let v8 = v7 * u[1].y;
      let v9 = (v6 + v8);
      let v10 = (min((v4 + 32u), u[1].x));
      let v11 = v10 * u[1].y;
      let v12 = (v6 + v11);
      let v13 = (min((v4 + 64u), u[1].x));
      let v14 = v13 * u[1].y;
      let v15 = (v6 + v14);
      let v16 = (min((v4 + 96u), u[1].x));
      let v17 = v16 * u[1].y;
      let v18 = (v6 + v17);
      let v19 = u[1].z;
      let v20 = (min((v5 + 0u), u[1].w));
      let v21 = (v19 + 0u);
      var v22 = 0.0f;
      var v23 = 0.0f;
      var v24 = 0.0f;
      var v25 = 0.0f;
      var v28 = 0u * u[2].y;
      var v29 = 0u * u[2].z;
      for (var v26 = 0u; v26 < u[2].x; v26 += 1u) {
        let v30 = (v9 + v28);
        let v31 = in0[v30];
        let v32 = (v12 + v28);
        let v33 = in0[v32];
        let v34 = (v15 + v28);
        let v35 = in0[v34];
        let v36 = (v18 + v28);
        let v37 = in0[v36];
        let v38 = (v21 + v29);
        let v39 = in1[v38];
        v22 = (v22 + (v31 * v39));
        v23 = (v23 + (v33 * v39));
        v24 = (v24 + (v35 * v39));
        v25 = (v25 + (v37 * v39));
        v28 += u[2].w;
        v29 += u[3].x;
      }
      let v40 = (v2 * u[3].y);
      let v41 = (v4 + 0u);
      if ((v41 < u[3].z)) {
        let v42 = (v40 + (v41 * u[3].w));
        let v43 = (v5 + 0u);
        if ((v43 < u[3].w)) {
          out0[(v42 + v43)] = v22;
        }
      }
      let v44 = (v4 + 32u);
      if ((v44 < u[3].z)) {
        let v45 = (v40 + (v44 * u[4].x));
        let v46 = (v5 + 0u);
        if ((v46 < u[4].x)) {
          out0[(v45 + v46)] = v23;
        }
      }
      let v47 = (v4 + 64u);
      if ((v47 < u[3].z)) {
        let v48 = (v40 + (v47 * u[4].y));
        let v49 = (v5 + 0u);
        if ((v49 < u[4].y)) {
          out0[(v48 + v49)] = v24;
        }
      }
      let v50 = (v4 + 96u);
      if ((v50 < u[3].z)) {
        let v51 = (v40 + (v50 * u[4].z));
        let v52 = (v5 + 0u);
        if ((v52 < u[4].z)) {
          out0[(v51 + v52)] = v25;
        }
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
  const { stages, scratch } = renderKernel(build.kernel, limits);
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
