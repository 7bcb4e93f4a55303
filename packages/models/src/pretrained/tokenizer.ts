import { checkCall } from "@wgrad/autograd/plugin";
import { SubwordTokenizer } from "@wgrad/datasets";
import { type FolderOptions, jsonOf, openFolder, PretrainedError } from "./folder.ts";

/** The tokenizer of a pretrained folder: its `tokenizer.json`. */
export async function loadTokenizer(
  source: string | URL,
  options: FolderOptions = {},
): Promise<SubwordTokenizer> {
  checkCall(
    "loadTokenizer(source, { mirrors, revision: string, cacheFolder: string, offline: boolean, sha256, signal, onProgress: function })",
    arguments,
  );
  const folder = openFolder(source, options);
  const json = await jsonOf(folder, "tokenizer.json");
  if (typeof json === "object" && json !== null) return new SubwordTokenizer(json);
  throw new PretrainedError(`loadTokenizer: ${folder.name} has no tokenizer.json`);
}
