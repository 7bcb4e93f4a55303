import { isFloating } from "../../dtype.ts";
import { ArgumentError, detail } from "../../errors.ts";
import { context } from "../../graph/context.ts";
import { newHandle } from "../../graph/handle.ts";
import { constant } from "../../ops/core/constant.ts";
import { expand } from "../../ops/shape/broadcast.ts";
import { type Edge, GradFn, Leaf } from "../../tape/edge.ts";
import { edgeOf } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { isTensor, mapTree, type Tree } from "./tree.ts";

/** The tensors that a function is differentiated by, as starts of a tape. */
export class Starts {
  readonly tensors: Tensor[] = [];
  readonly edges: Edge[] = [];
  readonly #outer: boolean[] = [];

  constructor(given: readonly Tensor[]) {
    for (const x of given) {
      const start = newHandle(x.cell, x.window);
      const outer = edgeOf(x);
      start.edge =
        outer === null
          ? new Leaf(start)
          : new GradFn("start", [outer], [x.shape], [], (dy) => [dy]);
      this.tensors.push(start);
      this.edges.push(start.edge);
      this.#outer.push(outer !== null);
    }
  }

  /** Whether the result depends on a tensor that an outer call differentiates. */
  leadsOut(values: readonly (Tensor | null)[]): boolean {
    if (!context.gradMode) return false;
    const seen = new Set<Edge>();
    const waiting = values.flatMap((value) => (value === null ? [] : (edgeOf(value) ?? [])));
    for (let edge = waiting.pop(); edge !== undefined; edge = waiting.pop()) {
      if (seen.has(edge)) continue;
      seen.add(edge);
      const own = this.edges.indexOf(edge);
      if (own >= 0) {
        if (this.#outer[own] === true) return true;
      } else if (edge instanceof Leaf) return true;
      else for (const next of edge.edges) if (next !== null) waiting.push(next);
    }
    return false;
  }

  /** A result as the caller sees it: off this tape, unless it depends on an outer one. */
  settled(tree: Tree): Tree {
    return mapTree(tree, (leaf) => {
      if (!isTensor(leaf) || edgeOf(leaf) === null || this.leadsOut([leaf])) return leaf;
      return newHandle(leaf.cell, leaf.window);
    });
  }
}

/** Throws unless x is a floating-point tensor. */
export function checkDifferentiable(call: string, what: string, x: unknown): asserts x is Tensor {
  if (!isTensor(x)) throw new ArgumentError(`${call}: ${what} must contain only tensors`);
  if (isFloating(x.dtype)) return;
  throw new ArgumentError(
    `${call}: only floating-point tensors have gradients${detail(what, x.shape, x.dtype)}\n  hint: x.to("f32")`,
  );
}

/** Zeros in a tensor's shape, which take no memory. */
export const zerosLike = (x: Tensor): Tensor =>
  expand(constant(0, x.dtype, [], x.node.stream), x.shape);
