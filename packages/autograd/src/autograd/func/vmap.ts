import { ArgumentError, detail } from "../../errors.ts";
import { context } from "../../graph/context.ts";
import { type Level, lanesOf } from "../../graph/lanes.ts";
import { cat } from "../../ops/core/assembly.ts";
import { defaultGenerator } from "../../ops/core/random.ts";
import { sliceOf } from "../../ops/shape/movement.ts";
import { normalizeDim } from "../../shape.ts";
import { checkCall, describe } from "../../signature.ts";
import type { Tensor } from "../../tensor.ts";
import { expose, hide, within } from "./lanes.ts";
import {
  type AnyFunction,
  isTensor,
  leavesOf,
  pathsOf,
  spreadOver,
  type Tree,
  withLeaves,
} from "./tree.ts";

/**
 * The batch dimension of each tensor: a number, null for none, or one for each part of an array or
 * object.
 */
export type Dims = number | null | readonly Dims[] | { readonly [key: string]: Dims };

/** Options of `vmap`. */
export interface VmapOptions {
  /** The batch dimension of each argument (0). */
  readonly inDims?: Dims;
  /** The batch dimension of each result (0). */
  readonly outDims?: Dims;
  /** Random numbers inside: an error, the same for all elements, or different ones ("error"). */
  readonly randomness?: "error" | "same" | "different";
  /** The number of elements of the batch that are computed at once. Default: all. */
  readonly chunkSize?: number | null;
}

const isDim = (value: unknown): value is number | null =>
  value === null || typeof value === "number";

/**
 * Maps a function over a dimension of its arguments. `fn` sees one element of the batch, but runs
 * once for
 * all. The batch is dimension `outDims` of the results. Arguments and results may be trees of
 * tensors.
 * Calls may nest.
 */
export function vmap<F extends AnyFunction>(
  fn: F,
  inDims: number | null | readonly Dims[] | VmapOptions = {},
  outDims: number | null | readonly Dims[] | VmapOptions = {},
  options: VmapOptions = {},
): F {
  checkCall(
    'vmap(fn: function, inDims?, outDims?, { inDims, outDims, randomness: "error" | "same" | "different", chunkSize: number | null })',
    arguments,
  );
  const settings: Required<VmapOptions> = {
    inDims: 0,
    outDims: 0,
    randomness: "error",
    chunkSize: null,
    ...(isOptions(inDims) ? inDims : { inDims }),
    ...(isOptions(outDims) ? outDims : { outDims }),
    ...options,
  };
  const { chunkSize } = settings;
  if (chunkSize !== null && !(Number.isInteger(chunkSize) && chunkSize > 0))
    throw new ArgumentError(
      `vmap: chunkSize must be a whole number greater than 0, got ${chunkSize}`,
    );
  return ((...args: unknown[]) => mapped(fn, settings, args)) as F;
}

const isOptions = (value: unknown): value is VmapOptions =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function mapped(fn: AnyFunction, settings: Required<VmapOptions>, args: unknown[]): Tree {
  const { inDims, outDims, randomness, chunkSize } = settings;
  if (args.length === 0) throw new ArgumentError("vmap: the function needs at least one argument");
  const leaves = leavesOf(args);
  const dims = batchDims(args, leaves, inDims);
  const size = batchSize(args, leaves, dims);
  const run = (given: readonly unknown[], count: number): Tree =>
    within(count, randomness, (level) => {
      const inside = given.map((leaf, i) => {
        const dim = dims[i] as number | null;
        return dim === null ? leaf : hide(leaf as Tensor, level, dim);
      });
      const result = fn(...(withLeaves(args, inside) as unknown[]));
      refusePromise(result);
      return exposed(result, outDims, level);
    });
  if (chunkSize === null || chunkSize >= size) return run(leaves, size);
  return inChunks(size, chunkSize, outDims, randomness, (start, count) =>
    run(
      leaves.map((leaf, i) => {
        const dim = dims[i] as number | null;
        return dim === null ? leaf : sliceOf(leaf as Tensor, dim, start, count, 1);
      }),
      count,
    ),
  );
}

function batchDims(args: unknown[], leaves: unknown[], inDims: Dims): (number | null)[] {
  const dims = spreadOver(args, inDims, isDim);
  if (dims === null) {
    throw new ArgumentError(
      `vmap: inDims ${JSON.stringify(inDims)} do not have the structure of the ${args.length} arguments` +
        "\n  hint: give one number or null for all, or one per argument, [0, null]",
    );
  }
  const paths = pathsOf(args).map((path) => `argument ${path.replace(/^\[(\d+)\]/, "$1")}`);
  return dims.map((dim, i) => {
    if (dim === null) return null;
    const leaf = leaves[i];
    if (!isTensor(leaf)) {
      throw new ArgumentError(
        `vmap: ${paths[i]} is ${describe(leaf)}, but inDims is ${dim}\n  hint: use null for arguments without a batch, vmap(fn, [0, null])`,
      );
    }
    const rank = leaf.shape.length;
    if (!Number.isInteger(dim) || dim < -rank || dim >= rank) {
      throw new ArgumentError(
        `vmap: ${paths[i]} has no dimension ${dim} to map over${detail("tensor", leaf.shape)}`,
      );
    }
    return dim < 0 ? dim + rank : dim;
  });
}

function batchSize(args: unknown[], leaves: unknown[], dims: readonly (number | null)[]): number {
  const sizes = dims.flatMap((dim, i) =>
    dim === null ? [] : [(leaves[i] as Tensor).shape[dim] as number],
  );
  const [size] = sizes;
  if (size === undefined) {
    throw new ArgumentError(`vmap: inDims are null for all ${args.length} arguments`);
  }
  if (sizes.every((one) => one === size)) return size;
  throw new ArgumentError(
    `vmap: the batches differ in size: ${sizes.join(", ")}\n  hint: use null in inDims for arguments without a batch`,
  );
}

function refusePromise(result: unknown): void {
  if (typeof (result as { then?: unknown } | null)?.then !== "function") return;
  (result as Promise<unknown>).then(undefined, () => {}); // The promise's own error does not matter.
  throw new ArgumentError(
    "vmap: the function returned a promise, but values cannot be read inside vmap" +
      "\n  hint: choose with where(condition, a, b), and read values outside",
  );
}

/** The results with the batch as a visible dimension. */
function exposed(result: Tree, outDims: Dims, level: Level): Tree {
  const leaves = leavesOf(result);
  const dims = spreadOver(result, outDims, isDim);
  if (dims === null) {
    throw new ArgumentError(
      `vmap: outDims ${JSON.stringify(outDims)} do not have the structure of the function's results`,
    );
  }
  return withLeaves(
    result,
    leaves.map((leaf, i) => {
      if (!isTensor(leaf)) {
        throw new ArgumentError(
          `vmap: the function must return tensors, got ${describe(leaf)}\n  hint: return other values outside vmap`,
        );
      }
      const dim = dims[i] as number | null;
      if (dim !== null)
        return expose(leaf, level, normalizeDim("vmap", dim, leaf.shape.length + 1));
      if (!lanesOf(leaf).some((lane) => lane.level === level)) return leaf;
      throw new ArgumentError(
        `vmap: outDims is null for a result that varies over the batch${detail("result", leaf.shape)}`,
      );
    }),
  );
}

/** Runs chunks of the batch one after another, and concatenates the results. */
function inChunks(
  size: number,
  chunk: number,
  outDims: Dims,
  randomness: Level["randomness"],
  run: (start: number, count: number) => Tree,
): Tree {
  const draws = { host: defaultGenerator().getState(), device: context.philoxOffset };
  const parts: Tree[] = [];
  for (let start = 0; start < size; start += chunk) {
    if (randomness === "same") {
      defaultGenerator().setState(draws.host);
      context.philoxOffset = draws.device;
    }
    parts.push(run(start, Math.min(chunk, size - start)));
  }
  const [first] = parts;
  const dims = spreadOver(first, outDims, isDim) as (number | null)[];
  const all = parts.map((part) => leavesOf(part) as Tensor[]);
  return withLeaves(
    first,
    (all[0] as Tensor[]).map((leaf, i) => {
      const dim = dims[i] as number | null;
      return dim === null
        ? leaf
        : cat(
            all.map((leaves) => leaves[i] as Tensor),
            dim,
          );
    }),
  );
}
