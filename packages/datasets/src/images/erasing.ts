import { ArgumentError, type Generator, type Tensor, tensor, where } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import {
  below,
  between,
  checkProbability,
  checkRange,
  type RandomOptions,
  type Range,
  ratioBetween,
  roundEven,
  sourceOf,
} from "./draws.ts";
import { asBatch, type ImageTransform } from "./image-transform.ts";

/** Settings of RandomErasing, with torchvision's names and defaults. */
export interface RandomErasingOptions extends RandomOptions {
  /** Probability that a part of an image is erased (default 0.5). */
  readonly p?: number;
  /** Range of the erased fraction of the area (default [0.02, 0.33]). */
  readonly scale?: Range;
  /** Range of the aspect ratio height / width (default [0.3, 3.3]). */
  readonly ratio?: Range;
  /**
   * Value of erased pixels: one number, one per channel, or normal noise ("random") (default 0).
   */
  readonly value?: number | readonly number[] | "random";
}

/** A rectangle of an image: rows from top to bottom, columns from left to right. */
interface Box {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
  /** Noise of shape [channels, rows, columns], if value is "random". */
  readonly noise: Float32Array | null;
}

/** Erases a random rectangle of each image with probability p (Zhong et al. 2017). */
export class RandomErasing implements ImageTransform {
  readonly #p: number;
  readonly #scale: Range;
  readonly #ratio: Range;
  readonly #value: readonly number[] | "random";
  readonly #generator: Generator | null;

  constructor(options: RandomErasingOptions = {}) {
    checkCall(
      "new RandomErasing({ p: number, scale: list, ratio: list, value, generator: generator })",
      arguments,
    );
    const { p = 0.5, scale = [0.02, 0.33], ratio = [0.3, 3.3], value = 0, generator } = options;
    this.#p = checkProbability("RandomErasing", p);
    this.#scale = checkRange("RandomErasing", "scale", scale, 0, 1);
    this.#ratio = checkRange("RandomErasing", "ratio", ratio, Number.MIN_VALUE);
    const numbers = typeof value === "number" ? [value] : value;
    const fits = Array.isArray(numbers) && numbers.every((x) => typeof x === "number");
    if (numbers !== "random" && !fits) {
      throw new ArgumentError(
        `RandomErasing: value is ${JSON.stringify(value)}\n  hint: pass a number, a list of numbers, or "random"`,
      );
    }
    this.#value = numbers;
    this.#generator = generator ?? null;
  }

  transform(images: Tensor): Tensor {
    checkCall("erasing.transform(images: tensor)", arguments);
    return asBatch("RandomErasing", images, (batch) => {
      const value = this.#value;
      const [count = 0, channels = 0, tall = 0, wide = 0] = batch.shape;
      if (value !== "random" && value.length !== 1 && value.length !== channels) {
        throw new ArgumentError(
          `RandomErasing: value is [${value.join(", ")}], but there are ${channels} channels\n  hint: pass one number, or one per channel`,
        );
      }
      const generator = sourceOf(this.#generator);
      const boxes = Array.from({ length: count }, () =>
        this.#draw(generator, channels, tall, wide),
      );
      if (boxes.every((box) => box === null)) return batch;
      const erased =
        value === "random"
          ? noiseOf(boxes, [count, channels, tall, wide])
          : tensor(Float32Array.from(value), { shape: [1, value.length, 1, 1] });
      return where(insideOf(boxes, tall, wide), erased, batch);
    });
  }

  #draw(generator: Generator, channels: number, tall: number, wide: number): Box | null {
    if (!(between(generator, [0, 1]) < this.#p)) return null;
    for (let attempt = 0; attempt < 10; attempt++) {
      const area = tall * wide * between(generator, this.#scale);
      const ratio = ratioBetween(generator, this.#ratio);
      const height = roundEven(Math.sqrt(area * ratio));
      const width = roundEven(Math.sqrt(area / ratio));
      if (height >= tall || width >= wide) continue;
      const noise =
        this.#value === "random"
          ? generator.normal(new Float32Array(channels * height * width))
          : null;
      const top = below(generator, tall - height + 1);
      const left = below(generator, wide - width + 1);
      return { top, bottom: top + height, left, right: left + width, noise };
    }
    return null;
  }
}

/** Mask of the pixels inside the boxes: [boxes, 1, height, width]. */
export function insideOf(
  boxes: readonly (Omit<Box, "noise"> | null)[],
  tall: number,
  wide: number,
): Tensor {
  const within = (n: number, side: (box: Omit<Box, "noise">) => readonly [number, number]) => {
    const out = new Uint8Array(boxes.length * n);
    for (const [i, box] of boxes.entries()) {
      if (box !== null) out.fill(1, i * n + side(box)[0], i * n + side(box)[1]);
    }
    return out;
  };
  const rows = within(tall, ({ top, bottom }) => [top, bottom]);
  const columns = within(wide, ({ left, right }) => [left, right]);
  const down = tensor(rows, { shape: [boxes.length, 1, tall, 1], dtype: "bool" });
  return down.logicalAnd(tensor(columns, { shape: [boxes.length, 1, 1, wide], dtype: "bool" }));
}

function noiseOf(
  boxes: readonly (Box | null)[],
  shape: readonly [number, number, number, number],
): Tensor {
  const [, channels, tall, wide] = shape;
  const out = new Float32Array(boxes.length * channels * tall * wide);
  for (const [i, box] of boxes.entries()) {
    if (box?.noise == null) continue;
    const width = box.right - box.left;
    let from = 0;
    for (let c = 0; c < channels; c++) {
      for (let row = box.top; row < box.bottom; row++, from += width) {
        const to = ((i * channels + c) * tall + row) * wide + box.left;
        out.set(box.noise.subarray(from, from + width), to);
      }
    }
  }
  return tensor(out, { shape });
}
