import type { Tensor } from "@wgrad/autograd";
import { softmax } from "../functional.ts";
import { Module } from "../module.ts";

/** y = eˣ / Σ eˣ along `dim`: numbers from 0 to 1 that add up to 1. Any shape. */
export class Softmax extends Module<[Tensor], Tensor> {
  readonly dim: number;

  constructor(dim: number) {
    super();
    this.dim = dim;
  }

  forward(x: Tensor): Tensor {
    return softmax(x, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}
