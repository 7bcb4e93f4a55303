import { noGrad } from "@wgrad/autograd";
import { type AnyModule, Embedding, init, Linear } from "@wgrad/nn";
import { Conv1D } from "./conv1d.ts";

/**
 * The initial values of transformers: weights of linear layers and embeddings are normal with this
 * standard deviation, biases and padding are 0. They are lazy, so a value from a file replaces them
 * before they are computed.
 */
export function initialize(model: AnyModule, deviation: number): void {
  noGrad(() => {
    for (const module of model.modules()) {
      if (module instanceof Linear || module instanceof Conv1D) module.bias?.zero_();
      else if (!(module instanceof Embedding)) continue;
      init.normal_(module.weight, { std: deviation });
      if (module instanceof Embedding && module.paddingIdx !== null)
        module.weight.select(0, module.paddingIdx).zero_();
    }
  });
}
