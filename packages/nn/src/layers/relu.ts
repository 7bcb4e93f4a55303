import type { Tensor } from "@wgrad/autograd";
import { Module } from "../module.ts";

/** y = max(0, x), elementwise; any shape. */
export class ReLU extends Module<[Tensor], Tensor> {
  forward(x: Tensor): Tensor {
    return x.relu();
  }
}
