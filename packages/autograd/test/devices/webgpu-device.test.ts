import { expect, test } from "vitest";
import type { BoundKernel, DeviceBuffer, Submission } from "../../src/devices/device.ts";
import { openWebGPU, type WebGPUDevice } from "../../src/devices/webgpu/device.ts";
import { DeviceLostError, DTypeError, LimitError, OutOfMemoryError } from "../../src/errors.ts";
import { e } from "../../src/kernel/expression.ts";
import { countingDevice } from "../../src/testing/counting.ts";
import { elementwiseOp, fillOp, KernelBuilder, type Value, viewed } from "./kernels.ts";

const open = async () => (await openWebGPU()) as WebGPUDevice;
const device = await open();

const scale = elementwiseOp("scale", e.mul, (a, b) => a * b);

/** y = alpha x, alpha a parameter. */
function scaling(size: number, on: WebGPUDevice) {
  const build = new KernelBuilder();
  const x = build.input([size], "f32", new Float32Array(size));
  const alpha = build.step(fillOp, [], [], { dtype: "f32", scalars: [[2, "f32"]] });
  const wide = viewed(alpha, { shape: [size], strides: [0], offset: 0 });
  build.step(scale, [x, wide], [size]);
  const [input, output] = [on.createBuffer(size * 4), on.createBuffer(size * 4)];
  const lowered = on.lower(build.kernel);
  const bound: BoundKernel = { lowered, inputs: [input], outputs: [output], scratch: [] };
  return { input, output, program: on.program([bound]) };
}

const nothing: Submission = { program: null, params: [], before: [], after: [], reads: [] };

test("describes its adapter", () => {
  expect(device.kind).toBe("webgpu");
  expect(device.description).not.toBe("");
  expect(device.maxBindings).toBeGreaterThanOrEqual(8);
  expect(
    ["f32", "i32", "u32", "bool", "u8", "f64"].map((dtype) => device.supports(dtype as "f32")),
  ).toEqual([true, true, true, true, true, false]);
  expect([0, 1, 4, 5].map((n) => device.bytesOf("u8", n))).toEqual([0, 4, 4, 8]);
  expect(device.bytesOf("bool", 3)).toBe(12);
});

test("writes and reads every dtype, at offsets", async () => {
  const buffer = device.createBuffer(64);
  device.write(buffer, 0, new Float32Array([1.5, Number.NaN, -0, 1 / 0]), "f32");
  device.write(buffer, 16, new Int32Array([-1, 7]), "i32");
  device.write(buffer, 24, new Uint32Array([0xffffffff]), "u32");
  device.write(buffer, 28, new Uint8Array([0, 1, 7]), "bool");
  device.write(buffer, 40, new Uint8Array([1, 2, 3, 4, 250]), "u8");
  const reads = [
    { from: buffer, fromByte: 4, dtype: "f32", count: 3 },
    { from: buffer, fromByte: 16, dtype: "i32", count: 2 },
    { from: buffer, fromByte: 24, dtype: "u32", count: 1 },
    { from: buffer, fromByte: 28, dtype: "bool", count: 3 },
    { from: buffer, fromByte: 42, dtype: "u8", count: 3 },
    { from: buffer, fromByte: 0, dtype: "f32", count: 0 },
  ] as const;
  expect(await Promise.all(device.submit({ ...nothing, reads }))).toEqual([
    new Float32Array([Number.NaN, -0, 1 / 0]),
    new Int32Array([-1, 7]),
    new Uint32Array([0xffffffff]),
    new Uint8Array([0, 1, 1]),
    new Uint8Array([3, 4, 250]),
    new Float32Array(),
  ]);
  expect(() => device.write(buffer, 0, new Float64Array(1), "f64")).toThrow(DTypeError);
});

test("copies, program, copies and reads run in this order, in one submit and one pass", async () => {
  const counting = countingDevice(device.gpu);
  const watched = (await openWebGPU(counting.device)) as WebGPUDevice;
  const { input, output, program } = scaling(5, watched);
  const [source, target] = [watched.createBuffer(20), watched.createBuffer(20)];
  watched.write(source, 0, new Float32Array([1, 2, 3, 4, 5]), "f32");
  const step = (alpha: number) =>
    watched.submit({
      program,
      params: [alpha, 0],
      before: [{ from: source, fromByte: 0, to: input, toByte: 0, bytes: 20 }],
      after: [{ from: output, fromByte: 4, to: target, toByte: 0, bytes: 16 }],
      reads: [{ from: target, fromByte: 0, dtype: "f32", count: 4 }],
    });
  expect(await step(10)[0]).toEqual(new Float32Array([20, 30, 40, 50]));
  counting.take();
  const [first, second] = [step(3), step(-1)];
  expect([await first[0], await second[0]]).toEqual([
    new Float32Array([6, 9, 12, 15]),
    new Float32Array([-2, -3, -4, -5]),
  ]);
  counting.take();
  await step(4)[0];
  expect(counting.take()).toMatchObject({
    dispatches: 1,
    passes: 1,
    submits: 1,
    buffersCreated: 0,
    bindGroupsCreated: 0,
    pipelinesCreated: 0,
    shadersCreated: 0,
    writes: 1,
    bytesUploaded: 4,
  });
  await step(4)[0];
  expect(counting.take()).toMatchObject({ submits: 1, writes: 0 });
  expect(watched.submit(nothing)).toEqual([]);
  await watched.submit({
    ...nothing,
    reads: [{ from: target, fromByte: 0, dtype: "f32", count: 1 }],
  })[0];
  expect(counting.take()).toMatchObject({ passes: 0, submits: 1 });
});

test("equal shaders share a pipeline", async () => {
  const counting = countingDevice(device.gpu);
  const watched = (await openWebGPU(counting.device)) as WebGPUDevice;
  scaling(5, watched);
  scaling(5000, watched);
  expect(counting.take()).toMatchObject({
    pipelinesCreated: 1,
    shadersCreated: 1,
    bindGroupsCreated: 2,
  });
});

test("errors name the limit that is exceeded", () => {
  expect(() => device.createBuffer(2 ** 40)).toThrow(LimitError);
  expect(() => device.createBuffer(2 ** 40)).toThrow(
    /a buffer of 1099511627776 bytes exceeds the adapter's max(Storage)?Buffer/,
  );
  const build = new KernelBuilder();
  let sum: Value = build.input([1], "f32", [0]);
  for (let i = 0; i < device.maxBindings; i++) {
    sum = build.step(scale, [sum, build.input([1], "f32", [0])], [1]);
  }
  expect(() => device.lower(build.kernel)).toThrow(
    new LimitError(
      `scale: one kernel binds ${device.maxBindings + 2} buffers; the adapter's maxStorageBuffersPerShaderStage ` +
        `is ${device.maxBindings}\n  hint: combine fewer tensors at once`,
    ),
  );
});

test("f64 is refused", () => {
  const build = new KernelBuilder();
  build.step(scale, [build.input([1], "f64", [0]), build.input([1], "f64", [0])], [1]);
  expect(() => device.lower(build.kernel)).toThrow(DTypeError);
});

test("a destroyed device rejects pending reads, calls listeners and throws; another device works", async () => {
  const doomed = await open();
  const { output, program } = scaling(100_000, doomed);
  const heard: Error[] = [];
  doomed.onFailure((error) => heard.push(error));
  const reads = [{ from: output, fromByte: 0, dtype: "f32" as const, count: 100_000 }];
  const [reading] = doomed.submit({ ...nothing, program, params: [1, 0], reads });
  doomed.gpu.destroy();
  await expect(reading).rejects.toBeInstanceOf(DeviceLostError);
  expect(heard).toHaveLength(1);
  expect(doomed.failure).toBe(heard[0]);
  expect(doomed.failure?.message).toMatch(
    /^webgpu: the device was destroyed\n {2}hint: .*init\(\)/,
  );
  expect(() => doomed.createBuffer(4)).toThrow(DeviceLostError);
  expect(() => doomed.write(output, 0, new Float32Array(1), "f32")).toThrow(DeviceLostError);
  expect(() => doomed.submit({ ...nothing, program, reads })).toThrow(DeviceLostError);
  await expect(doomed.idle()).rejects.toBeInstanceOf(DeviceLostError);
  const late: Error[] = [];
  doomed.onFailure((error) => late.push(error));
  expect(late).toEqual(heard);
  doomed.destroyBuffer(output);

  const fresh = await open();
  const again = scaling(3, fresh);
  fresh.write(again.input, 0, new Float32Array([1, 2, 3]), "f32");
  const [value] = fresh.submit({
    ...nothing,
    program: again.program,
    params: [5, 0],
    reads: [{ from: again.output, fromByte: 0, dtype: "f32", count: 3 }],
  });
  expect(await value).toEqual(new Float32Array([5, 10, 15]));
  fresh.dispose();
  expect(() => fresh.createBuffer(4)).toThrow(DeviceLostError);
});

test("a failed allocation fails what needs it, with a typed error, and nothing else", async () => {
  const poor = new Proxy(device.gpu, {
    get(gpu, key) {
      if (key === "popErrorScope") {
        return () => gpu.popErrorScope().then((error) => error ?? (denied.shift() ? none : null));
      }
      const value: unknown = Reflect.get(gpu, key, gpu);
      return typeof value === "function" ? value.bind(gpu) : value;
    },
  });
  const none = { message: "none left" };
  const denied: boolean[] = [];
  const small = (await openWebGPU(poor)) as WebGPUDevice;
  const [here, missing] = [small.createBuffer(4), small.createBuffer(1024)];
  denied.push(false, true);
  const read = (from: DeviceBuffer) =>
    small.submit({ ...nothing, reads: [{ from, fromByte: 0, dtype: "f32", count: 1 }] })[0];
  small.write(here, 0, new Float32Array([7]), "f32");
  small.write(missing, 0, new Float32Array([7]), "f32");
  const failed = read(missing);
  await expect(failed).rejects.toBeInstanceOf(OutOfMemoryError);
  await expect(failed).rejects.toThrow(
    /^webgpu: the device has no memory for a buffer of 1024 bytes\n {2}none left\n {2}hint: /,
  );
  expect(await read(here)).toEqual(new Float32Array([7]));
  expect([here.fault, small.failure]).toEqual([null, null]);
  expect(missing.fault).toBeInstanceOf(OutOfMemoryError);
});

test("a shader that the adapter refuses fails the submit that needs it, and the error names the kernel", async () => {
  const { input, output, program } = scaling(4, device);
  const build = new KernelBuilder();
  build.step(
    scale,
    [build.input([4], "f32", [1, 2, 3, 4]), build.input([4], "f32", [1, 2, 3, 4])],
    [4],
  );
  const lowered = device.lower(build.kernel);
  const stages = lowered.stages.map((stage) => ({ ...stage, wgsl: `${stage.wgsl} nonsense` }));
  const broken = { ...lowered, stages } as typeof lowered;
  const bound = { lowered: broken, inputs: [input, input], outputs: [output], scratch: [] };
  const reads = [{ from: output, fromByte: 0, dtype: "f32" as const, count: 4 }];
  const [refused] = device.submit({ ...nothing, program: device.program([bound]), reads });
  const [after] = device.submit({ ...nothing, program, params: [2, 0], reads });
  await expect(refused).rejects.toThrow(
    /^webgpu: the device refuses the kernel of 'scale' \[4\] f32\n {2}line \d+, column \d+: .*\n.*nonsense/,
  );
  expect(await after).toEqual(new Float32Array([0, 0, 0, 0]));
  expect(device.failure).toBe(null);
});
