import { ArgumentError, type Tensor, tensor } from "@wgrad/autograd";
import { checkCall, defineKind } from "@wgrad/autograd/plugin";

/**
 * Bytes of an image, row by row, with the channels of a pixel together: a browser's ImageData, or
 * the result of an image reader.
 */
export interface Pixels {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

defineKind("pixels", "a picture, { data, width, height }", (value) => {
  const { data, width } = (value ?? {}) as Partial<Pixels>;
  return ArrayBuffer.isView(data) && typeof width === "number";
});

/** Settings of `imageTensor`. */
export interface ImageTensorOptions {
  /**
   * 1 for grey (0.299 R + 0.587 G + 0.114 B), 3 for colour, 4 for colour with alpha (default 3).
   */
  readonly channels?: 1 | 3 | 4;
}

/**
 * An image as a tensor [channels, height, width], f32 in [0, 1]. Grey becomes three equal channels;
 * alpha is dropped unless `channels` is 4.
 *
 * Throws ArgumentError if the number of bytes does not match the size.
 */
export function imageTensor(pixels: Pixels, options: ImageTensorOptions = {}): Tensor {
  checkCall("imageTensor(pixels: pixels, { channels: number })", arguments);
  const { data, width, height } = pixels;
  const { channels = 3 } = options;
  const size = width * height;
  const stride = data.length / size;
  if (![1, 2, 3, 4].includes(stride)) {
    throw new ArgumentError(
      `imageTensor: ${data.length} bytes are not ${width} × ${height} pixels of 1 to 4 channels`,
    );
  }
  const out = new Float32Array(channels * size);
  const isGrey = stride < 3;
  const hasOpacity = stride === 2 || stride === 4;
  for (let i = 0; i < size; i++) {
    const at = i * stride;
    const red = data[at] as number;
    const green = isGrey ? red : (data[at + 1] as number);
    const blue = isGrey ? red : (data[at + 2] as number);
    if (channels === 1) {
      out[i] = (isGrey ? red : 0.299 * red + 0.587 * green + 0.114 * blue) / 255;
      continue;
    }
    out[i] = red / 255;
    out[size + i] = green / 255;
    out[2 * size + i] = blue / 255;
    if (channels === 4)
      out[3 * size + i] = hasOpacity ? (data[at + stride - 1] as number) / 255 : 1;
  }
  return tensor(out, { shape: [channels, height, width] });
}
