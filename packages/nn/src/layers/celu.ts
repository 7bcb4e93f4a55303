import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { type CeluOptions, celu } from "../functional.ts";
import { Module } from "../module.ts";
import { pythonFloat } from "../print.ts";

/** y = max(0, x) + min(0, α (e^(x/α) − 1)), elementwise; any shape.  Barron 2017. */
export class CELU extends Module<[Tensor], Tensor> {
  readonly alpha: number;

  constructor(options: CeluOptions = {}) {
    checkCall("new CELU({ alpha: number })", arguments);
    const { alpha = 1 } = options;
    super();
    this.alpha = alpha;
  }

  forward(x: Tensor): Tensor {
    return celu(x, { alpha: this.alpha });
  }

  override extraRepr(): string {
    return `alpha=${pythonFloat(this.alpha)}`;
  }
}
