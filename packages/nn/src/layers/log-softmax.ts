import type { Tensor } from "@wgrad/autograd";
import { logSoftmax } from "../functional.ts";
import { Module } from "../module.ts";

/** y = x − log Σ eˣ along `dim`: the logarithm of softmax, without overflow. Any shape. */
export class LogSoftmax extends Module<[Tensor], Tensor> {
  readonly dim: number;

  constructor(dim: number) {
    super();
    this.dim = dim;
  }

  forward(x: Tensor): Tensor {
    return logSoftmax(x, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}
