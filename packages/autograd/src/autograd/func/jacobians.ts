import { ArgumentError } from "../../errors.ts";
import { reshape } from "../../ops/core/layout.ts";
import { identity } from "../../ops/linalg/matrices.ts";
import { type Shape, sizeOf } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { pushed } from "./forward.ts";
import {
  type Argnums,
  asGiven,
  chosen,
  type GradOptions,
  grad,
  outputsOf,
  pulledBack,
  settingsOf,
  type Transformed,
} from "./gradients.ts";
import { zerosLike } from "./starts.ts";
import { type AnyFunction, isTensor, leavesOf, type Tree, withLeaves } from "./tree.ts";
import { vmap } from "./vmap.ts";

/** Options of `jacrev`. */
export interface JacobianOptions extends GradOptions {
  /** The number of rows (jacrev) or columns (jacfwd) that are computed at once. Default: all. */
  readonly chunkSize?: number | null;
}

/**
 * x ↦ J with Jᵢⱼ = ∂fn(x)ᵢ/∂xⱼ, by one batched backward. x: [S…], fn(x): [R…] → [R…, S…]. For
 * trees: a
 * tree of the result's structure, whose leaves are trees of the argument's structure.
 */
export function jacrev(
  fn: AnyFunction,
  argnums: Argnums | JacobianOptions = {},
  options: JacobianOptions = {},
): Transformed {
  checkCall(
    "jacrev(fn: function, argnums?: int | int[], { argnums: int | int[], hasAux: boolean, chunkSize: size | null })",
    arguments,
  );
  const { argnums: by, hasAux = false, chunkSize = null } = settingsOf(argnums, options);
  return (...args) => {
    const { output, pull, aux } = pulledBack("jacrev", fn, args, by, hasAux);
    const outputs = outputsOf("jacrev", output);
    const rows = outputs.map((y, k) => {
      const back = (v: Tensor): Tree =>
        pull(
          withLeaves(
            output,
            outputs.map((one, i) => (i === k ? v : zerosLike(one))),
          ),
        );
      const found = overBasis(y, back, { outDims: 0, chunkSize }) as Tree[];
      const parts = leavesOf(found) as Tensor[];
      const shaped = parts.map((part) => reshape(part, [...y.shape, ...part.shape.slice(1)]));
      return asGiven(by, withLeaves(found, shaped) as Tree[]);
    });
    const jacobian = withLeaves(output, rows);
    return hasAux ? [jacobian, aux] : jacobian;
  };
}

/** Options of `jacfwd`. */
export interface ForwardOptions extends JacobianOptions {
  /** As in `vmap`. The function's own random numbers are always drawn once. */
  readonly randomness?: "error" | "same" | "different";
}

/**
 * The matrix of `jacrev`, by one batched tangent. For functions with more results than arguments.
 */
export function jacfwd(
  fn: AnyFunction,
  argnums: Argnums | ForwardOptions = {},
  options: ForwardOptions = {},
): Transformed {
  checkCall(
    'jacfwd(fn: function, argnums?: int | int[], { argnums: int | int[], hasAux: boolean, chunkSize: size | null, randomness: "error" | "same" | "different" })',
    arguments,
  );
  const settings = settingsOf(argnums, options);
  const { argnums: by, hasAux = false, chunkSize = null } = settings;
  return (...args) => {
    const { output, aux, push } = pushed("jacfwd", fn, args, by, hasAux);
    const { trees } = chosen("jacfwd", args, by);
    const inputs = leavesOf(trees) as Tensor[];
    const outputs = leavesOf(output) as Tensor[];
    // columns[i][k]: ∂ output k / ∂ input i
    const columns = inputs.map((x, i) => {
      const forth = (v: Tensor): Tree =>
        push(
          withLeaves(
            trees,
            inputs.map((one, j) => (j === i ? v : zerosLike(one))),
          ) as Tree[],
        );
      const found = overBasis(x, forth, { outDims: -1, chunkSize });
      return (leavesOf(found) as Tensor[]).map((part, k) =>
        reshape(part, [...(outputs[k] as Tensor).shape, ...x.shape]),
      );
    });
    const jacobian = withLeaves(
      output,
      outputs.map((_, k) =>
        asGiven(
          by,
          withLeaves(
            trees,
            columns.map((of) => of[k]),
          ) as Tree[],
        ),
      ),
    );
    return hasAux ? [jacobian, aux] : jacobian;
  };
}

/** Applies a linear function to every unit tensor of x's shape. */
function overBasis(
  x: Tensor,
  linear: (v: Tensor) => Tree,
  { outDims, chunkSize }: { readonly outDims: number; readonly chunkSize: number | null },
): Tree {
  const count = sizeOf(x.shape);
  if (count === 0)
    throw new ArgumentError(
      `the derivative of or with respect to an empty tensor [${x.shape.join(", ")}] is undefined`,
    );
  const basis = composite(() => reshape(identity(count, x), [count, ...x.shape] as Shape));
  return vmap(linear, { outDims, chunkSize })(basis);
}

/**
 * x ↦ ∂²fn(x)/∂x∂x of a function with a scalar result, by tangents of gradients. x: [S…] → [S…,
 * S…].
 */
export function hessian(fn: AnyFunction, argnums: Argnums = 0): Transformed {
  checkCall("hessian(fn: function, argnums?: int | int[])", arguments);
  return jacfwd(jacrev(fn, argnums), argnums);
}

/** ∂²fn/∂x∂x · v at x, without the matrix, for a function with a scalar result. */
export function hvp(
  fn: AnyFunction,
  primals: readonly unknown[],
  tangents: readonly unknown[],
): Tree {
  checkCall("hvp(fn: function, primals: array, tangents: array)", arguments);
  const argnums = [...primals.keys()];
  const { push } = pushed("hvp", grad(fn, argnums), primals, argnums, false);
  const found = push(tangents) as Tree[];
  return isTensor(found) || primals.length > 1 ? found : found[0];
}
