import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { softmax } from "../functional.ts";
import { Module } from "../module.ts";
import { dimOf } from "./sizes.ts";

/** y = eˣ / Σ eˣ along `dim`: numbers from 0 to 1 whose sum is 1. Any shape. */
export class Softmax extends Module<[Tensor], Tensor> {
  readonly dim: number;

  /** Takes `dim` as a number or as a setting. */
  constructor(dim: number | { readonly dim: number }) {
    checkCall("new Softmax(dim?: number, { dim: number })", arguments);
    super();
    this.dim = dimOf("Softmax", dim);
  }

  forward(x: Tensor): Tensor {
    return softmax(x, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}
