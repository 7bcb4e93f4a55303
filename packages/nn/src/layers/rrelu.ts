import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { rrelu } from "../functional/activations.ts";
import { Module } from "../module.ts";
import { pythonFloat } from "../print.ts";

/** Settings of RReLU. */
export interface RReLUOptions {
  /** Bounds of the slope for negative x (default 1/8 and 1/3). */
  readonly lower?: number;
  readonly upper?: number;
}

/**
 * y = x for x ≥ 0, else a x, with a drawn from [lower, upper) in training and the mean of the
 * bounds in evaluation; elementwise; any shape.  Xu et al. 2015.
 */
export class RReLU extends Module<[Tensor], Tensor> {
  readonly lower: number;
  readonly upper: number;

  constructor(options: RReLUOptions = {}) {
    checkCall("new RReLU({ lower: number, upper: number })", arguments);
    super();
    this.lower = options.lower ?? 1 / 8;
    this.upper = options.upper ?? 1 / 3;
  }

  forward(x: Tensor): Tensor {
    const { lower, upper, training } = this;
    return rrelu(x, { lower, upper, training });
  }

  override extraRepr(): string {
    return `lower=${pythonFloat(this.lower)}, upper=${pythonFloat(this.upper)}`;
  }
}
