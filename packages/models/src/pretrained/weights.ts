import type { Shape } from "@wgrad/autograd";
import type { TensorRecord } from "@wgrad/autograd/safetensors";
import { type OpenSafetensors, openSafetensors, type Source } from "@wgrad/autograd/saving";
import { type PtRecord, readPt } from "../readers/pt.ts";
import { type Folder, jsonOf, PretrainedError } from "./folder.ts";

/** The tensors of a model's files, which are read on demand. */
export interface Weights {
  readonly names: readonly string[];
  shape(name: string): Shape;
  /** The elements of a tensor in chunks; each chunk is invalid once the next is requested. */
  stretches(name: string): AsyncIterable<TensorRecord["data"]> | Iterable<TensorRecord["data"]>;
  close(): Promise<void>;
}

const SINGLE = "model.safetensors";
/** The file of torch.save, which is read as a whole. */
const PICKLED = "pytorch_model.bin";
const INDEX = "model.safetensors.index.json";

/**
 * The weights of a folder: `model.safetensors`, or the files that `model.safetensors.index.json`
 * names.
 */
export async function openWeights(folder: Folder): Promise<Weights> {
  const single = await folder.file(SINGLE);
  if (single !== null) return joined(folder, [await openSafetensors(single)], null);
  const index = (await jsonOf(folder, INDEX)) as { weight_map?: Record<string, string> } | null;
  const pickled = index === null ? await folder.file(PICKLED) : null;
  if (pickled !== null) return unpickled(pickled);
  if (index === null) {
    throw new PretrainedError(
      `fromPretrained: ${folder.name} has no ${SINGLE}, ${INDEX} or ${PICKLED}` +
        "\n  hint: use loadOnnx of @wgrad/models/onnx for .onnx files, fromGguf or loadPt for others",
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
      `fromPretrained: ${folder.name}: ${INDEX} names tensors that no file has: ${missing.slice(0, 5).join(", ")}`,
    );
  }
  const fileOf = (name: string) => owner.get(name) as OpenSafetensors;
  return {
    names: [...owner.keys()],
    shape: (name) => fileOf(name).shape(name),
    stretches: (name) => fileOf(name).stretches(name),
    async close() {
      for (const file of files) await file.close();
    },
  };
}

async function unpickled(source: Source): Promise<Weights> {
  const state = await readPt<Readonly<Record<string, PtRecord>>>(source);
  const recordOf = (name: string): TensorRecord => {
    const record = state[name] as PtRecord;
    if (record.dtype !== "i64") return record;
    throw new PretrainedError(`fromPretrained: ${name} contains integers of more than 32 bits`);
  };
  return {
    names: Object.keys(state),
    shape: (name) => recordOf(name).shape,
    stretches: (name) => [recordOf(name).data],
    close: async () => {},
  };
}
