import type { DeviceClass } from "../../lower/target.ts";

/** An adapter's description of itself, and what follows from it. */
export interface AdapterInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  /** Whether it emulates a GPU on the processor. */
  readonly software: boolean;
  /** The class whose lowerings it uses. */
  readonly class: DeviceClass;
}

/** Limits that are requested in full, since kernels and buffers make use of them. */
const LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupsPerDimension",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupSizeY",
  "maxComputeWorkgroupStorageSize",
] as const satisfies readonly (keyof GPUSupportedLimits)[];

const FEATURES: readonly GPUFeatureName[] = ["timestamp-query", "subgroups", "shader-f16"];

/** Which adapters are accepted. */
export type AdapterKind = "any" | "hardware";

/** Opens a device of the best adapter, with all its limits and features; null if there is none. */
export async function openAdapter(
  kind: AdapterKind,
): Promise<{ gpu: GPUDevice; info: AdapterInfo } | null> {
  const adapter = await findAdapter(kind);
  if (adapter === null || (kind === "hardware" && adapterInfo(adapter.info).software)) return null;
  const requiredLimits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]]));
  const requiredFeatures = FEATURES.filter((name) => adapter.features.has(name));
  const gpu = await adapter.requestDevice({ requiredLimits, requiredFeatures });
  return { gpu, info: adapterInfo(adapter.info) };
}

async function findAdapter(kind: AdapterKind): Promise<GPUAdapter | null> {
  const inBrowser = (globalThis as { navigator?: Navigator }).navigator?.gpu;
  if (inBrowser) return inBrowser.requestAdapter({ powerPreference: "high-performance" });
  const node = (globalThis as { process?: { versions?: { node?: string } } }).process?.versions
    ?.node;
  if (node === undefined) return null;
  const { hardwareAdapter, nodeAdapter } = await import("../node/dawn.ts");
  return kind === "hardware" ? hardwareAdapter() : (await nodeAdapter()).adapter;
}

export function adapterInfo(info: GPUAdapterInfo | undefined): AdapterInfo {
  const { vendor = "", architecture = "", description = "" } = info ?? {};
  const software = info?.isFallbackAdapter ?? architecture === "swiftshader";
  const card = ["nvidia", "amd"].includes(vendor) ? "discrete" : "integrated";
  return { vendor, architecture, description, software, class: software ? "software" : card };
}
