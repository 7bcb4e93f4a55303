import { OnnxError } from "./error.ts";

/** The bytes of a file: from a path in Node, else from a URL. */
export async function bytesAt(source: string): Promise<Uint8Array> {
  const isAddress = /^(https?|data|blob):/i.test(source);
  const files = isAddress ? undefined : globalThis.process?.getBuiltinModule?.("node:fs/promises");
  try {
    if (files === undefined) return await fetched(source);
    const bytes = await files.readFile(source.startsWith("file:") ? new URL(source) : source);
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  } catch (error) {
    throw new OnnxError(`loadOnnx: ${source} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

async function fetched(address: string): Promise<Uint8Array> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
