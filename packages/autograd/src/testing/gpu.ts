import type { PlatformDevice } from "../devices/platform-device.ts";

/**
 * A new GPUDevice, in browsers and in Node, for `init({ device })` in tests. It has either all
 * limits of the
 * adapter, or the smallest ones that WebGPU guarantees.
 */
export async function openGPUDevice(limits: "all" | "least" = "all"): Promise<PlatformDevice> {
  const adapter = await findAdapter();
  if (limits === "least") return adapter.requestDevice();
  const { maxStorageBuffersPerShaderStage, maxBufferSize, maxStorageBufferBindingSize } =
    adapter.limits;
  const requiredFeatures = (["shader-f16"] as const).filter((name) => adapter.features.has(name));
  return adapter.requestDevice({
    requiredFeatures,
    requiredLimits: { maxStorageBuffersPerShaderStage, maxBufferSize, maxStorageBufferBindingSize },
  });
}

async function findAdapter(): Promise<GPUAdapter> {
  const inBrowser = (globalThis as { navigator?: Navigator }).navigator?.gpu;
  if (inBrowser) {
    const adapter = await inBrowser.requestAdapter();
    if (adapter !== null) return adapter;
  }
  const { nodeAdapter } = await import("../devices/node/dawn.ts");
  return (await nodeAdapter()).adapter;
}
