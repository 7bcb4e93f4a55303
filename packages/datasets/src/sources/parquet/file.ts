import type { AsyncBuffer } from "hyparquet";
import { DataError } from "../../table/error.ts";
import { bytesOf, pathOf, type Source } from "../open.ts";

/** A file with random access. */
export interface PartFile extends AsyncBuffer {
  close(): Promise<void>;
}

/**
 * Opens a source for random access: a file or Blob, an address with range requests, or bytes.
 * Throws DataError if there is none.
 */
export async function partsOf(source: Source, name: string): Promise<PartFile> {
  if (source instanceof Blob) return blobParts(source, name);
  if (typeof source === "string" || source instanceof URL) {
    const path = pathOf(source);
    if (path !== null) return fileParts(path, name);
    if (/^https?:/i.test(new URL(source, globalThis.location?.href).href)) {
      return addressParts(String(source), name);
    }
  }
  return blobParts(new Blob([await bytesOf(source, name)]), name);
}

const blobParts = (blob: Blob, name: string): PartFile => ({
  byteLength: blob.size,
  async slice(start, end = blob.size) {
    checkRange(start, end, blob.size, name);
    return blob.slice(start, end).arrayBuffer();
  },
  close: async () => {},
});

/** Checks offsets, because invalid ones can crash the process. */
function checkRange(start: number, end: number, size: number, name: string): void {
  if (Number.isSafeInteger(start) && Number.isSafeInteger(end)) {
    if (start >= 0 && start <= end && end <= size) return;
  }
  throw new DataError(
    `${name}: the file is damaged: it refers to bytes ${start} to ${end} of ${size}`,
  );
}

async function fileParts(path: string, name: string): Promise<PartFile> {
  const { open } = globalThis.process.getBuiltinModule("node:fs/promises");
  try {
    const file = await open(path);
    const { size } = await file.stat();
    return {
      byteLength: size,
      async slice(start, end = size) {
        checkRange(start, end, size, name);
        const out = new Uint8Array(end - start);
        for (let at = 0; at < out.length; ) {
          const { bytesRead } = await file.read(out, at, out.length - at, start + at);
          if (bytesRead === 0)
            throw new DataError(`${name}: the file was truncated while it was read`);
          at += bytesRead;
        }
        return out.buffer;
      },
      close: () => file.close(),
    };
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    throw new DataError(`${name}: ${code === "ENOENT" ? "there is no such file" : message}`);
  }
}

/** Uses range requests if the server supports them; otherwise downloads the whole file. */
async function addressParts(url: string, name: string): Promise<PartFile> {
  const ask = async (range: string): Promise<Response> => {
    let response: Response;
    try {
      response = await fetch(url, { headers: { range } });
    } catch (error) {
      throw new DataError(`${name}: cannot be fetched (${(error as Error).message})`);
    }
    if (response.ok) return response;
    throw new DataError(`${name}: the server responded with status ${response.status}`);
  };
  const first = await ask("bytes=0-3");
  const size = Number(/\/(\d+)$/.exec(first.headers.get("content-range") ?? "")?.[1] ?? Number.NaN);
  if (first.status !== 206 || Number.isNaN(size)) return blobParts(await first.blob(), name);
  await first.body?.cancel();
  return {
    byteLength: size,
    async slice(start, end = size) {
      checkRange(start, end, size, name);
      if (start === end) return new ArrayBuffer(0);
      const response = await ask(`bytes=${start}-${end - 1}`);
      if (response.status === 206) {
        const part = await response.arrayBuffer();
        if (part.byteLength === end - start) return part;
      } else await response.body?.cancel();
      throw new DataError(`${name}: the server returned another range than requested`);
    },
    close: async () => {},
  };
}
