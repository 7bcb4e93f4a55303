import type { TensorRecord } from "@wgrad/autograd/safetensors";
import { readTfjsWeights, type TfjsWeight } from "@wgrad/models";

/** What was packed by gzip; some servers have the browser unpack it. */
function unpacked(bytes: Uint8Array<ArrayBuffer>): Response {
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const stream = new Blob([bytes]).stream();
  return new Response(isPacked ? stream.pipeThrough(new DecompressionStream("gzip")) : stream);
}

/** The same as text, in bytes. */
export async function unpackedText(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await unpacked(bytes).arrayBuffer());
}

/**
 * A TensorFlow.js model's weights, from the two files that `vite.config.ts` packs: the numbers, and
 * where each tensor lies.
 */
export async function tfjsModel<Description extends { readonly weights: readonly TfjsWeight[] }>(
  numbers: Uint8Array<ArrayBuffer>,
  description: Uint8Array<ArrayBuffer>,
): Promise<Description & { readonly tensors: Record<string, TensorRecord> }> {
  const told = (await unpacked(description).json()) as Description;
  const bytes = new Uint8Array(await unpacked(numbers).arrayBuffer());
  const manifest = [{ paths: ["weights"], weights: told.weights }];
  return { ...told, tensors: readTfjsWeights(manifest, { weights: bytes }) };
}
