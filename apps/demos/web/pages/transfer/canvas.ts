import { type Drawing, SIDE } from "../../../src/transfer/kinds.ts";

/** The pixels of a drawing: three channels after one another, from 0 to 1. */
export function pixelsOf(drawing: Drawing): Float32Array {
  const context = new OffscreenCanvas(SIDE, SIDE).getContext("2d", { willReadFrequently: true });
  if (context === null) throw new TypeError("this browser draws on no canvas");
  const { shapes, paper, fill, stroke, pen, place, turn, scale } = drawing;
  context.fillStyle = paper;
  context.fillRect(0, 0, SIDE, SIDE);
  context.translate(...place);
  context.rotate((turn * Math.PI) / 180);
  context.scale(scale, scale);
  Object.assign(context, {
    strokeStyle: stroke,
    lineWidth: pen,
    lineCap: "round",
    lineJoin: "round",
  });
  if (fill !== null) context.fillStyle = fill;
  for (const shape of shapes) {
    const line = new Path2D("path" in shape ? shape.path : undefined);
    if ("ellipse" in shape) line.ellipse(...shape.ellipse, 0, 0, 2 * Math.PI);
    if (fill !== null) context.fill(line);
    context.stroke(line);
  }
  return channelsOf(context.getImageData(0, 0, SIDE, SIDE).data);
}

/** Dots of red, green, blue and opacity as three channels after one another, from 0 to 1. */
export function channelsOf(dots: Uint8ClampedArray): Float32Array {
  const area = dots.length / 4;
  return Float32Array.from({ length: 3 * area }, (_, i) => {
    const [channel, place] = [Math.floor(i / area), i % area];
    return (dots[4 * place + channel] as number) / 255;
  });
}

/** The other way round. */
export function dotsOf(pixels: Float32Array): ImageData {
  const area = pixels.length / 3;
  const image = new ImageData(Math.sqrt(area), Math.sqrt(area));
  for (let i = 0; i < area; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = 255 * (pixels[c * area + i] as number);
    image.data[4 * i + 3] = 255;
  }
  return image;
}
