import { type DType, hostBytes, type TypedArray } from "../../dtype.ts";
import { DTypeError, LimitError, OutOfMemoryError } from "../../errors.ts";
import { encodeHalves } from "../../half.ts";
import type { BufferGroup, DeviceBuffer, Place } from "../device.ts";
import { Slabs } from "./slabs.ts";

// GPUBufferUsage by value: Node has no such global.
const MAP_READ = 1;
const COPY_SRC = 4;
const COPY_DST = 8;
const STORAGE: number = 128 | COPY_SRC | COPY_DST;
export const BETWEEN: number = COPY_SRC | COPY_DST;
export const UNIFORM: number = 64 | COPY_DST;
export const STAGING: number = MAP_READ | COPY_DST;

/** Storage, a buffer or a range of one; what the GPU holds is padded to whole vec4s, which shaders read past the end of. */
class GPUMemory implements DeviceBuffer {
  readonly bytes: number;
  readonly buffer: GPUBuffer;
  readonly group: BufferGroup | null;
  readonly place: Place | null;

  constructor(bytes: number, buffer: GPUBuffer, group: BufferGroup | null, place: Place | null) {
    this.bytes = bytes;
    this.buffer = buffer;
    this.group = group;
    this.place = place;
  }
}

/** Bytes of a buffer of the GPU's. */
interface Region {
  readonly buffer: GPUBuffer;
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
  readonly #onFailure: (error: Error) => void;
  readonly #slabs: Slabs;

  constructor(device: GPUDevice, onFailure: (error: Error) => void) {
    this.#device = device;
    this.#onFailure = onFailure;
    const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
    this.maxBufferBytes =
      Math.floor(Math.min(maxBufferSize, maxStorageBufferBindingSize) / 16) * 16;
    this.#slabs = new Slabs((bytes) => this.create(bytes, STORAGE), this.maxBufferBytes);
  }

  create(bytes: number, usage: number): GPUBuffer {
    const device = this.#device;
    device.pushErrorScope("out-of-memory");
    const size = Math.max(16, Math.ceil(bytes / 16) * 16);
    const buffer = device.createBuffer({ size, usage });
    device.popErrorScope().then(
      (error) => {
        if (error === null) return;
        const message = `webgpu: no memory for a buffer of ${bytes} bytes (${error.message})`;
        const hint = "use smaller batches, dispose() what is done with, or set init({ budget })";
        this.#onFailure(new OutOfMemoryError(`${message}\n  hint: ${hint}`));
      },
      () => {}, // the device is lost, which is told elsewhere
    );
    return buffer;
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
    const buffer = taken?.buffer ?? this.create(bytes, STORAGE);
    return new GPUMemory(bytes, buffer, group, taken?.place ?? null);
  }

  free(memory: DeviceBuffer): void {
    const { buffer, place, bytes } = memory as GPUMemory;
    if (place === null) buffer.destroy();
    else this.#slabs.give(place, bytes);
  }

  /** The bytes of the GPU's that `allocate` gave. */
  region(memory: DeviceBuffer | undefined): Region {
    const { buffer, place, bytes } = memory as GPUMemory;
    const size = Math.max(16, Math.ceil(bytes / 16) * 16);
    return { buffer, offset: place?.offset ?? 0, size };
  }

  write(memory: DeviceBuffer, offset: number, data: TypedArray, dtype: DType): void {
    const encoded = encode(data, dtype);
    if (encoded.byteLength === 0) return;
    const { buffer, byteOffset, byteLength } = encoded;
    const to = this.region(memory);
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
