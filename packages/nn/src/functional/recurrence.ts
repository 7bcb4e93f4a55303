import {
  Function as Differentiable,
  type FunctionContext,
  isGradEnabled,
  linear,
  matmul,
  type Tensor,
  where,
  zeros,
} from "@wgrad/autograd";
import { assemble, recomputedVjp } from "@wgrad/autograd/plugin";

/**
 * One step of a recurrent layer and its gradient. H: features of a state; G: number of gates, of H
 * features each.
 */
export interface Cell {
  readonly gates: number;
  /**
   * The states [B, H] after a step, hidden state first. x and h are the contributions of the input
   * and of the hidden state to the gates: [B, G·H]. `kept` is saved for the gradient.
   */
  readonly step: (x: Tensor, h: Tensor, states: readonly Tensor[]) => Stepped;
  /** Gradients of a step, from the gradients of the states after it (null: none). */
  readonly grad: (
    gradients: readonly [Tensor, ...(Tensor | null)[]],
    kept: readonly Tensor[],
    before: readonly Tensor[],
    after: readonly Tensor[],
  ) => StepGradient;
}

/** The states after a step, and the tensors that its gradient reads. */
export interface Stepped {
  readonly states: readonly Tensor[];
  readonly kept: readonly Tensor[];
}

/** Gradients of a step. */
export interface StepGradient {
  /**
   * Gradients of the gates, [B, H] each: G gradients of the hidden state's contribution. If the
   * input's contribution has other gradients, these come first, for the last gates.
   */
  readonly gates: readonly Tensor[];
  /**
   * Gradients of the states before the step, without the part that flows through the gates; null if
   * there is none.
   */
  readonly states: readonly (Tensor | null)[];
}

/** Gradients that a layer sums over its steps: of the hidden weights [G·H, H] and bias [G·H]. */
interface Weights {
  readonly weightHh: Tensor;
  readonly biasHh: Tensor | null;
}

/**
 * All steps of a layer as one operation. x: [T, B, G·H], the contribution of the input; states: [B,
 * H]; counts: whether a step counts for a sequence, [T, B, 1] → [the hidden states [T + 1, B, H],
 * including the first, and the last of each other state [B, H]]. In the backward, a step is one
 * product and one elementwise kernel; the gradient of the weights is one product over all steps.
 */
export function recurrence(
  cell: Cell,
  x: Tensor,
  states: readonly Tensor[],
  weights: Weights,
  counts: Tensor | null,
): Tensor[] {
  const { weightHh, biasHh } = weights;
  const bias = biasHh === null ? [] : [biasHh];
  return Recurrence.apply(cell, counts, x, weightHh, ...states, ...bias) as Tensor[];
}

interface SavedContext extends FunctionContext {
  cell: Cell;
  counts: Tensor | null;
  /** number of saved tensors of each step */
  sizes: number[];
  states: number;
}

class Recurrence extends Differentiable {
  static override forward(
    ctx: FunctionContext,
    cell: Cell,
    counts: Tensor | null,
    x: Tensor,
    weightHh: Tensor,
    ...rest: Tensor[]
  ): readonly Tensor[] {
    const count = rest.length - (rest.length > 0 && isBias(rest.at(-1) as Tensor) ? 1 : 0);
    const first = rest.slice(0, count);
    const bias = rest[count] ?? null;
    const [length, batch] = x.shape as [number, number, number];
    const features = weightHh.shape[1] as number;
    const size = batch * features;
    const strides = [features, 1];
    let states: readonly Tensor[] = first;
    let hidden = assemble(
      [length + 1, batch, features],
      [{ value: states[0] as Tensor, strides, offset: 0 }],
    );
    const kept: Tensor[][] = [];
    const others: (readonly Tensor[])[] = [states.slice(1)];
    for (let t = 0; t < length; t++) {
      const before = [hidden.select(0, t), ...states.slice(1)];
      const contribution = linear(before[0] as Tensor, weightHh, bias);
      const stepped = cell.step(x.select(0, t), contribution, before);
      states = keepPaddedStates(stepped.states, before, counts, t);
      hidden = assemble(hidden, [{ value: states[0] as Tensor, strides, offset: (t + 1) * size }]);
      kept.push([...stepped.kept]);
      others.push(states.slice(1));
    }
    Object.assign(ctx as SavedContext, {
      cell,
      counts,
      sizes: kept.map((all) => all.length),
      states: first.length,
    });
    ctx.saveForBackward(x, weightHh, ...rest, hidden, ...kept.flat(), ...others.flat());
    return [hidden, ...states.slice(1)];
  }

  static override backward(ctx: FunctionContext, ...gradients: Tensor[]): (Tensor | null)[] {
    const { cell, counts, states } = ctx as SavedContext;
    const saved = ctx.savedTensors;
    const [x, weightHh] = saved as [Tensor, Tensor];
    const first = saved.slice(2, 2 + states);
    const bias = isBias(saved[2 + states] as Tensor) ? (saved[2 + states] as Tensor) : null;
    const operands = [x, weightHh, ...first, ...(bias === null ? [] : [bias])];
    if (isGradEnabled()) {
      const again = (...all: Tensor[]) => stepByStep(cell, counts, all, states);
      return [null, null, ...recomputedVjp(again, operands, gradients)];
    }
    return [
      null,
      null,
      ...backwardSteps(ctx as SavedContext, saved.slice(operands.length), operands, gradients),
    ];
  }
}

/** A bias has one dimension, a state has two. */
const isBias = ({ shape }: Tensor): boolean => shape.length === 1;

/** Keeps the previous states where a step does not count. */
function keepPaddedStates(
  after: readonly Tensor[],
  before: readonly Tensor[],
  counts: Tensor | null,
  t: number,
): readonly Tensor[] {
  if (counts === null) return after;
  const here = counts.select(0, t);
  return after.map((state, i) => where(here, state, before[i] as Tensor));
}

/** The same computation, one operation a step: for second derivatives. */
function stepByStep(
  cell: Cell,
  counts: Tensor | null,
  [x, weightHh, ...rest]: readonly Tensor[],
  count: number,
): Tensor[] {
  const bias = rest[count] ?? null;
  let states: readonly Tensor[] = rest.slice(0, count);
  const hidden = [states[0] as Tensor];
  const length = (x as Tensor).shape[0] as number;
  for (let t = 0; t < length; t++) {
    const contribution = linear(states[0] as Tensor, weightHh as Tensor, bias);
    const stepped = cell.step((x as Tensor).select(0, t), contribution, states);
    states = keepPaddedStates(stepped.states, states, counts, t);
    hidden.push(states[0] as Tensor);
  }
  const { shape } = hidden[0] as Tensor;
  const size = (shape[0] as number) * (shape[1] as number);
  const strides = [shape[1] as number, 1];
  const parts = hidden.map((value, t) => ({ value, strides, offset: t * size }));
  return [assemble([length + 1, ...shape], parts), ...states.slice(1)];
}

function backwardSteps(
  { cell, counts, sizes, states: count, needsInputGrad }: SavedContext,
  saved: readonly Tensor[],
  [x, weightHh, ...rest]: readonly Tensor[],
  [dHidden, ...dLast]: readonly Tensor[],
): (Tensor | null)[] {
  const [hidden, ...values] = saved as [Tensor, ...Tensor[]];
  const [length, batch, width] = (x as Tensor).shape as [number, number, number];
  const features = (weightHh as Tensor).shape[1] as number;
  const keptCount = sizes.reduce((sum, size) => sum + size, 0);
  const others = (t: number) =>
    values.slice(keptCount + t * (count - 1), keptCount + (t + 1) * (count - 1));
  const statesAt = (t: number): Tensor[] => [hidden.select(0, t), ...others(t)];

  let at = keptCount;
  let all: Tensor | null = null;
  let next: (Tensor | null)[] = [(dHidden as Tensor).select(0, length), ...dLast];
  let extra = 0;
  for (let t = length - 1; t >= 0; t--) {
    at -= sizes[t] as number;
    const here = counts?.select(0, t) ?? null;
    const arriving = next.map((d) => (d === null || here === null ? d : where(here, d, 0)));
    const { gates, states } = cell.grad(
      arriving as [Tensor, ...(Tensor | null)[]],
      values.slice(at, at + (sizes[t] as number)),
      statesAt(t),
      statesAt(t + 1),
    );
    extra = gates.length - cell.gates;
    const row = gates.length * features;
    const parts = gates.map((value, g) => ({
      value,
      strides: [row, 1],
      offset: t * batch * row + g * features,
    }));
    all = assemble(all ?? [length, batch, row], parts);
    const through = matmul(all.select(0, t).narrow(1, extra * features, width), weightHh as Tensor);
    const passing = next.map((d) => (d === null || here === null ? null : where(here, 0, d)));
    next = passing.map((passed, i) => {
      const own = states[i] ?? null;
      const parts = [passed, own, ...(i === 0 ? [through, (dHidden as Tensor).select(0, t)] : [])];
      const present = parts.filter((part): part is Tensor => part !== null);
      return present.length === 0 ? null : present.reduce((a, b) => a.add(b));
    });
  }
  const gates = all ?? zeros([length, batch, width]);
  const recurrent = gates.narrow(2, extra * features, width);
  const dx =
    extra === 0
      ? gates
      : assemble((x as Tensor).shape, [
          {
            value: gates.narrow(2, extra * features, width - extra * features),
            strides: [batch * width, width, 1],
            offset: 0,
          },
          {
            value: gates.narrow(2, 0, extra * features),
            strides: [batch * width, width, 1],
            offset: width - extra * features,
          },
        ]);
  const before = hidden.narrow(0, 0, length).reshape([length * batch, features]);
  const flat = recurrent.reshape([length * batch, width]);
  const [, , , needsWeight] = needsInputGrad;
  return [
    dx,
    needsWeight === true ? matmul(flat.transpose(0, 1), before) : null,
    ...next.slice(0, count),
    ...(rest.length > count ? [recurrent.sum([0, 1])] : []),
  ];
}
