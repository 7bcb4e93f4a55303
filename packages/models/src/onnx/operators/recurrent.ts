import { sigmoid, stack, type Tensor, tanh, where, zeros } from "@wgrad/autograd";
import type { Call } from "../call.ts";
import { OnnxError } from "../error.ts";
import type { Operator, Operators } from "../operator.ts";

type Activation = (x: Tensor) => Tensor;

const activations: Readonly<Record<string, Activation>> = {
  Sigmoid: (x) => sigmoid(x),
  Tanh: (x) => tanh(x),
  Relu: (x) => x.relu(),
};

/** The weights of one direction. */
interface Direction {
  /** [gates · hidden, input] and [gates · hidden, hidden]. */
  readonly w: Tensor;
  readonly r: Tensor;
  /** Biases of the input and of the state: [gates · hidden] each, or null. */
  readonly wb: Tensor | null;
  readonly rb: Tensor | null;
  readonly p: Tensor | null;
  readonly f: readonly Activation[];
}

/** One step: the input's contribution to the gates and the old states → the new states. */
type Step = (x: Tensor, states: readonly Tensor[], direction: Direction) => Tensor[];

interface Recurrence {
  readonly gates: number;
  /** Indices of the inputs with initial states and peepholes. */
  readonly states: readonly number[];
  readonly peepholes?: number;
  readonly functions: readonly string[];
  step(call: Call): Step;
}

const attributes = {
  activations: true,
  direction: ["forward", "reverse", "bidirectional"],
  hidden_size: true,
  layout: [0, 1],
} as const;

const plus = (x: Tensor, bias: Tensor | null): Tensor => (bias === null ? x : x.add(bias));

/** Runs a recurrent layer over time, in one direction or both. x: [time, batch, input]. */
function recur(call: Call, { gates, states, peepholes, functions, step }: Recurrence): Tensor[] {
  const batchFirst = call.number("layout", 0) === 1;
  const x = batchFirst ? call.x(0).transpose(0, 1) : call.x(0);
  const [time, batch] = x.shape as [number, number];
  const [w, r, b] = [call.x(1), call.x(2), call.optional(3)?.tensor];
  const hidden = r.shape.at(-1) as number;
  const names = call.string("activations", "").split(",").filter(Boolean);
  const way = call.string("direction", "forward");
  const lengths = call.optional(4)?.tensor.to("i32").unsqueeze(-1);
  const advance = step(call);
  const runs = Array.from({ length: w.shape[0] as number }, (_, d) => {
    const f = functions.map((name, i) => activation(names[d * functions.length + i] ?? name));
    const half = gates * hidden;
    const bias = b?.select(0, d);
    const p = peepholes === undefined ? undefined : call.optional(peepholes)?.tensor;
    const direction: Direction = {
      ...{ w: w.select(0, d), r: r.select(0, d), f, p: p?.select(0, d) ?? null },
      wb: bias?.narrow(0, 0, half) ?? null,
      rb: bias?.narrow(0, half, half) ?? null,
    };
    const start = states.map((input) => {
      const given = call.optional(input)?.tensor;
      if (given === undefined) return zeros([batch, hidden], { dtype: x.dtype });
      return batchFirst ? given.select(1, d) : given.select(0, d);
    });
    const reverse = way === "reverse" || d === 1;
    return over(plus(x.matmul(direction.w.t()), direction.wb), start, direction, {
      ...{ time, reverse, lengths, advance },
    });
  });
  const y = stack(
    runs.map((run) => stack(run.outputs)),
    1,
  );
  const axis = batchFirst ? 1 : 0;
  return [
    batchFirst ? y.permute([2, 0, 1, 3]) : y,
    ...states.map((_, i) =>
      stack(
        runs.map((run) => run.last[i] as Tensor),
        axis,
      ),
    ),
  ];
}

interface Walk {
  readonly time: number;
  readonly reverse: boolean;
  /** [batch, 1]: steps after the end of a sequence do not change its state and output 0. */
  readonly lengths: Tensor | undefined;
  readonly advance: Step;
}

function over(x: Tensor, start: readonly Tensor[], direction: Direction, walk: Walk) {
  const { time, reverse, lengths, advance } = walk;
  const outputs = new Array<Tensor>(time);
  let states = [...start];
  for (let i = 0; i < time; i++) {
    const t = reverse ? time - 1 - i : i;
    const next = advance(x.select(0, t), states, direction);
    const goes = lengths?.gt(t);
    const [h] = next as [Tensor];
    outputs[t] = goes === undefined ? h : where(goes, h, h.mul(0));
    states =
      goes === undefined ? next : next.map((state, k) => where(goes, state, states[k] as Tensor));
  }
  return { outputs, last: states };
}

function activation(name: string): Activation {
  const found = activations[name];
  if (found !== undefined) return found;
  throw new OnnxError(
    `the activation ${name} is not supported; supported are ${Object.keys(activations).join(", ")}`,
  );
}

/**
 * i, o, f, c = split₄(x Wᵀ + h Rᵀ + b), with peepholes P ⊙ c;  c' = σ(f) ⊙ c + σ(i) ⊙ tanh c̃;  h'
 * = σ(o) ⊙ tanh c'. ONNX orders the gates differently from PyTorch.
 */
const lstm: Recurrence = {
  gates: 4,
  states: [5, 6],
  peepholes: 7,
  functions: ["Sigmoid", "Tanh", "Tanh"],
  step: () => (x, states, direction) => {
    const [h, c] = states as [Tensor, Tensor];
    const { r, rb, p, f } = direction;
    const [gate, candidate, squash] = f as [Activation, Activation, Activation];
    const [i, o, forget, cell] = plus(x.add(h.matmul(r.t())), rb).chunk(4, -1) as [
      ...[Tensor, Tensor, Tensor, Tensor],
    ];
    const [pi, po, pf] = p?.chunk(3, -1) ?? [];
    const seen = (part: Tensor, weight: Tensor | undefined, state: Tensor): Tensor =>
      weight === undefined ? part : part.add(weight.mul(state));
    const next = gate(seen(forget, pf, c))
      .mul(c)
      .add(gate(seen(i, pi, c)).mul(candidate(cell)));
    return [gate(seen(o, po, next)).mul(squash(next)), next];
  },
};

/**
 * z, r = σ(…);  h̃ = tanh(x W + (r ⊙ h) R + b), or r ⊙ (h R + b) with linear_before_reset;  h' = (1
 * − z) ⊙ h̃ + z ⊙ h.
 */
const gru: Recurrence = {
  gates: 3,
  states: [5],
  functions: ["Sigmoid", "Tanh"],
  step: (call) => (x, states, direction) => {
    const [h] = states as [Tensor];
    const [gate, candidate] = direction.f as [Activation, Activation];
    const [xz, xr, xh] = x.chunk(3, -1) as [Tensor, Tensor, Tensor];
    const [rz, rr, rh] = direction.r.chunk(3, 0) as [Tensor, Tensor, Tensor];
    const [bz, br, bh] = direction.rb?.chunk(3, 0) ?? [null, null, null];
    const part = (state: Tensor, weight: Tensor, bias: Tensor | null | undefined): Tensor =>
      plus(state.matmul(weight.t()), bias ?? null);
    const z = gate(xz.add(part(h, rz, bz)));
    const r = gate(xr.add(part(h, rr, br)));
    const before = call.number("linear_before_reset", 0) !== 0;
    const inner = before ? r.mul(part(h, rh, bh)) : part(r.mul(h), rh, bh);
    const fresh = candidate(xh.add(inner));
    return [fresh.sub(z.mul(fresh)).add(z.mul(h))];
  },
};

/** h' = f(x Wᵀ + h Rᵀ + b). */
const rnn: Recurrence = {
  gates: 1,
  states: [5],
  functions: ["Tanh"],
  step: () => (x, states, direction) => {
    const [f] = direction.f as [Activation];
    return [f(plus(x.add((states[0] as Tensor).matmul(direction.r.t())), direction.rb))];
  },
};

const operator = (
  recurrence: Recurrence,
  inputs: number,
  more: Operator["attributes"] = {},
): Operator => ({
  inputs: [3, inputs],
  attributes: { ...attributes, ...more },
  run: (call) => recur(call, recurrence),
});

/** Recurrent layers with weights in ONNX's layout. */
export const recurrent: Operators = {
  GRU: operator(gru, 6, { linear_before_reset: true }),
  LSTM: operator(lstm, 8, { input_forget: [0] }),
  RNN: operator(rnn, 6),
};
