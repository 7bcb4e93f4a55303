import type { Tensor } from "@wgrad/autograd";
import { Linear, Module } from "@wgrad/nn";

/** The logit of a tumour being benign, x·w + b. x: [rows, features], standardised → [rows]. */
export class Diagnosis extends Module {
  linear: Linear;

  constructor(features: number) {
    super();
    this.linear = new Linear(features, 1);
  }

  override forward(x: Tensor): Tensor {
    return this.linear(x).squeeze(1);
  }
}
