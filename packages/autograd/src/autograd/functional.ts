import { ArgumentError, detail } from "../errors.ts";
import { newHandle } from "../graph/handle.ts";
import { stack } from "../ops/assembly.ts";
import { constantLike } from "../ops/constant.ts";
import { reshape } from "../ops/layout.ts";
import { select } from "../ops/movement.ts";
import { sizeOf } from "../shape.ts";
import { Leaf } from "../tape/edge.ts";
import { enableGrad } from "../tape/modes.ts";
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
  const input = leafOf(x);
  const y = enableGrad(() => fn(input));
  const flat = reshape(y, [sizeOf(y.shape)]);
  const rows = Array.from({ length: flat.shape[0] as number }, (_, i) => {
    const [row] = grad(select(flat, 0, i), input, {
      createGraph,
      retainGraph: true,
      allowUnused: true,
    });
    return row ?? constantLike(0, input);
  });
  if (rows.length === 0) return constantLike(0, input);
  return reshape(stack(rows), [...y.shape, ...x.shape]);
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
      const [slope] = grad(reshape(y, []), input, { createGraph: true, allowUnused: true });
      return slope ?? constantLike(0, input);
    },
    x,
    options,
  );
}

/** The same value as the start of a tape of its own. */
function leafOf(x: Tensor): Tensor {
  const leaf = newHandle(x.cell, x.window);
  leaf.edge = new Leaf(x.shape, x.cell);
  return leaf;
}
