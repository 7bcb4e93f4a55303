import {
  ArgumentError,
  type Generator,
  oneHot,
  roll,
  ShapeError,
  type Tensor,
  where,
} from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { below, type RandomOptions, sourceOf } from "./draws.ts";
import { insideOf } from "./erasing.ts";

/** Settings of MixUp and CutMix. */
export interface MixOptions extends RandomOptions {
  /** Parameter of the Beta distribution of the mixing ratio (default 1: uniform). */
  readonly alpha?: number;
  /** Number of classes; required if labels are class indices. */
  readonly numClasses?: number;
}

/** A mixed batch: images, and class probabilities [batch, classes]. */
export interface Mixed {
  readonly images: Tensor;
  readonly labels: Tensor;
}

/**
 * MixUp (Zhang et al. 2017): mixes each image with the previous one, and their labels in the same
 * ratio. For a DataLoader's `collate`.
 */
export class MixUp {
  readonly #mixing: Mixing;

  constructor(options: MixOptions = {}) {
    checkCall("new MixUp({ alpha: number, numClasses: size, generator: generator })", arguments);
    this.#mixing = new Mixing("MixUp", options);
  }

  transform(images: Tensor, labels: Tensor): Mixed {
    checkCall("mixUp.transform(images: tensor, labels: tensor)", arguments);
    const classes = this.#mixing.classes(images, labels);
    const { share } = this.#mixing.draw();
    return { images: blend(images, share), labels: blend(classes, share) };
  }
}

/**
 * CutMix (Yun et al. 2019): pastes a part of the previous image into each image, and mixes their
 * labels by area. For a DataLoader's `collate`.
 */
export class CutMix {
  readonly #mixing: Mixing;

  constructor(options: MixOptions = {}) {
    checkCall("new CutMix({ alpha: number, numClasses: size, generator: generator })", arguments);
    this.#mixing = new Mixing("CutMix", options);
  }

  transform(images: Tensor, labels: Tensor): Mixed {
    checkCall("cutMix.transform(images: tensor, labels: tensor)", arguments);
    const classes = this.#mixing.classes(images, labels);
    const { share, generator } = this.#mixing.draw();
    const [, , tall = 0, wide = 0] = images.shape;
    const half = 0.5 * Math.sqrt(1 - share);
    const [x, y] = [below(generator, wide), below(generator, tall)];
    const [width, height] = [Math.trunc(half * wide), Math.trunc(half * tall)];
    const box = {
      left: Math.max(x - width, 0),
      right: Math.min(x + width, wide),
      top: Math.max(y - height, 0),
      bottom: Math.min(y + height, tall),
    };
    const inside = insideOf([box], tall, wide);
    const area = (box.right - box.left) * (box.bottom - box.top);
    return {
      images: where(inside, before(images), images),
      labels: blend(classes, 1 - area / (tall * wide)),
    };
  }
}

const before = (x: Tensor): Tensor => roll(x, 1, 0);

const blend = (x: Tensor, share: number): Tensor => x.mul(share).add(before(x).mul(1 - share));

class Mixing {
  readonly #name: string;
  readonly #alpha: number;
  readonly #numClasses: number | null;
  readonly #generator: Generator | null;

  constructor(name: string, { alpha = 1, numClasses, generator }: MixOptions) {
    if (!(alpha > 0 && alpha < Infinity)) {
      throw new ArgumentError(`${name}: alpha is ${alpha}\n  hint: a number above 0`);
    }
    this.#name = name;
    this.#alpha = alpha;
    this.#numClasses = numClasses ?? null;
    this.#generator = generator ?? null;
  }

  /** Labels as class probabilities: [batch, classes]. */
  classes(images: Tensor, labels: Tensor): Tensor {
    const count = images.shape[0];
    if (images.shape.length !== 4 || labels.shape[0] !== count || labels.shape.length > 2) {
      throw new ShapeError(
        `${this.#name}: images have shape [${images.shape.join(", ")}] and labels [${labels.shape.join(", ")}]` +
          "\n  hint: pass [batch, channels, height, width] and [batch] or [batch, classes]",
      );
    }
    if (labels.shape.length === 2) return labels;
    if (this.#numClasses === null) {
      throw new ArgumentError(
        `${this.#name}: labels are class indices, so numClasses is needed\n  hint: pass { numClasses }, or labels [batch, classes]`,
      );
    }
    return oneHot(labels, this.#numClasses).to("f32");
  }

  /**
   * Draws the ratio from Beta(alpha, alpha), as the first of two gamma variables divided by their
   * sum.
   */
  draw(): { share: number; generator: Generator } {
    const generator = sourceOf(this.#generator);
    const one = logGamma(generator, this.#alpha);
    const share = 1 / (1 + Math.exp(logGamma(generator, this.#alpha) - one));
    return { share, generator };
  }
}

/** Logarithm of a draw from Gamma(alpha, 1) (Marsaglia & Tsang 2000). */
function logGamma(generator: Generator, alpha: number): number {
  const uniform = (): number => 1 - (generator.uniform(new Float64Array(1))[0] as number);
  const boost = alpha < 1 ? Math.log(uniform()) / alpha : 0;
  const d = (alpha < 1 ? alpha + 1 : alpha) - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = generator.normal(new Float64Array(1))[0] as number;
    const v = (1 + c * x) ** 3;
    if (v <= 0) continue;
    if (Math.log(uniform()) < 0.5 * x * x + d * (1 - v + Math.log(v))) {
      return Math.log(d * v) + boost;
    }
  }
}
