import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { hardshrink } from "../functional.ts";
import { Module } from "../module.ts";
import { pythonFloat } from "../print.ts";

/** Settings of Hardshrink. */
export interface HardshrinkOptions {
  /** λ: the result is 0 for |x| ≤ λ (default 0.5). */
  readonly lambd?: number;
}

/** y = x for |x| > λ, else 0, elementwise; any shape. */
export class Hardshrink extends Module<[Tensor], Tensor> {
  readonly lambd: number;

  constructor(options: HardshrinkOptions = {}) {
    checkCall("new Hardshrink({ lambd: number })", arguments);
    const { lambd = 0.5 } = options;
    super();
    this.lambd = lambd;
  }

  forward(x: Tensor): Tensor {
    return hardshrink(x, this.lambd);
  }

  override extraRepr(): string {
    return pythonFloat(this.lambd);
  }
}
