import type { Tensor, TypedArray } from "@wgrad/autograd";
import { checkCall, fillFrom, unfilled } from "@wgrad/autograd/plugin";
import type { Config } from "../config.ts";
import { type Architecture, architectureOf, type PretrainedModel } from "../registry.ts";
import { type Folder, type FolderOptions, jsonOf, openFolder, PretrainedError } from "./folder.ts";
import { mapKeys } from "./keys.ts";
import { openWeights, type Weights } from "./weights.ts";

/** Settings of `fromPretrained`. */
export interface PretrainedOptions<Model = PretrainedModel> extends FolderOptions {
  /** The class to make, if it is not the one in the config: for example another head. */
  readonly architecture?: Architecture<Model>;
  /** Overrides settings of the config, such as `{ num_labels: 3 }`. */
  readonly config?: Config;
}

/**
 * A model with its weights, from a folder in the format of the hub: `config.json` and
 * `model.safetensors`, whole or in shards. `source` is a path, a URL, or "hf:owner/name". 16-bit
 * values become f32. The model is in evaluation mode.
 *
 * ```ts
 * const model = await fromPretrained("hf:openai-community/gpt2", { architecture: GPT2LMHeadModel });
 * ```
 *
 * A head that is missing in the files is initialised, with a warning. Throws PretrainedError if
 * files, keys or shapes do not fit, or if the architecture is not supported.
 */
export async function fromPretrained<Model = PretrainedModel>(
  source: string | URL,
  options: PretrainedOptions<Model> = {},
): Promise<Model> {
  checkCall(
    "fromPretrained(source: any, { architecture, config, mirrors, revision: string, cacheFolder: string, offline: boolean, sha256, signal, onProgress: function })",
    arguments,
  );
  const folder = openFolder(source, options);
  const config = { ...(await configOf(folder)), ...options.config };
  const Model = (options.architecture ?? architectureOf(folder.name, config)) as Architecture;
  const { made: model, fill } = unfilled(() => new Model(config));
  const weights = await openWeights(folder);
  try {
    const loaded = await load(folder.name, model, weights, Model.prefix);
    const rest = [...model.parameters(), ...model.buffers()].filter((one) => !loaded.has(one.cell));
    if (!fill(rest)) begin(model, loaded, new Model(config));
  } finally {
    await weights.close();
  }
  model.eval();
  return model as Model;
}

/** The `config.json` of a folder. */
async function configOf(folder: Folder): Promise<Config> {
  const config = await jsonOf(folder, "config.json");
  if (typeof config === "object" && config !== null) return config as Config;
  throw new PretrainedError(`fromPretrained: ${folder.name} has no config.json`);
}

/**
 * Writes the weights one by one, each in chunks, so that nothing is in memory twice. Returns what
 * was written.
 */
async function load(
  folder: string,
  model: PretrainedModel,
  weights: Weights,
  prefix: string,
): Promise<ReadonlySet<Tensor["cell"]>> {
  const targets = new Map<string, Tensor>(Object.entries(model.stateDict()));
  const { keys, missing, unexpected } = mapKeys(weights.names, new Set(targets.keys()), prefix);
  refuse(folder, weights, targets, keys);
  warn(folder, model, prefix, missing, unexpected);
  const loaded = new Set<Tensor["cell"]>();
  for (const [name, key] of keys) {
    const target = targets.get(key) as Tensor;
    await fillFrom(target, inDtypeOf(target, weights.stretches(name)));
    loaded.add(target.cell);
  }
  return loaded;
}

/** Initialises weights that are missing in the files, as in a new model. */
function begin(
  model: PretrainedModel,
  loaded: ReadonlySet<Tensor["cell"]>,
  drawn: PretrainedModel,
): void {
  const own = model.stateDict();
  const rest = Object.entries(drawn.stateDict()).filter(
    ([key]) => !loaded.has((own[key] as Tensor).cell),
  );
  model.loadStateDict(Object.fromEntries(rest), { strict: false });
}

/** Converts elements to the dtype of the tensor. */
async function* inDtypeOf(
  target: Tensor,
  stretches: ReturnType<Weights["stretches"]>,
): AsyncGenerator<TypedArray> {
  const Elements = target.dtype === "f32" ? Float32Array : Int32Array;
  for await (const values of stretches)
    yield values instanceof Elements ? values : Elements.from(values);
}

function refuse(
  folder: string,
  weights: Weights,
  targets: ReadonlyMap<string, Tensor>,
  keys: ReadonlyMap<string, string>,
): void {
  const misfits = [...keys].flatMap(([name, key]) => {
    const [there, here] = [weights.shape(name), (targets.get(key) as Tensor).shape];
    return String(there) === String(here) ? [] : [`${key}: [${there}] in the file, [${here}] here`];
  });
  if (misfits.length === 0) return;
  throw new PretrainedError(
    `fromPretrained: ${folder}: shapes differ\n  ${misfits.slice(0, 8).join("\n  ")}` +
      "\n  hint: the config belongs to other weights, or has another number of classes",
  );
}

/** Warns of a missing head; missing weights of the base are an error. */
function warn(
  folder: string,
  model: PretrainedModel,
  prefix: string,
  missing: readonly string[],
  unexpected: readonly string[],
): void {
  const hasBase =
    prefix !== "" && Object.keys(model.stateDict()).some((key) => key.startsWith(`${prefix}.`));
  const counted = missing.filter((key) => !key.endsWith("num_batches_tracked"));
  const isHead = (key: string) => hasBase && !key.startsWith(`${prefix}.`);
  const lacking = counted.filter((key) => !isHead(key) && !/^pooler\.|\.pooler\./.test(key));
  if (lacking.length > 0) {
    throw new PretrainedError(
      `fromPretrained: ${folder}: ${lacking.length} weights of the model are missing in the files\n  ${lacking.slice(0, 8).join("\n  ")}` +
        (unexpected.length > 0 ? `\n  they have: ${unexpected.slice(0, 8).join(", ")}` : ""),
    );
  }
  const fresh = counted.filter((key) => !lacking.includes(key));
  if (unexpected.length > 0) {
    const shown = unexpected.slice(0, 6).join(", ");
    console.warn(
      `wgrad: ${folder}: ${unexpected.length} weights of the files are not used: ${shown}`,
    );
  }
  if (fresh.length > 0)
    console.warn(
      `wgrad: ${folder} has no ${fresh.join(", ")}: they were newly initialised and need training`,
    );
}
