import type { Device } from "../devices/device.ts";
import { type Pass, passes } from "../devices/passes.ts";
import type { PlatformDevice } from "../devices/platform-device.ts";
import {
  type DeviceName,
  deviceNames,
  entryOf,
  isDeviceName,
  type OpenOptions,
  openDevice,
  oracle,
  preferred,
} from "../devices/registry.ts";
import { ArgumentError, DeviceError } from "../errors.ts";
import { context, streamNamed } from "../graph/context.ts";
import type { DeviceClass } from "../lower/target.ts";
import { checkCall } from "../signature.ts";
import { DeviceStream } from "./stream.ts";
import type { Verifier } from "./verify.ts";

export interface InitOptions {
  /**
   * "webgpu", "wasm", "cpu", or your own GPUDevice. Default: WebGPU on a GPU, else wasm, else
   * software WebGPU, else cpu. A console warning says if there is no GPU.
   */
  readonly device?: DeviceName | PlatformDevice;
  /**
   * "off" runs one kernel per operation, in order, which is slow. `{ without }` leaves out single
   * passes of the scheduler. "verify" compares every new plan, kernel by kernel, with its
   * operations run one by one, which is slow; a read throws VerifyError if they differ. Default:
   * "on".
   */
  readonly fusion?: "on" | "off" | "verify" | { readonly without: readonly Pass[] };
  /** Bytes of device memory past which kept buffers move to the host. Default: no limit. */
  readonly budget?: number;
  /**
   * The class of hardware that the WebGPU device's kernels are made for: "software", "integrated"
   * or "discrete". Default: the adapter's class; GPUs of NVIDIA and AMD count as discrete.
   */
  readonly class?: DeviceClass;
  /**
   * true: the WebGPU device times a few tilings of each new matrix product and stores the fastest
   * for the adapter and driver, in the user's cache folder or, in browsers, in IndexedDB. Default:
   * false, the tilings of a table.
   */
  readonly tune?: boolean;
  /**
   * false: the wasm device rounds products before it adds them, so that all machines give the same
   * bits; matrix products take about a quarter longer. Default: true, fused multiply-add if the
   * machine has it.
   */
  readonly relaxed?: boolean;
  /**
   * The most threads of the wasm device. Their number changes no result. A page that is not
   * cross-origin isolated has one. Default: the number of processors, at most four.
   */
  readonly threads?: number;
}

export interface InitResult {
  readonly device: DeviceName;
  /** The device's description of itself. */
  readonly description: string;
}

/** Like `init`, but with new plans and memory, for measurements. */
export async function initFresh(options: InitOptions = {}): Promise<InitResult> {
  const result = await init(options);
  const { backend } = context.stream as DeviceStream;
  const { fusion = "on", budget = Number.POSITIVE_INFINITY } = options;
  const verifier = await verifierOf(fusion);
  context.stream = new DeviceStream(backend, { passes: passesOf(fusion), budget, verifier });
  return result;
}

/** Waits until all submits have finished and all reads have arrived. */
export async function settled(): Promise<void> {
  await (context.stream as DeviceStream | null)?.arrived();
}

/**
 * Opened devices by kind and options of opening. Streams with different other options share one.
 */
const opened = new Map<string | GPUDevice, Map<string, Promise<Device | null>>>();

/**
 * Chooses the device of tensors made from now on. Call it once, before the first tensor. A later
 * call switches the device (tensors stay where they are) or replaces one that was lost.
 */
export async function init(options: InitOptions = {}): Promise<InitResult> {
  if (arguments.length > 0) {
    checkCall(
      "init({ device, fusion, budget: number, class, tune: boolean, relaxed: boolean, threads: number })",
      arguments,
    );
  }
  const { device, fusion = "on", budget = Number.POSITIVE_INFINITY } = options;
  const chosen = passesOf(fusion);
  if (!(budget > 0))
    throw new ArgumentError(`init: budget must be a number of bytes above 0; got ${budget}`);
  if (typeof device === "string" && !isDeviceName(device)) {
    throw new ArgumentError(
      `init: unknown device ${JSON.stringify(device)}\n  hint: one of ${deviceNames().join(", ")}, or a GPUDevice`,
    );
  }
  const opening = openOptions(options);
  const backend = await (device === undefined ? openPreferred() : openAsked(device, opening));
  context.stream = streamOf(backend, chosen, budget, await verifierOf(fusion));
  return { device: backend.kind as DeviceName, description: backend.description };
}

/** The options of opening a device, checked. */
function openOptions(options: InitOptions): OpenOptions {
  const { device, relaxed, threads, tune, class: kind } = options;
  if (kind !== undefined) checkClass(kind, device);
  if (tune !== undefined) checkTune(tune, device);
  for (const [name, value] of Object.entries({ relaxed, threads })) {
    if (value === undefined || device === "wasm") continue;
    const got = typeof device === "object" ? "a GPUDevice" : JSON.stringify(device);
    throw new ArgumentError(
      `init: only the wasm device has the option ${name}; the device is ${got ?? "not given"}` +
        `\n  hint: init({ device: "wasm", ${name}: ${value} })`,
    );
  }
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1))
    throw new ArgumentError(`init: threads must be a whole number of at least 1; got ${threads}`);
  return {
    ...(relaxed === false ? { relaxed } : {}),
    ...(threads === undefined ? {} : { threads }),
    ...(kind === undefined ? {} : { class: kind }),
    ...(tune === true ? { tune } : {}),
  };
}

const classes: readonly string[] = ["software", "integrated", "discrete"] satisfies DeviceClass[];

function checkClass(kind: unknown, device: InitOptions["device"]): void {
  if (!classes.includes(kind as string)) {
    throw new ArgumentError(
      `init: class must be one of ${classes.map((one) => `"${one}"`).join(", ")}; got ${JSON.stringify(kind)}`,
    );
  }
  if (device === "webgpu" || typeof device === "object") return;
  throw new ArgumentError(
    `init: only the webgpu device has the option class; the device is ${JSON.stringify(device) ?? "not given"}` +
      `\n  hint: init({ device: "webgpu", class: ${JSON.stringify(kind)} })`,
  );
}

function checkTune(tune: boolean, device: InitOptions["device"]): void {
  if (device === "webgpu") return;
  const got =
    typeof device === "object"
      ? "a GPUDevice, and tuning opens its own"
      : (JSON.stringify(device) ?? "not given");
  throw new ArgumentError(
    `init: only the webgpu device has the option tune; the device is ${got}` +
      `\n  hint: init({ device: "webgpu", tune: ${tune} })`,
  );
}

async function openAsked(device: string | GPUDevice, options: OpenOptions): Promise<Device> {
  const found = await openOrWhy(device, options);
  if (typeof found !== "string") return found;
  throw new DeviceError(`init: ${found}`);
}

/** The device, or a message that says why there is none. */
async function openOrWhy(
  device: string | GPUDevice,
  options: OpenOptions = {},
): Promise<Device | string> {
  try {
    return (await open(device, options)) ?? entryOf(device as string).missing;
  } catch (error) {
    if (error instanceof DeviceError) return error.message;
    throw error;
  }
}

/** Opens the first preferred device that exists. Warns once if it is not the first choice. */
async function openPreferred(): Promise<Device> {
  for (const { name, hardware, notice } of preferred) {
    const found = await openOrWhy(name, { hardware });
    if (typeof found === "string") continue;
    if (notice !== "" && !said.has(notice)) {
      said.add(notice);
      console.warn(`wgrad: ${notice}`);
    }
    return found;
  }
  throw new DeviceError("init: this machine has no device");
}

/** Notices that were printed. */
const said = new Set<string>();

/** Opens a device, or gives the one that was opened with the same options. */
async function open(kind: string | GPUDevice, options: OpenOptions = {}): Promise<Device | null> {
  const { hardware = false } = options;
  const how = JSON.stringify({ ...options, ...(hardware ? {} : { hardware: undefined }) });
  const ways = opened.get(kind) ?? new Map<string, Promise<Device | null>>();
  opened.set(kind, ways);
  const known = await ways.get(how);
  if (known === null || known?.failure === null) return known;
  const opening = openDevice(kind, options);
  ways.set(how, opening);
  try {
    const device = await opening;
    if (device === null && !hardware) ways.delete(how);
    if (device !== null && hardware && !ways.has(PLAIN)) ways.set(PLAIN, opening);
    return device;
  } catch (error) {
    ways.delete(how);
    throw error;
  }
}

/**
 * Closes all devices that `init` has opened, once their work is done. It is meant for the end of a
 * worker. Their tensors are lost; `init()` opens a fresh device.
 */
export async function closeDevices(): Promise<void> {
  if (arguments.length > 0) checkCall("closeDevices()", arguments);
  const openings = [...opened.values()].flatMap((ways) => [...ways.values()]);
  const devices = await Promise.all(openings.map((opening) => opening.catch(() => null)));
  opened.clear();
  for (const device of new Set(devices)) {
    if (device === null || device.failure !== null) continue;
    const all = [...(streams.get(device)?.values() ?? [])];
    // a device that is lost meanwhile rejects: there is nothing left to wait for
    await Promise.allSettled([device.idle(), ...all.map((stream) => stream.arrived())]);
    device.dispose();
  }
  context.stream = null;
  context.streams.clear();
}

/** The key of no options. */
const PLAIN = "{}";

/** The verifier that compares plans with the cpu device, if it is asked for. */
async function verifierOf(fusion: InitOptions["fusion"]): Promise<Verifier | null> {
  if (fusion !== "verify") return null;
  const { Verifier } = await import("./verify.ts");
  return new Verifier((await open(oracle)) as Device);
}

const streams = new WeakMap<Device, Map<string, DeviceStream>>();

/** The scheduler's passes that `fusion` selects. */
function passesOf(fusion: NonNullable<InitOptions["fusion"]>): ReadonlySet<Pass> {
  if (fusion === "on" || fusion === "verify") return new Set(passes);
  if (fusion === "off") return new Set();
  const without = typeof fusion === "object" && fusion !== null ? fusion.without : null;
  const unknown = Array.isArray(without) ? without.find((pass) => !passes.includes(pass)) : null;
  if (!Array.isArray(without) || unknown !== undefined) {
    throw new ArgumentError(
      `init: fusion must be "on", "off", "verify" or { without: [passes] }; got ${JSON.stringify(fusion)}` +
        `\n  hint: the passes are ${passes.join(", ")}`,
    );
  }
  return new Set(passes.filter((pass) => !without.includes(pass)));
}

function streamOf(
  backend: Device,
  chosen: ReadonlySet<Pass>,
  budget: number,
  verifier: Verifier | null = null,
): DeviceStream {
  const known = streams.get(backend) ?? new Map<string, DeviceStream>();
  streams.set(backend, known);
  const key = `${[...chosen]} ${budget} ${verifier !== null}`;
  const stream = known.get(key) ?? new DeviceStream(backend, { passes: chosen, budget, verifier });
  known.set(key, stream);
  context.streams.set(stream.device, stream);
  return stream;
}

/**
 * The stream of a kind of device, for `{ device }` and `to(device)`. Opens the device if needed.
 */
export async function streamFor(kind: DeviceName): Promise<DeviceStream> {
  const known = streamNamed(kind);
  if (known !== undefined && known.failure === null) return known as DeviceStream;
  const backend = await open(kind);
  if (backend === null) throw new DeviceError(`to: this machine has no ${kind} device`);
  return streamOf(backend, passesOf("on"), Number.POSITIVE_INFINITY);
}
