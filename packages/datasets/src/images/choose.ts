import {
  ArgumentError,
  cat,
  type Generator,
  ShapeError,
  type Tensor,
  tensor,
} from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { between, checkProbability, type RandomOptions, sourceOf } from "./draws.ts";
import { asBatch, Compose, type ImageTransform } from "./image-transform.ts";

/** Wraps a function as a transform. */
export class Lambda implements ImageTransform {
  readonly #change: (images: Tensor) => Tensor;

  constructor(change: (images: Tensor) => Tensor) {
    checkCall("new Lambda(change: function)", arguments);
    this.#change = change;
  }

  transform(images: Tensor): Tensor {
    checkCall("lambda.transform(images: tensor)", arguments);
    return this.#change(images);
  }
}

/** Settings of RandomApply. */
export interface RandomApplyOptions extends RandomOptions {
  /** Probability that an image is changed (default 0.5). */
  readonly p?: number;
}

/**
 * Applies transforms one after another to each image with probability p. They must keep the size,
 * unless all or no images are changed.
 */
export class RandomApply implements ImageTransform {
  readonly #all: Compose;
  readonly #p: number;
  readonly #generator: Generator | null;

  constructor(transforms: readonly ImageTransform[], options: RandomApplyOptions = {}) {
    checkCall(
      "new RandomApply(transforms: transform[], { p: number, generator: generator })",
      arguments,
    );
    const { p = 0.5, generator } = options;
    this.#all = new Compose(transforms);
    this.#p = checkProbability("RandomApply", p);
    this.#generator = generator ?? null;
  }

  transform(images: Tensor): Tensor {
    checkCall("apply.transform(images: tensor)", arguments);
    return asBatch("RandomApply", images, (batch) => {
      const generator = sourceOf(this.#generator);
      const chosen = Array.from({ length: batch.shape[0] as number }, () =>
        between(generator, [0, 1]) < this.#p ? 1 : 0,
      );
      return byGroup("RandomApply", batch, chosen, (group, part) =>
        group === 1 ? this.#all.transform(part) : part,
      );
    });
  }
}

/** Settings of RandomChoice. */
export interface RandomChoiceOptions extends RandomOptions {
  /** Relative probabilities of the transforms (default: all equal). */
  readonly p?: readonly number[];
}

/** Applies one random transform to each image. All transforms must return the same size. */
export class RandomChoice implements ImageTransform {
  readonly #transforms: readonly ImageTransform[];
  readonly #weights: readonly number[];
  readonly #generator: Generator | null;

  constructor(transforms: readonly ImageTransform[], options: RandomChoiceOptions = {}) {
    checkCall(
      "new RandomChoice(transforms: transform[], { p: list, generator: generator })",
      arguments,
    );
    const { p = transforms.map(() => 1), generator } = options;
    const usable = p.every((weight) => weight >= 0 && weight < Infinity) && p.some((w) => w > 0);
    if (p.length !== transforms.length || !usable) {
      throw new ArgumentError(
        `RandomChoice: p is [${p.join(", ")}], but there are ${transforms.length} transforms\n  hint: pass one weight per transform, not all 0`,
      );
    }
    this.#transforms = [...transforms];
    this.#weights = [...p];
    this.#generator = generator ?? null;
  }

  transform(images: Tensor): Tensor {
    checkCall("choice.transform(images: tensor)", arguments);
    return asBatch("RandomChoice", images, (batch) => {
      const generator = sourceOf(this.#generator);
      const chosen = Array.from({ length: batch.shape[0] as number }, () => this.#draw(generator));
      return byGroup("RandomChoice", batch, chosen, (group, part) =>
        (this.#transforms[group] as ImageTransform).transform(part),
      );
    });
  }

  #draw(generator: Generator): number {
    const total = this.#weights.reduce((sum, weight) => sum + weight, 0);
    let left = between(generator, [0, 1]) * total;
    const found = this.#weights.findIndex((weight) => {
      left -= weight;
      return left < 0;
    });
    return found >= 0 ? found : this.#weights.findLastIndex((weight) => weight > 0);
  }
}

/** Transforms images in groups, and restores their order. */
function byGroup(
  name: string,
  batch: Tensor,
  groups: readonly number[],
  change: (group: number, part: Tensor) => Tensor,
): Tensor {
  const kinds = [...new Set(groups)];
  if (kinds.length === 0) return batch;
  if (kinds.length === 1) return change(kinds[0] as number, batch);
  const members = kinds.map((kind) => groups.flatMap((group, i) => (group === kind ? [i] : [])));
  const numbers = (list: readonly number[]): Tensor => tensor(Int32Array.from(list));
  const parts = kinds.map((kind, k) =>
    change(kind, batch.indexSelect(0, numbers(members[k] as number[]))),
  );
  const sizes = [...new Set(parts.map((part) => part.shape.slice(1).join(" × ")))];
  if (sizes.length > 1) {
    throw new ShapeError(
      `${name}: the transforms return images of ${sizes.join(" and ")}\n  hint: use transforms that return one size, or one image at a time`,
    );
  }
  const order = members.flat();
  const back = groups.map((_, i) => order.indexOf(i));
  return cat(parts, 0).indexSelect(0, numbers(back));
}
