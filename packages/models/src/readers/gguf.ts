import type { Shape } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { decodeElements, type TensorRecord } from "@wgrad/autograd/safetensors";
import { type OpenFile, openFile, type Source } from "@wgrad/autograd/saving";
import { ReaderError } from "./error.ts";

/** A value in the metadata of a GGUF file. */
export type GgufValue = number | bigint | boolean | string | readonly GgufValue[];

/** An open GGUF file, from which single tensors are read. */
export interface OpenGguf {
  readonly version: number;
  readonly metadata: Readonly<Record<string, GgufValue>>;
  readonly names: readonly string[];
  /** The row-major shape: the dimensions of the file reversed. */
  shape(name: string): Shape;
  /** The type in the file, such as "Q8_0". */
  type(name: string): string;
  /** Reads a tensor as f32, dequantized if necessary. */
  read(name: string): Promise<TensorRecord>;
  close(): Promise<void>;
}

interface Block {
  readonly name: string;
  /** Number of elements of a block, and its bytes. */
  readonly size: number;
  readonly bytes: number;
  readonly decode: (bytes: Uint8Array) => Float32Array;
}

/** The value of a half: 1 sign bit, 5 exponent bits, 10 fraction bits. */
function halfAt(bytes: Uint8Array, at: number): number {
  const bits = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
  const sign = bits & 0x8000 ? -1 : 1;
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** 32 8-bit numbers and a scale. */
function decodeQ8(bytes: Uint8Array): Float32Array {
  const values = new Float32Array((bytes.length / 34) * 32);
  for (let block = 0; block * 34 < bytes.length; block++) {
    const factor = halfAt(bytes, block * 34);
    for (let i = 0; i < 32; i++) {
      const number = ((bytes[block * 34 + 2 + i] as number) << 24) >> 24;
      values[block * 32 + i] = factor * number;
    }
  }
  return values;
}

/** 32 4-bit numbers and a scale: first the low halves of 16 bytes, then the high ones. */
function decodeQ4(bytes: Uint8Array): Float32Array {
  const values = new Float32Array((bytes.length / 18) * 32);
  for (let block = 0; block * 18 < bytes.length; block++) {
    const factor = halfAt(bytes, block * 18);
    for (let i = 0; i < 16; i++) {
      const byte = bytes[block * 18 + 2 + i] as number;
      values[block * 32 + i] = factor * ((byte & 15) - 8);
      values[block * 32 + 16 + i] = factor * ((byte >> 4) - 8);
    }
  }
  return values;
}

const plain = (name: string, bytes: number): Block => ({
  name,
  size: 1,
  bytes,
  decode: (data) => Float32Array.from(decodeElements(name, data, name).data),
});

const BLOCKS: Readonly<Record<number, Block>> = {
  0: plain("F32", 4),
  1: plain("F16", 2),
  30: plain("BF16", 2),
  2: { name: "Q4_0", size: 32, bytes: 18, decode: decodeQ4 },
  8: { name: "Q8_0", size: 32, bytes: 34, decode: decodeQ8 },
};

/** Types of the format that are not supported, for errors. */
const OTHERS: Readonly<Record<number, string>> = {
  ...{ 3: "Q4_1", 6: "Q5_0", 7: "Q5_1", 9: "Q8_1", 10: "Q2_K", 11: "Q3_K", 12: "Q4_K" },
  ...{ 13: "Q5_K", 14: "Q6_K", 15: "Q8_K", 28: "F64" },
};

/** Reads numbers and texts in order, loading a piece of the file at a time. */
class Cursor {
  at = 0;
  private readonly file: OpenFile;
  private piece = new Uint8Array(0);
  private begin = 0;

  constructor(file: OpenFile) {
    this.file = file;
  }

  async take(length: number): Promise<DataView> {
    if (this.at + length > this.file.size) throw new ReaderError("the file is truncated");
    if (this.at < this.begin || this.at + length > this.begin + this.piece.length) {
      this.begin = this.at;
      const end = Math.min(this.file.size, this.at + Math.max(length, 1 << 20));
      this.piece = new Uint8Array(await this.file.read(this.at, end));
    }
    const place = this.at - this.begin;
    this.at += length;
    return new DataView(this.piece.buffer, this.piece.byteOffset + place, length);
  }

  async u32(): Promise<number> {
    return (await this.take(4)).getUint32(0, true);
  }

  async size(): Promise<number> {
    const value = Number((await this.take(8)).getBigUint64(0, true));
    if (value > this.file.size)
      throw new ReaderError(`it announces ${value} items, more than fit into it`);
    return value;
  }

  async text(): Promise<string> {
    const length = await this.size();
    return new TextDecoder().decode(await this.take(length));
  }
}

const narrow = (value: bigint): number | bigint => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
};

async function metadataValue(cursor: Cursor, type: number): Promise<GgufValue> {
  switch (type) {
    case 0:
      return (await cursor.take(1)).getUint8(0);
    case 1:
      return (await cursor.take(1)).getInt8(0);
    case 2:
      return (await cursor.take(2)).getUint16(0, true);
    case 3:
      return (await cursor.take(2)).getInt16(0, true);
    case 4:
      return cursor.u32();
    case 5:
      return (await cursor.take(4)).getInt32(0, true);
    case 6:
      return (await cursor.take(4)).getFloat32(0, true);
    case 7:
      return (await cursor.take(1)).getUint8(0) !== 0;
    case 8:
      return cursor.text();
    case 9: {
      const inner = await cursor.u32();
      const length = await cursor.size();
      const items: GgufValue[] = [];
      for (let i = 0; i < length; i++) items.push(await metadataValue(cursor, inner));
      return items;
    }
    case 10:
      return narrow((await cursor.take(8)).getBigUint64(0, true));
    case 11:
      return narrow((await cursor.take(8)).getBigInt64(0, true));
    case 12:
      return (await cursor.take(8)).getFloat64(0, true);
    default:
      throw new ReaderError(`its metadata contain a value of the unknown type ${type}`);
  }
}

interface Placed {
  readonly shape: Shape;
  readonly type: number;
  readonly offset: number;
}

/**
 * Opens a GGUF file without reading its tensors. Supports F32, F16, BF16, Q8_0 and Q4_0.
 *
 * Throws ReaderError for other files; reading a tensor of another type throws, too.
 */
export async function openGguf(source: Source): Promise<OpenGguf> {
  checkCall("openGguf(source: any)", arguments);
  const file = await openFile("openGguf", source);
  const fault = (message: string) => new ReaderError(`openGguf: ${file.name}: ${message}`);
  try {
    const cursor = new Cursor(file);
    const magic = new TextDecoder().decode(await cursor.take(Math.min(4, file.size)));
    if (magic !== "GGUF") throw new ReaderError("it does not start with GGUF");
    const version = await cursor.u32();
    if (version !== 2 && version !== 3)
      throw new ReaderError(`it has version ${version}; supported are 2 and 3`);
    const [count, pairs] = [await cursor.size(), await cursor.size()];
    const metadata: Record<string, GgufValue> = {};
    for (let i = 0; i < pairs; i++) {
      const key = await cursor.text();
      metadata[key] = await metadataValue(cursor, await cursor.u32());
    }
    const tensors = new Map<string, Placed>();
    for (let i = 0; i < count; i++) {
      const name = await cursor.text();
      const rank = await cursor.u32();
      if (rank > 8) throw new ReaderError(`${name} has ${rank} dimensions`);
      const dims: number[] = [];
      for (let d = 0; d < rank; d++) dims.push(await cursor.size());
      const type = await cursor.u32();
      tensors.set(name, { shape: dims.reverse(), type, offset: await cursor.size() });
    }
    const alignment = Number(metadata["general.alignment"] ?? 32);
    const begin = Math.ceil(cursor.at / alignment) * alignment;
    const placed = (name: string): Placed => {
      const found = tensors.get(name);
      if (found === undefined) throw fault(`has no ${JSON.stringify(name)}`);
      return found;
    };
    return {
      version,
      metadata,
      names: [...tensors.keys()],
      shape: (name) => placed(name).shape,
      type: (name) => typeName(placed(name).type),
      async read(name) {
        const { shape, type, offset } = placed(name);
        const block = BLOCKS[type];
        if (block === undefined) {
          throw fault(
            `${name} is ${typeName(type)}, which is not supported\n  hint: supported are F32, F16, BF16, Q8_0 and Q4_0`,
          );
        }
        const elements = shape.reduce((a, b) => a * b, 1);
        const length = (elements / block.size) * block.bytes;
        if (!Number.isInteger(length) || begin + offset + length > file.size)
          throw fault(`${name} extends beyond the end of the file`);
        const bytes = await file.read(begin + offset, begin + offset + length);
        return { dtype: "f32", shape, data: block.decode(bytes) };
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error instanceof ReaderError ? fault(error.message) : error;
  }
}

const typeName = (type: number): string => BLOCKS[type]?.name ?? OTHERS[type] ?? `type ${type}`;
