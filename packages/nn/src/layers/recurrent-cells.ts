import { linear, ShapeError, type Tensor, zeros } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { Cell } from "../functional/recurrence.ts";
import { Module } from "../module.ts";
import type { Parameter } from "../parameter.ts";
import { gruCell } from "./gru.ts";
import { type LSTMState, lstmCell } from "./lstm.ts";
import { drawWeights, weightsOf } from "./recurrent.ts";
import { type Nonlinearity, rnnCell } from "./rnn.ts";

/** Settings of a recurrent cell. */
export interface CellOptions {
  /** Adds learned biases (default true). */
  readonly bias?: boolean;
}

/** One step of a recurrent layer. Weights are initialised uniformly on ±1/√hidden. */
abstract class RecurrentCell<In extends unknown[], Out> extends Module<In, Out> {
  declare weightIh: Parameter;
  declare weightHh: Parameter;
  declare biasIh: Parameter | null;
  declare biasHh: Parameter | null;
  readonly inputSize: number;
  readonly hiddenSize: number;

  constructor(gates: number, inputSize: number, hiddenSize: number, { bias = true }: CellOptions) {
    super();
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    drawWeights(this, "", { gates, input: inputSize, hidden: hiddenSize, proj: 0, bias });
  }

  /** x: [B, I] or [I]; `count` states, [B, H] or [H], default zeros. */
  protected next(x: Tensor, given: readonly Tensor[] | null, count: number, cell: Cell): Tensor[] {
    const rank = x.shape.length;
    if ((rank !== 1 && rank !== 2) || x.shape.at(-1) !== this.inputSize) {
      throw new ShapeError(
        `${this.constructor.name}: needs an input [B, I] or [I] with I = ${this.inputSize}\n  input: [${x.shape.join(", ")}]`,
      );
    }
    const shape = [...x.shape.slice(0, -1), this.hiddenSize];
    const states = given ?? Array.from({ length: count }, () => zeros(shape, { dtype: x.dtype }));
    for (const state of states) {
      if (String(state.shape) === String(shape)) continue;
      throw new ShapeError(
        `${this.constructor.name}: a state must have shape [${shape.join(", ")}]\n  state: [${state.shape.join(", ")}]`,
      );
    }
    const weights = weightsOf(this, "");
    const { weightIh, biasIh, weightHh, biasHh } = weights;
    const hidden = linear(states[0] as Tensor, weightHh, biasHh);
    return [...cell.step(linear(x, weightIh, biasIh), hidden, states).states];
  }

  override extraRepr(): string {
    return `${this.inputSize}, ${this.hiddenSize}${this.biasIh === null ? ", bias=False" : ""}`;
  }
}

/** h' = tanh(x Wᵢₕᵀ + bᵢₕ + h Wₕₕᵀ + bₕₕ).  x: [B, I]; h: [B, H], default zeros → [B, H]. */
export class RNNCell extends RecurrentCell<[x: Tensor, h?: Tensor | null], Tensor> {
  readonly nonlinearity: Nonlinearity;

  constructor(
    inputSize: number,
    hiddenSize: number,
    settings: CellOptions & { readonly nonlinearity?: Nonlinearity } = {},
  ) {
    checkCall(
      'new RNNCell(inputSize: number, hiddenSize: number, { bias: boolean, nonlinearity: "tanh" | "relu" })',
      arguments,
    );
    const { nonlinearity = "tanh", ...options } = settings;
    super(1, inputSize, hiddenSize, options);
    this.nonlinearity = nonlinearity;
  }

  forward(x: Tensor, h: Tensor | null = null): Tensor {
    const step = rnnCell(this.nonlinearity);
    return this.next(x, h === null ? null : [h], 1, step)[0] as Tensor;
  }

  override extraRepr(): string {
    const other = this.nonlinearity === "tanh" ? "" : `, nonlinearity=${this.nonlinearity}`;
    return super.extraRepr() + other;
  }
}

/**
 * i, f, g, o = split₄(x Wᵢₕᵀ + bᵢₕ + h Wₕₕᵀ + bₕₕ), c' = σ(f) ⊙ c + σ(i) ⊙ tanh g, h' = σ(o) ⊙ tanh
 * c'. x: [B, I]; h, c: [B, H], default zeros → [h', c'].
 */
export class LSTMCell extends RecurrentCell<[x: Tensor, state?: LSTMState | null], LSTMState> {
  constructor(inputSize: number, hiddenSize: number, options: CellOptions = {}) {
    checkCall("new LSTMCell(inputSize: number, hiddenSize: number, { bias: boolean })", arguments);
    super(4, inputSize, hiddenSize, options);
  }

  forward(x: Tensor, state: LSTMState | null = null): LSTMState {
    return this.next(x, state, 2, lstmCell) as [Tensor, Tensor];
  }
}

/**
 * r, z = σ(x Wᵢᵣᵀ + bᵢᵣ + h Wₕᵣᵀ + bₕᵣ) and likewise for z, n = tanh(x Wᵢₙᵀ + bᵢₙ + r ⊙ (h Wₕₙᵀ +
 * bₕₙ)), h' = (1 − z) ⊙ n + z ⊙ h.  x: [B, I]; h: [B, H], default zeros → [B, H].
 */
export class GRUCell extends RecurrentCell<[x: Tensor, h?: Tensor | null], Tensor> {
  constructor(inputSize: number, hiddenSize: number, options: CellOptions = {}) {
    checkCall("new GRUCell(inputSize: number, hiddenSize: number, { bias: boolean })", arguments);
    super(3, inputSize, hiddenSize, options);
  }

  forward(x: Tensor, h: Tensor | null = null): Tensor {
    return this.next(x, h === null ? null : [h], 1, gruCell)[0] as Tensor;
  }
}
