import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { softmin } from "../functional.ts";
import { Module } from "../module.ts";
import { dimOf } from "./sizes.ts";

/** y = e⁻ˣ / Σ e⁻ˣ along `dim`: softmax of −x. Any shape. */
export class Softmin extends Module<[Tensor], Tensor> {
  readonly dim: number;

  /** Takes `dim` as a number or as a setting. */
  constructor(dim: number | { readonly dim: number }) {
    checkCall("new Softmin(dim?: number, { dim: number })", arguments);
    super();
    this.dim = dimOf("Softmin", dim);
  }

  forward(x: Tensor): Tensor {
    return softmin(x, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}
