import { ArgumentError } from "../errors.ts";
import { PREFIX } from "../safetensors/header.ts";
import { checkCall, describe } from "../signature.ts";
import { reasonOf, SavingError } from "./error.ts";
import { OpfsFile } from "./opfs.ts";

/**
 * The source of a file: a path (in Node; in a browser an address relative to the page), a URL or
 * its text,
 * bytes, a Blob or File, a handle from a file picker, or `opfs(path)`.
 */
export type Source =
  | string
  | URL
  | ArrayBuffer
  | Uint8Array
  | Blob
  | FileSystemFileHandle
  | OpfsFile;

/** A file that can be read in parts. */
export interface OpenFile {
  readonly name: string;
  readonly size: number;
  /** Reads bytes into a new buffer, or into `into` if it is given and the file supports it. */
  read(begin: number, end: number, into?: Uint8Array): Promise<Uint8Array>;
  close(): Promise<void>;
}

/**
 * Opens a file, for readers of other formats. `call` is named in errors. Throws a SavingError if
 * there is
 * nothing to read.
 */
export async function openFile(call: string, source: Source): Promise<OpenFile> {
  checkCall("openFile(call: string, source: any)", arguments);
  checkSource(call, source);
  const name = nameOf(source);
  try {
    if (source instanceof Uint8Array) return ofBytes(name, source);
    if (source instanceof ArrayBuffer) return ofBytes(name, new Uint8Array(source));
    if (source instanceof Blob) return ofBlob(name, source);
    if (source instanceof OpfsFile)
      return ofBlob(name, await (await source.handle(false)).getFile());
    if (typeof source === "string" || source instanceof URL) return await ofAddress(name, source);
    return ofBlob(name, await source.getFile());
  } catch (error) {
    const { message } = error instanceof SavingError ? error : { message: reasonOf(error) };
    throw new SavingError(`${call}: ${name}: ${message}`, { cause: error });
  }
}

/** Throws an ArgumentError for anything that is not a source. */
function checkSource(call: string, source: unknown): void {
  const known = [URL, ArrayBuffer, Uint8Array, Blob, OpfsFile].some(
    (type) => source instanceof type,
  );
  if (known || typeof source === "string") return;
  if (typeof (source as { getFile?: unknown } | null | undefined)?.getFile === "function") return;
  const hint =
    typeof Response === "function" && source instanceof Response
      ? "await response.blob()"
      : "a path (in Node), an address, bytes, a Blob or File, a file handle, or opfs(path)";
  throw new ArgumentError(`${call}: cannot read from ${describe(source)}\n  hint: ${hint}`);
}

function nameOf(source: Source): string {
  if (source instanceof OpfsFile) return source.path;
  if (typeof source === "string" || source instanceof URL) return String(source);
  return "name" in source ? String(source.name) : "these bytes";
}

const nothingToClose = async (): Promise<void> => {};

const ofBytes = (name: string, bytes: Uint8Array): OpenFile => ({
  name,
  size: bytes.length,
  read: async (begin, end) => bytes.slice(begin, end),
  close: nothingToClose,
});

const ofBlob = (name: string, blob: Blob): OpenFile => ({
  name,
  size: blob.size,
  read: async (begin, end) => new Uint8Array(await blob.slice(begin, end).arrayBuffer()),
  close: nothingToClose,
});

async function ofAddress(name: string, source: string | URL): Promise<OpenFile> {
  const isAddress = /^(https?|data|blob):/i.test(name);
  const files = isAddress ? undefined : globalThis.process?.getBuiltinModule?.("node:fs/promises");
  if (files === undefined) return fetched(name);
  const handle = await files.open(name.startsWith("file:") ? new URL(source) : source, "r");
  const stat = await handle.stat();
  if (stat.isDirectory()) {
    await handle.close();
    throw new SavingError("is a folder, not a file");
  }
  const { size } = stat;
  return {
    name,
    size,
    async read(begin, end, into) {
      const bytes = into?.subarray(0, end - begin) ?? new Uint8Array(end - begin);
      for (let at = 0; at < bytes.length; ) {
        const { bytesRead } = await handle.read(bytes, at, undefined, begin + at);
        if (bytesRead === 0) throw new SavingError("the file became shorter while it was read");
        at += bytesRead;
      }
      return bytes;
    },
    close: () => handle.close(),
  };
}

async function fetched(name: string): Promise<OpenFile> {
  let response: Response;
  try {
    response = await fetch(name);
  } catch (error) {
    throw new SavingError(`cannot be fetched (${(error as Error).message})`);
  }
  if (!response.ok) throw new SavingError(`the server answers ${response.status}`);
  return ofBlob(name, await response.blob());
}

/** Reads the first bytes of a file, at most this many. */
export const firstBytes = (file: OpenFile): Promise<Uint8Array> =>
  file.read(0, Math.min(PREFIX, file.size));
