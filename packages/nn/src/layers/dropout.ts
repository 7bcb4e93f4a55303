import { ArgumentError, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import {
  alphaDropout,
  type DropoutOptions,
  dropout,
  dropout1d,
  dropout2d,
  dropout3d,
  featureAlphaDropout,
} from "../functional.ts";
import { Module } from "../module.ts";
import { pythonFloat } from "../print.ts";

/** Settings of the dropout layers. */
export interface DropoutLayerOptions {
  /** Probability that an element, or a channel, is dropped (default 0.5). */
  readonly p?: number;
}

abstract class DropoutLayer extends Module<[Tensor], Tensor> {
  readonly p: number;

  /** Takes `p` as a number or as a setting. */
  constructor(probability: number | DropoutLayerOptions = {}) {
    checkCall(`new ${new.target.name}(p?: number, { p: number })`, arguments);
    super();
    const { p = 0.5 } = typeof probability === "number" ? { p: probability } : probability;
    if (!(p >= 0 && p <= 1)) {
      throw new ArgumentError(`${new.target.name}: p is ${p}\n  hint: a probability from 0 to 1`);
    }
    this.p = p;
  }

  /** Settings for the functions of `functional`. */
  protected options(): DropoutOptions {
    return { p: this.p, training: this.training };
  }

  override extraRepr(): string {
    return `p=${pythonFloat(this.p)}, inplace=False`;
  }
}

/**
 * Training: y = x / (1 − p) with probability 1 − p, else 0, elementwise. Evaluation: y = x. Any
 * shape.  Srivastava et al. 2014.
 */
export class Dropout extends DropoutLayer {
  forward(x: Tensor): Tensor {
    return dropout(x, this.options());
  }
}

/** Dropout of whole channels. x: [N, C, L] or [C, L].  Tompson et al. 2015. */
export class Dropout1d extends DropoutLayer {
  forward(x: Tensor): Tensor {
    return dropout1d(x, this.options());
  }
}

/** Dropout of whole channels. x: [N, C, H, W] or [C, H, W].  Tompson et al. 2015. */
export class Dropout2d extends DropoutLayer {
  forward(x: Tensor): Tensor {
    return dropout2d(x, this.options());
  }
}

/** Dropout of whole channels. x: [N, C, D, H, W] or [C, D, H, W].  Tompson et al. 2015. */
export class Dropout3d extends DropoutLayer {
  forward(x: Tensor): Tensor {
    return dropout3d(x, this.options());
  }
}

/**
 * Dropout for SELU: dropped elements become SELU's lowest value, and mean and variance are kept.
 * Any shape.  Klambauer et al. 2017.
 */
export class AlphaDropout extends DropoutLayer {
  forward(x: Tensor): Tensor {
    return alphaDropout(x, this.options());
  }
}

/** AlphaDropout of whole channels. x: [N, C, …].  Klambauer et al. 2017. */
export class FeatureAlphaDropout extends DropoutLayer {
  forward(x: Tensor): Tensor {
    return featureAlphaDropout(x, this.options());
  }
}
