import { linear, type Tensor, zeros } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { Module, type Parameter, parameter } from "@wgrad/nn";

/** y = x W + b.  weight: [in, out], the layout of GPT-2's files. */
export class Conv1D extends Module {
  weight: Parameter;
  bias: Parameter;

  constructor(inFeatures: number, outFeatures: number) {
    checkCall("new Conv1D(inFeatures: number, outFeatures: number)", arguments);
    super();
    this.weight = parameter(zeros([inFeatures, outFeatures]));
    this.bias = parameter(zeros([outFeatures]));
  }

  forward(x: Tensor): Tensor {
    return linear(x, this.weight.t(), this.bias);
  }
}
