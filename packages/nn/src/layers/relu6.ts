import type { Tensor } from "@wgrad/autograd";
import { relu6 } from "../functional.ts";
import { Module } from "../module.ts";

/** y = min(max(0, x), 6), elementwise; any shape. */
export class ReLU6 extends Module<[Tensor], Tensor> {
  forward(x: Tensor): Tensor {
    return relu6(x);
  }
}
