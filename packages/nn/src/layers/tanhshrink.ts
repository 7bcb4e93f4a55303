import type { Tensor } from "@wgrad/autograd";
import { tanhshrink } from "../functional.ts";
import { Module } from "../module.ts";

/** y = x − tanh x, elementwise; any shape. */
export class Tanhshrink extends Module<[Tensor], Tensor> {
  forward(x: Tensor): Tensor {
    return tanhshrink(x);
  }
}
