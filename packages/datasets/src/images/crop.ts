import {
  defaultGenerator,
  type Generator,
  pad,
  ShapeError,
  type Tensor,
  tensor,
} from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { asBatch, checkSize, type ImageTransform, type Size } from "./image-transform.ts";

/** Crops the centre of images. Throws ShapeError for smaller images. */
export class CenterCrop implements ImageTransform {
  readonly #size: readonly [number, number];

  constructor(size: Size) {
    checkCall("new CenterCrop(size: number | list)", arguments);
    this.#size = checkSize("CenterCrop", size);
  }

  transform(images: Tensor): Tensor {
    checkCall("crop.transform(images: tensor)", arguments);
    return asBatch("CenterCrop", images, (batch) => {
      const [height, width] = this.#size;
      const [down, right] = roomIn("CenterCrop", batch, this.#size);
      return batch.narrow(2, middle(down), height).narrow(3, middle(right), width);
    });
  }
}

/** Settings of RandomCrop. */
export interface RandomCropOptions {
  /** Rows and columns of zeros around each image before it is cropped (default 0). */
  readonly padding?: number;
  /** Random generator of the positions (default: the library's). */
  readonly generator?: Generator;
}

/**
 * Crops each image at a random position. Draws the row, then the column, image by image. Throws
 * ShapeError for smaller images.
 */
export class RandomCrop implements ImageTransform {
  readonly #size: readonly [number, number];
  readonly #padding: number;
  readonly #generator: Generator | null;

  constructor(size: Size, options: RandomCropOptions = {}) {
    checkCall(
      "new RandomCrop(size: number | list, { padding: number, generator: generator })",
      arguments,
    );
    const { padding = 0, generator } = options;
    this.#size = checkSize("RandomCrop", size);
    if (padding !== 0) checkSize("RandomCrop", padding);
    this.#padding = padding;
    this.#generator = generator ?? null;
  }

  transform(images: Tensor): Tensor {
    checkCall("crop.transform(images: tensor)", arguments);
    return asBatch("RandomCrop", images, (batch) => {
      const around = this.#padding;
      const padded = around === 0 ? batch : pad(batch, [around, around, around, around]);
      const [down, right] = roomIn("RandomCrop", padded, this.#size);
      if (down === 0 && right === 0) return padded;
      const [count = 0, channels = 0, , wide = 0] = padded.shape;
      const generator = this.#generator ?? defaultGenerator();
      const [tops, lefts] = [new Int32Array(count), new Int32Array(count)];
      for (let i = 0; i < count; i++) {
        tops[i] = generator.u32() % (down + 1);
        lefts[i] = generator.u32() % (right + 1);
      }
      const [height, width] = this.#size;
      const rows = places(tops, height).reshape([count, 1, height, 1]);
      const columns = places(lefts, width).reshape([count, 1, 1, width]);
      return padded
        .gather(2, rows.expand([count, channels, height, wide]))
        .gather(3, columns.expand([count, channels, height, width]));
    });
  }
}

/** start, start + 1, … for every start: [starts, length]. */
function places(starts: Int32Array, length: number): Tensor {
  const out = new Int32Array(starts.length * length);
  starts.forEach((start, i) => {
    for (let k = 0; k < length; k++) out[i * length + k] = start + k;
  });
  return tensor(out);
}

/** Largest offsets of a crop, down and to the right. */
function roomIn(
  name: string,
  batch: Tensor,
  [height, width]: readonly [number, number],
): [number, number] {
  const [, , tall = 0, wide = 0] = batch.shape;
  if (tall >= height && wide >= width) return [tall - height, wide - width];
  throw new ShapeError(
    `${name}: the crop of ${height} × ${width} is larger than images [${batch.shape.join(", ")}]\n  hint: Resize first, or use padding`,
  );
}

/** Half of the number, rounded half to even as in Python. */
const middle = (room: number): number => {
  const below = Math.floor(room / 2);
  return room % 2 === 0 || below % 2 === 0 ? below : below + 1;
};
