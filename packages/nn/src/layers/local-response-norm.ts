import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { type LocalResponseNormOptions, localResponseNorm } from "../functional.ts";
import { Module } from "../module.ts";
import { pythonFloat } from "../print.ts";
import { positive } from "./sizes.ts";

/**
 * y = x / (k + α · mean x²)^β with the mean over `size` neighbouring channels. x: [N, C, …].
 * Krizhevsky, Sutskever & Hinton 2012.
 */
export class LocalResponseNorm extends Module<[Tensor], Tensor> {
  readonly size: number;
  readonly options: Required<LocalResponseNormOptions>;

  constructor(size: number, options: LocalResponseNormOptions = {}) {
    checkCall(
      "new LocalResponseNorm(size: number, { alpha: number, beta: number, k: number })",
      arguments,
    );
    const { alpha = 1e-4, beta = 0.75, k = 1 } = options;
    super();
    positive("LocalResponseNorm", { size });
    this.size = size;
    this.options = { alpha, beta, k };
  }

  forward(x: Tensor): Tensor {
    return localResponseNorm(x, this.size, this.options);
  }

  override extraRepr(): string {
    const { alpha, beta, k } = this.options;
    return `${this.size}, alpha=${pythonFloat(alpha)}, beta=${pythonFloat(beta)}, k=${pythonFloat(k)}`;
  }
}
