import { expect, test } from "vitest";
import { CpuDevice } from "../../src/devices/cpu/device.ts";
import { openWebGPU, type WebGPUDevice } from "../../src/devices/webgpu/device.ts";
import { permuteView, wholeView } from "../../src/graph/view.ts";
import { e } from "../../src/kernel/expression.ts";
import {
  difference,
  elementwiseOp,
  KernelBuilder,
  matmulOp,
  noise,
  reduceOp,
  viewed,
} from "./kernels.ts";

const device = (await openWebGPU()) as WebGPUDevice;
const cpu = new CpuDevice();

const add = elementwiseOp("add", e.add, (a, b) => a + b);
const exp = elementwiseOp("exp", e.exp, Math.exp);

async function agrees(build: KernelBuilder, rtol = 1e-5, atol = 1e-6): Promise<void> {
  const [got, want] = [await build.run(device), await build.run(cpu)];
  const problem = difference(got, want, rtol, atol);
  if (problem)
    console.log(
      device
        .lower(build.kernel)
        .stages.map((s) => s.wgsl)
        .join("\n----\n"),
    );
  expect(problem).toBeNull();
}

test("smoke: elementwise", async () => {
  const b = new KernelBuilder();
  const x = b.input([5, 3], "f32", noise(15));
  const y = b.input([3], "f32", noise(3));
  const s = b.step(add, [x, viewed(y, { shape: [5, 3], strides: [0, 1], offset: 0 })], [5, 3]);
  b.step(exp, [s], [5, 3]);
  await agrees(b);
});
test("smoke: reduce", async () => {
  for (const n of [1, 3, 8, 257, 4096, 100000]) {
    const b = new KernelBuilder();
    const x = b.input([3, n], "f32", noise(3 * n));
    b.step(reduceOp("sum"), [b.step(exp, [x], [3, n])], [3], { attrs: [1] });
    await agrees(b);
  }
});
test("smoke: matmul", async () => {
  const b = new KernelBuilder();
  const x = b.input([37, 29], "f32", noise(37 * 29));
  const y = b.input([41, 29], "f32", noise(41 * 29));
  b.step(matmulOp, [x, viewed(y, permuteView(wholeView([41, 29]), [1, 0]))], [37, 41]);
  await agrees(b);
});
