import { checkCall } from "@wgrad/autograd/plugin";
import { load } from "@wgrad/autograd/saving";
import type { AnyModule } from "@wgrad/nn";
import { Settings } from "../config.ts";
import { Lora } from "../lora.ts";
import { type FolderOptions, jsonOf, openFolder, PretrainedError } from "./folder.ts";

const CONFIG = "adapter_config.json";
/** Settings of PEFT that would change the adapter and are not supported. */
const UNREAD = [
  ...["layers_to_transform", "layers_pattern", "exclude_modules", "target_parameters"],
  ...["trainable_token_indices", "layer_replication", "lora_bias", "use_qalora"],
];
const WEIGHTS = "adapter_model.safetensors";

/**
 * Loads an adapter in PEFT's format for a model: `adapter_config.json` and
 * `adapter_model.safetensors`. It is enabled.
 */
export async function loadLora(
  model: AnyModule,
  source: string | URL,
  options: FolderOptions = {},
): Promise<Lora> {
  checkCall(
    "loadLora(model: module, source: any, { mirrors, revision: string, cacheFolder: string, offline: boolean, sha256, signal, onProgress: function })",
    arguments,
  );
  const folder = openFolder(source, options);
  const config = await jsonOf(folder, CONFIG);
  const weights = await folder.file(WEIGHTS);
  if (config === null || weights === null) {
    const lacking = config === null ? CONFIG : WEIGHTS;
    throw new PretrainedError(`loadLora: ${folder.name} has no ${lacking}`);
  }
  const settings = new Settings("adapter", config as Record<string, unknown>);
  settings.only("peft_type", ["LORA"]);
  settings.only("use_dora", [false]);
  settings.only("bias", ["none"]);
  for (const unknown of UNREAD) settings.only(unknown, [false]);
  const { target_modules, modules_to_save, rank_pattern, alpha_pattern } = settings.config;
  const lora = new Lora(model, {
    r: settings.number("r"),
    loraAlpha: settings.number("lora_alpha"),
    loraDropout: settings.number("lora_dropout", 0),
    targetModules: target_modules as readonly string[] | string,
    modulesToSave: (modules_to_save ?? []) as readonly string[],
    useRslora: settings.boolean("use_rslora", false),
    rankPattern: (rank_pattern ?? {}) as Record<string, number>,
    alphaPattern: (alpha_pattern ?? {}) as Record<string, number>,
  });
  lora.loadStateDict(await load(weights));
  return lora;
}
