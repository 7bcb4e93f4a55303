import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { type TensorRecord, writeSafetensors } from "@wgrad/autograd/safetensors";
import type { AnyModule } from "@wgrad/nn";
import type { Config } from "../config.ts";
import type { Lora } from "../lora.ts";
import { QuantizedLinear } from "../quantize.ts";
import { architectures, modelTypes } from "../registry.ts";

/** Settings of `savePretrained`. */
export interface SaveOptions {
  /**
   * Maximum bytes of weights in a file; larger models are split into shards with an index (default
   * 5 GB).
   */
  readonly maxShardSize?: number;
}

/** The target folder: a path in Node, or a directory handle in a browser. */
export type FolderTarget = string | FileSystemDirectoryHandle;

/**
 * Writes a model in the format of transformers: `config.json` and `model.safetensors`, or shards
 * with an index. `saveLora` writes adapters; merge an adapter to include it in the weights.
 */
export async function savePretrained(
  model: AnyModule & { readonly config: Config },
  target: FolderTarget,
  options: SaveOptions = {},
): Promise<void> {
  checkCall("savePretrained(model: module, target: any, { maxShardSize: number })", arguments);
  const { maxShardSize = 5e9 } = options;
  if (!(maxShardSize > 0))
    throw new ArgumentError(
      `savePretrained: maxShardSize is ${maxShardSize}\n  hint: a number of bytes above 0`,
    );
  const packed = model.modules().find((module) => module instanceof QuantizedLinear);
  if (packed !== undefined) {
    throw new ArgumentError(
      "savePretrained: the model has quantized weights, which transformers cannot read\n  hint: save it before quantize(), and save the adapter by saveLora",
    );
  }
  const write = await writerTo(target);
  await write("config.json", json(describedConfig(model)));
  const shards = shardsOf(model, maxShardSize);
  const places: Record<string, string> = {};
  let total = 0;
  for (const [i, keys] of shards.entries()) {
    const name = shards.length === 1 ? "model.safetensors" : shardName(i, shards.length);
    const records: Record<string, TensorRecord> = {};
    for (const key of keys) {
      const tensor = model.stateDict()[key];
      if (tensor === undefined) continue;
      records[key] = { dtype: tensor.dtype, shape: tensor.shape, data: await tensor.data() };
      places[key] = name;
      total += records[key].data.byteLength;
    }
    await write(name, writeSafetensors(records, { format: "pt" }));
  }
  if (shards.length > 1)
    await write(
      "model.safetensors.index.json",
      json({ metadata: { total_size: total }, weight_map: places }),
    );
}

/** Writes an adapter in PEFT's format: `adapter_config.json` and `adapter_model.safetensors`. */
export async function saveLora(lora: Lora, target: FolderTarget): Promise<void> {
  checkCall("saveLora(lora: lora, target: any)", arguments);
  const write = await writerTo(target);
  await write("adapter_config.json", json(lora.peftConfig()));
  const records: Record<string, TensorRecord> = {};
  for (const [key, tensor] of Object.entries(lora.stateDict()))
    records[key] = { dtype: tensor.dtype, shape: tensor.shape, data: await tensor.data() };
  await write("adapter_model.safetensors", writeSafetensors(records, { format: "pt" }));
}

const json = (value: unknown): Uint8Array =>
  new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);

/** The config with the names by which transformers and `fromPretrained` find the class. */
function describedConfig(model: AnyModule & { readonly config: Config }): Config {
  const { config } = model;
  // by identity: a minifier renames classes
  const names = Object.keys(architectures).filter(
    (name) => architectures[name] === model.constructor,
  );
  const type = config.model_type ?? modelTypes[names[0] ?? ""];
  const name = names.find((one) => type === "qwen2" && one.startsWith("Qwen2")) ?? names[0];
  if (name === undefined) return config;
  if (type === undefined) return { architecture: name, ...config };
  return { ...config, model_type: type, architectures: [name] };
}

const shardName = (i: number, count: number): string =>
  `model-${String(i + 1).padStart(5, "0")}-of-${String(count).padStart(5, "0")}.safetensors`;

/** The keys of each file, in order. */
function shardsOf(model: AnyModule, most: number): string[][] {
  const shards: string[][] = [[]];
  let bytes = 0;
  for (const [key, { shape }] of Object.entries(model.stateDict())) {
    const size = 4 * shape.reduce((a, b) => a * b, 1);
    if (bytes + size > most && (shards.at(-1) as string[]).length > 0) {
      shards.push([]);
      bytes = 0;
    }
    (shards.at(-1) as string[]).push(key);
    bytes += size;
  }
  return shards;
}

async function writerTo(
  target: FolderTarget,
): Promise<(name: string, bytes: Uint8Array) => Promise<void>> {
  if (typeof target === "string") {
    const modules = globalThis.process?.getBuiltinModule;
    if (modules === undefined)
      throw new ArgumentError(
        "savePretrained: a browser needs a directory handle\n  hint: use showDirectoryPicker()",
      );
    const { mkdir, rename, writeFile } = modules("node:fs/promises");
    const { join } = modules("node:path");
    await mkdir(target, { recursive: true });
    // write the whole file or nothing
    return async (name, bytes) => {
      await writeFile(join(target, `${name}.part`), bytes);
      await rename(join(target, `${name}.part`), join(target, name));
    };
  }
  return async (name, bytes) => {
    const file = await (await target.getFileHandle(name, { create: true })).createWritable();
    await file.write(bytes as Uint8Array<ArrayBuffer>);
    await file.close();
  };
}
