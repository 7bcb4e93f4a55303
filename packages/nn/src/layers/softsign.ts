import type { Tensor } from "@wgrad/autograd";
import { softsign } from "../functional.ts";
import { Module } from "../module.ts";

/** y = x / (1 + |x|), elementwise; any shape. */
export class Softsign extends Module<[Tensor], Tensor> {
  forward(x: Tensor): Tensor {
    return softsign(x);
  }
}
