import type { Shape } from "@wgrad/autograd";
import type { TensorRecord } from "@wgrad/autograd/safetensors";
import { type OpenSafetensors, openSafetensors } from "@wgrad/autograd/saving";
import { type Folder, jsonOf, PretrainedError } from "./folder.ts";

/** The tensors of a model's files; one is read when it is asked for. */
export interface Weights {
  readonly names: readonly string[];
  shape(name: string): Shape;
  read(name: string): Promise<TensorRecord>;
  close(): Promise<void>;
}

const SINGLE = "model.safetensors";
const INDEX = "model.safetensors.index.json";

/** The weights of a folder: `model.safetensors`, or the files that `model.safetensors.index.json` names. */
export async function openWeights(folder: Folder): Promise<Weights> {
  const single = await folder.file(SINGLE);
  if (single !== null) return joined(folder, [await openSafetensors(single)], null);
  const index = (await jsonOf(folder, INDEX)) as { weight_map?: Record<string, string> } | null;
  if (index === null) {
    throw new PretrainedError(
      `fromPretrained: ${folder.name} has no ${SINGLE} and no ${INDEX}` +
        "\n  hint: weights of other formats are read by readPt, readGguf and readOnnx",
    );
  }
  const places = index.weight_map;
  if (places === undefined)
    throw new PretrainedError(`fromPretrained: ${folder.name}: ${INDEX} has no weight_map`);
  const files: OpenSafetensors[] = [];
  for (const name of new Set(Object.values(places))) {
    const source = await folder.file(name);
    if (source === null)
      throw new PretrainedError(
        `fromPretrained: ${folder.name} has no ${name}, which ${INDEX} names`,
      );
    files.push(await openSafetensors(source));
  }
  return joined(folder, files, Object.keys(places));
}

function joined(
  folder: Folder,
  files: readonly OpenSafetensors[],
  promised: readonly string[] | null,
): Weights {
  const owner = new Map(files.flatMap((file) => file.names.map((name) => [name, file] as const)));
  const missing = promised?.filter((name) => !owner.has(name)) ?? [];
  if (missing.length > 0) {
    throw new PretrainedError(
      `fromPretrained: ${folder.name}: ${INDEX} names what no file has: ${missing.slice(0, 5).join(", ")}`,
    );
  }
  const fileOf = (name: string) => owner.get(name) as OpenSafetensors;
  return {
    names: [...owner.keys()],
    shape: (name) => fileOf(name).shape(name),
    read: (name) => fileOf(name).read(name),
    async close() {
      for (const file of files) await file.close();
    },
  };
}
