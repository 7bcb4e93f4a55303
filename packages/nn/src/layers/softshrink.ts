import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { softshrink } from "../functional.ts";
import { Module } from "../module.ts";
import { pythonFloat } from "../print.ts";

/** Settings of Softshrink. */
export interface SoftshrinkOptions {
  /** λ: the result is 0 for |x| ≤ λ (default 0.5). */
  readonly lambd?: number;
}

/** y = x − λ for x > λ, x + λ for x < −λ, else 0, elementwise; any shape. */
export class Softshrink extends Module<[Tensor], Tensor> {
  readonly lambd: number;

  constructor(options: SoftshrinkOptions = {}) {
    checkCall("new Softshrink({ lambd: number })", arguments);
    const { lambd = 0.5 } = options;
    super();
    this.lambd = lambd;
  }

  forward(x: Tensor): Tensor {
    return softshrink(x, this.lambd);
  }

  override extraRepr(): string {
    return pythonFloat(this.lambd);
  }
}
