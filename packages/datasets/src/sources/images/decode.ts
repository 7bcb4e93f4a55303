import { checkCall } from "@wgrad/autograd/plugin";
import type { Pixels } from "../../images/image-tensor.ts";
import { DataError, LimitError } from "../../table/error.ts";
import { checkLimit } from "../limits.ts";
import { type Bytes, bytesOf, nameOf, type Source } from "../open.ts";
import { decodeJpeg, isJpeg, jpegHeader } from "./jpeg.ts";
import { decodePng, isPng, pngHeader } from "./png.ts";

/** Settings of readImage. */
export interface ImageOptions {
  /** Maximum number of pixels of an image (default 178,956,970, as in Pillow). */
  readonly maxPixels?: number;
}

const MOST = 178_956_970;

/**
 * Decodes an image: PNG and JPEG in Node, all formats of the browser in a browser. Returns four
 * bytes per pixel: red, green, blue, alpha. JPEGs are rotated as their EXIF orientation demands.
 * PNGs are decoded without a canvas, which would lose colours of transparent pixels.
 *
 * Throws DataError if there is nothing to read or the image is invalid, and LimitError if it has
 * more than `maxPixels`.
 */
export async function readImage(source: Source, options: ImageOptions = {}): Promise<Pixels> {
  checkCall("readImage(source: any, { maxPixels: number })", arguments);
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
    throw new DataError(`${name}: cannot be read as an image (${(error as Error).message})`);
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
    `${name}: has ${width} by ${height} pixels, more than ${maxPixels.toLocaleString("en")}` +
      `\n  hint: if you trust the file, pass { maxPixels: ${points} }`,
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
