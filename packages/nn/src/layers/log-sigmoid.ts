import type { Tensor } from "@wgrad/autograd";
import { logsigmoid } from "../functional.ts";
import { Module } from "../module.ts";

/** y = log σ(x), elementwise, without overflow; any shape. */
export class LogSigmoid extends Module<[Tensor], Tensor> {
  forward(x: Tensor): Tensor {
    return logsigmoid(x);
  }
}
