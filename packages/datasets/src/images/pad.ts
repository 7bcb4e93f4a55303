import { ArgumentError, pad, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { asBatch, type ImageTransform } from "./image-transform.ts";

/** Settings of Pad. */
export interface PadImagesOptions {
  /** Value of the padding in mode "constant" (default 0). */
  readonly fill?: number;
  /**
   * A constant, the mirrored image, the repeated edge, or the image wrapped around (default
   * "constant").
   */
  readonly mode?: "constant" | "reflect" | "replicate" | "circular";
}

/**
 * Pads images: equally on all sides, by [left and right, top and bottom], or by [left, top, right,
 * bottom].
 */
export class Pad implements ImageTransform {
  readonly #sides: readonly number[];
  readonly #options: PadImagesOptions;

  constructor(padding: number | readonly number[], options: PadImagesOptions = {}) {
    checkCall(
      'new Pad(padding: number | list, { fill: number, mode: "constant" | "reflect" | "replicate" | "circular" })',
      arguments,
    );
    const given = typeof padding === "number" ? [padding, padding] : padding;
    const [left = 0, top = 0, right = left, bottom = top] = given;
    if (![2, 4].includes(given.length) || !given.every((n) => Number.isInteger(n) && n >= 0)) {
      throw new ArgumentError(
        `Pad: padding is ${JSON.stringify(padding)}\n  hint: pass a whole number, [x, y] or [left, top, right, bottom]`,
      );
    }
    this.#sides = [left, right, top, bottom];
    this.#options = { ...options };
  }

  transform(images: Tensor): Tensor {
    checkCall("pad.transform(images: tensor)", arguments);
    const { fill = 0, mode = "constant" } = this.#options;
    return asBatch("Pad", images, (batch) =>
      mode === "constant"
        ? pad(batch, this.#sides, { value: fill })
        : pad(batch, this.#sides, mode),
    );
  }
}
