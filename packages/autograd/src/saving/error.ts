import { WgradError } from "../errors.ts";

/** A file cannot be read or written, or has unexpected contents. The message names it. */
export class SavingError extends WgradError {
  static override readonly name: string = "SavingError";
}

/** Describes why a file operation of the platform failed. */
export function reasonOf(error: unknown): string {
  const { code, name, message } = error as { code?: string; name?: string; message: string };
  if (code === "ENOENT" || name === "NotFoundError") return "no such file or folder";
  if (code === "EISDIR" || name === "TypeMismatchError") return "is a folder, not a file";
  if (code === "EACCES" || code === "EPERM" || name === "NotAllowedError")
    return "is not permitted";
  if (code === "ENOSPC" || name === "QuotaExceededError") return "there is no space left";
  return message;
}
