import { DeviceError, DeviceLostError, OutOfMemoryError } from "../../errors.ts";

const FILTERS: readonly GPUErrorFilter[] = ["internal", "validation", "out-of-memory"];

/** Answers of the device that are still open: what it was asked to make may turn out invalid. */
export class Doubts {
  readonly #gpu: GPUDevice;
  readonly #open = new Set<Promise<void>>();

  constructor(gpu: GPUDevice) {
    this.#gpu = gpu;
  }

  /** Whether an answer is open. */
  get any(): boolean {
    return this.#open.size > 0;
  }

  /** Resolves when all that was made until now is answered. */
  async settled(): Promise<void> {
    await Promise.all(this.#open);
  }

  /** Calls `make`. If it is answered with an error, calls `judge` before `settled` resolves. */
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

  /** Calls `run`. Returns its result, and the first error that it causes on the device. */
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

/** Whether the device has no memory left. Node has no global class to test for. */
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

/** The device's message, indented under ours. */
export const indented = (message: string): string =>
  message
    .trim()
    .split("\n")
    .map((line) => `\n  ${line}`)
    .join("");
