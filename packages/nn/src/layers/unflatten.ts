import type { Shape, Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { Module } from "../module.ts";
import { pythonSizes } from "../print.ts";

/**
 * Splits dimension `dim` into dimensions of `unflattenedSize`; one size may be -1. x: [B, C·H] →
 * [B, C, H].
 */
export class Unflatten extends Module<[Tensor], Tensor> {
  readonly dim: number;
  readonly unflattenedSize: Shape;

  constructor(dim: number, unflattenedSize: Shape) {
    checkCall("new Unflatten(dim: number, unflattenedSize: list)", arguments);
    super();
    this.dim = dim;
    this.unflattenedSize = unflattenedSize;
  }

  forward(x: Tensor): Tensor {
    return x.unflatten(this.dim, this.unflattenedSize);
  }

  override extraRepr(): string {
    return `dim=${this.dim}, unflattened_size=${pythonSizes(this.unflattenedSize)}`;
  }
}
