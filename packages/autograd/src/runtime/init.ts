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
   * software WebGPU, else cpu. A console line says if it is not the first of these.
   */
  readonly device?: DeviceName | PlatformDevice;
  /**
   * "off" runs one kernel per operation, in order: slow. `{ without }` leaves out single passes of
   * the scheduler. "verify" compares every new plan, kernel by kernel, with its operations run one
   * by one; a read throws VerifyError where they differ: slow.
   */
  readonly fusion?: "on" | "off" | "verify" | { readonly without: readonly Pass[] };
  /** Bytes of device memory past which kept buffers move to the host. Default: no limit. */
  readonly budget?: number;
  /**
   * Whose kernels the WebGPU device runs: "software", "integrated" or "discrete". Default: what its
   * adapter is; a GPU of NVIDIA or AMD counts as discrete.
   */
  readonly class?: DeviceClass;
  /**
   * true: the WebGPU device times a few forms of each matrix product that it meets, and remembers
   * the fastest by adapter and driver: in the user's cache folder, in browsers in IndexedDB. Default:
   * false, the forms of a table.
   */
  readonly tune?: boolean;
  /**
   * false: the wasm device rounds products before it adds them, so that all machines give the same
   * bits; products take about a quarter longer. Default: true, one rounding where the machine has
   * it.
   */
  readonly relaxed?: boolean;
  /**
   * The most threads of the wasm device; their number changes no result. A page that is not
   * cross-origin isolated has one. Default: the number of processors, four at most.
   */
  readonly threads?: number;
}

export interface InitResult {
  readonly device: DeviceName;
  /** The adapter, in its own words. */
  readonly description: string;
}

/** The same with plans and memory of its own, which nothing else has touched: for measurements. */
export async function initFresh(options: InitOptions = {}): Promise<InitResult> {
  const result = await init(options);
  const { backend } = context.stream as DeviceStream;
  const { fusion = "on", budget = Number.POSITIVE_INFINITY } = options;
  const verifier = await verifierOf(fusion);
  context.stream = new DeviceStream(backend, { passes: passesOf(fusion), budget, verifier });
  return result;
}

/** Waits until everything submitted has run and what was read has arrived. */
export async function settled(): Promise<void> {
  await (context.stream as DeviceStream | null)?.arrived();
}

/** Opened once per device and how it is opened: streams that differ in other options share it. */
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
    throw new ArgumentError(`init: budget is a number of bytes above 0; got ${budget}`);
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

/** What is said of how the device is opened. */
function openOptions(options: InitOptions): OpenOptions {
  const { device, relaxed, threads, tune, class: kind } = options;
  if (kind !== undefined) checkClass(kind, device);
  if (tune !== undefined) checkTune(tune, device);
  for (const [name, value] of Object.entries({ relaxed, threads })) {
    if (value === undefined || device === "wasm") continue;
    const got = typeof device === "object" ? "a GPUDevice" : JSON.stringify(device);
    throw new ArgumentError(
      `init: ${name} is an option of the wasm device alone; the device is ${got ?? "the one that is found"}` +
        `\n  hint: init({ device: "wasm", ${name}: ${value} })`,
    );
  }
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1))
    throw new ArgumentError(`init: threads is a whole number from 1 on; got ${threads}`);
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
      `init: class is one of ${classes.map((one) => `"${one}"`).join(", ")}; got ${JSON.stringify(kind)}`,
    );
  }
  if (device === "webgpu" || typeof device === "object") return;
  throw new ArgumentError(
    `init: class is an option of the webgpu device alone; the device is ${JSON.stringify(device) ?? "the one that is found"}` +
      `\n  hint: init({ device: "webgpu", class: ${JSON.stringify(kind)} })`,
  );
}

function checkTune(tune: boolean, device: InitOptions["device"]): void {
  if (device === "webgpu") return;
  const got =
    typeof device === "object"
      ? "a GPUDevice, and tuning opens its own"
      : (JSON.stringify(device) ?? "the one that is found");
  throw new ArgumentError(
    `init: tune is an option of the webgpu device alone; the device is ${got}` +
      `\n  hint: init({ device: "webgpu", tune: ${tune} })`,
  );
}

async function openAsked(device: string | GPUDevice, options: OpenOptions): Promise<Device> {
  const found = await openOrWhy(device, options);
  if (typeof found !== "string") return found;
  throw new DeviceError(`init: ${found}`);
}

/** The device, or in words why there is none. */
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

/** The first device that is there. Says once if it is not the one that is wanted most. */
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
  throw new DeviceError("init: there is no device here");
}

/** Notices that the program has had. */
const said = new Set<string>();

/** Opens a device, or gives the one that was opened in the same way. */
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
 * Ends all devices that `init` has opened, once what was asked of them is done: for the end of a
 * worker. Their tensors are gone; `init()` opens a fresh device.
 */
export async function closeDevices(): Promise<void> {
  if (arguments.length > 0) checkCall("closeDevices()", arguments);
  const openings = [...opened.values()].flatMap((ways) => [...ways.values()]);
  const devices = await Promise.all(openings.map((opening) => opening.catch(() => null)));
  opened.clear();
  for (const device of new Set(devices)) {
    if (device === null || device.failure !== null) continue;
    const all = [...(streams.get(device)?.values() ?? [])];
    // a device that is lost meanwhile has nothing left to wait for
    await Promise.allSettled([device.idle(), ...all.map((stream) => stream.arrived())]);
    device.dispose();
  }
  context.stream = null;
  context.streams.clear();
}

/** No option is given. */
const PLAIN = "{}";

/** What compares plans with the cpu device, if that is asked for. */
async function verifierOf(fusion: InitOptions["fusion"]): Promise<Verifier | null> {
  if (fusion !== "verify") return null;
  const { Verifier } = await import("./verify.ts");
  return new Verifier((await open(oracle)) as Device);
}

const streams = new WeakMap<Device, Map<string, DeviceStream>>();

/** The scheduler's passes that are asked for. */
function passesOf(fusion: NonNullable<InitOptions["fusion"]>): ReadonlySet<Pass> {
  if (fusion === "on" || fusion === "verify") return new Set(passes);
  if (fusion === "off") return new Set();
  const without = typeof fusion === "object" && fusion !== null ? fusion.without : null;
  const unknown = Array.isArray(without) ? without.find((pass) => !passes.includes(pass)) : null;
  if (!Array.isArray(without) || unknown !== undefined) {
    throw new ArgumentError(
      `init: fusion is "on", "off", "verify" or { without: [passes] }; got ${JSON.stringify(fusion)}` +
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

/** The stream of a device kind, for `{ device }` options and `to(device)`; opens it if need be. */
export async function streamFor(kind: DeviceName): Promise<DeviceStream> {
  const known = streamNamed(kind);
  if (known !== undefined && known.failure === null) return known as DeviceStream;
  const backend = await open(kind);
  if (backend === null) throw new DeviceError(`to: there is no ${kind} device here`);
  return streamOf(backend, passesOf("on"), Number.POSITIVE_INFINITY);
}
