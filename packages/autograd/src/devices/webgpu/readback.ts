import { arrayType, type TypedArray } from "../../dtype.ts";
import type { Read } from "../device.ts";
import { fromWords, wordBytes } from "../words.ts";
import { type Block, type Memory, STAGING } from "./memory.ts";

/** A read and its place in the staging buffer. */
interface Landing {
  readonly read: Read;
  readonly at: number;
  /** Bytes before the first element, since copies begin at whole words. */
  readonly skip: number;
  readonly bytes: number;
}

/** The reads of a submit in a staging buffer. */
export interface Landings {
  /** Null if no read has an element. */
  readonly staging: Block | null;
  readonly places: readonly Landing[];
  readonly size: number;
}

/** Copies values to the host through staging buffers, which it keeps for later reads. */
export class Readback {
  readonly #memory: Memory;
  readonly #free = new Map<number, Block[]>();

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** Takes a staging buffer for these reads. */
  prepare(reads: readonly Read[]): Landings {
    const places: Landing[] = [];
    let size = 0;
    for (const read of reads) {
      const skip = read.fromByte % 4;
      const bytes = Math.ceil((skip + wordBytes(read.dtype, read.count)) / 4) * 4;
      places.push({ read, at: size, skip, bytes });
      size += Math.ceil(bytes / 8) * 8;
    }
    return { staging: size === 0 ? null : this.#take(size), places, size };
  }

  /** Encodes the copies to the staging buffer. */
  encode(encoder: GPUCommandEncoder, { staging, places }: Landings): void {
    if (staging === null) return;
    for (const { read, at, skip, bytes } of places) {
      if (bytes === 0) continue;
      const { buffer, offset } = this.#memory.region(read.from);
      encoder.copyBufferToBuffer(buffer, offset + read.fromByte - skip, staging.buffer, at, bytes);
    }
  }

  /** Resolves to the values when the submit has run. */
  async arrive({ staging, places, size }: Landings): Promise<TypedArray[]> {
    if (staging === null) return places.map(({ read }) => empty(read));
    const { buffer } = staging;
    await buffer.mapAsync(1 /* GPUMapMode.READ */, 0, size);
    const mapped = buffer.getMappedRange(0, size);
    const values = places.map((landing) => decode(mapped, landing));
    buffer.unmap();
    this.give({ staging });
    return values;
  }

  /** Takes the staging buffer back. */
  give({ staging }: Pick<Landings, "staging">): void {
    if (staging === null) return;
    if (staging.fault === null) this.#free.get(staging.buffer.size)?.push(staging);
    else staging.buffer.destroy();
  }

  #take(bytes: number): Block {
    const size = 2 ** Math.max(8, Math.ceil(Math.log2(bytes)));
    const free = this.#free.get(size) ?? [];
    this.#free.set(size, free);
    return free.pop() ?? this.#memory.create(size, STAGING);
  }
}

const empty = (read: Read): TypedArray => new (arrayType(read.dtype))(0);

const decode = (mapped: ArrayBuffer, { read, at, skip }: Landing): TypedArray =>
  fromWords(mapped, at + (read.dtype === "bool" ? 0 : skip), read.dtype, read.count);
