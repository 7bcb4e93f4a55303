import { ArgumentError, interpolate, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { asBatch, checkSize, type ImageTransform, type Size } from "./image-transform.ts";

/** Settings of Resize. */
export interface ResizeOptions {
  /** Between four neighbours in proportion (default), the nearest one, or the mean of an area, which suits shrinking best. */
  readonly mode?: "bilinear" | "nearest" | "area";
}

/** Pictures at another size: [height, width], or one number for the shorter side with the proportions kept; as `interpolate`. */
export class Resize implements ImageTransform {
  readonly #size: Size;
  readonly #mode: "bilinear" | "nearest" | "area";

  constructor(size: Size, options: ResizeOptions = {}) {
    checkCall('new Resize(size, { mode: "bilinear" | "nearest" | "area" })', arguments);
    const { mode = "bilinear" } = options;
    checkSize("Resize", size);
    if (!["bilinear", "nearest", "area"].includes(mode)) {
      throw new ArgumentError(
        `Resize: mode is ${JSON.stringify(mode)}\n  hint: "bilinear", "nearest" or "area"`,
      );
    }
    this.#size = size;
    this.#mode = mode;
  }

  transform(images: Tensor): Tensor {
    if (arguments.length > 1) checkCall("resize.transform(images: tensor)", arguments);
    return asBatch("Resize", images, (batch) => {
      const [, , height = 0, width = 0] = batch.shape;
      const size = this.#sizeFor(height, width);
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
