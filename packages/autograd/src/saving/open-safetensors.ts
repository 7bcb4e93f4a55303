import type { TypedArray } from "../dtype.ts";
import { SafetensorsError, type TensorRecord } from "../safetensors/format.ts";
import {
  type Entry,
  type Header,
  headerLengthOf,
  PREFIX,
  parseHeader,
} from "../safetensors/header.ts";
import type { Shape } from "../shape.ts";
import { checkCall } from "../signature.ts";
import { SavingError } from "./error.ts";
import { firstBytes, type OpenFile, openFile, type Source } from "./source.ts";

/** A safetensors file whose tensors are read one at a time. */
export interface OpenSafetensors {
  /** The names of the tensors, in the order of the file. */
  readonly names: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  shape(name: string): Shape;
  /** Reads one tensor, and nothing else of the file. */
  read(name: string): Promise<TensorRecord>;
  /**
   * Reads one tensor in chunks of about a megabyte, in order. A chunk is valid until the next one
   * is requested.
   */
  stretches(name: string): AsyncGenerator<TypedArray>;
  close(): Promise<void>;
}

/**
 * Opens a safetensors file without reading its tensors, for files that do not fit into memory.
 * Throws a SavingError as `load` does: the header is checked before anything is allocated.
 */
export async function openSafetensors(source: Source): Promise<OpenSafetensors> {
  checkCall("openSafetensors(source: any)", arguments);
  const file = await openFile("openSafetensors", source);
  try {
    const { entries, metadata, read, stretches } = await readHeader(file);
    const byName = new Map(entries.map((entry) => [entry.name, entry]));
    const entryOf = (name: string): Entry => {
      const entry = byName.get(name);
      if (entry !== undefined) return entry;
      throw new SavingError(`openSafetensors: ${file.name}: has no tensor ${JSON.stringify(name)}`);
    };
    const inOrder = entries.toSorted((a, b) => a.begin - b.begin).map(({ name }) => name);
    return {
      names: inOrder,
      metadata,
      shape: (name) => entryOf(name).shape,
      read: (name) => read(entryOf(name)),
      stretches: (name) => stretches(entryOf(name)),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    if (!(error instanceof SafetensorsError)) throw error;
    throw new SavingError(`openSafetensors: ${file.name}: ${error.message}`, { cause: error });
  }
}

/** Bytes of a chunk. */
const STRETCH = 2 ** 20;

/** Reads a tensor of a file. */
interface Reader {
  read(entry: Entry): Promise<TensorRecord>;
  stretches(entry: Entry): AsyncGenerator<TypedArray>;
}

/** The header, and a function that reads a tensor. */
export async function readHeader(file: OpenFile): Promise<Header & Reader> {
  const bodyAt = PREFIX + headerLengthOf(await firstBytes(file), file.size);
  const header = parseHeader(await file.read(PREFIX, bodyAt), file.size - bodyAt);
  const read = async ({ name, type, shape, begin, end }: Entry): Promise<TensorRecord> => ({
    dtype: type.dtype,
    shape,
    data: type.decode(await file.read(bodyAt + begin, bodyAt + end), name),
  });
  let space: Uint8Array | undefined;
  async function* stretches({ name, type, begin, end }: Entry): AsyncGenerator<TypedArray> {
    space ??= new Uint8Array(STRETCH);
    for (let at = begin; at < end; at += STRETCH) {
      const bytes = await file.read(bodyAt + at, bodyAt + Math.min(at + STRETCH, end), space);
      yield type.decode(bytes, name);
    }
  }
  return { ...header, read, stretches };
}
