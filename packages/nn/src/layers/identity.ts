import type { Tensor } from "@wgrad/autograd";
import { Module } from "../module.ts";

/** y = x: a placeholder for another layer. */
export class Identity extends Module<[Tensor], Tensor> {
  forward(x: Tensor): Tensor {
    return x;
  }
}
