import { renameSync, rmSync, writeFileSync } from "node:fs";
import { UsageError } from "./options.ts";

/** Writes a file whole or not at all: a broken run leaves no half of it. Gives its path. */
export function writeWhole(path: string, content: string | Uint8Array): string {
  const partial = `${path}.${process.pid}.partial`;
  try {
    writeFileSync(partial, content);
    renameSync(partial, path);
    return path;
  } catch (error) {
    rmSync(partial, { force: true });
    throw new UsageError(`${path} cannot be written (${(error as Error).message})`);
  }
}
