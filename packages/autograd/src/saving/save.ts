import type { TypedArray } from "../dtype.ts";
import { ArgumentError } from "../errors.ts";
import { safetensorsParts } from "../safetensors/file.ts";
import type { TensorRecord } from "../safetensors/format.ts";
import { checkCall } from "../signature.ts";
import { Tensor } from "../tensor.ts";
import { dtypeOfArray, packState } from "./state.ts";
import { checkTarget, type Target, writeFile } from "./target.ts";

/** Settings of `save` and `toBlob`. */
export interface SaveOptions {
  /** Texts to keep in the file's header. Some readers of PyTorch models want `{ format: "pt" }`. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Under which name the header holds what is no tensor. */
export const TREE = "wgrad";

/**
 * Saves a state as one safetensors file: tensors, typed arrays and plain data, nested as they are;
 * whatever has `stateDict()` is saved by it. The values are those of the moment of the call:
 * training may go on meanwhile. The file is there whole or not at all.
 *
 * ```ts
 * await save(model.stateDict(), "model.safetensors"); // PyTorch and Python read this one
 * await save({ model, optimizer, scheduler, loader, randomState, epoch }, "run.safetensors");
 * ```
 *
 * Throws ArgumentError, with the place, for what cannot be saved, and SavingError if the file
 * cannot be written.
 */
export async function save(
  state: unknown,
  target: Target,
  options: SaveOptions = {},
): Promise<void> {
  checkCall("save(state: any, target: any, { metadata })", arguments);
  checkTarget(target);
  await writeFile(target, await fileOf(state, options));
}

/** The file that `save` would write: to download, to upload, to post to another thread. */
export async function toBlob(state: unknown, options: SaveOptions = {}): Promise<Blob> {
  checkCall("toBlob(state: any, { metadata })", arguments);
  const parts = await fileOf(state, options);
  return new Blob(parts as Uint8Array<ArrayBuffer>[], { type: "application/octet-stream" });
}

async function fileOf(state: unknown, { metadata = {} }: SaveOptions): Promise<Uint8Array[]> {
  if (Object.hasOwn(metadata, TREE)) {
    throw new ArgumentError(`save: the metadata's name "${TREE}" is taken`);
  }
  const { arrays, tree } = packState(state);
  // all reads start here, at once: they are bound to the values of now
  const reads = Array.from(arrays, async ([name, array]) => [name, await recordOf(array)] as const);
  const records = Object.fromEntries(await Promise.all(reads));
  return safetensorsParts(records, tree === null ? metadata : { ...metadata, [TREE]: tree });
}

async function recordOf(array: Tensor | TypedArray): Promise<TensorRecord> {
  if (array instanceof Tensor) {
    return { dtype: array.dtype, shape: array.shape, data: await array.data() };
  }
  const dtype = dtypeOfArray(array) as TensorRecord["dtype"];
  return { dtype, shape: [array.length], data: array.slice() };
}
