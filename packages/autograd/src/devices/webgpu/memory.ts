import type { DType, TypedArray } from "../../dtype.ts";
import { LimitError, OutOfMemoryError } from "../../errors.ts";
import type { BufferGroup, DeviceBuffer, Place } from "../device.ts";
import { Slabs } from "../slabs.ts";
import { toWords } from "../words.ts";
import { type ErrorScopes, indented } from "./error-scopes.ts";

// values of GPUBufferUsage, which Node does not have as a global
const MAP_READ = 1;
const COPY_SRC = 4;
const COPY_DST = 8;
const STORAGE: number = 128 | COPY_SRC | COPY_DST;
export const BETWEEN: number = COPY_SRC | COPY_DST;
export const UNIFORM: number = 64 | COPY_DST;
export const STAGING: number = MAP_READ | COPY_DST;

/** A buffer of the GPU. */
export interface Block {
  readonly buffer: GPUBuffer;
  /** The error of its allocation, once it is known. */
  fault: Error | null;
}

/** A buffer, or a range of one, padded to whole vectors because shaders may read past its end. */
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

/** A range of bytes of a block. */
interface Region extends Block {
  readonly offset: number;
  readonly size: number;
}

/** Allocates, fills and frees buffers. */
export class Memory {
  readonly maxBufferBytes: number;
  readonly #device: GPUDevice;
  readonly #scopes: ErrorScopes;
  readonly #slabs: Slabs<Block>;

  constructor(device: GPUDevice, scopes: ErrorScopes) {
    this.#device = device;
    this.#scopes = scopes;
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
      const hint = "use smaller batches, dispose() tensors, or set init({ budget })";
      const told = `webgpu: the device has no memory for a buffer of ${size} bytes`;
      block.fault = new OutOfMemoryError(`${told}${indented(message)}\n  hint: ${hint}`);
    };
    const create = () => this.#device.createBuffer({ size, usage });
    const buffer = this.#scopes.make(create, refuse, ["out-of-memory"]);
    const block: Block = { buffer, fault: null };
    return block;
  }

  /** Allocates memory: with a group in one of the group's slabs, else in a buffer of its own. */
  allocate(bytes: number, group: BufferGroup | null): DeviceBuffer {
    if (bytes > this.maxBufferBytes) {
      const { maxBufferSize, maxStorageBufferBindingSize } = this.#device.limits;
      const name =
        maxBufferSize < maxStorageBufferBindingSize
          ? "maxBufferSize"
          : "maxStorageBufferBindingSize";
      throw new LimitError(
        `webgpu: a buffer of ${bytes} bytes exceeds the adapter's ${name} of ${this.maxBufferBytes}` +
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

  /** The range of bytes of memory from `allocate`. */
  region(memory: DeviceBuffer | undefined): Region {
    const { block, place, bytes } = memory as GPUMemory;
    const size = Math.max(16, Math.ceil(bytes / 16) * 16);
    return { buffer: block.buffer, fault: block.fault, offset: place?.offset ?? 0, size };
  }

  write(memory: DeviceBuffer, offset: number, data: TypedArray, dtype: DType): void {
    const encoded = toWords(data, dtype);
    const to = this.region(memory);
    if (encoded.byteLength === 0 || to.fault !== null) return;
    const { buffer, byteOffset, byteLength } = encoded;
    this.#device.queue.writeBuffer(to.buffer, to.offset + offset, buffer, byteOffset, byteLength);
  }
}
