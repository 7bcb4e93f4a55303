import type { Tensor } from "@wgrad/autograd";
import { Module, parameter } from "@wgrad/nn";
import { SGD } from "@wgrad/optim";
import type { Net } from "../../packages/autograd/test/laws/world.ts";

/** y = tanh(x ⊙ W) ⊙ V. */
class TanhNet extends Module {
  W: Tensor;
  V: Tensor;
  constructor(W: Tensor, V: Tensor) {
    super();
    this.W = parameter(W);
    this.V = parameter(V);
  }
  forward(x: Tensor): Tensor {
    return x.mul(this.W).tanh().mul(this.V);
  }
}

/** The network of the programs: a module, trained by SGD. */
export function realNet(W: Tensor, V: Tensor): Net {
  const model = new TanhNet(W, V);
  const optimizer = new SGD(model.parameters(), { lr: 0.1 });
  return {
    parameters: model.parameters(),
    call: (x) => model(x),
    zeroGrad: () => optimizer.zeroGrad(),
    step(lr) {
      for (const group of optimizer.paramGroups) group.lr = lr;
      optimizer.step();
    },
    learn(loss, lr = 0.1) {
      this.zeroGrad();
      loss.backward();
      this.step(lr);
    },
    get values() {
      return this.parameters.map((p) => p.detach());
    },
  };
}
