import type { Tensor } from "@wgrad/autograd";
import { silu } from "../functional.ts";
import { Module } from "../module.ts";

/** y = x σ(x), elementwise; any shape.  Also called swish. */
export class SiLU extends Module<[Tensor], Tensor> {
  forward(x: Tensor): Tensor {
    return silu(x);
  }
}
