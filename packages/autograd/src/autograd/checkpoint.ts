import { ArgumentError } from "../errors.ts";
import { context } from "../graph/context.ts";
import { Handle, newHandle } from "../graph/handle.ts";
import { defaultGenerator } from "../ops/random.ts";
import { type Edge, GradFn, Leaf } from "../tape/edge.ts";
import { composite, enableGrad } from "../tape/modes.ts";
import { edgeOf } from "../tape/record.ts";
import type { Tensor } from "../tensor.ts";
import { gradientsOf, leavesOf } from "./backward.ts";

/**
 * `fn(...inputs)` without keeping what its gradient needs: the backward computes it again, from the same random numbers.
 * Trades time for memory in deep models. `fn` must give one tensor, and the same from the same inputs.
 */
export function checkpoint<In extends readonly unknown[]>(
  fn: (...inputs: In) => Tensor,
  ...inputs: In
): Tensor {
  if (!context.gradMode) return fn(...inputs);
  const draws = drawsNow();
  const { output: first, edges: inputEdges } = run(fn, inputs);
  const edge = edgeOf(first);
  if (edge === null) return first;
  const copies = new Set<Edge | null>(inputEdges);
  const { leaves, entries } = leavesOf(edge);
  const parameters = leaves.filter((leaf) => !copies.has(leaf));
  for (const entry of entries) entry.consume(); // the first run's tape is not kept: this is the point
  const output = newHandle(first.cell, first.window);
  const edges = [
    ...inputs.map((input) => (input instanceof Handle ? edgeOf(input) : null)),
    ...parameters,
  ];
  const shapes = [
    ...inputs.map((input) => (input instanceof Handle ? input.shape : [])),
    ...parameters.map(({ shape }) => shape),
  ];
  output.edge = new GradFn("checkpoint", edges, shapes, [], (dy) => {
    const createGraph = context.gradMode;
    const again = repeating(draws, () => run(fn, inputs));
    const wanted = [...again.edges, ...parameters];
    return gradientsOf(again.output, dy, wanted, createGraph);
  });
  return output;
}

/** Runs `fn` on inputs that are leaves of a tape of their own; their edges, in order. */
function run<In extends readonly unknown[]>(
  fn: (...inputs: In) => Tensor,
  inputs: In,
): { output: Tensor; edges: (Edge | null)[] } {
  const edges: (Edge | null)[] = [];
  const own = inputs.map((input) => {
    if (!(input instanceof Handle)) {
      edges.push(null);
      return input;
    }
    const copy = newHandle(input.cell, input.window);
    if (edgeOf(input) !== null) copy.edge = new Leaf(input.shape, input.cell);
    edges.push(copy.edge);
    return copy;
  });
  const output = composite(() => enableGrad(() => fn(...(own as unknown as In))));
  if (!(output instanceof Handle)) {
    throw new ArgumentError("checkpoint: the function must return one tensor");
  }
  return { output, edges };
}

interface Draws {
  readonly host: Uint32Array;
  readonly device: number;
}

const drawsNow = (): Draws => ({
  host: defaultGenerator().getState(),
  device: context.philoxOffset,
});

/** Runs `fn` with the random numbers of then, and goes on with those of now. */
function repeating<T>(draws: Draws, fn: () => T): T {
  const now = drawsNow();
  defaultGenerator().setState(draws.host);
  context.philoxOffset = draws.device;
  try {
    return fn();
  } finally {
    defaultGenerator().setState(now.host);
    context.philoxOffset = now.device;
  }
}
