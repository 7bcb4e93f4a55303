import { OutOfMemoryError } from "../../errors.ts";
import type { DeviceBuffer } from "../device.ts";
import { control } from "./control.ts";

/** A part of the memory. `bytes` were requested; all of `room` may be read and written. */
export interface WasmBuffer extends DeviceBuffer {
  readonly address: number;
  readonly room: number;
}

const PAGE = 2 ** 16;
/** Just under 4 GiB. */
const MOST_PAGES = 2 ** 16 - 1;
/** Alignment of buffers' begins and ends, so that vectors may pass the last element. */
const ALIGN = 64;

/** A device's memory. It allocates the first free part that is large enough. */
export class Memory {
  readonly memory: WebAssembly.Memory;
  /** Threads share it. */
  readonly shared: boolean;
  readonly mostPages: number = MOST_PAGES;
  /** Free parts in order of their addresses. */
  readonly #free: { at: number; bytes: number }[] = [];
  /**
   * The end of all allocated parts. The first words are reserved for the threads' control block.
   */
  #end = 4 * control.end;
  #words = new Int32Array(0);
  #floats = new Float32Array(0);

  constructor(shared: boolean = false) {
    this.shared = shared;
    this.memory = new WebAssembly.Memory({ initial: 64, maximum: MOST_PAGES, shared });
  }

  /** The memory as i32. Do not keep it: growth replaces the buffer. */
  get words(): Int32Array {
    if (this.#words.buffer !== this.memory.buffer) this.#words = new Int32Array(this.memory.buffer);
    return this.#words;
  }

  get floats(): Float32Array {
    if (this.#floats.buffer !== this.memory.buffer)
      this.#floats = new Float32Array(this.memory.buffer);
    return this.#floats;
  }

  /** The bytes of a buffer. Do not keep them: growth replaces the buffer. */
  bytes({ address, bytes }: WasmBuffer): Uint8Array {
    return new Uint8Array(this.memory.buffer, address, bytes);
  }

  take(bytes: number): WasmBuffer {
    // room for a vector that begins at the last element
    const room = Math.ceil((bytes + ALIGN) / ALIGN) * ALIGN;
    const free = this.#free;
    for (let i = 0; i < free.length; i++) {
      const part = free[i] as { at: number; bytes: number };
      if (part.bytes < room) continue;
      const address = part.at;
      if (part.bytes === room) free.splice(i, 1);
      else {
        part.at += room;
        part.bytes -= room;
      }
      return { bytes, address, room };
    }
    const address = this.#end;
    this.#grow(address + room);
    this.#end = address + room;
    return { bytes, address, room };
  }

  #grow(end: number): void {
    const now = this.memory.buffer.byteLength;
    if (end <= now) return;
    const least = Math.ceil((end - now) / PAGE);
    const wanted = Math.max(least, Math.ceil(now / PAGE / 8), 64);
    const left = MOST_PAGES - now / PAGE;
    for (const pages of new Set([Math.min(wanted, left), least])) {
      try {
        if (pages >= least) this.memory.grow(pages);
        if (pages >= least) return;
      } catch {
        // not that much in one step: try the smaller size
      }
    }
    throw new OutOfMemoryError(
      `wasm: the memory cannot grow from ${now} to ${end} bytes; its limit is ${MOST_PAGES * PAGE}` +
        "\n  hint: use smaller batches, or dispose() tensors that you do not need",
    );
  }

  give({ address, room }: WasmBuffer): void {
    const free = this.#free;
    let [low, high] = [0, free.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((free[middle] as { at: number }).at < address) low = middle + 1;
      else high = middle;
    }
    const [before, after] = [free[low - 1], free[low]];
    const joinsBefore = before !== undefined && before.at + before.bytes === address;
    const joinsAfter = after !== undefined && address + room === after.at;
    if (joinsBefore) {
      before.bytes += room + (joinsAfter ? after.bytes : 0);
      if (joinsAfter) free.splice(low, 1);
    } else if (joinsAfter) {
      after.at = address;
      after.bytes += room;
    } else free.splice(low, 0, { at: address, bytes: room });
  }
}
