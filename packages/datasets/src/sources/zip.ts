import { DataError } from "../table/error.ts";
import { crc32 } from "./crc32.ts";
import { checkUnpacked } from "./limits.ts";

/** An entry of the archive's directory. */
interface Entry {
  readonly path: string;
  readonly flags: number;
  readonly method: number;
  readonly sum: number;
  readonly packed: number;
  readonly size: number;
  /** Offset of the file's local header. */
  readonly at: number;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_LENGTH = 22;
const WIDE = 0xffffffff;

/**
 * The files in a zip archive by path, each checked against its CRC-32.
 *
 * Throws DataError for invalid bytes and for encrypted, damaged or repeated files, and LimitError
 * if they unpack to more than `maxBytes` or the default limit.
 */
export async function unzip(
  bytes: Uint8Array,
  name: string,
  maxBytes: number | undefined,
): Promise<Map<string, Uint8Array>> {
  const { inflateSync } = await import("fflate");
  const files = new Map<string, Uint8Array>();
  let total = 0;
  for (const entry of directoryOf(bytes, name)) {
    const { path, size } = entry;
    const fault = (what: string): DataError => new DataError(`${name}: ${path}: ${what}`);
    if (files.has(path)) throw fault("is in the archive twice");
    if ((entry.flags & 1) !== 0) throw fault("is encrypted");
    total += size;
    checkUnpacked(name, bytes.length, total, maxBytes);
    const packed = contentOf(bytes, entry, fault);
    let content = packed;
    if (entry.method === 8) {
      try {
        // one extra byte detects excess output without decompressing all of it
        content = inflateSync(packed, { out: new Uint8Array(size + 1) });
      } catch (error) {
        throw fault(`cannot be unpacked (${(error as Error).message})`);
      }
    } else if (entry.method !== 0)
      throw fault(`has the unsupported compression method ${entry.method}`);
    if (content.length !== size) throw fault(`does not unpack to ${size} bytes`);
    if (crc32(content) !== entry.sum) throw fault("is damaged: its CRC-32 does not match");
    files.set(path, content);
  }
  return files;
}

function directoryOf(bytes: Uint8Array, name: string): Entry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const fault = (): DataError => new DataError(`${name}: not a zip archive, or truncated`);
  const end = endOf(view);
  if (end === null) throw fault();
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  const entries: Entry[] = [];
  // larger archives have 65,535 here; the record after the directory ends the loop
  for (
    let i = 0;
    count === 0xffff ? at + 4 <= end && view.getUint32(at, true) === CENTRAL : i < count;
    i++
  ) {
    if (at + 46 > end || view.getUint32(at, true) !== CENTRAL) throw fault();
    const lengths = [28, 30, 32].map((place) => view.getUint16(at + place, true)) as [
      number,
      number,
      number,
    ];
    const [nameLength, extraLength, noteLength] = lengths;
    const next = at + 46 + nameLength + extraLength + noteLength;
    if (next > end) throw fault();
    const path = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    const wide = wideNumbers(view, at + 46 + nameLength, extraLength);
    const number = (place: number): number => {
      const value = view.getUint32(at + place, true);
      return value === WIDE ? (wide.shift() ?? Number.NaN) : value;
    };
    const size = number(24);
    const packed = number(20);
    const start = number(42);
    if (![size, packed, start].every(Number.isSafeInteger)) throw fault();
    entries.push({
      path,
      flags: view.getUint16(at + 8, true),
      method: view.getUint16(at + 10, true),
      sum: view.getUint32(at + 16, true),
      packed,
      size,
      at: start,
    });
    at = next;
  }
  return entries;
}

/** Finds the end record of the directory, which a comment may follow. */
function endOf(view: DataView): number | null {
  const first = Math.max(0, view.byteLength - END_LENGTH - 0xffff);
  for (let at = view.byteLength - END_LENGTH; at >= first; at--) {
    if (view.getUint32(at, true) === END) return at;
  }
  return null;
}

/** 64-bit sizes of the zip64 extension, in order of the fields that they replace. */
function wideNumbers(view: DataView, start: number, length: number): number[] {
  for (let at = start; at + 4 <= start + length; ) {
    const size = view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === 1 && at + 4 + size <= start + length) {
      return Array.from({ length: Math.floor(size / 8) }, (_, i) =>
        Number(view.getBigUint64(at + 4 + 8 * i, true)),
      );
    }
    at += 4 + size;
  }
  return [];
}

function contentOf(
  bytes: Uint8Array,
  { at, packed }: Entry,
  fault: (what: string) => DataError,
): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (at + 30 > bytes.length || view.getUint32(at, true) !== LOCAL) {
    throw fault("is not at the offset in the directory");
  }
  const start = at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
  if (start + packed > bytes.length) throw fault("is truncated");
  return bytes.subarray(start, start + packed);
}
