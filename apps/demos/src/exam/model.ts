import type { Tensor } from "@wgrad/autograd";
import { Linear, Module } from "@wgrad/nn";

/** P(yes) = σ(x·w + b). x: [rows, features] → [rows, 1]. */
export class Logistic extends Module {
  linear: Linear;

  constructor(features: number) {
    super();
    this.linear = new Linear(features, 1);
  }

  override forward(x: Tensor): Tensor {
    return this.linear(x).sigmoid();
  }
}
