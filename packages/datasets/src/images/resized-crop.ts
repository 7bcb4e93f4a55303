import { ArgumentError, type Generator, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { mapAxes, type Part, resizing } from "./axes.ts";
import {
  below,
  between,
  checkRange,
  type RandomOptions,
  type Range,
  ratioBetween,
  roundEven,
  sourceOf,
} from "./draws.ts";
import { asBatch, checkSize, type ImageTransform, type Size } from "./image-transform.ts";

/** Settings of RandomResizedCrop, with torchvision's names and defaults. */
export interface RandomResizedCropOptions extends RandomOptions {
  /** Range of the cropped fraction of the area (default [0.08, 1]). */
  readonly scale?: Range;
  /** Range of the aspect ratio width / height (default [3/4, 4/3]). */
  readonly ratio?: Range;
  /** Antialiased bilinear interpolation (default), or the nearest pixel. */
  readonly mode?: "bilinear" | "nearest";
}

/**
 * Crops a part of random size and aspect ratio of each image, and resizes it to one size. Throws
 * ArgumentError for invalid ranges.
 */
export class RandomResizedCrop implements ImageTransform {
  readonly #size: readonly [number, number];
  readonly #scale: Range;
  readonly #ratio: Range;
  readonly #mode: "bilinear" | "nearest";
  readonly #generator: Generator | null;

  constructor(size: Size, options: RandomResizedCropOptions = {}) {
    checkCall(
      'new RandomResizedCrop(size: number | list, { scale: list, ratio: list, mode: "bilinear" | "nearest", generator: generator })',
      arguments,
    );
    const { scale = [0.08, 1], ratio = [3 / 4, 4 / 3], mode = "bilinear", generator } = options;
    this.#size = checkSize("RandomResizedCrop", size);
    this.#scale = checkRange("RandomResizedCrop", "scale", scale, 0);
    this.#ratio = checkRange("RandomResizedCrop", "ratio", ratio, 0);
    if (this.#ratio[0] === 0) throw new ArgumentError("RandomResizedCrop: ratio starts at 0");
    this.#mode = mode;
    this.#generator = generator ?? null;
  }

  transform(images: Tensor): Tensor {
    checkCall("crop.transform(images: tensor)", arguments);
    return asBatch("RandomResizedCrop", images, (batch) => {
      const [count = 0, , tall = 0, wide = 0] = batch.shape;
      const generator = sourceOf(this.#generator);
      const boxes = Array.from({ length: count }, () => this.#draw(generator, tall, wide));
      const [height, width] = this.#size;
      return mapAxes(
        batch,
        resizing(
          boxes.map(([rows]) => rows),
          height,
          tall,
          this.#mode,
        ),
        resizing(
          boxes.map(([, columns]) => columns),
          width,
          wide,
          this.#mode,
        ),
      );
    });
  }

  #draw(generator: Generator, tall: number, wide: number): readonly [Part, Part] {
    for (let attempt = 0; attempt < 10; attempt++) {
      const area = tall * wide * between(generator, this.#scale);
      const ratio = ratioBetween(generator, this.#ratio);
      const [width, height] = [
        roundEven(Math.sqrt(area * ratio)),
        roundEven(Math.sqrt(area / ratio)),
      ];
      if (width < 1 || height < 1 || width > wide || height > tall) continue;
      const top = below(generator, tall - height + 1);
      return [
        [top, height],
        [below(generator, wide - width + 1), width],
      ];
    }
    const [narrow, broad] = this.#ratio;
    const height = wide / tall < narrow ? Math.max(1, roundEven(wide / narrow)) : tall;
    const width = wide / tall > broad ? Math.max(1, roundEven(tall * broad)) : wide;
    return [
      [Math.floor((tall - height) / 2), height],
      [Math.floor((wide - width) / 2), width],
    ];
  }
}
