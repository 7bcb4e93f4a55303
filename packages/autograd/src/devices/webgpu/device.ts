import type { DType, TypedArray } from "../../dtype.ts";
import { DeviceError, DeviceLostError, OutOfMemoryError } from "../../errors.ts";
import type {
  BoundKernel,
  BufferGroup,
  Copy,
  Device,
  DeviceBuffer,
  Kernel,
  Program,
  Submission,
  Timings,
} from "../device.ts";
import { type LoweredKernel, type LoweringLimits, lowerKernel } from "./lower.ts";
import { BETWEEN, bytesOf, Memory } from "./memory.ts";
import { GPUProgram, Pipelines } from "./program.ts";
import { Readback } from "./readback.ts";

/** What an adapter says of itself; empty where it does not say. */
export interface AdapterInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  /** It computes on the processor. */
  readonly software: boolean;
}

/** Kernels as WGSL compute shaders on a GPUDevice. */
export class WebGPUDevice implements Device {
  readonly kind = "webgpu";
  readonly fuses = true;
  readonly description: string;
  readonly info: AdapterInfo;
  readonly gpu: GPUDevice;
  readonly maxBindings: number;
  readonly maxBufferBytes: number;
  watch: Device["watch"] = null;
  #timing: typeof import("./timing.ts") | null = null;
  readonly #memory: Memory;
  readonly #pipelines: Pipelines;
  readonly #readback: Readback;
  readonly #listeners: ((error: Error) => void)[] = [];
  readonly #ownsDevice: boolean;
  /** Buffers of copies within one buffer, to be destroyed when these have been submitted. */
  readonly #spent: GPUBuffer[] = [];
  #failure: Error | null = null;

  constructor(gpu: GPUDevice, info: AdapterInfo, ownsDevice: boolean) {
    this.gpu = gpu;
    this.info = info;
    this.#ownsDevice = ownsDevice;
    const { vendor, architecture, description, software } = info;
    const name =
      description || [vendor, architecture].filter(Boolean).join(" ") || "WebGPU adapter";
    this.description = software ? `${name} (software)` : name;
    this.#memory = new Memory(gpu, (error) => this.#fail(error));
    this.#pipelines = new Pipelines(gpu, (kernel, message) => {
      const told = `${kernel}: the adapter refuses its shader: ${message}`;
      // Using the pipeline may have failed before we hear why.
      if (this.#failure === null) this.#fail(new DeviceError(told));
      else this.#failure.message += `\n  first: ${told}`;
    });
    this.#readback = new Readback(this.#memory);
    this.maxBindings = gpu.limits.maxStorageBuffersPerShaderStage;
    this.maxBufferBytes = this.#memory.maxBufferBytes;
    gpu.lost.then(({ reason, message }) => this.#fail(lost(reason, message)));
    gpu.addEventListener("uncapturederror", (event) => {
      const { error } = event as GPUUncapturedErrorEvent;
      const outOfMemory = error.constructor.name === "GPUOutOfMemoryError";
      this.#fail(new (outOfMemory ? OutOfMemoryError : DeviceError)(`webgpu: ${error.message}`));
    });
  }

  get failure(): Error | null {
    return this.#failure;
  }

  supports(dtype: DType): boolean {
    return dtype === "f16" ? this.gpu.features.has("shader-f16") : dtype !== "f64";
  }

  bytesOf(dtype: DType, count: number): number {
    return bytesOf(dtype, count);
  }

  createBuffer(bytes: number, group: BufferGroup | null = null): DeviceBuffer {
    this.#check();
    return this.#memory.allocate(bytes, group);
  }

  destroyBuffer(buffer: DeviceBuffer): void {
    this.#memory.free(buffer);
  }

  write(buffer: DeviceBuffer, offset: number, data: TypedArray, dtype: DType): void {
    this.#check();
    this.#memory.write(buffer, offset, data, dtype);
  }

  /** `asked` is for tests and measurements: another form of products, another class of adapter. */
  lower(kernel: Kernel, asked?: Partial<LoweringLimits>): LoweredKernel {
    this.#check();
    return lowerKernel(kernel, {
      maxBindings: this.maxBindings,
      maxWorkgroups: this.gpu.limits.maxComputeWorkgroupsPerDimension,
      software: this.info.software,
      subgroups: this.gpu.features.has("subgroups"),
      ...asked,
    });
  }

  program(kernels: readonly BoundKernel[]): Program {
    this.#check();
    return new GPUProgram(this.gpu, this.#pipelines, this.#memory, kernels);
  }

  submit({ program, params, before, after, reads }: Submission): Promise<TypedArray>[] {
    this.#check();
    const { queue } = this.gpu;
    const kernels = program as GPUProgram | null;
    const computes = kernels !== null && kernels.dispatches > 0;
    if (!computes && before.length + after.length + reads.length === 0) return [];
    if (computes) kernels.writeParameters(queue, params);
    let encoder = this.gpu.createCommandEncoder();
    for (const copy of before) this.#copy(encoder, copy);
    let timed: (() => Promise<Timings>) | null = null;
    const timing = this.watch === null ? null : this.#timing;
    if (computes && timing !== null) {
      if (this.gpu.features.has("timestamp-query")) {
        timed = timing.encodeStamped(this.gpu, encoder, kernels);
      } else {
        queue.submit([encoder.finish()]);
        this.watch?.(timing.submitApart(this.gpu, kernels));
        encoder = this.gpu.createCommandEncoder();
      }
    } else if (computes) {
      const pass = encoder.beginComputePass();
      kernels.encode(pass);
      pass.end();
    }
    for (const copy of after) this.#copy(encoder, copy);
    const arrive =
      reads.length === 0
        ? null
        : this.#readback.encode(encoder, reads, (error) => this.#explain(error));
    queue.submit([encoder.finish()]);
    for (const buffer of this.#spent.splice(0)) buffer.destroy();
    if (timed !== null) this.watch?.(timed());
    return arrive?.() ?? [];
  }

  async prepareWatch(): Promise<void> {
    this.#timing ??= await import("./timing.ts");
  }

  async idle(): Promise<void> {
    this.#check();
    try {
      await this.gpu.queue.onSubmittedWorkDone();
    } catch (error) {
      throw await this.#explain(error);
    }
    this.#check();
  }

  onFailure(listener: (error: Error) => void): void {
    this.#listeners.push(listener);
    if (this.#failure !== null) listener(this.#failure);
  }

  dispose(): void {
    this.#failure ??= new DeviceLostError("webgpu: the device was disposed");
    if (this.#ownsDevice) this.gpu.destroy();
  }

  #copy(encoder: GPUCommandEncoder, { from, fromByte, to, toByte, bytes }: Copy): void {
    if (bytes === 0) return;
    const [source, target] = [this.#memory.region(from), this.#memory.region(to)];
    const [begin, end] = [source.offset + fromByte, target.offset + toByte];
    if (source.buffer !== target.buffer) {
      encoder.copyBufferToBuffer(source.buffer, begin, target.buffer, end, bytes);
      return;
    }
    // not every implementation copies within one buffer
    const between = this.#memory.create(bytes, BETWEEN);
    encoder.copyBufferToBuffer(source.buffer, begin, between, 0, bytes);
    encoder.copyBufferToBuffer(between, 0, target.buffer, end, bytes);
    this.#spent.push(between);
  }

  #check(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  #fail(error: Error): void {
    if (this.#failure !== null) return;
    this.#failure = error;
    for (const listener of this.#listeners) listener(error);
  }

  /** Why a promise of the GPU's was rejected: the failure, whose own event may come a little later. */
  async #explain(error: unknown): Promise<Error> {
    for (let turn = 0; turn < 10 && this.#failure === null; turn++) {
      await new Promise((resolve) => setTimeout(resolve, turn));
    }
    return this.#failure ?? new DeviceError(`webgpu: ${(error as Error).message}`);
  }
}

const lost = (reason: string, message: string): DeviceLostError =>
  new DeviceLostError(
    `webgpu: the device was ${reason === "destroyed" ? "destroyed" : `lost (${message.trim()})`}` +
      "\n  hint: its tensors are gone; `await init()` opens a fresh device",
  );

/** What we ask of an adapter: all it has, since kernels and buffers are cut to these. */
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

/**
 * Opens a WebGPU device: the one given, with its own limits, or one of the best adapter there is with all that the adapter
 * allows. In Node, WebGPU is Dawn (the package `webgpu`). Null where there is no adapter.
 */
export async function openWebGPU(given?: GPUDevice): Promise<WebGPUDevice | null> {
  if (given !== undefined) return new WebGPUDevice(given, adapterInfo(given.adapterInfo), false);
  const adapter = await findAdapter();
  if (adapter === null) return null;
  const requiredLimits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]]));
  const requiredFeatures = FEATURES.filter((name) => adapter.features.has(name));
  const gpu = await adapter.requestDevice({ requiredLimits, requiredFeatures });
  return new WebGPUDevice(gpu, adapterInfo(adapter.info), true);
}

async function findAdapter(): Promise<GPUAdapter | null> {
  const inBrowser = (globalThis as { navigator?: Navigator }).navigator?.gpu;
  if (inBrowser) return inBrowser.requestAdapter({ powerPreference: "high-performance" });
  const node = (globalThis as { process?: { versions?: { node?: string } } }).process?.versions
    ?.node;
  if (node === undefined) return null;
  const { nodeAdapter } = await import("./dawn.ts");
  try {
    return (await nodeAdapter()).adapter;
  } catch (error) {
    if (error instanceof DeviceError) return null;
    throw error;
  }
}

const adapterInfo = (info: GPUAdapterInfo | undefined): AdapterInfo => ({
  vendor: info?.vendor ?? "",
  architecture: info?.architecture ?? "",
  description: info?.description ?? "",
  software: info?.isFallbackAdapter ?? info?.architecture === "swiftshader",
});
