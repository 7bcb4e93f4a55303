import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { t } from "./language.ts";
import { UsageError } from "./usage-error.ts";

const written: string[] = [];

/** The files that this program has written so far. */
export const filesWritten = (): readonly string[] => written;

const partialOf = (path: string): string => `${path}.${process.pid}.partial`;

/**
 * Writes a file whole or not at all: a broken run leaves no half of it. Gives its path. Throws
 * UsageError.
 */
export function writeWhole(path: string, content: string | Uint8Array): string {
  const partial = partialOf(path);
  try {
    writeFileSync(partial, content);
    renameSync(partial, path);
  } catch (error) {
    remove(partial);
    throw new UsageError(
      t("{path} cannot be written ({message})", { path, message: (error as Error).message }),
    );
  }
  if (!written.includes(path)) written.push(path);
  return path;
}

/**
 * Makes sure that a file can be written, by writing nothing beside it. Throws UsageError, which
 * calls it `name`.
 */
export function checkWritable(path: string, name: string): void {
  const partial = partialOf(path);
  try {
    closeSync(openSync(partial, "w"));
  } catch (error) {
    throw new UsageError(
      t("{name} cannot be written ({message})", { name, message: (error as Error).message }),
    );
  } finally {
    remove(partial);
  }
}

/** Makes a folder. Throws UsageError. */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new UsageError(
      t("the folder {path} cannot be made ({message})", {
        path,
        message: (error as Error).message,
      }),
    );
  }
}

/** Removes a file if there is one; where there is none its path may be no path at all. */
function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // what could not be written need not go
  }
}
