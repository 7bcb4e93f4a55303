import type { Tensor } from "@wgrad/autograd";
import { tanh } from "../functional/activation.ts";
import { Module } from "../module.ts";

/** y = tanh x, elementwise; any shape. */
export class Tanh extends Module<[Tensor], Tensor> {
  forward(x: Tensor): Tensor {
    return tanh(x);
  }
}
