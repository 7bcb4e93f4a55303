import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { logSoftmax } from "../functional.ts";
import { Module } from "../module.ts";
import { dimOf } from "./sizes.ts";

/** y = x − log Σ eˣ along `dim`: the logarithm of softmax, without overflow. Any shape. */
export class LogSoftmax extends Module<[Tensor], Tensor> {
  readonly dim: number;

  /** Takes `dim` as a number or as a setting. */
  constructor(dim: number | { readonly dim: number }) {
    checkCall("new LogSoftmax(dim?: number, { dim: number })", arguments);
    super();
    this.dim = dimOf("LogSoftmax", dim);
  }

  forward(x: Tensor): Tensor {
    return logSoftmax(x, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}
