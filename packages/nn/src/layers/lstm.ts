import { chunk, linear, type Tensor } from "@wgrad/autograd";
import { Recurrent, type RecurrentOptions, type SequenceOptions, type Step } from "./recurrent.ts";

/** Settings of LSTM. */
export interface LSTMOptions extends RecurrentOptions {
  /** Outputs and hidden states are projected to this many features (0: not at all). */
  readonly projSize?: number;
}

/** An LSTM's state: hidden and cell. */
export type LSTMState = readonly [h: Tensor, c: Tensor];

/**
 * One step.  i, f, g, o = split₄(x Wᵢₕᵀ + bᵢₕ + h Wₕₕᵀ + bₕₕ)
 *   c' = σ(f) ⊙ c + σ(i) ⊙ tanh g        h' = σ(o) ⊙ tanh c', times Wₕᵣᵀ where there is a projection
 */
export const lstmStep: Step = (x, [h, c], { weightHh, biasHh, weightHr }) => {
  const gates = x.add(linear(h as Tensor, weightHh, biasHh));
  const [i, f, g, o] = chunk(gates, 4, -1) as [Tensor, Tensor, Tensor, Tensor];
  const cNext = f
    .sigmoid()
    .mul(c as Tensor)
    .add(i.sigmoid().mul(g.tanh()));
  const hNext = o.sigmoid().mul(cNext.tanh());
  return [weightHr === null ? hNext : linear(hNext, weightHr), cNext];
};

/**
 * Long short-term memory.  i, f, g, o = split₄(x Wᵢₕᵀ + bᵢₕ + h Wₕₕᵀ + bₕₕ), c' = σ(f) ⊙ c + σ(i) ⊙ tanh g,
 * h' = σ(o) ⊙ tanh c'.  x: [T, B, I] ([B, T, I] batch first, [T, I] without a batch); h, c: [layers·directions, B, H], zeros
 * unless given → [output [T, B, directions·H], [h, c] at the end].  Hochreiter & Schmidhuber 1997.
 */
export class LSTM extends Recurrent<
  [x: Tensor, state?: LSTMState | null, options?: SequenceOptions],
  [Tensor, LSTMState]
> {
  constructor(inputSize: number, hiddenSize: number, options: LSTMOptions = {}) {
    super(4, inputSize, hiddenSize, options);
  }

  forward(
    x: Tensor,
    state: LSTMState | null = null,
    options: SequenceOptions = {},
  ): [Tensor, LSTMState] {
    const widths = [this.outputSize, this.hiddenSize];
    const [out, [h, c]] = this.run(x, state, widths, lstmStep, options);
    return [out, [h as Tensor, c as Tensor]];
  }
}
