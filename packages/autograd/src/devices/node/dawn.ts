import { DeviceError } from "../../errors.ts";
import { unpackOnce } from "./archive.ts";
import { hold } from "./threads.ts";

/** An adapter, and whether it runs on the processor. */
export interface NodeAdapter {
  adapter: GPUAdapter;
  software: boolean;
}

const highPerformance: GPURequestAdapterOptions = { powerPreference: "high-performance" };

/**
 * Dawn's instances: one for real adapters, one for software. Dawn's objects die with the instance
 * that made them, so the global scope keeps it: a test runner may load this module again.
 */
const instances: { real?: GPU; software?: GPU } = claimInstances();

function claimInstances(): { real?: GPU; software?: GPU } {
  const key = Symbol.for("@wgrad/dawn");
  const root = globalThis as { [key]?: { real?: GPU; software?: GPU } };
  root[key] ??= {};
  return root[key];
}

/**
 * A WebGPU adapter for Node: a real GPU's if Dawn finds one, else `softwareAdapter()`. Throws
 * DeviceError if there is neither.
 */
export async function nodeAdapter(): Promise<NodeAdapter> {
  const adapter = await systemAdapter();
  if (adapter !== null) return { adapter, software: adapter.info.isFallbackAdapter };
  return { adapter: await softwareAdapter(), software: true };
}

/** The adapter of a real GPU, or null. Throws DeviceError if the package `webgpu` does not load. */
export async function hardwareAdapter(): Promise<GPUAdapter | null> {
  const adapter = await systemAdapter();
  return adapter === null || adapter.info.isFallbackAdapter ? null : adapter;
}

/** The best adapter of the installed drivers, or null. */
async function systemAdapter(): Promise<GPUAdapter | null> {
  const { create } = await dawn();
  if (!hasGraphicsLoader()) return null;
  const real = instances.real ?? create([]);
  const adapter = await hold(real.requestAdapter(highPerformance));
  if (adapter === null) return null;
  instances.real = real;
  return held(adapter);
}

/**
 * WebGPU on the processor: SwiftShader, unpacked from the npm package `@sparticuz/chromium`. It
 * exists for x64 Linux only. Throws DeviceError if that package or `webgpu` is missing.
 */
export async function softwareAdapter(): Promise<GPUAdapter> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new DeviceError(
      `softwareAdapter: runs on x64 Linux only, this is ${process.arch} ${process.platform}\n` +
        '  hint: use a machine with a GPU, or init({ device: "cpu" })',
    );
  }
  const { create } = await dawn();
  loadSwiftShader();
  instances.software ??= create([]);
  const adapter = await hold(instances.software.requestAdapter());
  if (!adapter) throw refused();
  return held(adapter);
}

/** The adapter, whose devices are closed before this thread ends. */
function held(adapter: GPUAdapter): GPUAdapter {
  adapter.requestDevice = (descriptor) =>
    hold(Object.getPrototypeOf(adapter).requestDevice.call(adapter, descriptor));
  return adapter;
}

/** A worker has a copy of the environment, so the Vulkan loader does not see what it sets. */
function refused(): DeviceError {
  const { isMainThread } = process.getBuiltinModule("node:worker_threads");
  const cure = isMainThread
    ? ""
    : "\n  hint: in a worker thread: new Worker(file, { env: SHARE_ENV }), or init() in the main thread first";
  return new DeviceError(`softwareAdapter: SwiftShader loaded, but Dawn found no adapter${cure}`);
}

async function dawn(): Promise<typeof import("webgpu")> {
  const name = "webgpu"; // a variable, so that bundlers for the browser do not resolve it
  try {
    return await import(/* @vite-ignore */ /* webpackIgnore: true */ name);
  } catch (error) {
    throw new DeviceError(
      `WebGPU in Node needs the package "webgpu", which did not load (${firstLine(error)})\n` +
        "  hint: npm install webgpu",
    );
  }
}

/** Without a Vulkan loader Linux has no GPU for Dawn, and Dawn would print an error. */
function hasGraphicsLoader(): boolean {
  if (process.platform !== "linux") return true;
  try {
    process.dlopen({ exports: {} }, "libvulkan.so.1");
    return true;
  } catch (error) {
    return isLoaded(error);
  }
}

/** Whether Node or Bun loaded the library and only reject it as an add-on. */
const isLoaded = (error: unknown): boolean =>
  /did not self-register|napi_register_module/.test(firstLine(error));

/** Points the Vulkan loader to SwiftShader, and loads the loader so that Dawn finds it by name. */
function loadSwiftShader(): void {
  const { constants } = process.getBuiltinModule("node:os");
  const { join } = process.getBuiltinModule("node:path");
  const folder = swiftShaderFolder();
  process.env.VK_ICD_FILENAMES = join(folder, "vk_swiftshader_icd.json");
  const stayLoaded = constants.dlopen.RTLD_NOW | 0x1000; // RTLD_NODELETE
  try {
    process.dlopen({ exports: {} }, join(folder, "libvulkan.so.1"), stayLoaded);
  } catch (error) {
    if (!isLoaded(error)) {
      throw new DeviceError(`softwareAdapter: ${folder} does not load (${firstLine(error)})`);
    }
  }
}

/** The folder with SwiftShader and a Vulkan loader, unpacked. */
export function swiftShaderFolder(): string {
  const { join } = process.getBuiltinModule("node:path");
  const { folder, version } = chromiumPackage();
  return unpackOnce(`swiftshader-${version}`, [join(folder, "bin", "swiftshader.tar.br")]);
}

/** The folder and version of `@sparticuz/chromium`, whose exports hide its package.json. */
export function chromiumPackage(): { folder: string; version: string } {
  const { existsSync, readFileSync } = process.getBuiltinModule("node:fs");
  const { createRequire } = process.getBuiltinModule("node:module");
  const { dirname, join } = process.getBuiltinModule("node:path");
  let folder: string;
  try {
    folder = dirname(createRequire(import.meta.url).resolve("@sparticuz/chromium"));
  } catch {
    throw new DeviceError(
      'softwareAdapter: WebGPU without a GPU needs the package "@sparticuz/chromium"\n' +
        "  hint: npm install @sparticuz/chromium",
    );
  }
  while (!existsSync(join(folder, "bin"))) folder = dirname(folder);
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return { folder, version };
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split("\n", 1)[0] ?? "";
}
