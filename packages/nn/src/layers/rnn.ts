import { ArgumentError, linear, relu, type Tensor, tanh } from "@wgrad/autograd";
import { Recurrent, type RecurrentOptions, type SequenceOptions, type Step } from "./recurrent.ts";

/** What an RNN's step ends with. */
export type Nonlinearity = "tanh" | "relu";

/** Settings of RNN. */
export interface RNNOptions extends RecurrentOptions {
  /** "tanh" (default) or "relu". */
  readonly nonlinearity?: Nonlinearity;
}

/** The step h' = f(x Wᵢₕᵀ + bᵢₕ + h Wₕₕᵀ + bₕₕ) for what the input contributes. */
export function rnnStep(call: string, nonlinearity: Nonlinearity): Step {
  const activation = { tanh, relu }[nonlinearity];
  if (activation === undefined) {
    throw new ArgumentError(
      `${call}: unknown nonlinearity ${JSON.stringify(nonlinearity)}\n  hint: "tanh" or "relu"`,
    );
  }
  return (x, [h], { weightHh, biasHh }) => [
    activation(x.add(linear(h as Tensor, weightHh, biasHh))),
  ];
}

/**
 * Elman's recurrent network.  h' = tanh(x Wᵢₕᵀ + bᵢₕ + h Wₕₕᵀ + bₕₕ) at every time step, over the layers' depth.
 * x: [T, B, I] ([B, T, I] batch first, [T, I] without a batch); h: [layers·directions, B, H], zeros unless given
 * → [output [T, B, directions·H], h at the end].  Elman 1990.
 */
export class RNN extends Recurrent<
  [x: Tensor, h?: Tensor | null, options?: SequenceOptions],
  [Tensor, Tensor]
> {
  readonly nonlinearity: Nonlinearity;

  constructor(
    inputSize: number,
    hiddenSize: number,
    { nonlinearity = "tanh", ...options }: RNNOptions = {},
  ) {
    super(1, inputSize, hiddenSize, options);
    rnnStep("RNN", nonlinearity);
    this.nonlinearity = nonlinearity;
  }

  forward(x: Tensor, h: Tensor | null = null, options: SequenceOptions = {}): [Tensor, Tensor] {
    const step = rnnStep("RNN", this.nonlinearity);
    const [out, [end]] = this.run(x, h === null ? null : [h], [this.hiddenSize], step, options);
    return [out, end as Tensor];
  }
}
