import type { PlatformDevice } from "../devices/platform-device.ts";

/** Counts of what a program asked of the GPU. */
export interface DeviceCounts {
  dispatches: number;
  passes: number;
  submits: number;
  buffersCreated: number;
  bindGroupsCreated: number;
  shadersCreated: number;
  pipelinesCreated: number;
  writes: number;
  bytesUploaded: number;
  copies: number;
}

const none = (): DeviceCounts => ({
  dispatches: 0,
  passes: 0,
  submits: 0,
  buffersCreated: 0,
  bindGroupsCreated: 0,
  shadersCreated: 0,
  pipelinesCreated: 0,
  writes: 0,
  bytesUploaded: 0,
  copies: 0,
});

export interface CountingDevice {
  /** The watched device, to be passed to `init({ device })`. */
  readonly device: PlatformDevice;
  /** The counts since the last `take()`, which resets them. */
  take(): DeviceCounts;
}

/** Watches a GPUDevice: every call is counted and passed on. */
export function countingDevice(device: PlatformDevice): CountingDevice {
  let counts = none();
  type Watched = Record<string, (result: unknown, args: readonly unknown[]) => unknown>;
  const watch = <T extends object>(target: T, watched: Watched): T =>
    new Proxy(target, {
      get(object, key) {
        const value: unknown = Reflect.get(object, key, object);
        const seen = watched[String(key)];
        if (typeof value !== "function") return seen === undefined ? value : seen(value, []);
        const method = value as (...args: unknown[]) => unknown;
        if (seen === undefined) return method.bind(object);
        return (...args: unknown[]) => seen(method.apply(object, args), args);
      },
      set: (object, key, value) => Reflect.set(object, key, value, object),
    });
  const count =
    (name: keyof DeviceCounts) =>
    (result: unknown): unknown => {
      counts[name]++;
      return result;
    };
  const pass: Watched = { dispatchWorkgroups: count("dispatches") };
  const encoder: Watched = {
    beginComputePass: (result) => {
      counts.passes++;
      return watch(result as GPUComputePassEncoder, pass);
    },
    copyBufferToBuffer: count("copies"),
  };
  const queue: Watched = {
    submit: count("submits"),
    writeBuffer: (result, args) => {
      counts.writes++;
      const data = args[2] as ArrayBufferView;
      const size = args[4] as number | undefined;
      counts.bytesUploaded += size === undefined ? data.byteLength : size * elementBytes(data);
      return result;
    },
  };
  const watchedQueue = watch(device.queue, queue);
  const watched = watch(device, {
    queue: () => watchedQueue,
    createBuffer: count("buffersCreated"),
    createBindGroup: count("bindGroupsCreated"),
    createShaderModule: count("shadersCreated"),
    createComputePipeline: count("pipelinesCreated"),
    createComputePipelineAsync: count("pipelinesCreated"),
    createCommandEncoder: (result) => watch(result as GPUCommandEncoder, encoder),
  });
  return {
    device: watched,
    take() {
      const taken = counts;
      counts = none();
      return taken;
    },
  };
}

const elementBytes = (data: ArrayBufferView): number =>
  (data as { BYTES_PER_ELEMENT?: number }).BYTES_PER_ELEMENT ?? 1;
