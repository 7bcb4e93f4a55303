import { ArgumentError } from "../errors.ts";
import type { DeviceClass } from "../lower/target.ts";
import type { Device } from "./device.ts";

/** Devices that come with the package. `registerDevice` adds others. */
export type DeviceName = "webgpu" | "wasm" | "cpu";

/** How a device is opened. */
export interface OpenOptions {
  /** Do not open a software adapter. */
  readonly hardware?: boolean;
  /** For the WebGPU device: see `InitOptions`. */
  readonly class?: DeviceClass;
  readonly tune?: boolean;
  /** For the wasm device: see `InitOptions`. */
  readonly relaxed?: boolean;
  readonly threads?: number;
}

interface Entry {
  /** Opens the device; null if this machine has none. */
  readonly open: (options: OpenOptions) => Promise<Device | null>;
  /** The error message if there is none. */
  readonly missing: string;
}

/** A device to try, and whether it must be real hardware. */
export interface Choice {
  readonly name: DeviceName;
  readonly hardware: boolean;
  /** The warning if it is chosen because the devices before it are missing. */
  readonly notice: string;
}

const registry = new Map<string, Entry>([
  [
    "webgpu",
    {
      open: async ({ hardware, tune, ...options }) => {
        const kind = hardware ? "hardware" : "any";
        return tune
          ? (await import("./tuning/device.ts")).openTuned(kind, options)
          : (await import("./webgpu/device.ts")).openWebGPU(kind, options);
      },
      missing:
        "no WebGPU adapter was found\n  hint: in Node install webgpu, and @sparticuz/chromium for machines without a GPU; in a browser enable WebGPU",
    },
  ],
  [
    "wasm",
    {
      open: async (options) => (await import("./wasm/device.ts")).openWasm(options),
      missing: "this engine has no WebAssembly with vectors (SIMD)",
    },
  ],
  [
    "cpu",
    {
      open: async () => new (await import("./cpu/device.ts")).CpuDevice(),
      missing: "",
    },
  ],
]);

/** The devices that `init()` tries, in order. WebGPU on the processor is slower than wasm. */
export const preferred: readonly Choice[] = [
  { name: "webgpu", hardware: true, notice: "" },
  {
    name: "wasm",
    hardware: false,
    notice:
      'no GPU was found: tensors are on the wasm device\n  hint: init({ device: "wasm" }) says so in the program, init({ device: "webgpu" }) takes a software adapter',
  },
  {
    name: "webgpu",
    hardware: false,
    notice:
      "no GPU and no WebAssembly vectors were found: tensors are on a software WebGPU adapter",
  },
  {
    name: "cpu",
    hardware: false,
    notice:
      "no GPU and no WebAssembly vectors were found: tensors are on the cpu device, which is slow",
  },
];
/** The device that others are compared with. Every machine has it. */
export const oracle: DeviceName = "cpu";

/**
 * Adds a device under a name, for `init({ device: name })` and `x.to(name)`. `init()` alone does
 * not choose it.
 */
export function registerDevice(name: string, open: () => Promise<Device | null>): void {
  if (registry.has(name))
    throw new ArgumentError(`registerDevice: a device named "${name}" is already registered`);
  registry.set(name, { open, missing: `this machine has no ${name} device` });
}

export const entryOf = (name: string): Entry => registry.get(name) as Entry;

/** Names of all registered devices. */
export const deviceNames = (): string[] => [...registry.keys()];

/** Whether a device of that name is registered. */
export const isDeviceName = (name: unknown): name is DeviceName => registry.has(name as string);

/**
 * Opens the device of that name, or a WebGPU device on the given GPUDevice; null if there is none.
 */
export async function openDevice(
  which: string | GPUDevice,
  options: OpenOptions = {},
): Promise<Device | null> {
  if (typeof which === "string") return entryOf(which).open(options);
  return (await import("./webgpu/device.ts")).openWebGPU(which, options);
}
