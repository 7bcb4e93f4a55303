import { OutOfMemoryError } from "../../errors.ts";
import type { Memory, WasmBuffer } from "./memory.ts";

/** Bytes that are saved before every run: copying them takes some microseconds. */
const FEW_BYTES = 2 ** 16;

/**
 * Copies of what a program overwrites in place: all of it in the first run, later only small
 * buffers.
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

  take(): void {
    if (this.#copy === null || this.#bytes === 0) return;
    this.#move(this.#copy.address, true);
  }

  /** The first run: there is a copy, if there is memory for it. */
  begin(): void {
    try {
      if (this.#bytes > 0) this.#copy ??= this.#memory.take(this.#bytes);
    } catch (error) {
      if (!(error instanceof OutOfMemoryError)) throw error;
    }
  }

  /** It has run: many bytes are not saved any more. */
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
