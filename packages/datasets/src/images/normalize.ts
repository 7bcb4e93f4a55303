import { ArgumentError, ShapeError, type Tensor, tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { asBatch, type ImageTransform } from "./image-transform.ts";

/**
 * z = (x − mean) / std per channel.
 *
 * Throws ArgumentError for different numbers of channels and for a std of 0, and ShapeError for
 * images with another number of channels.
 */
export class Normalize implements ImageTransform {
  readonly #mean: readonly number[];
  readonly #std: readonly number[];

  constructor(mean: readonly number[], std: readonly number[]) {
    checkCall("new Normalize(mean: list, std: list)", arguments);
    if (mean.length !== std.length || mean.length === 0 || !std.every((s) => s > 0)) {
      throw new ArgumentError(
        `Normalize: mean [${mean.join(", ")}] and std [${std.join(", ")}]\n  hint: pass one of each per channel, std above 0`,
      );
    }
    this.#mean = [...mean];
    this.#std = [...std];
  }

  transform(images: Tensor): Tensor {
    checkCall("normalize.transform(images: tensor)", arguments);
    return this.#each(images, (batch, mean, std) => batch.sub(mean).div(std));
  }

  /** x = z std + mean, for display. */
  inverseTransform(images: Tensor): Tensor {
    checkCall("normalize.inverseTransform(images: tensor)", arguments);
    return this.#each(images, (batch, mean, std) => batch.mul(std).add(mean));
  }

  #each(images: Tensor, change: (batch: Tensor, mean: Tensor, std: Tensor) => Tensor): Tensor {
    return asBatch("Normalize", images, (batch) => {
      const channels = this.#mean.length;
      if (batch.shape[1] !== channels) {
        throw new ShapeError(
          `Normalize: images have shape [${images.shape.join(", ")}], but there are means for ${channels} channels\n  hint: pass a mean and a std per channel`,
        );
      }
      const shape = [channels, 1, 1];
      const [mean, std] = [Float32Array.from(this.#mean), Float32Array.from(this.#std)];
      return change(batch, tensor(mean, { shape }), tensor(std, { shape }));
    });
  }
}
