import {
  ArgumentError,
  defaultGenerator,
  flip,
  type Generator,
  type Tensor,
  tensor,
  where,
} from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { asBatch, type ImageTransform } from "./image-transform.ts";

/** Settings of RandomHorizontalFlip. */
export interface RandomFlipOptions {
  /** How likely each picture is mirrored (default 0.5). */
  readonly p?: number;
  /** What is drawn from; the library's default generator if not given. */
  readonly generator?: Generator;
}

/** Mirrors each picture left to right with probability p. Throws ArgumentError for a p that is none. */
export class RandomHorizontalFlip implements ImageTransform {
  readonly #p: number;
  readonly #generator: Generator | null;

  constructor(options: RandomFlipOptions = {}) {
    checkCall("new RandomHorizontalFlip({ p: number, generator })", arguments);
    const { p = 0.5, generator } = options;
    if (!(p >= 0 && p <= 1)) {
      throw new ArgumentError(`RandomHorizontalFlip: p is ${p}\n  hint: from 0 to 1`);
    }
    this.#p = p;
    this.#generator = generator ?? null;
  }

  transform(images: Tensor): Tensor {
    if (arguments.length > 1) checkCall("flip.transform(images: tensor)", arguments);
    return asBatch("RandomHorizontalFlip", images, (batch) => {
      const count = batch.shape[0] as number;
      const drawn = (this.#generator ?? defaultGenerator()).uniform(new Float32Array(count));
      const turned = Uint8Array.from(drawn, (u) => Number(u < this.#p));
      const which = tensor(turned, { shape: [count, 1, 1, 1], dtype: "bool" });
      return where(which, flip(batch, [3]), batch);
    });
  }
}
