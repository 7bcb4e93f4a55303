import type { Pixels } from "../../images/image-tensor.ts";

/** Size and orientation of a JPEG. */
export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  /** EXIF orientation from 1 to 8; 1 means unchanged. */
  readonly orientation: number;
}

export const isJpeg = (bytes: Uint8Array): boolean => bytes[0] === 0xff && bytes[1] === 0xd8;

/** Maximum pixels per byte of a JPEG: even without coefficients, 256 pixels take twelve bits. */
const POINTS_PER_BYTE = 512;
/** Number of pixels that any file may have. */
const FREE = 2 ** 20;

/**
 * Reads size and orientation from a JPEG's segments. Throws an Error for invalid bytes, or too few
 * for the size.
 */
export function jpegHeader(bytes: Uint8Array): JpegHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let orientation = 1;
  for (let at = 2; at + 4 <= bytes.length; ) {
    if (bytes[at] !== 0xff) throw new Error("a segment is misplaced");
    const marker = bytes[at + 1] as number;
    if (marker === 0xff || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
      at += marker === 0xff ? 1 : 2;
      continue;
    }
    const length = view.getUint16(at + 2);
    const end = at + 2 + length;
    if (length < 2 || end > bytes.length) throw new Error("it is truncated");
    if (marker === 0xe1) orientation = orientationIn(bytes.subarray(at + 4, end)) ?? orientation;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame && length >= 8) {
      const [height, width] = [view.getUint16(at + 5), view.getUint16(at + 7)];
      if (width * height > Math.max(FREE, POINTS_PER_BYTE * bytes.length)) break;
      return { width, height, orientation };
    }
    at = end;
  }
  throw new Error("it is truncated");
}

/** The orientation in an EXIF segment, or null. */
function orientationIn(segment: Uint8Array): number | null {
  const start = String.fromCharCode(...segment.subarray(0, 6));
  if (start !== "Exif\0\0" || segment.length < 14) return null;
  const view = new DataView(segment.buffer, segment.byteOffset + 6, segment.length - 6);
  const little = view.getUint16(0) === 0x4949;
  const at = view.getUint32(4, little);
  if (at + 2 > view.byteLength) return null;
  for (let i = 0; i < view.getUint16(at, little); i++) {
    const entry = at + 2 + 12 * i;
    if (entry + 12 > view.byteLength) return null;
    if (view.getUint16(entry, little) !== 0x0112) continue;
    const value = view.getUint16(entry + 8, little);
    return value >= 1 && value <= 8 ? value : null;
  }
  return null;
}

/** Decodes a JPEG and applies its orientation. Throws an Error for invalid or truncated bytes. */
export async function decodeJpeg(bytes: Uint8Array): Promise<Pixels> {
  const { orientation } = jpegHeader(bytes);
  const { default: jpeg } = await import("jpeg-js");
  const { data, width, height } = jpeg.decode(bytes, {
    useTArray: true,
    formatAsRGBA: true,
    tolerantDecoding: false,
    maxResolutionInMP: Number.POSITIVE_INFINITY,
    maxMemoryUsageInMB: Number.POSITIVE_INFINITY,
  });
  return turned({ data, width, height }, orientation);
}

/** Index of pixel (x, y) of the rotated image in one of w by h, by orientation. */
const places: Readonly<Record<number, (x: number, y: number, w: number, h: number) => number>> = {
  2: (x, y, w) => y * w + (w - 1 - x),
  3: (x, y, w, h) => (h - 1 - y) * w + (w - 1 - x),
  4: (x, y, w, h) => (h - 1 - y) * w + x,
  5: (x, y, w) => x * w + y,
  6: (x, y, w, h) => (h - 1 - x) * w + y,
  7: (x, y, w, h) => (h - 1 - x) * w + (w - 1 - y),
  8: (x, y, w) => x * w + (w - 1 - y),
};

function turned(picture: Pixels, orientation: number): Pixels {
  const place = places[orientation];
  if (place === undefined) return picture;
  const { width: w, height: h } = picture;
  const [width, height] = orientation > 4 ? [h, w] : [w, h];
  const from = new Uint32Array(
    picture.data.buffer,
    picture.data.byteOffset,
    picture.data.byteLength / 4,
  );
  const to = new Uint32Array(from.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) to[y * width + x] = from[place(x, y, w, h)] as number;
  }
  return { data: new Uint8ClampedArray(to.buffer), width, height };
}
