import { DataError } from "../table/error.ts";

/**
 * Where bytes come from: a URL, the text of one (`https:`, `http:`, `data:`, `blob:`, `file:`), a Blob or File, or bytes.
 * In Node any other text is a path; in a browser it is relative to the page.
 */
export type Source = string | URL | Blob | Uint8Array<ArrayBuffer>;

/** What messages call a source; `otherwise` for one that has no name of its own. */
export function nameOf(source: Source, otherwise: string): string {
  if (source instanceof Blob) return "name" in source ? String(source.name) : otherwise;
  if (source instanceof Uint8Array) return otherwise;
  return String(source).startsWith("data:") ? otherwise : String(source);
}

/** All bytes of a source, unpacked if gzip packed them. Throws DataError if there is nothing to read. */
export async function bytesOf(source: Source, name: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await packedBytesOf(source, name);
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? unpack(bytes, name) : bytes;
}

/** All text of a source, as `bytesOf`; UTF-8. */
export async function textOf(source: Source, name: string): Promise<string> {
  return new TextDecoder().decode(await bytesOf(source, name));
}

async function packedBytesOf(source: Source, name: string): Promise<Uint8Array<ArrayBuffer>> {
  if (source instanceof Uint8Array) return source;
  if (source instanceof Blob) return new Uint8Array(await source.arrayBuffer());
  const text = String(source);
  const isAddress = /^(https?|data|blob):/i.test(text);
  const files = isAddress ? undefined : globalThis.process?.getBuiltinModule?.("node:fs/promises");
  if (files !== undefined) {
    try {
      const read = await files.readFile(text.startsWith("file:") ? new URL(text) : text);
      return new Uint8Array(read.buffer as ArrayBuffer, read.byteOffset, read.length);
    } catch (error) {
      throw new DataError(`${name}: ${reasonOf(error)}`);
    }
  }
  let response: Response;
  try {
    response = await fetch(text);
  } catch (error) {
    throw new DataError(`${name}: cannot be fetched (${(error as Error).message})`);
  }
  if (!response.ok) throw new DataError(`${name}: the server answers ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

async function unpack(
  bytes: Uint8Array<ArrayBuffer>,
  name: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  try {
    return new Uint8Array(await new Response(plain).arrayBuffer());
  } catch (error) {
    throw new DataError(`${name}: is packed by gzip, and broken (${(error as Error).message})`);
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message: string };
  if (code === "ENOENT") return "there is no such file";
  if (code === "EISDIR") return "is a folder, not a file";
  if (code === "EACCES") return "may not be read";
  return message;
}
