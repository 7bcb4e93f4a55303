import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { Module } from "../module.ts";

/** Settings of Flatten. */
export interface FlattenOptions {
  /** The first dimension to join (default 1). */
  readonly startDim?: number;
  /** The last dimension to join (default -1). */
  readonly endDim?: number;
}

/**
 * Joins the dimensions from `startDim` to `endDim` into one. x: [B, C, H, W] → [B, C·H·W] by
 * default.
 */
export class Flatten extends Module<[Tensor], Tensor> {
  readonly startDim: number;
  readonly endDim: number;

  constructor(options: FlattenOptions = {}) {
    checkCall("new Flatten({ startDim: number, endDim: number })", arguments);
    const { startDim = 1, endDim = -1 } = options;
    super();
    this.startDim = startDim;
    this.endDim = endDim;
  }

  forward(x: Tensor): Tensor {
    return x.flatten(this.startDim, this.endDim);
  }

  override extraRepr(): string {
    return `start_dim=${this.startDim}, end_dim=${this.endDim}`;
  }
}
