/** The platform's GPUDevice; any object where the compiler's libraries do not know WebGPU (before TypeScript 6, without @webgpu/types). */
export type PlatformDevice = typeof globalThis extends { GPUDevice: { prototype: infer Known } }
  ? Known
  : object;
