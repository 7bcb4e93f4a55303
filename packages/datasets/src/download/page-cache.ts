import type { Arrival, FileCache, Origin } from "./cache.ts";

/**
 * A file in the page's Cache API, under its first address. On pages without it (no https), the file
 * is not kept after the call.
 */
export function pageCache(url: string): FileCache {
  const cache = globalThis.caches?.open("wgrad");
  const find = async (): Promise<Blob | null> =>
    (await (await (await cache)?.match(url))?.blob()) ?? null;
  return {
    key: url,
    path: null,
    find,
    sha256: async () => sha256Of((await find()) ?? new Blob([])),
    remove: async () => {
      await (await cache)?.delete(url);
    },
    arrive: async () => arrival(async (blob) => (await cache)?.put(url, new Response(blob))),
  };
}

function arrival(keep: (blob: Blob) => Promise<void>): Arrival {
  let chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  let origin: Origin | null = null;
  const discard = async (): Promise<void> => {
    chunks = [];
    size = 0;
    origin = null;
  };
  return {
    get size() {
      return size;
    },
    get origin() {
      return origin;
    },
    async start(next) {
      await discard();
      origin = next;
    },
    async write(bytes) {
      chunks.push(bytes);
      size += bytes.length;
    },
    sha256: () => sha256Of(new Blob(chunks)),
    async finish() {
      const blob = new Blob(chunks);
      await keep(blob);
      return blob;
    },
    discard,
    close: async () => {},
  };
}

/** SHA-256 of a Blob, in hexadecimal. */
export async function sha256Of(blob: Blob): Promise<string> {
  const digest = await globalThis.crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
