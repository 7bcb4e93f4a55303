import { DataError } from "../table/error.ts";
import type { Arrival, FileCache, Origin } from "./cache.ts";
import { sha256Of } from "./page-cache.ts";

/** Bytes per piece, which is the most that is lost when a page is closed during a download. */
const PIECE = 2 ** 22;
/** Names of the metadata files: of the complete file, and of a partial one. */
const [WHOLE, PART] = ["whole.json", "part.json"];

/** The pieces of a file, in order. */
interface Note {
  readonly origin: Origin | null;
  readonly pieces: readonly string[];
}

/** Whether the page has a file system (OPFS), which needs a secure address. */
export const hasOpfs = (): boolean =>
  globalThis.navigator?.storage?.getDirectory !== undefined &&
  globalThis.FileSystemFileHandle?.prototype.createWritable !== undefined;

/**
 * A file in the page's file system (OPFS), in pieces that stay on disk: their Blob only refers to
 * them. A partial download continues on the next visit.
 */
export function opfsCache(url: string): FileCache {
  const find = async (): Promise<Blob | null> => {
    const folder = await folderOf(url, false);
    const note = folder && (await noteIn(folder, WHOLE));
    return folder && note && blobOf(folder, note.pieces);
  };
  return {
    key: url,
    path: null,
    find,
    sha256: async () => sha256Of((await find()) ?? new Blob([])),
    async remove() {
      const [all, name] = [await allFolders(), await nameOf(url)];
      await all.removeEntry(name, { recursive: true }).catch(ifThere);
    },
    async arrive() {
      const lock = await lockOf(url);
      return arrival((await folderOf(url, true)) as FileSystemDirectoryHandle, lock);
    },
  };
}

/** Held during a download; null if another page holds it, and then nothing is resumed. */
type Lock = (() => void) | null;

function lockOf(url: string): Promise<Lock> {
  const { locks } = globalThis.navigator;
  return new Promise((resolve, reject) => {
    locks
      .request(`wgrad ${url}`, { ifAvailable: true }, (lock) => {
        if (lock === null) return resolve(null);
        return new Promise<void>((release) => resolve(release));
      })
      .catch(reject);
  });
}

async function arrival(folder: FileSystemDirectoryHandle, lock: Lock): Promise<Arrival> {
  const note = lock === null ? null : await noteIn(folder, PART);
  const before = note === null ? null : await blobOf(folder, note.pieces);
  let origin = before === null ? null : (note as Note).origin;
  let pieces: readonly string[] = before === null ? [] : (note as Note).pieces;
  let stored = before?.size ?? 0;
  let waiting: Uint8Array<ArrayBuffer>[] = [];
  let size = stored;

  /** Writes the buffered bytes as a piece. */
  async function store(): Promise<void> {
    if (size === stored) return;
    const name = `${globalThis.crypto.randomUUID()}.piece`;
    await write(folder, name, new Blob(waiting));
    pieces = [...pieces, name];
    waiting = [];
    stored = size;
    if (lock !== null) await write(folder, PART, JSON.stringify({ origin, pieces }));
  }
  async function forget(): Promise<void> {
    const old = pieces;
    [pieces, waiting, origin, size, stored] = [[], [], null, 0, 0];
    await folder.removeEntry(PART).catch(ifThere);
    for (const name of old) await folder.removeEntry(name).catch(ifThere);
  }
  const whole = async (): Promise<Blob> => {
    const blob = await blobOf(folder, pieces);
    if (blob !== null) return blob;
    throw new DataError("download: the page's files were deleted during a download");
  };
  return {
    get size() {
      return size;
    },
    get origin() {
      return origin;
    },
    async start(next) {
      await forget();
      origin = next;
    },
    async write(bytes) {
      waiting.push(bytes);
      size += bytes.length;
      if (size - stored >= PIECE) await store();
    },
    async sha256() {
      await store();
      return sha256Of(await whole());
    },
    async finish() {
      await store();
      const old = await noteIn(folder, WHOLE);
      await write(folder, WHOLE, JSON.stringify({ origin, pieces }));
      await folder.removeEntry(PART).catch(ifThere);
      for (const name of old?.pieces ?? []) await folder.removeEntry(name).catch(ifThere);
      lock?.();
      return whole();
    },
    async discard() {
      await forget();
      lock?.();
    },
    async close() {
      if (lock === null) await forget();
      else await store();
      lock?.();
    },
  };
}

const allFolders = async (): Promise<FileSystemDirectoryHandle> => {
  const root = await globalThis.navigator.storage.getDirectory();
  return root.getDirectoryHandle("wgrad-downloads", { create: true });
};

/** Hashes an address, because addresses are longer than file names can be. */
const nameOf = (url: string): Promise<string> =>
  sha256Of(new Blob([url])).then((hash) => hash.slice(0, 32));

async function folderOf(url: string, create: boolean): Promise<FileSystemDirectoryHandle | null> {
  const all = await allFolders();
  return all.getDirectoryHandle(await nameOf(url), { create }).catch(ifThere);
}

/** Returns null for a missing file; rethrows other errors. */
function ifThere(error: unknown): null {
  if ((error as Error).name === "NotFoundError") return null;
  throw error;
}

async function noteIn(folder: FileSystemDirectoryHandle, name: string): Promise<Note | null> {
  const handle = await folder.getFileHandle(name).catch(ifThere);
  if (handle === null) return null;
  try {
    return JSON.parse(await (await handle.getFile()).text()) as Note;
  } catch {
    return null;
  }
}

/** Joins all pieces; null if one is missing. */
async function blobOf(
  folder: FileSystemDirectoryHandle,
  names: readonly string[],
): Promise<Blob | null> {
  const files: File[] = [];
  for (const name of names) {
    const handle = await folder.getFileHandle(name).catch(ifThere);
    if (handle === null) return null;
    files.push(await handle.getFile());
  }
  return new Blob(files);
}

/** Writes a file, which exists only after its stream is closed. */
async function write(
  folder: FileSystemDirectoryHandle,
  name: string,
  content: Blob | string,
): Promise<void> {
  try {
    const handle = await folder.getFileHandle(name, { create: true });
    const stream = await handle.createWritable();
    await stream.write(content);
    await stream.close();
  } catch (error) {
    const { name: kind, message } = error as Error;
    const full = kind === "QuotaExceededError";
    const hint = full ? "\n  hint: navigator.storage.estimate() tells the quota" : "";
    throw new DataError(`download: the file cannot be stored (${message})${hint}`, {
      cause: error,
    });
  }
}
