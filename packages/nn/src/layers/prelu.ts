import { full, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { registerFields } from "../fields.ts";
import { prelu } from "../functional.ts";
import { Module } from "../module.ts";
import { type Parameter, parameter } from "../parameter.ts";
import { positive } from "./sizes.ts";

/** Settings of PReLU. */
export interface PReLUOptions {
  /** Initial value of the slopes (default 0.25). */
  readonly init?: number;
}

/**
 * y = x for x > 0, else w x, with learned slopes w: [numParameters]; one for all channels or one
 * for each (dimension 1). He et al. 2015.
 */
export class PReLU extends Module<[Tensor], Tensor> {
  weight: Parameter;

  constructor(numParameters = 1, options: PReLUOptions = {}) {
    checkCall("new PReLU(numParameters?: number, { init: number })", arguments);
    const { init = 0.25 } = options;
    super();
    positive("PReLU", { numParameters });
    this.weight = parameter(full([numParameters], init));
    registerFields(this);
  }

  forward(x: Tensor): Tensor {
    return prelu(x, this.weight);
  }

  override extraRepr(): string {
    return `num_parameters=${this.weight.shape[0]}`;
  }
}
