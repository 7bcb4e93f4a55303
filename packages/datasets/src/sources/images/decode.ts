import { checkCall } from "@wgrad/autograd/plugin";
import type { Pixels } from "../../images/image-tensor.ts";
import { DataError, LimitError } from "../../table/error.ts";
import { checkLimit } from "../limits.ts";
import { type Bytes, bytesOf, nameOf, type Source } from "../open.ts";
import { decodeJpeg, isJpeg, jpegHeader } from "./jpeg.ts";
import { decodePng, isPng, pngHeader } from "./png.ts";

/** Settings of readImage. */
export interface ImageOptions {
  /** The most points that a picture may have (default 178,956,970, as Pillow has it). */
  readonly maxPixels?: number;
}

const MOST = 178_956_970;

/**
 * Decodes a picture: PNG and JPEG in Node, what the browser knows in a browser. Four bytes a point:
 * red, green, blue, opacity. A JPEG that says by EXIF how it is to be turned is turned. A PNG's
 * points are the same everywhere; a canvas would lose colours behind opacities.
 *
 * Throws DataError if there is nothing to read, or it is no picture or a damaged one; LimitError
 * for one of more than `maxPixels`.
 */
export async function readImage(source: Source, options: ImageOptions = {}): Promise<Pixels> {
  checkCall("readImage(source, { maxPixels: number })", arguments);
  checkLimit("readImage", "maxPixels", options.maxPixels);
  const { maxPixels = MOST } = options;
  const name = nameOf(source, "picture");
  const bytes = await bytesOf(source, name);
  try {
    if (isPng(bytes)) {
      checkSize(name, pngHeader(bytes), maxPixels);
      return await decodePng(bytes);
    }
    if (isJpeg(bytes)) {
      checkSize(name, jpegHeader(bytes), maxPixels);
      return await (hasBrowser() ? byBrowser(bytes) : decodeJpeg(bytes));
    }
    if (hasBrowser()) return await byBrowser(bytes);
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`${name}: is no picture that can be read (${(error as Error).message})`);
  }
  throw new DataError(`${name}: is neither PNG nor JPEG`);
}

const hasBrowser = (): boolean => globalThis.createImageBitmap !== undefined;

function checkSize(
  name: string,
  { width, height }: { readonly width: number; readonly height: number },
  maxPixels: number,
): void {
  const points = width * height;
  if (points <= maxPixels) return;
  throw new LimitError(
    `${name}: has ${width} by ${height} points, more than ${maxPixels.toLocaleString("en")}` +
      `\n  hint: if you trust the file, { maxPixels: ${points} }`,
  );
}

async function byBrowser(bytes: Bytes): Promise<Pixels> {
  const bitmap = await createImageBitmap(new Blob([bytes]), {
    colorSpaceConversion: "none",
    imageOrientation: "from-image",
  });
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext("2d");
  if (context === null) throw new Error("no canvas");
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  return { data, width, height };
}
