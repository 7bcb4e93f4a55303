import { ArgumentError } from "../../errors.ts";
import { context } from "../../graph/context.ts";
import { checkCall } from "../../signature.ts";
import { composite, enableGrad } from "../../tape/modes.ts";
import { edgeOf } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { gradientsWithin } from "../engine.ts";
import { type AuxOptions, matching, outputsOf, traced } from "./gradients.ts";
import { Starts, zerosLike } from "./starts.ts";
import { type AnyFunction, leavesOf, type Tree, withLeaves } from "./tree.ts";

/**
 * Returns [fn(x…), ∂fn/∂x… · v…]: the result and its derivative along the tangents. Jᵀu is linear
 * in u, so
 * its derivative by u along v is J v: two backwards, without forward rules. With `hasAux`, aux
 * comes
 * third.
 */
export function jvp(
  fn: AnyFunction,
  primals: readonly unknown[],
  tangents: readonly unknown[],
  options: AuxOptions = {},
): [Tree, Tree, ...Tree[]] {
  checkCall("jvp(fn: function, primals: array, tangents: array, { hasAux: boolean })", arguments);
  const { hasAux = false } = options;
  const { output, aux, push } = pushed("jvp", fn, primals, [...primals.keys()], hasAux);
  const tangent = push(tangents);
  return hasAux ? [output, tangent, aux] : [output, tangent];
}

/** Returns [fn(x…), v… ↦ ∂fn/∂x… · v…]: the result, and its derivative at x as a function. */
export function linearize(
  fn: AnyFunction,
  ...primals: unknown[]
): [Tree, (...tangents: unknown[]) => Tree] {
  if (typeof fn !== "function") checkCall("linearize(fn: function, ...primals)", [fn]);
  const { output, push } = pushed("linearize", fn, primals, [...primals.keys()], false);
  return [output, (...tangents) => push(tangents)];
}

/** The result of a function, and a function that pushes tangents forward through it. */
export function pushed(
  call: string,
  fn: AnyFunction,
  args: readonly unknown[],
  argnums: number | readonly number[],
  hasAux: boolean,
): { output: Tree; aux: Tree; push: (tangents: readonly unknown[]) => Tree } {
  const { starts, output, aux } = traced(call, fn, args, argnums, hasAux);
  const outputs = outputsOf(call, output);
  const inner = new Starts(outputs.map(zerosLike)); // Any value works, because gradients are linear in it.
  const gradients = enableGrad(() =>
    composite(() => gradientsWithin(outputs, inner.tensors, starts.edges, { createGraph: true })),
  );
  const push = (tangents: readonly unknown[]): Tree => {
    const given = leavesOf(tangents);
    if (given.length !== starts.tensors.length) {
      throw new ArgumentError(
        `${call}: got ${given.length} tangents for ${starts.tensors.length} tensors`,
      );
    }
    const seeds = given.map((tangent, i) =>
      matching(call, "tangent", tangent, starts.tensors[i] as Tensor),
    );
    return composite(() => {
      const live = gradients.flatMap((gradient, i) =>
        gradient === null || edgeOf(gradient) === null
          ? []
          : [[gradient, seeds[i] as Tensor] as const],
      );
      const ends = live.map(([gradient]) => gradient);
      const createGraph = context.gradMode && (starts.leadsOut(outputs) || starts.leadsOut(seeds));
      const found = gradientsWithin(
        ends,
        live.map(([, seed]) => seed),
        inner.edges,
        {
          createGraph,
          retainGraph: true,
        },
      ).map((tangent, i) => tangent ?? zerosLike(outputs[i] as Tensor));
      return withLeaves(output, starts.settled(inner.settled(found)) as Tensor[]);
    });
  };
  return { output: starts.settled(output), aux, push };
}
