import type { TypedArray } from "../dtype.ts";
import { ArgumentError } from "../errors.ts";
import { safetensorsParts } from "../safetensors/file.ts";
import type { TensorRecord } from "../safetensors/format.ts";
import { checkCall } from "../signature.ts";
import { Tensor } from "../tensor.ts";
import { dtypeOfArray, packState } from "./state.ts";
import { checkTarget, type Target, writeFile } from "./target.ts";

/** Options of `save` and `toBlob`. */
export interface SaveOptions {
  /** Strings for the file's header. Some readers of PyTorch models need `{ format: "pt" }`. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The key in the header of everything that is not a tensor. */
export const TREE = "wgrad";

/**
 * Saves a state as one safetensors file: nested tensors, typed arrays and plain data. An object
 * with
 * `stateDict()` is saved by it. The values are those at the time of the call, so training may
 * continue.
 * The file is complete, or is not written at all.
 * ```ts
 * await save(model.stateDict(), "model.safetensors"); // PyTorch and Python can read it
 * await save({ model, optimizer, scheduler, loader, randomState, epoch }, "run.safetensors");
 * ```
 * Throws an ArgumentError, with the path, for data that cannot be saved, and a SavingError if the
 * file
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

/**
 * The file that `save` would write as a Blob: to download, to upload, or to post to another thread.
 */
export async function toBlob(state: unknown, options: SaveOptions = {}): Promise<Blob> {
  checkCall("toBlob(state: any, { metadata })", arguments);
  const parts = await fileOf(state, options);
  return new Blob(parts as Uint8Array<ArrayBuffer>[], { type: "application/octet-stream" });
}

async function fileOf(state: unknown, { metadata = {} }: SaveOptions): Promise<Uint8Array[]> {
  if (Object.hasOwn(metadata, TREE)) {
    throw new ArgumentError(`save: the metadata key "${TREE}" is reserved`);
  }
  const { arrays, tree } = packState(state);
  // All reads start now, so they return the present values.
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
