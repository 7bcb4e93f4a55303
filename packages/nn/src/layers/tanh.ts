import type { Tensor } from "@wgrad/autograd";
import { Module } from "../module.ts";

/** y = tanh x, elementwise; any shape. */
export class Tanh extends Module<[Tensor], Tensor> {
  forward(x: Tensor): Tensor {
    return x.tanh();
  }
}
