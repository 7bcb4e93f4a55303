import { arrayType, type TypedArray } from "../../dtype.ts";
import { decodeHalves } from "../../half.ts";
import type { Read } from "../device.ts";
import { bytesOf, type Memory, STAGING } from "./memory.ts";

/** One read's place in the staging buffer. */
interface Landing {
  readonly read: Read;
  readonly at: number;
  /** Bytes before the first element: copies begin at whole words. */
  readonly skip: number;
  readonly bytes: number;
}

/** Brings values to the host through staging buffers, which are kept: steady reading creates none. */
export class Readback {
  readonly #memory: Memory;
  readonly #free = new Map<number, GPUBuffer[]>();

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** Writes the copies into a submit; the function it gives is to be called after that submit. */
  encode(
    encoder: GPUCommandEncoder,
    reads: readonly Read[],
    explain: (error: unknown) => Promise<Error>,
  ): () => Promise<TypedArray>[] {
    const landings: Landing[] = [];
    let size = 0;
    for (const read of reads) {
      const skip = read.fromByte % 4;
      const bytes = Math.ceil((skip + bytesOf(read.dtype, read.count)) / 4) * 4;
      landings.push({ read, at: size, skip, bytes });
      size += Math.ceil(bytes / 8) * 8;
    }
    if (size === 0) return () => landings.map(({ read }) => Promise.resolve(empty(read)));
    const staging = this.#take(size);
    for (const { read, at, skip, bytes } of landings) {
      if (bytes === 0) continue;
      const { buffer, offset } = this.#memory.region(read.from);
      encoder.copyBufferToBuffer(buffer, offset + read.fromByte - skip, staging, at, bytes);
    }
    return () => {
      const arrived = this.#arrive(staging, landings, size, explain);
      return landings.map((_, i) => arrived.then((values) => values[i] as TypedArray));
    };
  }

  async #arrive(
    staging: GPUBuffer,
    landings: readonly Landing[],
    size: number,
    explain: (error: unknown) => Promise<Error>,
  ): Promise<TypedArray[]> {
    try {
      await staging.mapAsync(1 /* GPUMapMode.READ */, 0, size);
    } catch (error) {
      throw await explain(error);
    }
    const mapped = staging.getMappedRange(0, size);
    const values = landings.map((landing) => decode(mapped, landing));
    staging.unmap();
    this.#free.get(staging.size)?.push(staging);
    return values;
  }

  #take(bytes: number): GPUBuffer {
    const size = 2 ** Math.max(8, Math.ceil(Math.log2(bytes)));
    let free = this.#free.get(size);
    if (free === undefined) {
      free = [];
      this.#free.set(size, free);
    }
    return free.pop() ?? this.#memory.create(size, STAGING);
  }
}

const empty = (read: Read): TypedArray => new (arrayType(read.dtype))(0);

function decode(mapped: ArrayBuffer, { read, at, skip }: Landing): TypedArray {
  const { dtype, count } = read;
  if (dtype === "bool") {
    return Uint8Array.from(new Uint32Array(mapped, at, count), (word) => (word === 0 ? 0 : 1));
  }
  const start = at + skip;
  if (dtype === "f16") return decodeHalves(new Uint16Array(mapped, start, count));
  const array = arrayType(dtype);
  return new array(mapped.slice(start, start + count * array.BYTES_PER_ELEMENT));
}
