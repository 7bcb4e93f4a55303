import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { type LeakyReluOptions, leakyRelu } from "../functional.ts";
import { Module } from "../module.ts";
import { pythonFloat } from "../print.ts";

/** y = x for x > 0, else `negativeSlope` · x, elementwise; any shape. */
export class LeakyReLU extends Module<[Tensor], Tensor> {
  readonly negativeSlope: number;

  constructor(options: LeakyReluOptions = {}) {
    checkCall("new LeakyReLU({ negativeSlope: number })", arguments);
    const { negativeSlope = 0.01 } = options;
    super();
    this.negativeSlope = negativeSlope;
  }

  forward(x: Tensor): Tensor {
    return leakyRelu(x, { negativeSlope: this.negativeSlope });
  }

  override extraRepr(): string {
    return `negative_slope=${pythonFloat(this.negativeSlope)}`;
  }
}
