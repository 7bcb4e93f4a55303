import { WgradError } from "../errors.ts";

/** A file that cannot be written or read, or is not what it should be; the message names it. */
export class SavingError extends WgradError {
  static override readonly name: string = "SavingError";
}

/** Why a file operation of the platform failed, in words. */
export function reasonOf(error: unknown): string {
  const { code, name, message } = error as { code?: string; name?: string; message: string };
  if (code === "ENOENT" || name === "NotFoundError") return "there is no such file or folder";
  if (code === "EISDIR" || name === "TypeMismatchError") return "is a folder, not a file";
  if (code === "EACCES" || code === "EPERM" || name === "NotAllowedError")
    return "is not permitted";
  if (code === "ENOSPC" || name === "QuotaExceededError") return "there is no space left";
  return message;
}
