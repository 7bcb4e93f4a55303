import { OutOfMemoryError } from "../../errors.ts";
import type { Memory, WasmBuffer } from "./memory.ts";

/** The most bytes that are saved before every run. Copying them takes some microseconds. */
const FEW_BYTES = 2 ** 16;

/**
 * Copies of the buffers that a program overwrites: in the first run, and later if they are small.
 */
export class Saved {
  readonly #memory: Memory;
  readonly #buffers: readonly WasmBuffer[];
  readonly #bytes: number;
  #copy: WasmBuffer | null = null;

  constructor(memory: Memory, buffers: readonly WasmBuffer[]) {
    this.#memory = memory;
    this.#buffers = buffers;
    this.#bytes = buffers.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Whether there is a copy, or nothing to copy. */
  get complete(): boolean {
    return this.#copy !== null || this.#bytes === 0;
  }

  /** Copies the buffers. */
  take(): void {
    if (this.#copy === null || this.#bytes === 0) return;
    this.#move(this.#copy.address, true);
  }

  /** Takes memory for the copy before the first run, if there is enough. */
  begin(): void {
    try {
      if (this.#bytes > 0) this.#copy ??= this.#memory.take(this.#bytes);
    } catch (error) {
      if (!(error instanceof OutOfMemoryError)) throw error;
    }
  }

  /** After a run: frees the copy if it is large. */
  settle(): void {
    if (this.#bytes > FEW_BYTES) this.end();
  }

  restore(): void {
    if (this.#copy !== null) this.#move(this.#copy.address, false);
  }

  #move(copy: number, saves: boolean): void {
    const { words } = this.#memory;
    let at = copy / 4;
    for (const { address, bytes } of this.#buffers) {
      const [from, to] = saves ? [address / 4, at] : [at, address / 4];
      words.copyWithin(to, from, from + bytes / 4);
      at += bytes / 4;
    }
  }

  end(): void {
    if (this.#copy !== null) this.#memory.give(this.#copy);
    this.#copy = null;
  }
}
