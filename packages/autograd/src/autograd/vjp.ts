import { context } from "../graph/context.ts";
import { newHandle } from "../graph/handle.ts";
import { constantLike } from "../ops/core/constant.ts";
import { add, mul } from "../ops/math/arithmetic.ts";
import { sum } from "../ops/shape/broadcast.ts";
import { type Edge, GradFn } from "../tape/edge.ts";
import { enableGrad } from "../tape/modes.ts";
import { edgeOf } from "../tape/record.ts";
import type { Tensor } from "../tensor.ts";
import { gradientsWithin } from "./engine.ts";

/**
 * dL/dinputs from dL/doutputs of a function, which is computed again. Null where none is needed.
 * The result
 * is on the tape if gradients are recorded.
 */
export function recomputedVjp(
  fn: (...inputs: Tensor[]) => readonly Tensor[],
  inputs: readonly Tensor[],
  gradients: readonly Tensor[],
): (Tensor | null)[] {
  const createGraph = context.gradMode;
  // Each input gets an entry of its own, because one may depend on another.
  const entries = inputs.map((input): Edge | null => {
    const edge = edgeOf(input);
    return edge && new GradFn("input", [edge], [input.shape], [], (dy) => [dy]);
  });
  const own = inputs.map((input, i) => {
    const handle = newHandle(input.cell, input.window);
    handle.edge = entries[i] as Edge | null;
    return handle;
  });
  const total = enableGrad(() =>
    fn(...own)
      .map((output, i) => sum(mul(output, gradients[i] as Tensor)))
      .reduce((a, b) => add(a, b)),
  );
  const borders = entries.filter((entry) => entry !== null);
  const found = gradientsWithin([total], [constantLike(1, total)], borders, { createGraph });
  return entries.map((entry) => (entry === null ? null : (found[borders.indexOf(entry)] ?? null)));
}
