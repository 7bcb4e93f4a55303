import type { Tensor } from "@wgrad/autograd";
import { softmin } from "../functional.ts";
import { Module } from "../module.ts";

/** y = e⁻ˣ / Σ e⁻ˣ along `dim`: softmax of −x. Any shape. */
export class Softmin extends Module<[Tensor], Tensor> {
  readonly dim: number;

  constructor(dim: number) {
    super();
    this.dim = dim;
  }

  forward(x: Tensor): Tensor {
    return softmin(x, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}
