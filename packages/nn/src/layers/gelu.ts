import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { type GeluOptions, gelu } from "../functional.ts";
import { Module } from "../module.ts";
import { pythonValue } from "../print.ts";

/**
 * y = x Φ(x), with Φ the distribution function of the standard normal distribution. `approximate:
 * "tanh"` computes 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))). Elementwise; any shape.  Hendrycks &
 * Gimpel 2016.
 */
export class GELU extends Module<[Tensor], Tensor> {
  readonly approximate: "none" | "tanh";

  constructor(options: GeluOptions = {}) {
    checkCall('new GELU({ approximate: "none" | "tanh" })', arguments);
    const { approximate = "none" } = options;
    super();
    this.approximate = approximate;
  }

  forward(x: Tensor): Tensor {
    return gelu(x, { approximate: this.approximate });
  }

  override extraRepr(): string {
    return `approximate=${pythonValue(this.approximate)}`;
  }
}
