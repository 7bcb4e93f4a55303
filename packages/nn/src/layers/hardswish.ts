import type { Tensor } from "@wgrad/autograd";
import { hardswish } from "../functional.ts";
import { Module } from "../module.ts";

/** y = x · min(max(0, x + 3), 6) / 6, elementwise; any shape.  Howard et al. 2019. */
export class Hardswish extends Module<[Tensor], Tensor> {
  forward(x: Tensor): Tensor {
    return hardswish(x);
  }
}
