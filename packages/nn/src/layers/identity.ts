import type { Tensor } from "@wgrad/autograd";
import { Module } from "../module.ts";

/** y = x: a place in a model where nothing happens yet. */
export class Identity extends Module<[Tensor], Tensor> {
  forward(x: Tensor): Tensor {
    return x;
  }
}
