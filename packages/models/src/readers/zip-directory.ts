import type { OpenFile } from "@wgrad/autograd/saving";
import { ReaderError } from "./error.ts";

/** An uncompressed file in an archive. */
export interface ZipEntry {
  readonly path: string;
  readonly size: number;
  /** Offset of its local header. */
  readonly header: number;
}

const END = 0x06054b50;
const END_LENGTH = 22;
const WIDE_LOCATOR = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const WIDE = 0xffffffff;
/** Maximum length of the comment at the end of an archive. */
const COMMENT = 65_535;

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The files of an archive by path, of any size; their contents are not read. */
export async function zipDirectory(file: OpenFile): Promise<Map<string, ZipEntry>> {
  const { begin, size } = await findDirectory(file);
  const bytes = await file.read(begin, begin + size);
  const view = viewOf(bytes);
  const entries = new Map<string, ZipEntry>();
  for (let at = 0; at + 46 <= bytes.length && view.getUint32(at, true) === CENTRAL; ) {
    const [names, extras, comment] = [28, 30, 32].map((field) =>
      view.getUint16(at + field, true),
    ) as [number, number, number];
    const path = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + names));
    if (view.getUint16(at + 10, true) !== 0)
      throw new ReaderError(`${path} is compressed, which torch.save never does`);
    const extra = bytes.subarray(at + 46 + names, at + 46 + names + extras);
    let size = view.getUint32(at + 24, true);
    let header = view.getUint32(at + 42, true);
    if (size === WIDE || header === WIDE || view.getUint32(at + 20, true) === WIDE)
      [size, header] = wideNumbers(extra, size, view.getUint32(at + 20, true), header);
    if (entries.has(path)) throw new ReaderError(`${path} is in the archive twice`);
    entries.set(path, { path, size, header });
    at += 46 + names + extras + comment;
  }
  return entries;
}

async function findDirectory(file: OpenFile): Promise<{ begin: number; size: number }> {
  const start = Math.max(0, file.size - END_LENGTH - COMMENT);
  const tail = await file.read(start, file.size);
  const view = viewOf(tail);
  for (let at = tail.length - END_LENGTH; at >= 0; at--) {
    if (view.getUint32(at, true) !== END) continue;
    const [size, begin] = [view.getUint32(at + 12, true), view.getUint32(at + 16, true)];
    if (size !== WIDE && begin !== WIDE) return checked(file, begin, size);
    const locator = at - 20;
    if (locator < 0 || view.getUint32(locator, true) !== WIDE_LOCATOR) break;
    const place = Number(view.getBigUint64(locator + 8, true));
    const record = viewOf(await file.read(place, place + 56));
    const wide = [48, 40].map((field) => Number(record.getBigUint64(field, true)));
    return checked(file, wide[0] as number, wide[1] as number);
  }
  throw new ReaderError("it is not a zip archive, or it is truncated");
}

function checked(file: OpenFile, begin: number, size: number): { begin: number; size: number } {
  if (begin + size <= file.size) return { begin, size };
  throw new ReaderError("the directory of the archive extends beyond its end");
}

/** 64-bit sizes and offsets, in the order of the 32-bit fields that they replace. */
function wideNumbers(
  extra: Uint8Array,
  size: number,
  packed: number,
  header: number,
): [number, number] {
  const view = viewOf(extra);
  for (let at = 0; at + 4 <= extra.length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    let next = at + 4;
    const take = (narrow: number): number => {
      if (narrow !== WIDE) return narrow;
      const wide = Number(view.getBigUint64(next, true));
      next += 8;
      return wide;
    };
    const wideSize = take(size);
    take(packed);
    return [wideSize, take(header)];
  }
  throw new ReaderError("an entry of the archive lacks its size");
}

/** Reads a file of an archive. */
export async function readEntry(file: OpenFile, entry: ZipEntry): Promise<Uint8Array> {
  const header = viewOf(await file.read(entry.header, entry.header + 30));
  if (header.getUint32(0, true) !== LOCAL)
    throw new ReaderError(`${entry.path} is not at its offset`);
  const begin = entry.header + 30 + header.getUint16(26, true) + header.getUint16(28, true);
  if (begin + entry.size > file.size) throw new ReaderError(`${entry.path} is truncated`);
  return file.read(begin, begin + entry.size);
}
