import { ArgumentError, detail } from "../errors.ts";
import { newHandle } from "../graph/handle.ts";
import { stack } from "../ops/assembly.ts";
import { expand } from "../ops/broadcast.ts";
import { constant } from "../ops/constant.ts";
import { reshape } from "../ops/layout.ts";
import { select } from "../ops/movement.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { beginAt, GradFn } from "../tape/edge.ts";
import { enableGrad } from "../tape/modes.ts";
import { edgeOf } from "../tape/record.ts";
import type { Tensor } from "../tensor.ts";
import { grad } from "./backward.ts";

export interface FunctionalOptions {
  /** Record the result, so that it can be differentiated again. */
  readonly createGraph?: boolean;
}

/**
 * Jᵢⱼ = ∂fn(x)ᵢ / ∂xⱼ: one backward for every element of the result.
 * x: [S…], fn(x): [R…] → [R…, S…].
 */
export function jacobian(
  fn: (x: Tensor) => Tensor,
  x: Tensor,
  { createGraph = false }: FunctionalOptions = {},
): Tensor {
  const input = startAt(x, createGraph);
  const [y, flat] = enableGrad(() => {
    const result = fn(input);
    return [result, reshape(result, [sizeOf(result.shape)])] as const;
  });
  const shape = [...y.shape, ...x.shape];
  const count = sizeOf(y.shape);
  if (edgeOf(flat) === null || count === 0) return zerosBeside(x, shape);
  const elements = enableGrad(() => Array.from({ length: count }, (_, i) => select(flat, 0, i)));
  const rows = elements.map((element, i) => {
    const retainGraph = createGraph || i < count - 1;
    const [row] = grad(element, input, { createGraph, retainGraph, allowUnused: true });
    return row ?? zerosBeside(x, x.shape);
  });
  return reshape(stack(rows), shape);
}

/**
 * Hᵢⱼ = ∂²fn(x) / ∂xᵢ∂xⱼ of a function with a single number as result. x: [S…] → [S…, S…].
 */
export function hessian(
  fn: (x: Tensor) => Tensor,
  x: Tensor,
  options: FunctionalOptions = {},
): Tensor {
  return jacobian(
    (input) => {
      const y = fn(input);
      if (sizeOf(y.shape) !== 1) {
        throw new ArgumentError(
          `hessian: the function must give one number${detail("result", y.shape)}\n  hint: jacobian takes any`,
        );
      }
      const slopes =
        edgeOf(y) === null ? [] : grad(y, input, { createGraph: true, allowUnused: true });
      return slopes[0] ?? zerosBeside(x, x.shape);
    },
    x,
    options,
  );
}

const zerosBeside = (x: Tensor, shape: Shape): Tensor =>
  expand(constant(0, x.dtype, [], x.node.stream), shape);

/** The same value as the start of a tape of its own, or of a further stretch of the one it is on. */
function startAt(x: Tensor, createGraph: boolean): Tensor {
  const start = newHandle(x.cell, x.window);
  const edge = createGraph ? edgeOf(x) : null;
  if (edge === null) beginAt(start);
  else start.edge = new GradFn("start", [edge], [x.shape], [], (dy) => [dy]);
  return start;
}
