import {
  ArgumentError,
  arange,
  cat,
  dropout,
  linear,
  ShapeError,
  stack,
  type Tensor,
  tensor,
  where,
  zeros,
} from "@wgrad/autograd";
import { asResult } from "@wgrad/autograd/plugin";
import { registerFields } from "../fields.ts";
import { type Cell, recurrence } from "../functional/recurrence.ts";
import { Module } from "../module.ts";
import { type Parameter, parameter } from "../parameter.ts";
import { pythonFloat } from "../print.ts";
import {
  type PackedSequence,
  packPaddedSequence,
  padPackedSequence,
} from "../utils/packed-sequence.ts";

/** Settings of recurrent layers. */
export interface RecurrentOptions {
  /** Number of stacked layers (default 1). */
  readonly numLayers?: number;
  /** Adds learned biases (default true). */
  readonly bias?: boolean;
  /** Input and output are [B, T, …] instead of [T, B, …]; states stay [layers, B, …]. */
  readonly batchFirst?: boolean;
  /** Probability that an output of a layer below the last is dropped in training. */
  readonly dropout?: number;
  /**
   * Adds a pass from the end to the start, whose outputs are concatenated with those of the first.
   */
  readonly bidirectional?: boolean;
}

/** Settings of a call of a recurrent layer. */
export interface SequenceOptions {
  /**
   * Number of valid steps of each sequence, [B], from 0 to T; later steps are padding. Like a
   * packed sequence in PyTorch: outputs at padding are 0, the final state is that of the last valid
   * step, and the reverse direction starts there.
   */
  readonly lengths?: readonly number[] | Tensor;
}

/** The weights of one layer in one direction. */
export interface Weights {
  readonly weightIh: Parameter;
  readonly weightHh: Parameter;
  readonly biasIh: Parameter | null;
  readonly biasHh: Parameter | null;
  readonly weightHr: Parameter | null;
}

/**
 * Makes weights under PyTorch's names, initialised uniformly on ±1/√hidden. The weights of all
 * `gates` form one matrix.
 */
export function drawWeights(
  target: object,
  suffix: string,
  sizes: {
    readonly gates: number;
    readonly input: number;
    readonly hidden: number;
    readonly proj: number;
    readonly bias: boolean;
  },
): void {
  const { gates, input, hidden, proj, bias } = sizes;
  const bound = 1 / Math.sqrt(hidden);
  const draw = (shape: number[]): Parameter => parameter(zeros(shape).uniform_(-bound, bound));
  const fields = target as Record<string, Parameter | null>;
  const width = proj > 0 ? proj : hidden;
  fields[`weightIh${suffix}`] = draw([gates * hidden, input]);
  fields[`weightHh${suffix}`] = draw([gates * hidden, width]);
  fields[`biasIh${suffix}`] = bias ? draw([gates * hidden]) : null;
  fields[`biasHh${suffix}`] = bias ? draw([gates * hidden]) : null;
  if (proj > 0) fields[`weightHr${suffix}`] = draw([proj, hidden]);
  registerFields(target);
}

/** The weights that `drawWeights` made. */
export function weightsOf(target: object, suffix: string): Weights {
  const fields = target as Record<string, Parameter | null | undefined>;
  return {
    weightIh: fields[`weightIh${suffix}`] as Parameter,
    weightHh: fields[`weightHh${suffix}`] as Parameter,
    biasIh: fields[`biasIh${suffix}`] ?? null,
    biasHh: fields[`biasHh${suffix}`] ?? null,
    weightHr: fields[`weightHr${suffix}`] ?? null,
  };
}

/**
 * The base of RNN, LSTM and GRU: stacked layers, each over all time steps, in one direction or
 * both. One product computes the input's contribution to the gates for all steps; each step adds
 * the contribution of the state.
 */
export abstract class Recurrent<In extends unknown[], Out> extends Module<In, Out> {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly bias: boolean;
  readonly batchFirst: boolean;
  readonly dropout: number;
  readonly bidirectional: boolean;
  readonly projSize: number;

  constructor(
    gates: number,
    inputSize: number,
    hiddenSize: number,
    options: RecurrentOptions & { readonly projSize?: number },
  ) {
    super();
    const { numLayers = 1, projSize = 0, dropout: drop = 0 } = options;
    checkSizes(this.constructor.name, inputSize, hiddenSize, numLayers, projSize, drop);
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.numLayers = numLayers;
    this.bias = options.bias ?? true;
    this.batchFirst = options.batchFirst ?? false;
    this.dropout = drop;
    this.bidirectional = options.bidirectional ?? false;
    this.projSize = projSize;
    const directions = this.suffixes(0).length;
    for (let layer = 0; layer < numLayers; layer++) {
      const input = layer === 0 ? inputSize : this.outputSize * directions;
      for (const suffix of this.suffixes(layer)) {
        const sizes = { gates, input, hidden: hiddenSize, proj: projSize, bias: this.bias };
        drawWeights(this, suffix, sizes);
      }
    }
  }

  /** Number of output features of one direction. */
  protected get outputSize(): number {
    return this.projSize > 0 ? this.projSize : this.hiddenSize;
  }

  /** Suffixes of a layer's weight names, one for each direction. */
  protected suffixes(layer: number): string[] {
    return this.bidirectional ? [`L${layer}`, `L${layer}Reverse`] : [`L${layer}`];
  }

  /**
   * Runs all layers. x: [T, B, I] ([B, T, I] with `batchFirst`, [T, I] without a batch); `widths`:
   * features of each state; `initial`: initial states, default zeros; `lengths`: valid steps of
   * each sequence. → [output, states after the last step]
   */
  protected run(
    x: Tensor,
    initial: readonly Tensor[] | null,
    widths: readonly number[],
    cell: Cell,
    { lengths }: SequenceOptions = {},
  ): [Tensor, Tensor[]] {
    const rank = x.shape.length;
    const call = this.constructor.name;
    if ((rank !== 2 && rank !== 3) || x.shape.at(-1) !== this.inputSize) {
      throw new ShapeError(
        `${call}: needs an input ${this.batchFirst ? "[B, T, I]" : "[T, B, I]"} or [T, I] with I = ${this.inputSize}` +
          `\n  input: [${x.shape.join(", ")}]`,
      );
    }
    const timed = rank === 2 ? x.unsqueeze(1) : this.batchFirst ? x.transpose(0, 1) : x;
    if (timed.shape[0] === 0) {
      throw new ShapeError(`${call}: the sequence has no steps\n  input: [${x.shape.join(", ")}]`);
    }
    const batch = timed.shape[1] as number;
    const count = this.numLayers * this.suffixes(0).length;
    const states = widths.map((width, i) => {
      const given = initial?.[i];
      if (given === undefined) return zeros([count, batch, width], { dtype: x.dtype, device: x });
      const shape = rank === 2 ? [count, width] : [count, batch, width];
      if (String(given.shape) !== String(shape)) {
        throw new ShapeError(
          `${call}: a state must have shape [${shape.join(", ")}]\n  state: [${given.shape.join(", ")}]`,
        );
      }
      return rank === 2 ? given.unsqueeze(1) : given;
    });
    const counts = lengths === undefined ? null : countingSteps(call, x, timed, lengths);
    // padding may be NaN, which must not reach the gradients of the weights
    let y = counts === null ? timed : where(counts, timed, 0);
    const ends: Tensor[][] = widths.map(() => []);
    for (let layer = 0; layer < this.numLayers; layer++) {
      const below = y;
      const sides = this.suffixes(layer).map((suffix, d) => {
        const at = layer * (this.bidirectional ? 2 : 1) + d;
        const start = states.map((state) => state.select(0, at));
        const [out, end] = overTime(below, start, weightsOf(this, suffix), cell, d === 1, counts);
        for (const [i, state] of end.entries()) ends[i]?.push(state);
        return out;
      });
      y = sides.length === 1 ? (sides[0] as Tensor) : cat(sides, -1);
      if (layer < this.numLayers - 1) y = dropout(y, { p: this.dropout, training: this.training });
    }
    const out = rank === 2 ? y.squeeze(1) : this.batchFirst ? y.transpose(0, 1) : y;
    const last = ends.map((all) => stack(all, 0)); // a copy: the output keeps its last step
    return [asResult(out), rank === 2 ? last.map((state) => asResult(state.squeeze(1))) : last];
  }

  /**
   * `forward` of a packed sequence: pads it, runs the layers with its lengths, and packs the
   * result.
   */
  protected packed<State>(
    sequence: PackedSequence,
    run: (x: Tensor, options: SequenceOptions) => [Tensor, State],
  ): [PackedSequence, State] {
    const { lengths } = sequence;
    const { batchFirst } = this;
    const [padded] = padPackedSequence(sequence, { batchFirst });
    const [out, state] = run(padded, { lengths });
    const enforceSorted = sequence.sortedIndices === null;
    return [packPaddedSequence(out, lengths, { batchFirst, enforceSorted }), state];
  }

  override extraRepr(): string {
    const parts = [`${this.inputSize}, ${this.hiddenSize}`];
    if (this.projSize !== 0) parts.push(`proj_size=${this.projSize}`);
    if (this.numLayers !== 1) parts.push(`num_layers=${this.numLayers}`);
    if (!this.bias) parts.push("bias=False");
    if (this.batchFirst) parts.push("batch_first=True");
    if (this.dropout !== 0) parts.push(`dropout=${pythonFloat(this.dropout)}`);
    if (this.bidirectional) parts.push("bidirectional=True");
    return parts.join(", ");
  }
}

/** Whether a step of a sequence is valid: [T, B, 1]. */
function countingSteps(
  call: string,
  x: Tensor,
  timed: Tensor,
  lengths: readonly number[] | Tensor,
): Tensor {
  const [steps, batch] = timed.shape as readonly [number, number];
  const shape = "shape" in lengths ? lengths.shape : [lengths.length];
  if (x.shape.length === 2 || String(shape) !== String([batch])) {
    throw new ShapeError(
      `${call}: needs one length for each sequence of the batch\n  input: [${x.shape.join(", ")}]` +
        `\n  lengths: [${shape.join(", ")}]`,
    );
  }
  const times = arange(steps, { dtype: "i32" }).unsqueeze(1);
  if ("shape" in lengths) return times.lt(lengths).unsqueeze(-1);
  for (const length of lengths) {
    if (Number.isInteger(length) && length >= 0 && length <= steps) continue;
    throw new ArgumentError(
      `${call}: a length is ${length}\n  hint: whole numbers, 0 to ${steps} (the time steps of the input)`,
    );
  }
  return times.lt(tensor(lengths, { dtype: "i32" })).unsqueeze(-1);
}

/**
 * One layer in one direction. x: [T, B, I] → [T, B, H] and the final states; `counts`: [T, B, 1].
 */
function overTime(
  x: Tensor,
  start: readonly Tensor[],
  weights: Weights,
  cell: Cell,
  reverse: boolean,
  counts: Tensor | null,
): [Tensor, readonly Tensor[]] {
  const inputs = linear(x, weights.weightIh, weights.biasIh);
  if (weights.weightHr !== null)
    return projectedOverTime(inputs, start, weights, cell, reverse, counts);
  const length = x.shape[0] as number;
  const along = (all: Tensor): Tensor => (reverse ? all.flip(0) : all);
  const steps = counts === null ? null : along(counts);
  const [hidden, ...others] = recurrence(cell, along(inputs), start, weights, steps) as [
    Tensor,
    ...Tensor[],
  ];
  const out = along(hidden.narrow(0, 1, length));
  return [counts === null ? out : where(counts, out, 0), [hidden.select(0, length), ...others]];
}

/** One layer with projected hidden states, step by step. */
function projectedOverTime(
  inputs: Tensor,
  start: readonly Tensor[],
  { weightHh, biasHh, weightHr }: Weights,
  cell: Cell,
  reverse: boolean,
  counts: Tensor | null,
): [Tensor, readonly Tensor[]] {
  const length = inputs.shape[0] as number;
  let states = start;
  const outputs: Tensor[] = [];
  for (let i = 0; i < length; i++) {
    const t = reverse ? length - 1 - i : i;
    const before = states;
    const contribution = linear(before[0] as Tensor, weightHh, biasHh);
    const [h, ...others] = cell.step(inputs.select(0, t), contribution, before).states;
    states = [linear(h as Tensor, weightHr as Tensor), ...others];
    outputs[t] = states[0] as Tensor;
    if (counts === null) continue;
    const here = counts.select(0, t);
    states = states.map((state, n) => where(here, state, before[n] as Tensor));
  }
  const out = stack(outputs, 0);
  return [counts === null ? out : where(counts, out, 0), states];
}

function checkSizes(
  call: string,
  inputSize: number,
  hiddenSize: number,
  numLayers: number,
  projSize: number,
  drop: number,
): void {
  const whole = (size: number): boolean => Number.isInteger(size) && size > 0;
  if (!whole(inputSize) || !whole(hiddenSize) || !whole(numLayers)) {
    throw new ArgumentError(
      `${call}: inputSize is ${inputSize}, hiddenSize is ${hiddenSize}, numLayers is ${numLayers}` +
        "\n  hint: whole numbers, 1 or more",
    );
  }
  if (!(projSize >= 0 && projSize < hiddenSize)) {
    throw new ArgumentError(
      `${call}: projSize is ${projSize}\n  hint: 0, or less than hiddenSize (${hiddenSize})`,
    );
  }
  if (!(drop >= 0 && drop <= 1)) {
    throw new ArgumentError(`${call}: dropout is ${drop}\n  hint: from 0 to 1`);
  }
}
