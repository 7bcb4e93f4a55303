import { flip, type Generator, type Tensor, tensor, where } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { checkProbability, type RandomOptions, sourceOf } from "./draws.ts";
import { asBatch, type ImageTransform } from "./image-transform.ts";

/** Settings of RandomHorizontalFlip and RandomVerticalFlip. */
export interface RandomFlipOptions extends RandomOptions {
  /** Probability that an image is flipped (default 0.5). */
  readonly p?: number;
}

/** Flips each image left to right with probability p. Throws ArgumentError for an invalid p. */
export class RandomHorizontalFlip implements ImageTransform {
  readonly #p: number;
  readonly #generator: Generator | null;

  constructor(options: RandomFlipOptions = {}) {
    checkCall("new RandomHorizontalFlip({ p: number, generator: generator })", arguments);
    this.#p = checkProbability("RandomHorizontalFlip", options.p ?? 0.5);
    this.#generator = options.generator ?? null;
  }

  transform(images: Tensor): Tensor {
    checkCall("flip.transform(images: tensor)", arguments);
    return asBatch("RandomHorizontalFlip", images, (batch) =>
      someFlipped(batch, 3, this.#p, sourceOf(this.#generator)),
    );
  }
}

/** Flips each image top to bottom with probability p. Throws ArgumentError for an invalid p. */
export class RandomVerticalFlip implements ImageTransform {
  readonly #p: number;
  readonly #generator: Generator | null;

  constructor(options: RandomFlipOptions = {}) {
    checkCall("new RandomVerticalFlip({ p: number, generator: generator })", arguments);
    this.#p = checkProbability("RandomVerticalFlip", options.p ?? 0.5);
    this.#generator = options.generator ?? null;
  }

  transform(images: Tensor): Tensor {
    checkCall("flip.transform(images: tensor)", arguments);
    return asBatch("RandomVerticalFlip", images, (batch) =>
      someFlipped(batch, 2, this.#p, sourceOf(this.#generator)),
    );
  }
}

function someFlipped(batch: Tensor, dim: number, p: number, generator: Generator): Tensor {
  const count = batch.shape[0] as number;
  const drawn = generator.uniform(new Float32Array(count));
  const turned = Uint8Array.from(drawn, (u) => Number(u < p));
  const which = tensor(turned, { shape: [count, 1, 1, 1], dtype: "bool" });
  return where(which, flip(batch, [dim]), batch);
}
