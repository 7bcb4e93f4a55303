import type { Tensor } from "@wgrad/autograd";
import { sigmoid } from "../functional/activation.ts";
import { Module } from "../module.ts";

/** y = σ(x) = 1 / (1 + e⁻ˣ), elementwise; any shape. */
export class Sigmoid extends Module<[Tensor], Tensor> {
  forward(x: Tensor): Tensor {
    return sigmoid(x);
  }
}
