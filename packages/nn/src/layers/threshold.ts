import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { threshold } from "../functional.ts";
import { Module } from "../module.ts";

/** y = x for x > `limit`, else `value`, elementwise; any shape. */
export class Threshold extends Module<[Tensor], Tensor> {
  readonly limit: number;
  readonly value: number;

  constructor(limit: number, value: number) {
    checkCall("new Threshold(limit: number, value: number)", arguments);
    super();
    this.limit = limit;
    this.value = value;
  }

  forward(x: Tensor): Tensor {
    return threshold(x, this.limit, this.value);
  }

  override extraRepr(): string {
    return `threshold=${this.limit}, value=${this.value}`;
  }
}
