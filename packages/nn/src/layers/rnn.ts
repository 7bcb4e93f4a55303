import { relu, type Tensor, tanh, where } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { Cell } from "../functional/recurrence.ts";
import { PackedSequence } from "../utils/packed-sequence.ts";
import { Recurrent, type RecurrentOptions, type SequenceOptions } from "./recurrent.ts";

/** The activation of an RNN. */
export type Nonlinearity = "tanh" | "relu";

/** Settings of RNN. */
export interface RNNOptions extends RecurrentOptions {
  /** "tanh" (default) or "relu". */
  readonly nonlinearity?: Nonlinearity;
}

/** The step h' = f(x Wᵢₕᵀ + bᵢₕ + h Wₕₕᵀ + bₕₕ). */
export function rnnCell(nonlinearity: Nonlinearity): Cell {
  const activation = { tanh, relu }[nonlinearity];
  return {
    gates: 1,
    step: (x, h) => ({ states: [activation(x.add(h))], kept: [] }),
    grad([d], _kept, _before, [after]) {
      const h = after as Tensor;
      const gate =
        nonlinearity === "relu" ? where(h.gt(0), d, 0) : d.mul(h.square().mul(-1).add(1));
      return { gates: [gate], states: [null] };
    },
  };
}

/** The calls of an RNN: with a packed sequence or a tensor. */
export interface RNN {
  (x: PackedSequence, h?: Tensor | null): [PackedSequence, Tensor];
  (x: Tensor, h?: Tensor | null, options?: SequenceOptions): [Tensor, Tensor];
}
/**
 * Elman's recurrent network.  h' = tanh(x Wᵢₕᵀ + bᵢₕ + h Wₕₕᵀ + bₕₕ) at every time step, in stacked
 * layers. x: [T, B, I] ([B, T, I] with `batchFirst`, [T, I] without a batch); h:
 * [layers·directions, B, H], default zeros → [output [T, B, directions·H], h after the last step].
 * Elman 1990.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: adds an overload of the call, as every module does
export class RNN extends Recurrent<
  [x: Tensor, h?: Tensor | null, options?: SequenceOptions],
  [Tensor, Tensor]
> {
  readonly nonlinearity: Nonlinearity;

  constructor(inputSize: number, hiddenSize: number, settings: RNNOptions = {}) {
    checkCall(
      'new RNN(inputSize: number, hiddenSize: number, { numLayers: number, nonlinearity: "tanh" | "relu", bias: boolean, batchFirst: boolean, dropout: number, bidirectional: boolean })',
      arguments,
    );
    const { nonlinearity = "tanh", ...options } = settings;
    super(1, inputSize, hiddenSize, options);
    this.nonlinearity = nonlinearity;
  }

  forward(x: PackedSequence, h?: Tensor | null): [PackedSequence, Tensor];
  forward(x: Tensor, h?: Tensor | null, options?: SequenceOptions): [Tensor, Tensor];
  forward(
    x: Tensor | PackedSequence,
    h: Tensor | null = null,
    options: SequenceOptions = {},
  ): [Tensor | PackedSequence, Tensor] {
    checkCall("rnn(x: any, h?, { lengths })", arguments);
    if (x instanceof PackedSequence)
      return this.packed(x, (padded, own) => this.forward(padded, h, own));
    const cell = rnnCell(this.nonlinearity);
    const [out, [end]] = this.run(x, h === null ? null : [h], [this.hiddenSize], cell, options);
    return [out, end as Tensor];
  }
}
