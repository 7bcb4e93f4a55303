import type { Tensor } from "@wgrad/autograd";
import { functional as F, Linear, Module } from "@wgrad/nn";

/** y = (silu(x Wᵀ) ⊙ x Vᵀ) Uᵀ.  x: […, size] → […, size], with `hidden` features between.  Shazeer 2020. */
export class SwiGLU extends Module<[Tensor], Tensor> {
  gate: Linear;
  value: Linear;
  output: Linear;

  constructor(size: number, hidden: number) {
    super();
    this.gate = new Linear(size, hidden, { bias: false });
    this.value = new Linear(size, hidden, { bias: false });
    this.output = new Linear(hidden, size, { bias: false });
  }

  override forward(x: Tensor): Tensor {
    return this.output(F.silu(this.gate(x)).mul(this.value(x)));
  }
}
