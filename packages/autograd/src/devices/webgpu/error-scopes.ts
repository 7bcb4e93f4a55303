import { DeviceError, DeviceLostError, OutOfMemoryError } from "../../errors.ts";

const FILTERS: readonly GPUErrorFilter[] = ["internal", "validation", "out-of-memory"];

/** Pending error scopes: WebGPU reports later whether an object that it created is valid. */
export class ErrorScopes {
  readonly #gpu: GPUDevice;
  readonly #open = new Set<Promise<void>>();

  constructor(gpu: GPUDevice) {
    this.#gpu = gpu;
  }

  /** Whether a check is pending. */
  get pending(): boolean {
    return this.#open.size > 0;
  }

  /** Resolves when all checks that are pending now are done. */
  async settled(): Promise<void> {
    await Promise.all(this.#open);
  }

  /** Calls `make`. If the device reports an error, calls `judge` before `settled` resolves. */
  make<T>(
    make: () => T,
    judge: (error: GPUError) => unknown,
    filters: readonly GPUErrorFilter[] = FILTERS,
  ): T {
    const { made, verdict } = this.scoped(make, filters);
    const open = verdict.then(async (error) => {
      if (error !== null) await judge(error);
      this.#open.delete(open);
    });
    this.#open.add(open);
    return made;
  }

  /** Calls `run`. Returns its result, and a promise of the first error that it causes. */
  scoped<T>(
    run: () => T,
    filters: readonly GPUErrorFilter[] = FILTERS,
  ): { made: T; verdict: Promise<GPUError | null> } {
    for (const filter of filters) this.#gpu.pushErrorScope(filter);
    const caught: Promise<GPUError | null>[] = [];
    let made: T;
    try {
      made = run();
    } finally {
      // a lost device rejects here; `gpu.lost` gives the reason
      for (const _ of filters) caught.push(this.#gpu.popErrorScope().catch(() => null));
    }
    const first = (errors: readonly (GPUError | null)[]) => errors.find((e) => e !== null) ?? null;
    return { made, verdict: Promise.all(caught).then(first) };
  }
}

/** Whether the device is out of memory. Tests the name, since Node has no global class. */
export const isOutOfMemory = (error: GPUError): boolean =>
  error.constructor.name === "GPUOutOfMemoryError";

/** The device's error as one of wgrad's. */
export function asError(error: GPUError, title = ""): Error {
  const text = `webgpu: ${title === "" ? "" : `${title}: `}${indented(error.message).trim()}`;
  return isOutOfMemory(error) ? new OutOfMemoryError(text) : new DeviceError(text);
}

export const lost = (reason: string, message: string): DeviceLostError =>
  new DeviceLostError(
    `webgpu: the device was ${reason === "destroyed" ? "destroyed" : `lost (${message.trim()})`}` +
      "\n  hint: its tensors are gone; `await init()` opens a fresh device",
  );

/** The device's message, indented under ours. */
export const indented = (message: string): string =>
  message
    .trim()
    .split("\n")
    .map((line) => `\n  ${line}`)
    .join("");
