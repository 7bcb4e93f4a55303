import { oracle } from "../devices/registry.ts";
import type { TypedArray } from "../dtype.ts";
import { ArgumentError } from "../errors.ts";
import { clone } from "../ops/core/clone.ts";
import { type CreateOptions, fromHost, streamOf } from "../ops/core/creation.ts";
import { SafetensorsError, type TensorRecord } from "../safetensors/format.ts";
import type { Entry } from "../safetensors/header.ts";
import { checkCall } from "../signature.ts";
import { noGrad } from "../tape/modes.ts";
import { Tensor } from "../tensor.ts";
import { SavingError } from "./error.ts";
import { readHeader } from "./open-safetensors.ts";
import { TREE } from "./save.ts";
import { type OpenFile, openFile, type Source } from "./source.ts";
import {
  DEEPEST,
  dtypeOfArray,
  isStateful,
  type Saved,
  SavedTree,
  type Stateful,
} from "./state.ts";

/** Options of `load` and `restore`. */
export interface LoadOptions {
  /** The device for the tensors (the one that `init` chose). */
  readonly device?: CreateOptions["device"];
}

/**
 * Loads what `save` saved, or the tensors of any safetensors file by name (int64 as i32; f16 and
 * f64 as f32
 * on a device without them). `T` is the expected structure.
 * ```ts
 * model.loadStateDict(await load("model.safetensors"));
 * ```
 * Throws a SavingError if the file is missing, damaged or not a safetensors file. Its header is
 * checked
 * before anything is allocated.
 */
export async function load<T = Record<string, Tensor>>(
  source: Source,
  options: LoadOptions = {},
): Promise<T> {
  checkCall("load(source: any, { device })", arguments);
  return withFile("load", source, options, async ({ tree, unpack }) => (await unpack(tree)) as T);
}

/**
 * Restores each of `parts` from the state that was saved under its name: all of them, or none if
 * anything is missing, damaged or does not fit. Returns the remaining saved data: numbers, texts,
 * lists.
 * ```ts
 * const { epoch } = await restore<{ epoch: number }>({ model, optimizer, randomState },
 * "run.safetensors");
 * ```
 * Throws a SavingError as `load` does, or if a part is not in the file, and the errors of a part's
 * `loadStateDict`.
 */
export async function restore<T = Record<string, Saved>>(
  parts: Readonly<Record<string, Stateful>>,
  source: Source,
  options: LoadOptions = {},
): Promise<T> {
  checkCall("restore(parts: object, source: any, { device })", arguments);
  for (const [name, part] of Object.entries(parts)) {
    if (isStateful(part) && typeof part.loadStateDict === "function") continue;
    throw new ArgumentError(`restore: ${name} has no loadStateDict()`);
  }
  return withFile("restore", source, options, async ({ tree, unpack }) => {
    const known = tree?.parts ?? [];
    const missing = Object.keys(parts).filter((name) => !known.includes(name));
    if (tree === null || missing.length > 0) {
      throw new SavingError(
        `it has no ${missing.map((name) => JSON.stringify(name)).join(", ")}` +
          `\n  it has: ${tree === null ? "only tensors" : known.join(", ")}` +
          (tree === null ? "\n  hint: model.loadStateDict(await load(file))" : ""),
      );
    }
    const states = new Map<string, Saved>();
    const rest: [string, Saved][] = [];
    for (const name of known) {
      const part = tree.part(name) as SavedTree;
      if (Object.hasOwn(parts, name)) states.set(name, await unpack(part));
      else if (!part.isState) rest.push([name, await unpack(part)]);
    }
    loadAll(parts, states);
    return Object.fromEntries(rest) as T;
  });
}

/** If one part cannot take its state, it and those before it get their old state back. */
function loadAll(
  parts: Readonly<Record<string, Stateful>>,
  states: ReadonlyMap<string, Saved>,
): void {
  const copies: Tensor[] = [];
  const undo: (() => void)[] = [];
  try {
    for (const [name, part] of Object.entries(parts)) {
      const before = copyState(part.stateDict(), copies);
      undo.unshift(() => part.loadStateDict(before));
      part.loadStateDict(states.get(name));
    }
  } catch (error) {
    for (const back of undo) attempt(back);
    throw error;
  } finally {
    for (const copy of copies) copy.dispose();
  }
}

/** Only the first error is thrown. A part that cannot be reset stays as it is. */
function attempt(back: () => void): void {
  try {
    back();
  } catch {}
}

/** A copy of the state, tensors and arrays included. */
function copyState(state: unknown, copies: Tensor[], depth = 0): unknown {
  if (depth > DEEPEST) throw new ArgumentError("restore: a part's state contains itself");
  if (state instanceof Tensor) {
    const copy = noGrad(() => clone(state));
    copies.push(copy);
    return copy;
  }
  if (dtypeOfArray(state) !== undefined) return (state as TypedArray).slice();
  if (isStateful(state)) return copyState(state.stateDict(), copies, depth + 1);
  if (Array.isArray(state)) return state.map((item) => copyState(item, copies, depth + 1));
  if (typeof state !== "object" || state === null) return state;
  return Object.fromEntries(
    Object.entries(state).map(([key, item]) => [key, copyState(item, copies, depth + 1)]),
  );
}

/** 64-bit numbers as f32. Throws a SavingError for one that is too large. */
function toFloat32(data: TypedArray, name: string): Float32Array {
  const single = Float32Array.from(data);
  const past = single.findIndex(
    (x, i) => !Number.isFinite(x) && Number.isFinite(data[i] as number),
  );
  if (past < 0) return single;
  throw new SavingError(
    `${JSON.stringify(name)}: element ${past}, ${data[past]}, does not fit f32` +
      `\n  hint: f64 is read as f32 where the device has none; load(file, { device: "${oracle}" }) keeps it`,
  );
}

interface Opened {
  /** Null if the file contains only tensors. */
  readonly tree: SavedTree | null;
  /** Reads a part of the tree with its arrays; without a tree, all tensors by name. */
  unpack(tree: SavedTree | null): Promise<Saved>;
}

async function withFile<T>(
  call: string,
  source: Source,
  options: LoadOptions,
  use: (file: Opened) => Promise<T>,
): Promise<T> {
  const file = await openFile(call, source);
  try {
    return await use(await opened(file, options));
  } catch (error) {
    if (!(error instanceof SavingError || error instanceof SafetensorsError)) throw error;
    throw new SavingError(`${call}: ${file.name}: ${error.message}`, { cause: error });
  } finally {
    await file.close();
  }
}

async function opened(file: OpenFile, options: LoadOptions): Promise<Opened> {
  const { entries, metadata, read } = await readHeader(file);
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const text = metadata[TREE];
  return {
    tree: text === undefined ? null : SavedTree.parse(text, new Set(byName.keys())),
    async unpack(tree) {
      const records = new Map<string, TensorRecord>();
      for (const name of tree?.arrays ?? byName.keys()) {
        records.set(name, await read(byName.get(name) as Entry));
      }
      const stream = streamOf("load", options);
      const tensorNamed = (name: string): Tensor => {
        const { data, shape, dtype } = records.get(name) as TensorRecord;
        if (stream.supports(dtype)) return fromHost(data, shape, dtype, options);
        return fromHost(dtype === "f64" ? toFloat32(data, name) : data, shape, "f32", options);
      };
      const arrayNamed = (name: string): TypedArray => (records.get(name) as TensorRecord).data;
      if (tree !== null) return tree.unpack(tensorNamed, arrayNamed);
      return Object.fromEntries(Array.from(byName.keys(), (name) => [name, tensorNamed(name)]));
    },
  };
}
