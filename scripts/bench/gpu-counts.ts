/** WebGPU calls of a page, by any library. */
export interface GPUCounts {
  dispatches: number;
  passes: number;
  submits: number;
  buffersCreated: number;
  bindGroupsCreated: number;
  shadersCreated: number;
  pipelinesCreated: number;
  writes: number;
  copies: number;
}

const none = (): GPUCounts => ({
  dispatches: 0,
  passes: 0,
  submits: 0,
  buffersCreated: 0,
  bindGroupsCreated: 0,
  shadersCreated: 0,
  pipelinesCreated: 0,
  writes: 0,
  copies: 0,
});

let counts = none();

/** The counts since the last call. */
export function takeCounts(): GPUCounts {
  const taken = counts;
  counts = none();
  return taken;
}

/** Counts every WebGPU call of this page from now on. */
export function countGPU(): void {
  if (!("GPUDevice" in globalThis)) return;
  watch(GPUDevice.prototype, "createBuffer", "buffersCreated");
  watch(GPUDevice.prototype, "createBindGroup", "bindGroupsCreated");
  watch(GPUDevice.prototype, "createShaderModule", "shadersCreated");
  watch(GPUDevice.prototype, "createComputePipeline", "pipelinesCreated");
  watch(GPUDevice.prototype, "createComputePipelineAsync", "pipelinesCreated");
  watch(GPUQueue.prototype, "submit", "submits");
  watch(GPUQueue.prototype, "writeBuffer", "writes");
  watch(GPUCommandEncoder.prototype, "beginComputePass", "passes");
  watch(GPUCommandEncoder.prototype, "copyBufferToBuffer", "copies");
  watch(GPUComputePassEncoder.prototype, "dispatchWorkgroups", "dispatches");
}

function watch(prototype: object, method: string, count: keyof GPUCounts): void {
  const methods = prototype as Record<string, (this: unknown, ...args: unknown[]) => unknown>;
  const original = methods[method] as (this: unknown, ...args: unknown[]) => unknown;
  methods[method] = function (...args: unknown[]) {
    counts[count]++;
    return original.apply(this, args);
  };
}
