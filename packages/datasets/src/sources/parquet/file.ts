import type { AsyncBuffer } from "hyparquet";
import { DataError } from "../../table/error.ts";
import { bytesOf, pathOf, type Source } from "../open.ts";

/** A file of which parts can be read. */
export interface PartFile extends AsyncBuffer {
  close(): Promise<void>;
}

/** A source of which any part can be read: a file or a Blob, an address by ranges, bytes. Throws DataError if there is none. */
export async function partsOf(source: Source, name: string): Promise<PartFile> {
  if (source instanceof Blob) return blobParts(source);
  if (typeof source === "string" || source instanceof URL) {
    const path = pathOf(source);
    if (path !== null) return fileParts(path, name);
    if (/^https?:/i.test(new URL(source, globalThis.location?.href).href)) {
      return addressParts(String(source), name);
    }
  }
  return blobParts(new Blob([await bytesOf(source, name)]));
}

const blobParts = (blob: Blob): PartFile => ({
  byteLength: blob.size,
  slice: (start, end) => blob.slice(start, end).arrayBuffer(),
  close: async () => {},
});

async function fileParts(path: string, name: string): Promise<PartFile> {
  const { open } = globalThis.process.getBuiltinModule("node:fs/promises");
  try {
    const file = await open(path);
    const { size } = await file.stat();
    return {
      byteLength: size,
      async slice(start, end = size) {
        const from = start < 0 ? Math.max(0, size + start) : start;
        const out = new Uint8Array(Math.max(0, Math.min(end, size) - from));
        await file.read(out, 0, out.length, from);
        return out.buffer;
      },
      close: () => file.close(),
    };
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    throw new DataError(`${name}: ${code === "ENOENT" ? "there is no such file" : message}`);
  }
}

/** By ranges where the server gives them, else whole. */
async function addressParts(url: string, name: string): Promise<PartFile> {
  const ask = async (range: string): Promise<Response> => {
    let response: Response;
    try {
      response = await fetch(url, { headers: { range } });
    } catch (error) {
      throw new DataError(`${name}: cannot be fetched (${(error as Error).message})`);
    }
    if (response.ok) return response;
    throw new DataError(`${name}: the server answers ${response.status}`);
  };
  const first = await ask("bytes=0-3");
  const size = Number(/\/(\d+)$/.exec(first.headers.get("content-range") ?? "")?.[1] ?? Number.NaN);
  if (first.status !== 206 || Number.isNaN(size)) return blobParts(await first.blob());
  await first.body?.cancel();
  return {
    byteLength: size,
    async slice(start, end = size) {
      const from = start < 0 ? Math.max(0, size + start) : start;
      const response = await ask(`bytes=${from}-${end - 1}`);
      const part = await response.arrayBuffer();
      if (response.status === 206 && part.byteLength === end - from) return part;
      throw new DataError(`${name}: the server gives another range than was asked for`);
    },
    close: async () => {},
  };
}
