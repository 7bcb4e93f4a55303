import type { Tensor } from "@wgrad/autograd";
import { mish } from "../functional.ts";
import { Module } from "../module.ts";

/** y = x tanh(softplus(x)), elementwise; any shape.  Misra 2019. */
export class Mish extends Module<[Tensor], Tensor> {
  forward(x: Tensor): Tensor {
    return mish(x);
  }
}
