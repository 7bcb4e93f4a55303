import { ArgumentError } from "../errors.ts";
import type { DeviceClass } from "../lower/target.ts";
import type { Device } from "./device.ts";

/** Devices that come with the package. Others are known once `registerDevice` has named them. */
export type DeviceName = "webgpu" | "wasm" | "cpu";

/** How a device is opened. */
export interface OpenOptions {
  /** One that emulates hardware does not count. */
  readonly hardware?: boolean;
  /** Of the WebGPU device: see `InitOptions`. */
  readonly class?: DeviceClass;
  readonly tune?: boolean;
  /** Of the wasm device: see `InitOptions`. */
  readonly relaxed?: boolean;
  readonly threads?: number;
}

interface Entry {
  /** Opens the device; null where this machine has none. */
  readonly open: (options: OpenOptions) => Promise<Device | null>;
  /** What to say where there is none. */
  readonly missing: string;
}

/** A device to try, and whether it must be real hardware. */
export interface Choice {
  readonly name: DeviceName;
  readonly hardware: boolean;
  /** What to say if it is taken because those before it are missing. */
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

/** What `init()` tries in turn: WebGPU on the processor is slower than wasm. */
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
/** The one that others are compared with; it is always there. */
export const oracle: DeviceName = "cpu";

/**
 * Adds a device under a name, for `init({ device: name })` and `x.to(name)`. `init()` alone does
 * not choose it.
 */
export function registerDevice(name: string, open: () => Promise<Device | null>): void {
  if (registry.has(name)) throw new ArgumentError(`registerDevice: there is a device "${name}"`);
  registry.set(name, { open, missing: `there is no ${name} device here` });
}

export const entryOf = (name: string): Entry => registry.get(name) as Entry;

/** Names of all devices that can be asked for. */
export const deviceNames = (): string[] => [...registry.keys()];

/** Whether a device of that name is registered. */
export const isDeviceName = (name: unknown): name is DeviceName => registry.has(name as string);

/** Opens the device of that name, or one on the given GPUDevice; null if there is none. */
export async function openDevice(
  which: string | GPUDevice,
  options: OpenOptions = {},
): Promise<Device | null> {
  if (typeof which === "string") return entryOf(which).open(options);
  return (await import("./webgpu/device.ts")).openWebGPU(which, options);
}
