import type { Tensor } from "@wgrad/autograd";
import { Module } from "../module.ts";

/** y = σ(x) = 1 / (1 + e⁻ˣ), elementwise; any shape. */
export class Sigmoid extends Module<[Tensor], Tensor> {
  forward(x: Tensor): Tensor {
    return x.sigmoid();
  }
}
