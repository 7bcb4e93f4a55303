import { ArgumentError, detail } from "../errors.ts";
import { newHandle } from "../graph/handle.ts";
import { checkTensor } from "../ops/core/apply.ts";
import { stack } from "../ops/core/assembly.ts";
import { constant } from "../ops/core/constant.ts";
import { reshape } from "../ops/core/layout.ts";
import { expand } from "../ops/shape/broadcast.ts";
import { select } from "../ops/shape/movement.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { checkCall } from "../signature.ts";
import { beginAt, GradFn } from "../tape/edge.ts";
import { enableGrad } from "../tape/modes.ts";
import { edgeOf } from "../tape/record.ts";
import type { Tensor } from "../tensor.ts";
import { grad } from "./backward.ts";

/** Options of `jacobian` and `hessian`. */
export interface FunctionalOptions {
  /** If true, records the result, so that it can be differentiated again. */
  readonly createGraph?: boolean;
}

/**
 * Jᵢⱼ = ∂fn(x)ᵢ / ∂xⱼ, by one backward per element of the result. x: [S…], fn(x): [R…] → [R…, S…].
 * For
 * several inputs a list.
 */
export function jacobian(fn: (x: Tensor) => Tensor, x: Tensor, options?: FunctionalOptions): Tensor;
export function jacobian(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  options?: FunctionalOptions,
): Tensor[];
export function jacobian(
  fn: (...inputs: Tensor[]) => Tensor,
  x: Tensor | readonly Tensor[],
  options: FunctionalOptions = {},
): Tensor | Tensor[] {
  checkCall("jacobian(fn: function, x: tensor | tensor[], { createGraph: boolean })", arguments);
  const { createGraph = false } = options;
  const given = (Array.isArray(x) ? x : [x]) as readonly Tensor[];
  for (const input of given) checkTensor("jacobian", input);
  const inputs = given.map((input) => startAt(input, createGraph));
  const [y, flat] = enableGrad(() => {
    const result = fn(...inputs);
    checkTensor("the function of jacobian", result);
    return [result, reshape(result, [sizeOf(result.shape)])] as const;
  });
  const count = sizeOf(y.shape);
  const shapes = given.map((input) => [...y.shape, ...input.shape]);
  if (edgeOf(flat) === null || count === 0) {
    const zeros = given.map((input, k) => zerosBeside(input, shapes[k] as Shape));
    return Array.isArray(x) ? zeros : (zeros[0] as Tensor);
  }
  const elements = enableGrad(() => Array.from({ length: count }, (_, i) => select(flat, 0, i)));
  const rows = elements.map((element, i) => {
    const retainGraph = createGraph || i < count - 1;
    const found = grad(element, inputs, { createGraph, retainGraph, allowUnused: true });
    return given.map((input, k) => found[k] ?? zerosBeside(input, input.shape));
  });
  const made = given.map((_, k) =>
    reshape(stack(rows.map((row) => row[k] as Tensor)), shapes[k] as Shape),
  );
  return Array.isArray(x) ? made : (made[0] as Tensor);
}

/**
 * Hᵢⱼ = ∂²fn(x) / ∂xᵢ∂xⱼ of a function with a scalar result. x: [S…] → [S…, S…]. For several inputs
 * a list
 * of lists.
 */
export function hessian(fn: (x: Tensor) => Tensor, x: Tensor, options?: FunctionalOptions): Tensor;
export function hessian(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  options?: FunctionalOptions,
): Tensor[][];
export function hessian(
  fn: (...inputs: Tensor[]) => Tensor,
  x: Tensor | readonly Tensor[],
  options: FunctionalOptions = {},
): Tensor | Tensor[][] {
  checkCall("hessian(fn: function, x: tensor | tensor[], { createGraph: boolean })", arguments);
  const given = (Array.isArray(x) ? x : [x]) as readonly Tensor[];
  const gradientOf =
    (k: number) =>
    (...inputs: Tensor[]): Tensor => {
      const y = fn(...inputs);
      checkTensor("the function of hessian", y);
      if (sizeOf(y.shape) !== 1) {
        throw new ArgumentError(
          `hessian: the function must return a scalar${detail("result", y.shape)}\n  hint: jacobian takes any result`,
        );
      }
      const input = inputs[k] as Tensor;
      const found =
        edgeOf(y) === null ? [] : grad(y, input, { createGraph: true, allowUnused: true });
      return found[0] ?? zerosBeside(input, input.shape);
    };
  const rows = given.map((_, k) => jacobian(gradientOf(k), given, options));
  return Array.isArray(x) ? rows : ((rows[0] as Tensor[])[0] as Tensor);
}

const zerosBeside = (x: Tensor, shape: Shape): Tensor =>
  expand(constant(0, x.dtype, [], x.node.stream), shape);

/** The same value as the start of a new tape, or as a result on its present one. */
function startAt(x: Tensor, createGraph: boolean): Tensor {
  const start = newHandle(x.cell, x.window);
  const edge = createGraph ? edgeOf(x) : null;
  if (edge === null) beginAt(start);
  else start.edge = new GradFn("start", [edge], [x.shape], [], (dy) => [dy]);
  return start;
}
