/** The platform's GPUDevice; any object if TypeScript has no WebGPU types. */
export type PlatformDevice = typeof globalThis extends { GPUDevice: { prototype: infer Known } }
  ? Known
  : object;
