import { ArgumentError, interpolate, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { mapAxes, resizing } from "./axes.ts";
import { asBatch, checkSize, type ImageTransform, type Size } from "./image-transform.ts";

/** Settings of Resize. */
export interface ResizeOptions {
  /**
   * Bilinear interpolation (default), the nearest pixel, or the mean of an area, which suits
   * shrinking.
   */
  readonly mode?: "bilinear" | "nearest" | "area";
  /** For "bilinear": antialiases when shrinking, as torchvision does (default false). */
  readonly antialias?: boolean;
}

/**
 * Resizes images to [height, width], or the shorter side to one number, keeping the aspect ratio;
 * see `interpolate`.
 */
export class Resize implements ImageTransform {
  readonly #size: Size;
  readonly #mode: "bilinear" | "nearest" | "area";
  readonly #antialias: boolean;

  constructor(size: Size, options: ResizeOptions = {}) {
    checkCall(
      'new Resize(size: number | list, { mode: "bilinear" | "nearest" | "area", antialias: boolean })',
      arguments,
    );
    const { mode = "bilinear", antialias = false } = options;
    checkSize("Resize", size);
    if (!["bilinear", "nearest", "area"].includes(mode)) {
      throw new ArgumentError(
        `Resize: mode is ${JSON.stringify(mode)}\n  hint: "bilinear", "nearest" or "area"`,
      );
    }
    this.#size = size;
    if (antialias && mode !== "bilinear") {
      throw new ArgumentError(`Resize: antialias needs mode "bilinear", not "${mode}"`);
    }
    this.#mode = mode;
    this.#antialias = antialias;
  }

  transform(images: Tensor): Tensor {
    checkCall("resize.transform(images: tensor)", arguments);
    return asBatch("Resize", images, (batch) => {
      const [, , height = 0, width = 0] = batch.shape;
      const size = this.#sizeFor(height, width);
      if (this.#antialias) {
        const [tall, wide] = size as [number, number];
        const rows = resizing([[0, height]], tall, height, "bilinear");
        return mapAxes(batch, rows, resizing([[0, width]], wide, width, "bilinear"));
      }
      return interpolate(batch, { size, mode: this.#mode });
    });
  }

  #sizeFor(height: number, width: number): number[] {
    if (typeof this.#size !== "number") return [...this.#size];
    const short = Math.min(height, width);
    const long = Math.floor((this.#size * Math.max(height, width)) / short);
    return height <= width ? [this.#size, long] : [long, this.#size];
  }
}
