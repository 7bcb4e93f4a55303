import { DataError } from "../table/error.ts";

const BLOCK = 512;

/**
 * The files in a tar archive, by name, as views into the archive. Throws DataError for invalid
 * bytes.
 */
export function parseTar(
  bytes: Uint8Array<ArrayBuffer>,
  name = "tar",
): Map<string, Uint8Array<ArrayBuffer>> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (let at = 0; at + BLOCK <= bytes.length && bytes[at] !== 0; ) {
    const size = Number.parseInt(textAt(bytes, at + 124, 12), 8);
    const start = at + BLOCK;
    if (!Number.isInteger(size) || !textAt(bytes, at + 257, 5).startsWith("ustar")) {
      throw new DataError(`${name}: not a tar archive`);
    }
    if (start + size > bytes.length) throw new DataError(`${name}: the archive is truncated`);
    const kind = bytes[at + 156];
    if (kind === 0 || kind === 0x30) {
      const prefix = textAt(bytes, at + 345, 155);
      const path = textAt(bytes, at, 100);
      files.set(prefix === "" ? path : `${prefix}/${path}`, bytes.subarray(start, start + size));
    }
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  if (files.size === 0) throw new DataError(`${name}: not a tar archive, or an empty one`);
  return files;
}

function textAt(bytes: Uint8Array, at: number, length: number): string {
  const field = bytes.subarray(at, at + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end)).trim();
}
