import type { Tensor } from "@wgrad/autograd";
import { hardsigmoid } from "../functional.ts";
import { Module } from "../module.ts";

/** y = min(max(0, x + 3), 6) / 6, elementwise; any shape. */
export class Hardsigmoid extends Module<[Tensor], Tensor> {
  forward(x: Tensor): Tensor {
    return hardsigmoid(x);
  }
}
