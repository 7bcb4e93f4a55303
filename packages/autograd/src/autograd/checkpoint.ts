import { ArgumentError } from "../errors.ts";
import { context } from "../graph/context.ts";
import { Handle, newHandle } from "../graph/handle.ts";
import { defaultGenerator } from "../ops/core/random.ts";
import type { Shape } from "../shape.ts";
import { checkCall } from "../signature.ts";
import { type Edge, entriesMade, GradFn, kept, type Saved, savedHandle } from "../tape/edge.ts";
import { composite, enableGrad } from "../tape/modes.ts";
import { edgeOf } from "../tape/record.ts";
import type { Tensor } from "../tensor.ts";
import { gradientsWithin } from "./engine.ts";

/**
 * Returns `fn(...inputs)` without keeping the values that its gradient needs. Backward computes
 * `fn` again
 * with the same random numbers, which takes time but saves memory. `fn` returns one tensor, the
 * same for
 * the same inputs. Running statistics are updated once.
 */
export function checkpoint<In extends readonly unknown[]>(
  fn: (...inputs: In) => Tensor,
  ...inputs: In
): Tensor {
  checkCall("checkpoint(fn: function, ...inputs)", arguments);
  if (!context.gradMode) return fn(...inputs);
  const saved: Saved[] = [];
  // The inputs keep their present values, even if the tensors are written before backward.
  const own = inputs.map((input) => {
    if (!(input instanceof Handle)) return input;
    saved.push(kept(input));
    return savedHandle(input.node, input.window, edgeOf(input));
  }) as unknown as In;
  const draws = drawsNow();
  const since = entriesMade();
  const first = run(fn, own);
  const { inside, border } = surveyed(edgeOf(first), since);
  if (inside.size === 0) return first;
  for (const entry of inside) entry.consume(null); // The tape of the first run is dropped; this saves the memory.
  const output = newHandle(first.cell, first.window);
  const ends = [...border.keys()];
  output.edge = new GradFn("checkpoint", ends, [...border.values()], saved, (dy) => {
    const again = repeating(draws, () => run(fn, own));
    return gradientsWithin([again], [dy], ends, { createGraph: context.gradMode });
  });
  return output;
}

/**
 * Applies functions in order (or the layers of a `Sequential`) in `segments` parts, each under
 * `checkpoint`. Only the values between parts are kept, and those of the last part, which backward
 * needs
 * first.
 */
export function checkpointSequential(
  functions: Iterable<(x: Tensor) => Tensor>,
  segments: number,
  input: Tensor,
): Tensor {
  checkCall("checkpointSequential(functions: any, segments: number, input: tensor)", arguments);
  const list = [...functions];
  if (!Number.isInteger(segments) || segments < 1 || segments > list.length) {
    throw new ArgumentError(
      `checkpointSequential: cannot split ${list.length} functions into ${segments} segments`,
    );
  }
  const size = Math.floor(list.length / segments);
  const part = (start: number, end: number) => (x: Tensor) =>
    list.slice(start, end).reduce((y, fn) => fn(y), x);
  let x = input;
  for (let i = 0; i < segments - 1; i++) x = checkpoint(part(i * size, (i + 1) * size), x);
  return part((segments - 1) * size, list.length)(x);
}

/** Runs `fn` with gradients on. Its tensors do not count as the user's. */
function run<In extends readonly unknown[]>(fn: (...inputs: In) => Tensor, inputs: In): Tensor {
  const output = composite(() => enableGrad(() => fn(...inputs)));
  if (!(output instanceof Handle)) {
    throw new ArgumentError("checkpoint: the function must return one tensor");
  }
  return output;
}

/**
 * The entries made since `since` that lead to this one, and the edges that leave them, with shapes.
 */
function surveyed(
  edge: Edge | null,
  since: number,
): { inside: Set<GradFn>; border: Map<Edge, Shape> } {
  const inside = new Set<GradFn>();
  const border = new Map<Edge, Shape>();
  const isInside = (one: Edge | null): one is GradFn =>
    one instanceof GradFn && one.serial >= since && !one.used;
  const waiting = isInside(edge) ? [edge] : [];
  for (let entry = waiting.pop(); entry !== undefined; entry = waiting.pop()) {
    if (inside.has(entry)) continue;
    inside.add(entry);
    entry.edges.forEach((next, i) => {
      if (isInside(next)) waiting.push(next);
      else if (next !== null && !next.used) border.set(next, entry.shapes[i] as Shape);
    });
  }
  return { inside, border };
}

/** Whether `checkpoint` recomputes a part. Running statistics then already contain the batch. */
export const isRecomputing = (): boolean => context.recomputing;

interface Draws {
  readonly host: Uint32Array;
  readonly device: number;
}

const drawsNow = (): Draws => ({
  host: defaultGenerator().getState(),
  device: context.philoxOffset,
});

/** Runs `fn` with the random numbers of the first run, then restores the present state. */
function repeating<T>(draws: Draws, fn: () => T): T {
  const now = drawsNow();
  const { recomputing } = context;
  defaultGenerator().setState(draws.host);
  context.philoxOffset = draws.device;
  context.recomputing = true;
  try {
    return fn();
  } finally {
    context.recomputing = recomputing;
    defaultGenerator().setState(now.host);
    context.philoxOffset = now.device;
  }
}
