import { ArgumentError, chunk, type Tensor, zerosLike } from "@wgrad/autograd";
import { checkCall, type Expr, e, elementwise, nary } from "@wgrad/autograd/plugin";
import type { Cell } from "../functional/recurrence.ts";
import { PackedSequence } from "../utils/packed-sequence.ts";
import { Recurrent, type RecurrentOptions, type SequenceOptions } from "./recurrent.ts";

/** Settings of LSTM. */
export interface LSTMOptions extends RecurrentOptions {
  /** Projects outputs and hidden states to this many features (0: no projection). */
  readonly projSize?: number;
}

/** The state of an LSTM: hidden state and cell state. */
export type LSTMState = readonly [h: Tensor, c: Tensor];

const sigmoid = (x: Expr): Expr => e.div(e.number(1, x), e.add(e.number(1, x), e.exp(e.neg(x))));
const sigmoidOf = (x: number): number => 1 / (1 + Math.exp(-x));
/** σ′ = s (1 − s), expressed by s = σ(x). */
const sigmoidDerivative = (s: Expr): Expr => e.mul(s, e.sub(e.number(1, s), s));
const tanhDerivative = (t: Expr): Expr => e.sub(e.number(1, t), e.mul(t, t));

/** c' = σ(f) c + σ(i) tanh g */
const nextCell = nary(
  elementwise({
    name: "lstmCell",
    expression: (i, f, g, c) =>
      e.add(e.mul(sigmoid(f as Expr), c as Expr), e.mul(sigmoid(i as Expr), e.tanh(g as Expr))),
    reference: (i, f, g, c) =>
      sigmoidOf(f as number) * (c as number) + sigmoidOf(i as number) * Math.tanh(g as number),
    saves: [0, 1, 2, 3],
    gradient: (dy, inputs) => {
      const [i, f, g, c] = inputs as [Tensor, Tensor, Tensor, Tensor];
      const [si, sf, t] = [i.sigmoid(), f.sigmoid(), g.tanh()];
      return [
        dy.mul(t).mul(si.sub(si.square())),
        dy.mul(c).mul(sf.sub(sf.square())),
        dy.mul(si).mul(t.square().mul(-1).add(1)),
        dy.mul(sf),
      ];
    },
  }),
);
/** h' = σ(o) tanh c' */
const nextHidden = nary(
  elementwise({
    name: "lstmHidden",
    expression: (o, c) => e.mul(sigmoid(o as Expr), e.tanh(c as Expr)),
    reference: (o, c) => sigmoidOf(o as number) * Math.tanh(c as number),
    saves: [0, 1],
    gradient: (dy, inputs) => {
      const [o, c] = inputs as [Tensor, Tensor];
      const [s, t] = [o.sigmoid(), c.tanh()];
      return [dy.mul(t).mul(s.sub(s.square())), dy.mul(s).mul(t.square().mul(-1).add(1))];
    },
  }),
);
/** dL/dc' from dL/dh' and the gradient that reaches c' from the next step. */
const cellGrad = nary(
  elementwise({
    name: "lstmCellSlope",
    expression: (dh, dc, o, c) =>
      e.add(
        dc as Expr,
        e.mul(e.mul(dh as Expr, sigmoid(o as Expr)), tanhDerivative(e.tanh(c as Expr))),
      ),
    reference: (dh, dc, o, c) =>
      (dc as number) + (dh as number) * sigmoidOf(o as number) * (1 - Math.tanh(c as number) ** 2),
  }),
);
/** d σ′(x) v: the gradient of a gate that scales v. */
const gateGrad = nary(
  elementwise({
    name: "lstmGateSlope",
    expression: (d, x, v) =>
      e.mul(e.mul(d as Expr, v as Expr), sigmoidDerivative(sigmoid(x as Expr))),
    reference: (d, x, v) =>
      (d as number) * (v as number) * sigmoidOf(x as number) * (1 - sigmoidOf(x as number)),
  }),
);
/** d σ(i) tanh′ g */
const candidateGrad = nary(
  elementwise({
    name: "lstmCandidateSlope",
    expression: (d, i, g) =>
      e.mul(e.mul(d as Expr, sigmoid(i as Expr)), tanhDerivative(e.tanh(g as Expr))),
    reference: (d, i, g) =>
      (d as number) * sigmoidOf(i as number) * (1 - Math.tanh(g as number) ** 2),
  }),
);

const split = (gates: Tensor): [Tensor, Tensor, Tensor, Tensor] =>
  chunk(gates, 4, -1) as [Tensor, Tensor, Tensor, Tensor];

/**
 * One step.  i, f, g, o = split₄(x Wᵢₕᵀ + bᵢₕ + h Wₕₕᵀ + bₕₕ)
 *   c' = σ(f) ⊙ c + σ(i) ⊙ tanh g        h' = σ(o) ⊙ tanh c'
 */
export const lstmCell: Cell = {
  gates: 4,
  step(x, h, [, c]) {
    const gates = x.add(h);
    const [i, f, g, o] = split(gates);
    const cNext = nextCell(i, f, g, c as Tensor);
    return { states: [nextHidden(o, cNext), cNext], kept: [gates] };
  },
  grad([dh, dcNext], [gates], [, c], [, cNext]) {
    const [i, f, g, o] = split(gates as Tensor);
    const dc = cellGrad(dh, dcNext ?? zerosLike(dh), o, cNext as Tensor);
    return {
      gates: [
        gateGrad(dc, i, g.tanh()),
        gateGrad(dc, f, c as Tensor),
        candidateGrad(dc, i, g),
        gateGrad(dh, o, (cNext as Tensor).tanh()),
      ],
      states: [null, dc.mul(f.sigmoid())],
    };
  },
};

/** The calls of an LSTM: with a packed sequence or a tensor. */
export interface LSTM {
  (x: PackedSequence, state?: LSTMState | null): [PackedSequence, LSTMState];
  (x: Tensor, state?: LSTMState | null, options?: SequenceOptions): [Tensor, LSTMState];
}
/**
 * Long short-term memory.  i, f, g, o = split₄(x Wᵢₕᵀ + bᵢₕ + h Wₕₕᵀ + bₕₕ), c' = σ(f) ⊙ c + σ(i) ⊙
 * tanh g, h' = σ(o) ⊙ tanh c'.  x: [T, B, I] ([B, T, I] with `batchFirst`, [T, I] without a batch);
 * h, c: [layers·directions, B, H], default zeros → [output [T, B, directions·H], [h, c] after the
 * last step]. Hochreiter & Schmidhuber 1997.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: adds an overload of the call, as every module does
export class LSTM extends Recurrent<
  [x: Tensor, state?: LSTMState | null, options?: SequenceOptions],
  [Tensor, LSTMState]
> {
  constructor(inputSize: number, hiddenSize: number, options: LSTMOptions = {}) {
    checkCall(
      "new LSTM(inputSize: number, hiddenSize: number, { numLayers: number, bias: boolean, batchFirst: boolean, dropout: number, bidirectional: boolean, projSize: number })",
      arguments,
    );
    super(4, inputSize, hiddenSize, options);
  }

  forward(x: PackedSequence, state?: LSTMState | null): [PackedSequence, LSTMState];
  forward(x: Tensor, state?: LSTMState | null, options?: SequenceOptions): [Tensor, LSTMState];
  forward(
    x: Tensor | PackedSequence,
    state: LSTMState | null = null,
    options: SequenceOptions = {},
  ): [Tensor | PackedSequence, LSTMState] {
    checkCall("lstm(x: any, state?, { lengths })", arguments);
    if (state !== null && !(Array.isArray(state) && state.length === 2)) {
      throw new ArgumentError("lstm: state must be [h, c], the hidden state and the cell state");
    }
    if (x instanceof PackedSequence)
      return this.packed(x, (padded, own) => this.forward(padded, state, own));
    const widths = [this.outputSize, this.hiddenSize];
    const [out, [h, c]] = this.run(x, state, widths, lstmCell, options);
    return [out, [h as Tensor, c as Tensor]];
  }
}
