import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { glu } from "../functional.ts";
import { Module } from "../module.ts";

/** Settings of GLU. */
export interface GLUOptions {
  /** The dimension that is split into halves (default -1). */
  readonly dim?: number;
}

/** y = a σ(b), with a and b the halves of x along `dim`.  Dauphin et al. 2016. */
export class GLU extends Module<[Tensor], Tensor> {
  readonly dim: number;

  constructor(options: GLUOptions = {}) {
    checkCall("new GLU({ dim: number })", arguments);
    const { dim = -1 } = options;
    super();
    this.dim = dim;
  }

  forward(x: Tensor): Tensor {
    return glu(x, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}
