import type { Pixels } from "../../images/image-tensor.ts";
import { crc32 } from "../crc32.ts";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Channels and possible bit depths of each colour type. */
const kinds: Readonly<
  Record<number, { readonly channels: number; readonly depths: readonly number[] }>
> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};
const PALETTE = 3;

/** Header of a PNG. */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly kind: number;
  readonly interlaced: boolean;
}

interface Chunks {
  readonly header: PngHeader;
  readonly data: readonly Uint8Array[];
  readonly palette: Uint8Array | null;
  /** The transparent colour, or the alpha values of a palette. */
  readonly transparent: Uint8Array | null;
}

export const isPng = (bytes: Uint8Array): boolean =>
  SIGNATURE.every((byte, i) => bytes[i] === byte);

/** Reads size and colour type from a PNG's first bytes. Throws an Error for invalid bytes. */
export function pngHeader(bytes: Uint8Array): PngHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 33 || textAt(bytes, 12) !== "IHDR") throw new Error("it has no header");
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const [depth, kind, method, filter, interlace] = bytes.subarray(24, 29) as unknown as number[];
  const known = kinds[kind as number];
  if (known === undefined || !known.depths.includes(depth as number)) {
    throw new Error(`invalid colour type ${kind} with ${depth} bits`);
  }
  if (width === 0 || height === 0) throw new Error(`${width} by ${height} pixels`);
  if (method !== 0 || filter !== 0 || (interlace as number) > 1)
    throw new Error("unknown compression, filter or interlace method");
  return {
    width,
    height,
    depth: depth as number,
    kind: kind as number,
    interlaced: interlace === 1,
  };
}

/**
 * Decodes a PNG of any kind: grey, colour or palette, with or without alpha or a transparent
 * colour, of 1 to 16 bits, interlaced or not. Checks the CRC-32 of every chunk. Throws an Error for
 * invalid bytes.
 */
export async function decodePng(bytes: Uint8Array): Promise<Pixels> {
  const { Unzlib } = await import("fflate");
  const chunks = chunksIn(bytes);
  const { header } = chunks;
  const passes = passesOf(header);
  const raw = new Uint8Array(passes.reduce((sum, pass) => sum + pass.rows * (1 + pass.bytes), 0));
  let filled = 0;
  const inflator = new Unzlib((part) => {
    if (filled + part.length > raw.length)
      throw new Error("it has more pixels than its header declares");
    raw.set(part, filled);
    filled += part.length;
  });
  for (const [i, data] of chunks.data.entries()) {
    for (let at = 0; at < data.length || at === 0; at += STEP) {
      const isLast = i === chunks.data.length - 1 && at + STEP >= data.length;
      inflator.push(data.subarray(at, at + STEP), isLast);
    }
  }
  if (filled !== raw.length) throw new Error("its pixels are truncated");
  return paint(chunks, passes, raw);
}

/** Number of bytes per call of the inflator, so that excess output is detected early. */
const STEP = 2 ** 14;
/** Maximum expansion ratio of deflate. */
const RATIO = 1032;

function chunksIn(bytes: Uint8Array): Chunks {
  const header = pngHeader(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const data: Uint8Array[] = [];
  let palette: Uint8Array | null = null;
  let transparent: Uint8Array | null = null;
  for (let at = 8, ended = false; !ended; ) {
    if (at + 12 > bytes.length) throw new Error("it is truncated");
    const length = view.getUint32(at);
    if (length > bytes.length - at - 12) throw new Error("it is truncated");
    const type = textAt(bytes, at + 4);
    const content = bytes.subarray(at + 8, at + 8 + length);
    if (crc32(bytes.subarray(at + 4, at + 8 + length)) !== view.getUint32(at + 8 + length)) {
      throw new Error(`its ${type} is damaged: its CRC-32 does not match`);
    }
    if (type === "IDAT") data.push(content);
    else if (type === "PLTE") palette = content;
    else if (type === "tRNS") transparent = content;
    else if (type === "IEND") ended = true;
    else if (type !== "IHDR" && /^[A-Z]/.test(type)) throw new Error(`it needs the chunk ${type}`);
    at += 12 + length;
  }
  const packed = data.reduce((sum, { length }) => sum + length, 0);
  const { width, height, kind } = header;
  const least = Math.ceil((width * height * bitsOf(header)) / 8);
  if (least > RATIO * packed) throw new Error("its pixels are truncated");
  if (kind === PALETTE && (palette === null || palette.length % 3 !== 0 || palette.length > 768)) {
    throw new Error("its palette is invalid");
  }
  const wanted = kind === 0 ? 2 : kind === 2 ? 6 : null;
  const isFit =
    transparent === null ||
    (kind === PALETTE
      ? 3 * transparent.length <= (palette?.length ?? 0)
      : transparent.length === wanted);
  if (!isFit) throw new Error("its transparent colour is invalid");
  return { header, data, palette, transparent };
}

const textAt = (bytes: Uint8Array, at: number): string =>
  String.fromCharCode(...bytes.subarray(at, at + 4));

const bitsOf = ({ kind, depth }: PngHeader): number =>
  (kinds[kind] as { channels: number }).channels * depth;

/** A pass of an interlaced image: every n-th pixel from a first one. */
interface Pass {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
  readonly columns: number;
  readonly rows: number;
  /** Bytes per row. */
  readonly bytes: number;
}

/** One pass, or the seven passes of Adam7. */
function passesOf(header: PngHeader): Pass[] {
  const steps = header.interlaced
    ? [
        [0, 0, 8, 8],
        [4, 0, 8, 8],
        [0, 4, 4, 8],
        [2, 0, 4, 4],
        [0, 2, 2, 4],
        [1, 0, 2, 2],
        [0, 1, 1, 2],
      ]
    : [[0, 0, 1, 1]];
  return (steps as [number, number, number, number][]).flatMap(([x, y, dx, dy]) => {
    const columns = Math.ceil((header.width - x) / dx);
    const rows = Math.ceil((header.height - y) / dy);
    if (columns <= 0 || rows <= 0) return [];
    return [{ x, y, dx, dy, columns, rows, bytes: Math.ceil((columns * bitsOf(header)) / 8) }];
  });
}

function paint(chunks: Chunks, passes: readonly Pass[], raw: Uint8Array): Pixels {
  const { width, height } = chunks.header;
  const data = new Uint8ClampedArray(4 * width * height);
  const put = painterOf(chunks, data);
  const step = Math.max(1, bitsOf(chunks.header) >> 3);
  let at = 0;
  for (const { x, y, dx, dy, columns, rows, bytes } of passes) {
    let before = new Uint8Array(bytes);
    for (let row = 0; row < rows; row++) {
      const line = raw.subarray(at + 1, at + 1 + bytes);
      unfilter(raw[at] as number, line, before, step);
      const start = (y + row * dy) * width + x;
      for (let column = 0; column < columns; column++) put(line, column, 4 * (start + column * dx));
      before = line as Uint8Array<ArrayBuffer>;
      at += 1 + bytes;
    }
  }
  return { data, width, height };
}

/** Reverses a row filter: adds the byte to the left, above, their mean, or the Paeth predictor. */
function unfilter(filter: number, line: Uint8Array, above: Uint8Array, step: number): void {
  const at = (bytes: Uint8Array, i: number): number => (i < 0 ? 0 : (bytes[i] as number));
  if (filter === 1) {
    for (let i = step; i < line.length; i++) line[i] = at(line, i) + at(line, i - step);
  } else if (filter === 2) {
    for (let i = 0; i < line.length; i++) line[i] = at(line, i) + at(above, i);
  } else if (filter === 3) {
    for (let i = 0; i < line.length; i++)
      line[i] = at(line, i) + ((at(line, i - step) + at(above, i)) >> 1);
  } else if (filter === 4) {
    for (let i = 0; i < line.length; i++)
      line[i] = at(line, i) + nearest(at(line, i - step), at(above, i), at(above, i - step));
  } else if (filter !== 0) throw new Error(`unknown row filter ${filter}`);
}

/** The Paeth predictor: the one of a, b and c that is nearest to a + b − c (Paeth 1991). */
function nearest(a: number, b: number, c: number): number {
  const [toA, toB, toC] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  if (toA <= toB && toA <= toC) return a;
  return toB <= toC ? b : c;
}

/** Writes a row's pixel into the image. */
type Painter = (line: Uint8Array, column: number, to: number) => void;

function painterOf({ header, palette, transparent }: Chunks, out: Uint8ClampedArray): Painter {
  const { depth, kind } = header;
  const { channels } = kinds[kind] as { channels: number };
  const most = 2 ** depth - 1;
  const sample = samplerOf(depth);
  if (kind === PALETTE) {
    const colours = palette as Uint8Array;
    return (line, column, to) => {
      const place = sample(line, column);
      if (3 * place >= colours.length) throw new Error("a colour is not in its palette");
      for (let k = 0; k < 3; k++) out[to + k] = colours[3 * place + k] as number;
      out[to + 3] = transparent?.[place] ?? 255;
    };
  }
  const key =
    transparent === null
      ? null
      : Array.from({ length: transparent.length / 2 }, (_, k) => {
          const value = ((transparent[2 * k] as number) << 8) | (transparent[2 * k + 1] as number);
          return value & most;
        });
  const colours = channels < 3 ? 1 : 3;
  return (line, column, to) => {
    let isKey = key !== null;
    for (let k = 0; k < 3; k++) {
      const value = sample(line, channels * column + (colours === 1 ? 0 : k));
      isKey &&= key?.[colours === 1 ? 0 : k] === value;
      out[to + k] = (value * 255) / most;
    }
    const opacity = channels === colours ? most : sample(line, channels * column + colours);
    out[to + 3] = isKey ? 0 : (opacity * 255) / most;
  };
}

/** Returns the i-th sample of a row. Below 8 bits, the first sample is in the highest bits. */
function samplerOf(depth: number): (line: Uint8Array, i: number) => number {
  if (depth === 8) return (line, i) => line[i] as number;
  if (depth === 16)
    return (line, i) => ((line[2 * i] as number) << 8) | (line[2 * i + 1] as number);
  const perByte = 8 / depth;
  return (line, i) => {
    const shift = 8 - depth * ((i % perByte) + 1);
    return ((line[Math.floor(i / perByte)] as number) >> shift) & (2 ** depth - 1);
  };
}
