import { tensor, WgradError } from "@wgrad/autograd";
import { readSafetensors, type TensorRecord, writeSafetensors } from "@wgrad/autograd/safetensors";
import type { Module, StateDict } from "@wgrad/nn";

export type AnyModule = Module<never[], unknown>;

/** Weights that are none, or are not those of this demo; one line for the user. */
class WeightsError extends WgradError {}

/** A model's parameters and buffers as a safetensors file that says which demo it is from. */
export async function weightsOf(model: AnyModule, demo: string): Promise<Uint8Array> {
  const tensors: Record<string, TensorRecord> = {};
  for (const [key, value] of Object.entries(model.stateDict())) {
    tensors[key] = { dtype: value.dtype, shape: value.shape, data: await value.data() };
  }
  return writeSafetensors(tensors, { demo });
}

/** The tensors in such a file, for which no device need be open. Throws WeightsError, which calls the file `name`. */
export function recordsIn(
  bytes: Uint8Array,
  demo: string,
  name: string,
): Readonly<Record<string, TensorRecord>> {
  const { tensors, metadata } = blame(name, () => readSafetensors(bytes));
  if (metadata.demo === undefined || metadata.demo === demo) return tensors;
  throw new WeightsError(`${name}: weights of the demo ${metadata.demo}, not of ${demo}`);
}

/** Gives `model` what `weightsOf` wrote, all or nothing. Throws WeightsError. */
export function giveWeights(model: AnyModule, bytes: Uint8Array, demo: string, name: string): void {
  const state: StateDict = {};
  for (const [key, { data, dtype, shape }] of Object.entries(recordsIn(bytes, demo, name))) {
    state[key] = tensor(data, { dtype, shape });
  }
  blame(name, () => model.loadStateDict(state));
}

/** Says of which file an error is. */
function blame<Result>(name: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw error instanceof WgradError ? new WeightsError(`${name}: ${error.message}`) : error;
  }
}
