import { noGrad } from "@wgrad/autograd";
import { type AnyModule, Embedding, init, Linear } from "@wgrad/nn";

/**
 * The initial values of transformers: weights of linear layers and embeddings are normal with this
 * standard deviation, biases and padding are 0. They are lazy, so a value from a file replaces them
 * before they are computed.
 */
export function initialize(model: AnyModule, deviation: number): void {
  noGrad(() => {
    for (const module of model.modules()) {
      const isConv1D = module.constructor.name === "Conv1D";
      if (!(module instanceof Linear || module instanceof Embedding || isConv1D)) continue;
      const { weight, bias = null } = module as unknown as Partial<Linear>;
      init.normal_(weight as Linear["weight"], { std: deviation });
      if (bias !== null) bias.zero_();
      if (module instanceof Embedding && module.paddingIdx !== null)
        module.weight.select(0, module.paddingIdx).zero_();
    }
  });
}
