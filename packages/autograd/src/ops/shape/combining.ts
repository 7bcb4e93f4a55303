import { promote } from "../../dtype.ts";
import { ArgumentError, DTypeError, detail, ShapeError } from "../../errors.ts";
import { broadcastShapes, checkShape, type Shape, sizeOf } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import { cat, stack } from "../core/assembly.ts";
import { cast, constant } from "../core/constant.ts";
import { hostTensor } from "../core/creation.ts";
import { alias, atleast2d, atleast3d, reshape } from "../core/layout.ts";
import { assemble } from "../core/strided.ts";
import { gatherAlong } from "../indexing/gathering.ts";
import { expand } from "./broadcast.ts";
import { type DiagOptions, diag } from "./diagonals.ts";

/** The tensors as a list, given one by one or as a list. */
type Several = readonly Tensor[] | readonly [readonly Tensor[]];

function listOf(call: string, tensors: Several): Tensor[] {
  const list = tensors.flat() as Tensor[];
  if (list.length === 0) throw new ArgumentError(`${call}: needs at least one tensor`);
  for (const x of list) checkTensor(call, x);
  return list;
}

/** The shape that these shapes broadcast to: broadcastShapes([3, 1], [4]). */
export function broadcastShapesOf(...shapes: readonly Shape[]): number[] {
  if (arguments.length > 0) checkCall("broadcastShapes(...shapes)", arguments);
  const given = shapes.map((shape) =>
    checkShape("broadcastShapes", typeof shape === "number" ? [shape] : shape),
  );
  return [...given.reduce<Shape>((to, shape) => broadcastShapes("broadcastShapes", to, shape), [])];
}

/**
 * A block-diagonal matrix of the tensors; 0-d tensors and vectors are rows. blockDiag(a, b) or
 * blockDiag([a, b]).
 */
export function blockDiag(...tensors: Several): Tensor {
  if (arguments.length > 0) checkCall("blockDiag(...tensors)", arguments);
  const list = listOf("blockDiag", tensors);
  for (const x of list) {
    if (x.shape.length > 2)
      throw new ShapeError(`blockDiag: takes at most 2 dimensions${detail("x", x.shape)}`);
  }
  return composite(() => {
    const blocks = list.map((x) => atleast2d(x));
    const dtype = blocks.reduce((seen, x) => promote(seen, x.dtype), (blocks[0] as Tensor).dtype);
    const size = (d: 0 | 1): number => blocks.reduce((sum, x) => sum + (x.shape[d] as number), 0);
    const [rows, columns] = [size(0), size(1)];
    let [row, column] = [0, 0];
    const parts = blocks.map((x) => {
      const offset = row * columns + column;
      row += x.shape[0] as number;
      column += x.shape[1] as number;
      return { value: cast(x, dtype), strides: [columns, 1], offset };
    });
    const filled = parts.filter(({ value }) => !value.shape.includes(0));
    if (filled.length > 0) return assemble([rows, columns], filled);
    return constant(0, dtype, [rows, columns], (blocks[0] as Tensor).node.stream);
  });
}

/**
 * All combinations of one element of each vector: [n₁ · n₂ …, number of vectors]. A single vector
 * is
 * returned as it is.
 */
export function cartesianProd(...tensors: Several): Tensor {
  if (arguments.length > 0) checkCall("cartesianProd(...tensors)", arguments);
  const list = listOf("cartesianProd", tensors);
  for (const x of list) {
    if (x.shape.length !== 1)
      throw new ShapeError(`cartesianProd: expected vectors${detail("x", x.shape)}`);
  }
  if (list.length === 1) return alias(list[0] as Tensor);
  return composite(() =>
    stack(
      meshgrid(list, { indexing: "ij" }).map((x) => reshape(x, [-1])),
      1,
    ),
  );
}

/** Options of `combinations`. */
export interface CombinationsOptions {
  /** The number of elements of a combination (2). */
  readonly r?: number;
  /** If true, an element may occur several times. */
  readonly withReplacement?: boolean;
}

/** All combinations of r elements of a vector, in its order: [number of combinations, r]. */
export function combinations(x: Tensor, options: CombinationsOptions = {}): Tensor {
  checkCall("combinations(x, { r: number, withReplacement: boolean })", arguments);
  const { r = 2, withReplacement = false } = options;
  checkTensor("combinations", x);
  if (x.shape.length !== 1)
    throw new ShapeError(`combinations: expected a vector${detail("x", x.shape)}`);
  if (!(Number.isInteger(r) && r >= 0)) {
    throw new ArgumentError(`combinations: r must be a whole number, 0 or more, got ${r}`);
  }
  const n = x.shape[0] as number;
  const places: number[] = [];
  const chosen: number[] = [];
  const choose = (from: number): void => {
    if (chosen.length === r) {
      places.push(...chosen);
      return;
    }
    for (let i = from; i < n; i++) {
      chosen.push(i);
      choose(withReplacement ? i : i + 1);
      chosen.pop();
    }
  };
  if (r > 0) choose(0);
  const { stream } = x.node;
  if (places.length === 0)
    return constant(0, x.dtype, [0, r === 0 ? 0 : r].slice(r === 0 ? 1 : 0), stream);
  return composite(() =>
    reshape(
      gatherAlong(x, 0, hostTensor(Int32Array.from(places), [places.length], "i32", stream)),
      [-1, r],
    ),
  );
}

/** Concatenates tensors as columns. 0-d tensors and vectors are single columns. */
export function columnStack(tensors: readonly Tensor[]): Tensor {
  checkCall("columnStack(tensors: tensor[])", arguments);
  const list = listOf("columnStack", [tensors]);
  return composite(() =>
    cat(
      list.map((x) => (x.shape.length < 2 ? reshape(x, [-1, 1]) : x)),
      1,
    ),
  );
}

/** Concatenates tensors along the third dimension. */
export function dstack(tensors: readonly Tensor[]): Tensor {
  checkCall("dstack(tensors: tensor[])", arguments);
  const list = listOf("dstack", [tensors]);
  return composite(() =>
    cat(
      list.map((x) => atleast3d(x)),
      2,
    ),
  );
}

/** The matrix with all elements of x on a diagonal, `offset` above the main one. */
export function diagflat(x: Tensor, offset: number | { readonly offset?: number } = 0): Tensor {
  checkCall("diagflat(x, offset?: int, { offset })", arguments);
  checkTensor("diagflat", x);
  const diagonal = typeof offset === "number" ? offset : (offset.offset ?? 0);
  return composite(() => diag(reshape(x, [-1]), { diagonal } satisfies DiagOptions));
}

/** Options of `meshgrid`. */
export interface MeshgridOptions {
  /** "ij": the first vector varies along dimension 0; "xy": along dimension 1. */
  readonly indexing?: "ij" | "xy";
}

/**
 * Coordinate grids: grid i varies along dimension i as vector i. meshgrid([x, y]) or
 * meshgrid(x, y). Views.
 */
export function meshgrid(
  ...args: readonly (Tensor | readonly Tensor[] | MeshgridOptions)[]
): Tensor[] {
  if (arguments.length > 0) checkCall('meshgrid(...args, { indexing: "ij" | "xy" })', arguments);
  const last = args.at(-1);
  const named = last?.constructor === Object;
  const options = named ? (last as MeshgridOptions) : undefined;
  const vectors = args.slice(0, named ? -1 : undefined).flat() as Tensor[];
  for (const x of vectors) {
    checkTensor("meshgrid", x);
    if (x.shape.length > 1) throw new ShapeError(`meshgrid: takes vectors${detail("x", x.shape)}`);
    if (x.dtype !== vectors[0]?.dtype)
      throw new DTypeError(
        `meshgrid: all vectors must have one dtype, got ${vectors[0]?.dtype} and ${x.dtype}`,
      );
  }
  const swap = options?.indexing === "xy" && vectors.length >= 2;
  const place = (i: number): number => (swap && i < 2 ? 1 - i : i);
  const shape = vectors.map((_, d) => sizeOf((vectors[place(d)] as Tensor).shape));
  return vectors.map((x, i) =>
    expand(
      reshape(
        x,
        shape.map((n, d) => (d === place(i) ? n : 1)),
      ),
      shape,
    ),
  );
}
