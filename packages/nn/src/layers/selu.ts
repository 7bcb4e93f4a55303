import type { Tensor } from "@wgrad/autograd";
import { selu } from "../functional.ts";
import { Module } from "../module.ts";

/**
 * y = λ x for x > 0, else λ α (eˣ − 1), with λ ≈ 1.0507 and α ≈ 1.6733, elementwise; any shape.
 * Klambauer et al. 2017.
 */
export class SELU extends Module<[Tensor], Tensor> {
  forward(x: Tensor): Tensor {
    return selu(x);
  }
}
