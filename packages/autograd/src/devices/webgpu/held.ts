import { DeviceError, DeviceLostError, OutOfMemoryError } from "../../errors.ts";

const FILTERS: readonly GPUErrorFilter[] = ["internal", "validation", "out-of-memory"];

/**
 * The device's answer to calls that it has not carried out yet: what it makes may turn out to be
 * invalid.
 */
export class Doubts {
  readonly #gpu: GPUDevice;
  readonly #open = new Set<Promise<void>>();

  constructor(gpu: GPUDevice) {
    this.#gpu = gpu;
  }

  /** Something was made that the device has not answered for. */
  get any(): boolean {
    return this.#open.size > 0;
  }

  /** Resolves when the device has answered for all that was made until now. */
  async settled(): Promise<void> {
    await Promise.all(this.#open);
  }

  /** Makes something; `judge` hears of an error before `settled` resolves. */
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

  /**
   * Calls `run` and gives what it gives, with the first error it causes on the device, when that is
   * known.
   */
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
      // a device that is lost answers with a rejection, and tells elsewhere why
      for (const _ of filters) caught.push(this.#gpu.popErrorScope().catch(() => null));
    }
    const first = (errors: readonly (GPUError | null)[]) => errors.find((e) => e !== null) ?? null;
    return { made, verdict: Promise.all(caught).then(first) };
  }
}

/** Whether the device says that it has no memory left; classes of errors have names only. */
export const isOutOfMemory = (error: GPUError): boolean =>
  error.constructor.name === "GPUOutOfMemoryError";

/** The device's error as ours. */
export function told(error: GPUError, title = ""): Error {
  const text = `webgpu: ${title === "" ? "" : `${title}: `}${indented(error.message).trim()}`;
  return isOutOfMemory(error) ? new OutOfMemoryError(text) : new DeviceError(text);
}

export const lost = (reason: string, message: string): DeviceLostError =>
  new DeviceLostError(
    `webgpu: the device was ${reason === "destroyed" ? "destroyed" : `lost (${message.trim()})`}` +
      "\n  hint: its tensors are gone; `await init()` opens a fresh device",
  );

/** The device's own words, under ours. */
export const indented = (message: string): string =>
  message
    .trim()
    .split("\n")
    .map((line) => `\n  ${line}`)
    .join("");
