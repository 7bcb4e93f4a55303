import { expect, test } from "vitest";
import { renderKernel } from "../../src/devices/webgpu/render/kernel.ts";
import { reduceAttributes } from "../../src/graph/attributes.ts";
import { expandView, permuteView, wholeView } from "../../src/graph/view.ts";
import { e } from "../../src/kernel/expression.ts";
import { cutRows } from "../../src/lower/parts.ts";
import { elementwiseOp, fillOp, KernelBuilder, matmulOp, reduceOp, viewed } from "./kernels.ts";

const limits = { maxBindings: 8, maxWorkgroups: 65535, class: "software" } as const;
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
    @group(0) @binding(1) var<storage, read> in0: array<vec4<f32>>;
    @group(0) @binding(2) var<storage, read> in1: array<f32>;
    @group(0) @binding(3) var<storage, read_write> out0: array<vec4<f32>>;
    @compute @workgroup_size(64) fn main(
      @builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) local: u32) {
      let turn = id.y * u[0].x + id.x;
      for (var thread = turn * 64u + local; thread < u[0].z; thread += u[0].y) {
        let v0 = vec4<u32>(thread * 4u) + (vec4<u32>(0u, 1u, 2u, 3u));
        let v1 = vec4<u32>(u[0].w) + (v0 - ((v0 / vec4<u32>(u[1].x)) * vec4<u32>(u[1].x)));
        let v2 = in0[thread];
        let v3 = vec4<f32>(in1[v1.x], in1[v1.y], in1[v1.z], in1[v1.w]);
        let v4 = (v2 * vec4<f32>(bitcast<f32>(u[1].y))) + v3;
        out0[thread] = v4;
      }
    }
    "
  `);
});

test("the sum of columns", () => {
  const build = new KernelBuilder();
  const x = build.input([50, 30], "f32", []);
  build.step(reduceOp("sum"), [viewed(x, permuteView(wholeView([50, 30]), [1, 0]))], [30], {
    attrs: reduceAttributes(1),
  });
  expect(shaders(build)[0]).toMatchInlineSnapshot(`
    "@group(0) @binding(0) var<uniform> u: array<vec4<u32>, 2>;
    @group(0) @binding(1) var<storage, read> in0: array<f32>;
    @group(0) @binding(2) var<storage, read_write> out0: array<f32>;
    fn isFinite_f32(v0: f32) -> bool {
      return ((bitcast<u32>(v0)) & 2147483647u) < 2139095040u;
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
        let t0 = vec4<u32>(v0) + v5;
        let v6 = vec4<f32>(in0[t0.x], in0[t0.y], in0[t0.z], in0[t0.w]);
        let v7 = select(vec4<f32>(0.0f), v6, (v4 < vec4<u32>(u[0].w)));
        let v8 = v1 + v7;
        let v9 = v8 - v1;
        v2 = v2 + ((v1 - (v8 - v9)) + (v7 - v9));
        v1 = v8;
      }
      let v10 = v1;
      let v11 = v2;
      let v12 = v10.x;
      let v13 = v10.y;
      let v14 = v12 + v13;
      let v15 = v10.z;
      let v16 = v10.w;
      let v17 = v15 + v16;
      let v18 = v14 + v17;
      let v19 = v11.x;
      let v20 = v11.y;
      let v21 = v11.z;
      let v22 = v11.w;
      let v23 = v14 - v12;
      let v24 = v17 - v15;
      let v25 = v18 - v14;
      let v26 = select(v18, (v18 + ((((((v19 + v20) + v21) + v22) + ((v12 - (v14 - v23)) + (v13 - v23))) + ((v15 - (v17 - v24)) + (v16 - v24))) + ((v14 - (v18 - v25)) + (v17 - v25)))), (isFinite_f32(v18)));
      out0[thread] = v26;
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
    "@group(0) @binding(0) var<uniform> u: array<vec4<u32>, 4>;
    @group(0) @binding(1) var<storage, read> in0: array<f32>;
    @group(0) @binding(2) var<storage, read> in1: array<f32>;
    @group(0) @binding(3) var<storage, read_write> out0: array<f32>;
    @compute @workgroup_size(32) fn main(
      @builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) local: u32) {
      let turn = id.y * u[0].x + id.x;
      let group = turn;
      let v0 = group / u[0].y;
      let v1 = group - (v0 * u[0].y);
      let v2 = v0 / u[0].z;
      let v3 = v0 - (v2 * u[0].z);
      let v4 = (v3 * 128u) + (local / 1u);
      let v5 = (v1 * 1u) + (local % 1u);
      let v6 = u[0].w;
      let v7 = min((v4 + 0u), u[1].x);
      let v8 = v7 * u[1].y;
      let v9 = v6 + v8;
      let v10 = min((v4 + 32u), u[1].x);
      let v11 = v10 * u[1].y;
      let v12 = v6 + v11;
      let v13 = min((v4 + 64u), u[1].x);
      let v14 = v13 * u[1].y;
      let v15 = v6 + v14;
      let v16 = min((v4 + 96u), u[1].x);
      let v17 = v16 * u[1].y;
      let v18 = v6 + v17;
      let v19 = u[1].z;
      let v20 = min((v5 + 0u), u[1].w);
      let v21 = v19 + 0u;
      var v22 = 0.0f;
      var v23 = 0.0f;
      var v24 = 0.0f;
      var v25 = 0.0f;
      var v26 = 0u * u[2].x;
      var v27 = 0u * u[2].y;
      for (var v28 = 0u; v28 < u[2].z; v28 += 1u) {
        let v29 = v26;
        let v30 = v27;
        let v31 = in0[v9 + v29];
        let v32 = in0[v12 + v29];
        let v33 = in0[v15 + v29];
        let v34 = in0[v18 + v29];
        let v35 = in1[v21 + v30];
        v22 = v22 + (v31 * v35);
        v23 = v23 + (v32 * v35);
        v24 = v24 + (v33 * v35);
        v25 = v25 + (v34 * v35);
        v26 = v26 + u[2].w;
        v27 = v27 + u[3].x;
      }
      let v36 = v2 * u[3].y;
      let v37 = v4 + 0u;
      if ((v37 < u[3].z)) {
        let v38 = v36 + (v37 * u[3].w);
        let v39 = v5 + 0u;
        if ((v39 < u[3].w)) {
          out0[v38 + v39] = v22;
        }
      }
      let v40 = v4 + 32u;
      if ((v40 < u[3].z)) {
        let v41 = v36 + (v40 * u[3].w);
        let v42 = v5 + 0u;
        if ((v42 < u[3].w)) {
          out0[v41 + v42] = v23;
        }
      }
      let v43 = v4 + 64u;
      if ((v43 < u[3].z)) {
        let v44 = v36 + (v43 * u[3].w);
        let v45 = v5 + 0u;
        if ((v45 < u[3].w)) {
          out0[v44 + v45] = v24;
        }
      }
      let v46 = v4 + 96u;
      if ((v46 < u[3].z)) {
        let v47 = v36 + (v46 * u[3].w);
        let v48 = v5 + 0u;
        if ((v48 < u[3].w)) {
          out0[v47 + v48] = v25;
        }
      }
    }
    "
  `);
});

test("few long rows are cut into parts, and only the shape decides", () => {
  expect(cutRows(1, 1024)).toEqual({ parts: 1, part: 1024 });
  expect(cutRows(2000, 100_000)).toEqual({ parts: 1, part: 100_000 });
  expect(cutRows(1, 1_000_000)).toEqual({ parts: 1000, part: 1000 });
  expect(cutRows(512, 10_000)).toEqual({ parts: 8, part: 1252 });
  const build = new KernelBuilder();
  build.step(reduceOp("argmax"), [build.input([1_000_000], "f32", [])], [], {
    attrs: reduceAttributes(1),
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
