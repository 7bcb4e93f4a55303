import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { type EluOptions, elu } from "../functional.ts";
import { Module } from "../module.ts";
import { pythonFloat } from "../print.ts";

/** y = x for x > 0, else α (eˣ − 1), elementwise; any shape.  Clevert et al. 2015. */
export class ELU extends Module<[Tensor], Tensor> {
  readonly alpha: number;

  constructor(options: EluOptions = {}) {
    checkCall("new ELU({ alpha: number })", arguments);
    const { alpha = 1 } = options;
    super();
    this.alpha = alpha;
  }

  forward(x: Tensor): Tensor {
    return elu(x, { alpha: this.alpha });
  }

  override extraRepr(): string {
    return `alpha=${pythonFloat(this.alpha)}`;
  }
}
