import { ArgumentError, type Generator, ShapeError, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { gaussian, mapAxes } from "./axes.ts";
import { between, checkRange, type RandomOptions, type Range, sourceOf } from "./draws.ts";
import { asBatch, checkSize, type ImageTransform, type Size } from "./image-transform.ts";

/** Settings of GaussianBlur. */
export interface GaussianBlurOptions extends RandomOptions {
  /**
   * Standard deviation of the Gaussian, or a range to draw one for each image from (default [0.1,
   * 2]).
   */
  readonly sigma?: number | Range;
}

/**
 * Blurs each image with a Gaussian of `kernelSize` pixels (odd numbers), with reflected edges.
 * Throws ArgumentError for other sizes.
 */
export class GaussianBlur implements ImageTransform {
  readonly #size: readonly [number, number];
  readonly #sigma: Range;
  readonly #generator: Generator | null;

  constructor(kernelSize: Size, options: GaussianBlurOptions = {}) {
    checkCall(
      "new GaussianBlur(kernelSize: number | list, { sigma: number | list, generator: generator })",
      arguments,
    );
    const { sigma = [0.1, 2], generator } = options;
    this.#size = checkSize("GaussianBlur", kernelSize);
    if (this.#size.some((n) => n % 2 === 0)) {
      throw new ArgumentError(
        `GaussianBlur: kernelSize is ${JSON.stringify(kernelSize)}\n  hint: pass odd numbers`,
      );
    }
    const range = typeof sigma === "number" ? [sigma, sigma] : sigma;
    this.#sigma = checkRange("GaussianBlur", "sigma", range, Number.MIN_VALUE);
    this.#generator = generator ?? null;
  }

  transform(images: Tensor): Tensor {
    checkCall("blur.transform(images: tensor)", arguments);
    return asBatch("GaussianBlur", images, (batch) => {
      const [count = 0, , tall = 0, wide = 0] = batch.shape;
      const [height, width] = this.#size;
      if (tall <= height >> 1 || wide <= width >> 1) {
        throw new ShapeError(
          `GaussianBlur: the kernel of ${height} × ${width} is too large for images [${images.shape.join(", ")}]\n  hint: use a smaller kernelSize`,
        );
      }
      const generator = sourceOf(this.#generator);
      const sigmas = Array.from({ length: count }, () => between(generator, this.#sigma));
      return mapAxes(batch, gaussian(sigmas, height, tall), gaussian(sigmas, width, wide));
    });
  }
}
