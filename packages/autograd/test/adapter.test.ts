import { expect, test } from "vitest";

const shader = `
  @group(0) @binding(0) var<storage, read_write> values: array<f32>;
  @compute @workgroup_size(4) fn main(@builtin(global_invocation_id) id: vec3u) {
    values[id.x] = 2 * values[id.x] + 1;
  }`;

async function findAdapter(): Promise<GPUAdapter | null> {
  if (globalThis.navigator?.gpu) return navigator.gpu.requestAdapter();
  const { nodeAdapter } = await import("../src/node.ts");
  return (await nodeAdapter()).adapter;
}

test("the tests have a WebGPU adapter that computes", async () => {
  const device = await (await findAdapter())?.requestDevice();
  if (!device) throw new Error("no adapter");
  const [STORAGE, COPY_SRC, COPY_DST, MAP_READ] = [128, 4, 8, 1];
  const values = device.createBuffer({ size: 16, usage: STORAGE | COPY_SRC | COPY_DST });
  const readable = device.createBuffer({ size: 16, usage: MAP_READ | COPY_DST });
  device.queue.writeBuffer(values, 0, new Float32Array([0, 1, 2, 3]));
  const module = device.createShaderModule({ code: shader });
  const pipeline = device.createComputePipeline({ layout: "auto", compute: { module } });
  const bindings = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [{ binding: 0, resource: { buffer: values } }],
  });

  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindings);
  pass.dispatchWorkgroups(1);
  pass.end();
  encoder.copyBufferToBuffer(values, 0, readable, 0, 16);
  device.queue.submit([encoder.finish()]);

  await readable.mapAsync(MAP_READ);
  expect([...new Float32Array(readable.getMappedRange())]).toEqual([1, 3, 5, 7]);
  device.destroy();
});
