import type { Pixels } from "../../images/image-tensor.ts";
import { DataError } from "../../table/error.ts";
import { type Bytes, bytesOf, nameOf, type Source } from "../open.ts";

/**
 * Decodes a picture: PNG and JPEG in Node, what the browser knows in a browser. Four bytes a point: red, green, blue, opacity.
 *
 * Throws DataError if there is nothing to read, or it is no picture.
 */
export async function readImage(source: Source): Promise<Pixels> {
  const name = nameOf(source, "picture");
  const bytes = await bytesOf(source, name);
  try {
    if (globalThis.createImageBitmap !== undefined) return await byBrowser(bytes);
    if (bytes[0] === 0x89 && bytes[1] === 0x50) return await fromPng(bytes);
    if (bytes[0] === 0xff && bytes[1] === 0xd8) return await fromJpeg(bytes);
  } catch (error) {
    throw new DataError(`${name}: is no picture that can be read (${(error as Error).message})`);
  }
  throw new DataError(`${name}: is neither PNG nor JPEG`);
}

async function byBrowser(bytes: Bytes): Promise<Pixels> {
  const bitmap = await createImageBitmap(new Blob([bytes]), { colorSpaceConversion: "none" });
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext("2d");
  if (context === null) throw new Error("no canvas");
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  return { data, width, height };
}

async function fromPng(bytes: Bytes): Promise<Pixels> {
  const { convertIndexedToRgb, decode } = await import("fast-png");
  const png = decode(bytes);
  const { width, height } = png;
  const isIndexed = png.palette !== undefined;
  const data = isIndexed ? convertIndexedToRgb(png) : png.data;
  const channels = data.length / (width * height);
  if (!Number.isInteger(channels)) throw new Error(`${png.depth} bits a point`);
  const top = isIndexed ? 255 : 2 ** png.depth - 1;
  const out = new Uint8ClampedArray(4 * width * height);
  const at = (i: number, channel: number): number =>
    Math.round(((data[i * channels + channel] as number) * 255) / top);
  for (let i = 0; i < width * height; i++) {
    const isGrey = channels < 3;
    out[4 * i] = at(i, 0);
    out[4 * i + 1] = at(i, isGrey ? 0 : 1);
    out[4 * i + 2] = at(i, isGrey ? 0 : 2);
    out[4 * i + 3] = channels === 2 || channels === 4 ? at(i, channels - 1) : 255;
  }
  return { data: out, width, height };
}

async function fromJpeg(bytes: Bytes): Promise<Pixels> {
  const { default: jpeg } = await import("jpeg-js");
  const { data, width, height } = jpeg.decode(bytes, { useTArray: true, formatAsRGBA: true });
  return { data, width, height };
}
