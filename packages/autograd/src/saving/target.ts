import { ArgumentError } from "../errors.ts";
import { checkCall, describe } from "../signature.ts";
import { reasonOf, SavingError } from "./error.ts";
import { OpfsFile } from "./opfs.ts";

/**
 * The target of a file: a path or file URL (in Node), a handle from a file picker, or `opfs(path)`
 * (in
 * browsers).
 */
export type Target = string | URL | FileSystemFileHandle | OpfsFile;

/** Writes the whole file, or leaves the old one unchanged. A partial file is never visible. */
export async function writeFile(target: Target, parts: readonly Uint8Array[]): Promise<void> {
  const name =
    target instanceof OpfsFile ? target.path : ((target as { name?: string }).name ?? `${target}`);
  try {
    if (typeof target === "string" || target instanceof URL) await writePath(target, parts);
    else if (target instanceof OpfsFile) await writeHandle(await target.handle(true), parts);
    else await writeHandle(target, parts);
  } catch (error) {
    if (error instanceof SavingError) throw error;
    throw new SavingError(`save: ${name}: ${reasonOf(error)}`, { cause: error });
  }
}

/** Throws an ArgumentError for anything that is not a target. */
export function checkTarget(target: unknown): void {
  if (typeof target === "string" || target instanceof URL || target instanceof OpfsFile) return;
  const { createWritable } = (target ?? {}) as { createWritable?: unknown };
  if (typeof createWritable === "function") return;
  throw new ArgumentError(
    `save: cannot write to ${describe(target)}` +
      "\n  hint: use save(state, path) in Node, a handle of showSaveFilePicker() or opfs(path) in a page",
  );
}

/** Writes a temporary file next to it, which is renamed when everything is on the disk. */
async function writePath(target: string | URL, parts: readonly Uint8Array[]): Promise<void> {
  const files = globalThis.process?.getBuiltinModule?.("node:fs/promises");
  if (files === undefined) {
    throw new SavingError(
      `save: this platform has no paths, got ${JSON.stringify(String(target))}` +
        "\n  hint: use opfs(path), a handle of showSaveFilePicker(), or download(await toBlob(state), name)",
    );
  }
  const { fileURLToPath } = globalThis.process.getBuiltinModule("node:url");
  const path = String(target).startsWith("file:") ? fileURLToPath(target) : String(target);
  const beside = `${path}.${globalThis.crypto.randomUUID()}.part`;
  const handle = await files.open(beside, "wx");
  try {
    try {
      for (const part of parts) await writeAll(handle, part);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await files.rename(beside, path);
  } catch (error) {
    await files.rm(beside, { force: true });
    throw error;
  }
}

interface Writable {
  write(bytes: Uint8Array, offset: number): Promise<{ bytesWritten: number }>;
}

async function writeAll(handle: Writable, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten;
}

/** The platform writes to a copy, which replaces the file when it is closed. */
async function writeHandle(
  handle: FileSystemFileHandle,
  parts: readonly Uint8Array[],
): Promise<void> {
  const stream = await handle.createWritable();
  try {
    for (const part of parts) await stream.write(part as Uint8Array<ArrayBuffer>);
    await stream.close();
  } catch (error) {
    await stream.abort().catch(() => {});
    throw error;
  }
}

/**
 * Offers a file to the user as a download of the page. Throws a SavingError if there is no page.
 */
export function download(file: Blob, name: string): void {
  checkCall("download(file: any, name: string)", arguments);
  const { document } = globalThis;
  if (document === undefined) {
    throw new SavingError(
      `download: there is no page to download ${JSON.stringify(name)} from` +
        "\n  hint: in a worker post the Blob to the page; in Node use save(state, path)",
    );
  }
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser may still be reading it.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
