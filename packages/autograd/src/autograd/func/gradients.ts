import { ArgumentError, detail, ShapeError } from "../../errors.ts";
import { context } from "../../graph/context.ts";
import { constantLike } from "../../ops/core/constant.ts";
import { sameShape } from "../../shape.ts";
import { checkCall, describe } from "../../signature.ts";
import { composite, enableGrad } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { gradientsWithin } from "../engine.ts";
import { checkDifferentiable, Starts, zerosLike } from "./starts.ts";
import { type AnyFunction, isTensor, leavesOf, type Tree, withLeaves } from "./tree.ts";

/** The arguments to differentiate with respect to. */
export type Argnums = number | readonly number[];

/** Options of transforms of functions with an auxiliary result. */
export interface AuxOptions {
  /** If true, the function returns [result, aux], and aux is passed on. */
  readonly hasAux?: boolean;
}

/** Options of `grad`, `gradAndValue` and `vjp`. */
export interface GradOptions extends AuxOptions {
  /** The argument to differentiate with respect to, or an array of them (0). */
  readonly argnums?: Argnums;
}

/** What a transform returns. */
export type Transformed = AnyFunction;

/** The options of a transform whose `argnums` may be positional or named. */
export function settingsOf<T extends GradOptions>(
  argnums: Argnums | T,
  options: T,
): T & { readonly argnums: Argnums } {
  const named = typeof argnums === "object" && !Array.isArray(argnums);
  return {
    argnums: 0,
    ...options,
    ...(named ? (argnums as T) : { argnums: argnums as Argnums }),
  };
}

/** The chosen arguments of a call, and a function that replaces them. */
export function chosen(
  call: string,
  args: readonly unknown[],
  argnums: Argnums,
): { readonly trees: readonly Tree[]; with(trees: readonly Tree[]): unknown[] } {
  const list = typeof argnums === "number" ? [argnums] : argnums;
  const places = list.map((n) => {
    const place = n < 0 ? n + args.length : n;
    if (Number.isInteger(n) && place >= 0 && place < args.length) return place;
    throw new ArgumentError(
      `${call}: argnums contains ${n}, but the function got ${args.length} arguments`,
    );
  });
  if (places.length === 0 || new Set(places).size < places.length)
    throw new ArgumentError(`${call}: argnums [${list.join(", ")}] must name each argument once`);
  return {
    trees: places.map((place) => args[place]),
    with(trees) {
      const changed = [...args];
      for (const [i, place] of places.entries()) changed[place] = trees[i];
      return changed;
    },
  };
}

/** Runs a function on the starts of a tape, and separates its result from aux. */
export function traced(
  call: string,
  fn: AnyFunction,
  args: readonly unknown[],
  argnums: Argnums,
  hasAux: boolean,
): { starts: Starts; trees: readonly Tree[]; output: Tree; aux: Tree } {
  const picked = chosen(call, args, argnums);
  const leaves = leavesOf(picked.trees);
  for (const leaf of leaves) checkDifferentiable(call, "the argument", leaf);
  const starts = new Starts(leaves as Tensor[]);
  const given = picked.with(withLeaves(picked.trees, starts.tensors) as Tree[]);
  const result = enableGrad(() => fn(...given));
  if (typeof (result as { then?: unknown } | null)?.then === "function") {
    (result as Promise<unknown>).then(undefined, () => {});
    throw new ArgumentError(`${call}: the function returned a promise; it must be synchronous`);
  }
  const { trees } = picked;
  if (!hasAux) return { starts, trees, output: result, aux: undefined };
  if (!Array.isArray(result) || result.length !== 2) {
    throw new ArgumentError(`${call}: with hasAux, the function must return [result, aux]`);
  }
  return { starts, trees, output: result[0], aux: starts.settled(result[1]) };
}

/** One result for one argument, or a list for several. */
export const asGiven = (argnums: Argnums, found: readonly Tree[]): Tree =>
  typeof argnums === "number" ? found[0] : found;

/**
 * x ↦ ∂fn(x)/∂x of a function with a scalar result. The gradient has the argument's structure. With
 * `hasAux`, fn returns [result, aux] and the transform returns [gradient, aux].
 */
export function grad(
  fn: AnyFunction,
  argnums: Argnums | GradOptions = {},
  options: GradOptions = {},
): Transformed {
  checkCall(
    "grad(fn: function, argnums?: int | int[], { argnums: int | int[], hasAux: boolean })",
    arguments,
  );
  const settings = settingsOf(argnums, options);
  return (...args) => {
    const found = differentiated("grad", fn, args, settings);
    return settings.hasAux === true ? [found.gradient, found.aux] : found.gradient;
  };
}

/** x ↦ [∂fn(x)/∂x, fn(x)]. With `hasAux`: [gradient, [value, aux]]. */
export function gradAndValue(
  fn: AnyFunction,
  argnums: Argnums | GradOptions = {},
  options: GradOptions = {},
): Transformed {
  checkCall(
    "gradAndValue(fn: function, argnums?: int | int[], { argnums: int | int[], hasAux: boolean })",
    arguments,
  );
  const settings = settingsOf(argnums, options);
  return (...args) => {
    const { gradient, value, aux } = differentiated("gradAndValue", fn, args, settings);
    return [gradient, settings.hasAux === true ? [value, aux] : value];
  };
}

function differentiated(
  call: string,
  fn: AnyFunction,
  args: readonly unknown[],
  { argnums, hasAux = false }: GradOptions & { readonly argnums: Argnums },
): { gradient: Tree; value: Tree; aux: Tree } {
  const { starts, trees, output, aux } = traced(call, fn, args, argnums, hasAux);
  if (!isTensor(output))
    throw new ArgumentError(`${call}: the function must return a tensor, got ${describe(output)}`);
  if (output.shape.length > 0) {
    throw new ShapeError(
      `${call}: the function must return a scalar${detail("result", output.shape)}` +
        "\n  hint: reduce it (.sum()), or use vjp or jacrev",
    );
  }
  const createGraph = starts.leadsOut([output]);
  const found = gradientsWithin([output], [constantLike(1, output)], starts.edges, {
    createGraph,
  }).map((gradient, i) => gradient ?? zerosLike(starts.tensors[i] as Tensor));
  const gradient = withLeaves(trees, settledAll(starts, found)) as Tree[];
  return { gradient: asGiven(argnums, gradient), value: starts.settled(output), aux };
}

const settledAll = (starts: Starts, found: readonly Tensor[]): Tensor[] =>
  starts.settled(found) as Tensor[];

/** Maps cotangents to the gradients of the function's arguments, one per argument. */
export type VjpFunction = (...cotangents: Tree[]) => Tree[];

/**
 * Returns [fn(x…), v ↦ vᵀ ∂fn/∂x…]: the result, and a function from a cotangent of the result's
 * structure
 * to one gradient per argument. With { hasAux: true } as the last argument, fn returns [result,
 * aux],
 * and aux comes third.
 */
export function vjp(fn: AnyFunction, ...primals: unknown[]): [Tree, VjpFunction, ...Tree[]] {
  if (typeof fn !== "function") checkCall("vjp(fn: function, ...primals)", [fn]);
  const { args, hasAux } = withoutOptions("vjp", primals);
  const { output, pull, aux, starts } = pulledBack("vjp", fn, args, [...args.keys()], hasAux);
  const value = starts.settled(output);
  const back: VjpFunction = (...cotangents) =>
    pull(isTensor(output) || cotangents.length < 2 ? cotangents[0] : cotangents);
  return hasAux ? [value, back, aux] : [value, back];
}

/** The arguments of a call, of which the last may be { hasAux }. */
function withoutOptions(
  call: string,
  given: readonly unknown[],
): { args: unknown[]; hasAux: boolean } {
  const last = given.at(-1);
  const isOptions =
    typeof last === "object" && last !== null && Object.keys(last).join() === "hasAux";
  const args = isOptions ? given.slice(0, -1) : [...given];
  if (args.length === 0) throw new ArgumentError(`${call}: needs at least one argument`);
  return { args, hasAux: isOptions && (last as AuxOptions).hasAux === true };
}

/** The result of a function on the starts of its tape, and a function that pulls gradients back. */
export function pulledBack(
  call: string,
  fn: AnyFunction,
  args: readonly unknown[],
  argnums: Argnums,
  hasAux: boolean,
): { starts: Starts; output: Tree; aux: Tree; pull: (cotangents: Tree) => Tree[] } {
  const { starts, trees, output, aux } = traced(call, fn, args, argnums, hasAux);
  const outputs = outputsOf(call, output);
  const pull = (cotangents: Tree): Tree[] => {
    const seeds = seedsOf(call, outputs, cotangents);
    return composite(() => {
      const createGraph = context.gradMode && (starts.leadsOut(outputs) || starts.leadsOut(seeds));
      const found = gradientsWithin(outputs, seeds, starts.edges, {
        createGraph,
        retainGraph: true,
      }).map((gradient, i) => gradient ?? zerosLike(starts.tensors[i] as Tensor));
      return withLeaves(trees, settledAll(starts, found)) as Tree[];
    });
  };
  return { starts, output, aux, pull };
}

/** The tensors that a function returned. Throws if anything else is among them. */
export function outputsOf(call: string, output: Tree): Tensor[] {
  return leavesOf(output).map((leaf) => {
    if (isTensor(leaf)) return leaf;
    throw new ArgumentError(`${call}: the function must return tensors, got ${describe(leaf)}`);
  });
}

function seedsOf(call: string, outputs: readonly Tensor[], cotangents: Tree): Tensor[] {
  const seeds = leavesOf(cotangents);
  if (seeds.length !== outputs.length) {
    throw new ArgumentError(
      `${call}: got ${seeds.length} cotangents for ${outputs.length} results of the function`,
    );
  }
  return seeds.map((seed, i) => matching(call, "cotangent", seed, outputs[i] as Tensor));
}

/** A tangent or cotangent. Throws unless it has its tensor's shape. */
export function matching(call: string, what: string, value: unknown, x: Tensor): Tensor {
  if (!isTensor(value))
    throw new ArgumentError(`${call}: a ${what} must be a tensor, got ${describe(value)}`);
  if (!sameShape(value.shape, x.shape)) {
    throw new ShapeError(
      `${call}: the ${what} must have the shape of its tensor${detail("tensor", x.shape)}${detail(what, value.shape)}`,
    );
  }
  return value;
}
