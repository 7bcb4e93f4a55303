import type { Tensor, TypedArray } from "@wgrad/autograd";
import { checkCall, fillFrom, unfilled } from "@wgrad/autograd/plugin";
import type { Config } from "../config.ts";
import { type Architecture, architectureOf, type PretrainedModel } from "../registry.ts";
import { type Folder, type FolderOptions, jsonOf, openFolder, PretrainedError } from "./folder.ts";
import { mapKeys } from "./keys.ts";
import { openWeights, type Weights } from "./weights.ts";

/** Settings of `fromPretrained`. */
export interface PretrainedOptions<Model = PretrainedModel> extends FolderOptions {
  /** The class to make, where it is not the one that the config names: another head, say. */
  readonly architecture?: Architecture<Model>;
  /** Replaces or adds to what the config says, such as `{ num_labels: 3 }`. */
  readonly config?: Config;
}

/**
 * A model with its weights, from a folder as the hub has them: `config.json` and `model.safetensors`, whole or in shards.
 * `source` is a path, an address, or "hf:owner/name". Values of 16 bits become f32. The model is in evaluation mode.
 *
 * ```ts
 * const model = await fromPretrained("hf:openai-community/gpt2", { architecture: GPT2LMHeadModel });
 * ```
 *
 * A head that the files do not have begins anew, and a line says so. Throws PretrainedError where files, keys or shapes
 * do not fit, and where the architecture is not built.
 */
export async function fromPretrained<Model = PretrainedModel>(
  source: string | URL,
  options: PretrainedOptions<Model> = {},
): Promise<Model> {
  checkCall(
    "fromPretrained(source, { architecture, config, mirrors, revision: string, cacheFolder: string, offline: boolean, sha256, signal, onProgress: function })",
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

/** A folder's `config.json`. */
async function configOf(folder: Folder): Promise<Config> {
  const config = await jsonOf(folder, "config.json");
  if (typeof config === "object" && config !== null) return config as Config;
  throw new PretrainedError(`fromPretrained: ${folder.name} has no config.json`);
}

/** Writes a model's weights one by one, each a stretch at a time: nothing is in memory twice. Gives what it has written. */
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

/** What the files do not have begins as it does in a model that is not loaded. */
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

/** Elements as the tensor's dtype has them. */
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
      "\n  hint: the config does not belong to these weights, or names another number of classes",
  );
}

/** A head may begin anew; what the base lacks is an error. */
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
      `fromPretrained: ${folder}: the files lack ${lacking.length} of the model's weights\n  ${lacking.slice(0, 8).join("\n  ")}` +
        (unexpected.length > 0 ? `\n  they have: ${unexpected.slice(0, 8).join(", ")}` : ""),
    );
  }
  const fresh = counted.filter((key) => !lacking.includes(key));
  if (unexpected.length > 0) {
    const shown = unexpected.slice(0, 6).join(", ");
    console.warn(
      `wgrad: ${folder}: ${unexpected.length} weights have no place in the model: ${shown}`,
    );
  }
  if (fresh.length > 0)
    console.warn(`wgrad: ${folder} has no ${fresh.join(", ")}: they begin anew, train them`);
}
