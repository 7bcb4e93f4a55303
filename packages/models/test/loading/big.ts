import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "@wgrad/models";

/** A GPT-2 with 12 layers: 124 million weights, 498 MB. */
export const config: Config = {
  ...{ model_type: "gpt2", architectures: ["GPT2LMHeadModel"], vocab_size: 50_257 },
  ...{ n_positions: 1024, n_embd: 768, n_layer: 12, n_head: 12 },
};

/** Element i of the tensor at index n: small numbers, none of them 0. */
export const element = (n: number, i: number): number => ((i % 251) + n + 1) / 1e4;

/** Writes this model in shards of at most `most` bytes; returns the total number of bytes. */
export function writeModel(
  folder: string,
  shapes: readonly (readonly [name: string, shape: readonly number[]])[],
  most: number,
): number {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "config.json"), JSON.stringify(config));
  const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
  const shards: { name: string; shape: readonly number[]; place: number }[][] = [[]];
  let bytes = 0;
  shapes.forEach(([name, shape], place) => {
    if (bytes + 4 * sizeOf(shape) > most && (shards.at(-1)?.length ?? 0) > 0) {
      shards.push([]);
      bytes = 0;
    }
    bytes += 4 * sizeOf(shape);
    shards.at(-1)?.push({ name, shape, place });
  });
  const weight_map: Record<string, string> = {};
  let total = 0;
  shards.forEach((shard, k) => {
    const file = `model-${k + 1}-of-${shards.length}.safetensors`;
    const header: Record<string, unknown> = {};
    let end = 0;
    for (const { name, shape } of shard) {
      weight_map[name] = file;
      const begin = end;
      end += 4 * sizeOf(shape);
      header[name] = { dtype: "F32", shape, data_offsets: [begin, end] };
    }
    const text = new TextEncoder().encode(JSON.stringify(header));
    const room = Math.ceil(text.length / 8) * 8;
    const start = new Uint8Array(8 + room).fill(0x20, 8);
    new DataView(start.buffer).setUint32(0, room, true);
    start.set(text, 8);
    const handle = openSync(join(folder, file), "w");
    writeSync(handle, start);
    for (const { shape, place } of shard) {
      const size = sizeOf(shape);
      // whole periods, so that the same piece is written repeatedly
      const piece = Float32Array.from({ length: 251 * 4096 }, (_, i) => element(place, i));
      for (let at = 0; at < size; at += piece.length)
        writeSync(handle, piece.subarray(0, Math.min(piece.length, size - at)));
    }
    closeSync(handle);
    total += end;
  });
  writeFileSync(
    join(folder, "model.safetensors.index.json"),
    JSON.stringify({ metadata: { total_size: total }, weight_map }),
  );
  return total;
}
