import { type DType, hostBytes, type TypedArray } from "../../dtype.ts";
import { DTypeError, LimitError, OutOfMemoryError } from "../../errors.ts";
import { encodeHalves } from "../../half.ts";
import type { BufferGroup, DeviceBuffer, Place } from "../device.ts";
import { Slabs } from "../slabs.ts";
import { type Doubts, indented } from "./held.ts";

// GPUBufferUsage by value: Node has no such global.
const MAP_READ = 1;
const COPY_SRC = 4;
const COPY_DST = 8;
const STORAGE: number = 128 | COPY_SRC | COPY_DST;
export const BETWEEN: number = COPY_SRC | COPY_DST;
export const UNIFORM: number = 64 | COPY_DST;
export const STAGING: number = MAP_READ | COPY_DST;

/** A buffer of the GPU's. */
export interface Block {
  readonly buffer: GPUBuffer;
  /** Why there is no memory behind it, once that is known. */
  fault: Error | null;
}

/**
 * Storage, a buffer or a range of one; what the GPU holds is padded to whole vec4s, which shaders
 * read past the end of.
 */
class GPUMemory implements DeviceBuffer {
  readonly bytes: number;
  readonly block: Block;
  readonly group: BufferGroup | null;
  readonly place: Place | null;

  constructor(bytes: number, block: Block, group: BufferGroup | null, place: Place | null) {
    this.bytes = bytes;
    this.block = block;
    this.group = group;
    this.place = place;
  }

  get fault(): Error | null {
    return this.block.fault;
  }
}

/** Bytes of a buffer of the GPU's. */
interface Region extends Block {
  readonly offset: number;
  readonly size: number;
}

/** Bytes of one element in a buffer: a bool takes a word there, a half two bytes. */
const storedBytes = (dtype: DType): number =>
  dtype === "bool" ? 4 : dtype === "f16" ? 2 : hostBytes(dtype);

export const bytesOf = (dtype: DType, count: number): number =>
  Math.ceil((storedBytes(dtype) * count) / 4) * 4;

/** Makes, fills and destroys buffers. */
export class Memory {
  readonly maxBufferBytes: number;
  readonly #device: GPUDevice;
  readonly #doubts: Doubts;
  readonly #slabs: Slabs<Block>;

  constructor(device: GPUDevice, doubts: Doubts) {
    this.#device = device;
    this.#doubts = doubts;
    const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
    this.maxBufferBytes =
      Math.floor(Math.min(maxBufferSize, maxStorageBufferBindingSize) / 16) * 16;
    this.#slabs = new Slabs(
      (bytes) => this.create(bytes, STORAGE),
      ({ buffer }) => buffer.destroy(),
      this.maxBufferBytes,
    );
  }

  create(bytes: number, usage: number): Block {
    const size = Math.max(16, Math.ceil(bytes / 16) * 16);
    const refuse = ({ message }: GPUError): void => {
      const hint = "use smaller batches, dispose() what is done with, or set init({ budget })";
      const told = `webgpu: the device has no memory for a buffer of ${size} bytes`;
      block.fault = new OutOfMemoryError(`${told}${indented(message)}\n  hint: ${hint}`);
    };
    const create = () => this.#device.createBuffer({ size, usage });
    const buffer = this.#doubts.make(create, refuse, ["out-of-memory"]);
    const block: Block = { buffer, fault: null };
    return block;
  }

  /** Of a group: beside its others, if there is room for that. */
  allocate(bytes: number, group: BufferGroup | null): DeviceBuffer {
    if (bytes > this.maxBufferBytes) {
      const { maxBufferSize, maxStorageBufferBindingSize } = this.#device.limits;
      const name =
        maxBufferSize < maxStorageBufferBindingSize
          ? "maxBufferSize"
          : "maxStorageBufferBindingSize";
      throw new LimitError(
        `webgpu: a buffer of ${bytes} bytes is past the adapter's ${name} of ${this.maxBufferBytes}` +
          "\n  hint: split the tensor, or use smaller batches",
      );
    }
    const taken = group === null ? null : this.#slabs.take(bytes, group);
    const block = taken?.block ?? this.create(bytes, STORAGE);
    return new GPUMemory(bytes, block, group, taken?.place ?? null);
  }

  free(memory: DeviceBuffer): void {
    const { block, place, bytes } = memory as GPUMemory;
    if (place === null) block.buffer.destroy();
    else this.#slabs.give(place, bytes);
  }

  blockOf(memory: DeviceBuffer): Block {
    return (memory as GPUMemory).block;
  }

  /** The bytes of the GPU's that `allocate` gave. */
  region(memory: DeviceBuffer | undefined): Region {
    const { block, place, bytes } = memory as GPUMemory;
    const size = Math.max(16, Math.ceil(bytes / 16) * 16);
    return { buffer: block.buffer, fault: block.fault, offset: place?.offset ?? 0, size };
  }

  write(memory: DeviceBuffer, offset: number, data: TypedArray, dtype: DType): void {
    const encoded = encode(data, dtype);
    const to = this.region(memory);
    if (encoded.byteLength === 0 || to.fault !== null) return;
    const { buffer, byteOffset, byteLength } = encoded;
    this.#device.queue.writeBuffer(to.buffer, to.offset + offset, buffer, byteOffset, byteLength);
  }
}

/** Host elements as a buffer has them. */
function encode(data: TypedArray, dtype: DType): TypedArray | Uint16Array {
  if (dtype === "f64")
    throw new DTypeError('write: f64 lives on the cpu device only\n  hint: "f32"');
  if (dtype === "f16") return encodeHalves(data, data.length % 2);
  if (dtype === "bool") return Uint32Array.from(data, (value) => (value === 0 ? 0 : 1));
  if (dtype !== "u8" || data.byteLength % 4 === 0) return data;
  const words = new Uint8Array(bytesOf(dtype, data.length));
  words.set(data);
  return words;
}
