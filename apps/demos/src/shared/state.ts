import { tensor, WgradError } from "@wgrad/autograd";
import { readSafetensors, type TensorRecord, writeSafetensors } from "@wgrad/autograd/safetensors";
import type { Module, StateDict } from "@wgrad/nn";
import { t } from "./language.ts";

export type AnyModule = Module<never[], unknown>;

/** Weights that are none, or are not those of this demo; one line for the user. */
class WeightsError extends WgradError {}

/** What a model was made with. */
export type ModelSettings = Readonly<Record<string, number | string>>;

/**
 * A model's parameters and buffers as a safetensors file that says which demo it is from, and with
 * which settings.
 */
export async function weightsOf(
  model: AnyModule,
  demo: string,
  settings?: ModelSettings,
): Promise<Uint8Array> {
  const tensors: Record<string, TensorRecord> = {};
  for (const [key, value] of Object.entries(model.stateDict())) {
    tensors[key] = { dtype: value.dtype, shape: value.shape, data: await value.data() };
  }
  return writeSafetensors(tensors, {
    demo,
    ...(settings !== undefined && { settings: JSON.stringify(settings) }),
  });
}

/**
 * The settings that such a file was written with; null where it does not say. Throws WeightsError.
 */
export function settingsIn(bytes: Uint8Array, demo: string, name: string): ModelSettings | null {
  const { settings } = read(bytes, demo, name).metadata;
  if (settings === undefined) return null;
  try {
    const found: unknown = JSON.parse(settings);
    if (typeof found === "object" && found !== null) return found as ModelSettings;
  } catch {
    // said below
  }
  throw new WeightsError(t("{name}: its settings are not a JSON object", { name }));
}

/**
 * The tensors in such a file, for which no device need be open. Throws WeightsError, which calls
 * the file `name`.
 */
export function recordsIn(
  bytes: Uint8Array,
  demo: string,
  name: string,
): Readonly<Record<string, TensorRecord>> {
  return read(bytes, demo, name).tensors;
}

function read(bytes: Uint8Array, demo: string, name: string): ReturnType<typeof readSafetensors> {
  const file = blame(name, () => readSafetensors(bytes));
  const { demo: from } = file.metadata;
  if (from === undefined || from === demo) return file;
  throw new WeightsError(
    t("{name}: weights of the demo {from}, not of {demo}", { name, from, demo }),
  );
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
