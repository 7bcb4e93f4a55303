import { ArgumentError, DTypeError, detail, ShapeError } from "../../errors.ts";
import { context } from "../../graph/context.ts";
import { markRead, markUnread, newHandle } from "../../graph/handle.ts";
import { permuteView, reshapeView, type View, wholeView } from "../../graph/view.ts";
import {
  checkShape,
  normalizeDim,
  normalizeDims,
  type Shape,
  sameShape,
  sizeOf,
} from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { recordView } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "./apply.ts";
import { contiguous, whole } from "./strided.ts";

/** The same value off the tape. It shares the cell, so it sees later in-place writes. */
export function detach(x: Tensor): Tensor {
  if (arguments.length > 1) checkCall("detach(x)", arguments);
  checkTensor("detach", x);
  const out = newHandle(x.cell, x.window);
  markRead(x);
  if (context.opDepth === 0) markUnread(out);
  return out;
}

/** Reorders the dimensions: y has size shape[order[i]] at i. A view. */
export function permute(x: Tensor, dims: readonly number[]): Tensor {
  if (arguments.length > 2 || !Array.isArray(dims))
    checkCall("permute(x, dims: number[])", arguments);
  checkTensor("permute", x);
  const order = normalizeDims("permute", dims, x.shape.length, "none");
  if (dims.length !== x.shape.length) {
    throw new ArgumentError(
      `permute: ${dims.length} dimensions given for a tensor of ${x.shape.length}${detail("x", x.shape)}`,
    );
  }
  return permuted(x, order);
}

function permuted(x: Tensor, order: readonly number[]): Tensor {
  const inverse = new Array<number>(order.length);
  for (const [to, from] of order.entries()) inverse[from] = to;
  return recordView(x, {
    name: "permute",
    apply: (view) => permuteView(view, order),
    gradient: (dy) => permuted(dy, inverse),
  });
}

/** A new tensor over the same elements. */
export function alias(x: Tensor): Tensor {
  return recordView(x, { name: "alias", apply: (view) => view, gradient: (dy) => dy });
}

/** Moves the given dimensions last, in order. Returns x if they are already there. */
export function moveLast(x: Tensor, dims: readonly number[]): Tensor {
  const order = [...x.shape.keys()].filter((d) => !dims.includes(d)).concat(dims);
  return order.every((d, i) => d === i) ? x : permuted(x, order);
}

/** Swaps dimensions `dim0` and `dim1`. A view. */
export function transpose(x: Tensor, dim0: number, dim1: number): Tensor {
  if (arguments.length > 3) checkCall("transpose(x, dim0: number, dim1: number)", arguments);
  checkTensor("transpose", x);
  const rank = x.shape.length;
  const [a, b] = [normalizeDim("transpose", dim0, rank), normalizeDim("transpose", dim1, rank)];
  const order = [...x.shape.keys()];
  if (rank > 0) [order[a], order[b]] = [b, a];
  return permuted(x, order);
}

/** The transposed matrix. A vector or 0-d tensor stays as it is. A view. */
export function t(x: Tensor): Tensor {
  if (arguments.length > 1) checkCall("t(x)", arguments);
  checkTensor("t", x);
  if (x.shape.length > 2) {
    throw new ShapeError(
      `t: takes at most 2 dimensions${detail("x", x.shape)}\n  hint: x.transpose(-2, -1)`,
    );
  }
  return x.shape.length < 2 ? alias(x) : permuted(x, [1, 0]);
}

/**
 * Moves dimensions from positions `source` to `destination`. The others keep their order. A view.
 */
export function movedim(
  x: Tensor,
  source: number | readonly number[],
  destination: number | readonly number[],
): Tensor {
  checkCall("movedim(x, source: number | number[], destination: number | number[])", arguments);
  const rank = x.shape.length;
  const from = normalizeDims("movedim", source, rank, "none");
  const to = normalizeDims("movedim", destination, rank, "none");
  if (from.length !== to.length) {
    throw new ArgumentError(
      `movedim: ${from.length} dimensions cannot move to ${to.length} positions`,
    );
  }
  const rest = [...x.shape.keys()].filter((d) => !from.includes(d));
  const order = [...x.shape.keys()].map((place) => {
    const moved = to.indexOf(place);
    return moved >= 0 ? (from[moved] as number) : (rest.shift() as number);
  });
  return permuted(x, order);
}

/**
 * The elements in row-major order in another shape. One size may be -1. A view if strides allow it,
 * else
 * a copy.
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  if (arguments.length > 2 || !Array.isArray(shape))
    checkCall("reshape(x, shape: number[])", arguments);
  checkTensor("reshape", x);
  const sizes = resolveSizes("reshape", x.shape, shape);
  return reshaped(x, sizes) ?? (reshaped(whole(x), sizes) as Tensor);
}

/** `reshape` without checks, inside an operation. Returns x if nothing changes. */
export function shaped(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : reshape(x, shape);
}

/** `reshape` that never copies. Throws if strides do not allow a view. */
export function view(x: Tensor, shape: Shape): Tensor {
  if (arguments.length > 2 || !Array.isArray(shape))
    checkCall("view(x, shape: number[])", arguments);
  checkTensor("view", x);
  const seen = reshaped(x, resolveSizes("view", x.shape, shape));
  if (seen !== null) return seen;
  throw new ShapeError(
    `view: the strides [${x.strides.join(", ")}] do not allow [${shape.join(", ")}] without a copy` +
      `${detail("x", x.shape)}\n  hint: reshape copies if necessary`,
  );
}

/** `view` in another tensor's shape. */
export function viewAs(x: Tensor, other: Tensor): Tensor {
  if (arguments.length > 2) checkCall("viewAs(x, other)", arguments);
  checkTensor("viewAs", other);
  return view(x, other.shape);
}

/** `reshape` to another tensor's shape. */
export function reshapeAs(x: Tensor, other: Tensor): Tensor {
  if (arguments.length > 2) checkCall("reshapeAs(x, other)", arguments);
  checkTensor("reshapeAs", other);
  return reshape(x, other.shape);
}

/** All elements in row-major order as a vector. A view if x is contiguous. */
export function ravel(x: Tensor): Tensor {
  if (arguments.length > 1) checkCall("ravel(x)", arguments);
  checkTensor("ravel", x);
  return reshape(contiguous(x), [-1]);
}

function reshaped(x: Tensor, shape: Shape): Tensor | null {
  if (sameShape(x.shape, shape)) return alias(x);
  const base = x.window ?? wholeView(x.node.shape);
  if (reshapeView(base, shape) === null) return null;
  return recordView(x, {
    name: "reshape",
    apply: (from) => reshapeView(from, shape) as View,
    gradient: (dy, from) => shaped(dy, from),
  });
}

function resolveSizes(call: string, from: Shape, to: Shape): Shape {
  const size = sizeOf(from);
  const free = to.indexOf(-1);
  const known = sizeOf(to.filter((_, i) => i !== free));
  const guess = size / known;
  const sizes = free < 0 ? to : to.with(free, guess);
  if (
    (free >= 0 && !Number.isInteger(guess)) ||
    (free < 0 && known !== size) ||
    sizeOf(sizes) !== size
  ) {
    throw new ShapeError(
      `${call}: ${size} elements do not fit [${to.join(", ")}]${detail("x", from)}` +
        (known === 0
          ? "\n  hint: with a size of 0, the size for -1 is undefined: give it"
          : `\n  hint: at most one size may be -1, the product of the others must divide ${size}`),
    );
  }
  return checkShape(call, sizes);
}

/** Adds a dimension of size 1 before `dim` (negative counts from the end, -1 appends). A view. */
export function unsqueeze(x: Tensor, dim: number): Tensor {
  if (arguments.length > 2) checkCall("unsqueeze(x, dim: number)", arguments);
  checkTensor("unsqueeze", x);
  const at = normalizeDim("unsqueeze", dim, x.shape.length + 1);
  return reshape(x, x.shape.toSpliced(at, 0, 1));
}

/** Applies the function to one tensor, or to each of a list. */
function onEach(
  call: string,
  x: Tensor | readonly Tensor[],
  raise: (x: Tensor) => Tensor,
): Tensor | Tensor[] {
  if (!Array.isArray(x)) {
    checkTensor(call, x);
    return raise(x as Tensor);
  }
  for (const one of x) checkTensor(call, one);
  return x.map(raise);
}

/** x itself; a 0-d tensor as a vector. A list is converted element by element. */
export function atleast1d(x: Tensor): Tensor;
export function atleast1d(x: readonly Tensor[]): Tensor[];
export function atleast1d(x: Tensor | readonly Tensor[]): Tensor | Tensor[] {
  if (arguments.length > 1) checkCall("atleast1d(x: tensor | tensor[])", arguments);
  return onEach("atleast1d", x, (one) => (one.shape.length === 0 ? reshape(one, [1]) : one));
}

const raised2d = (x: Tensor): Tensor => (x.shape.length < 2 ? reshape(x, [1, -1]) : x);

/**
 * x itself; a 0-d tensor or vector as a matrix with one row. A view. A list is converted element by
 * element.
 */
export function atleast2d(x: Tensor): Tensor;
export function atleast2d(x: readonly Tensor[]): Tensor[];
export function atleast2d(x: Tensor | readonly Tensor[]): Tensor | Tensor[] {
  if (arguments.length > 1) checkCall("atleast2d(x: tensor | tensor[])", arguments);
  return onEach("atleast2d", x, raised2d);
}

/**
 * x with at least three dimensions: a matrix gets a last one of size 1, a vector also a first one.
 * A
 * view. A list is converted element by element.
 */
export function atleast3d(x: Tensor): Tensor;
export function atleast3d(x: readonly Tensor[]): Tensor[];
export function atleast3d(x: Tensor | readonly Tensor[]): Tensor | Tensor[] {
  if (arguments.length > 1) checkCall("atleast3d(x: tensor | tensor[])", arguments);
  return onEach("atleast3d", x, (one) =>
    one.shape.length > 2 ? one : unsqueeze(raised2d(one), -1),
  );
}

/** x itself. */
export function positive(x: Tensor): Tensor {
  if (arguments.length > 1) checkCall("positive(x)", arguments);
  checkTensor("positive", x);
  if (x.dtype !== "bool") return x;
  throw new DTypeError("positive: does not support bool");
}

/** Drops dimensions of size 1: all of them, or those in `dim` that have size 1. A view. */
export function squeeze(x: Tensor, dim?: number | readonly number[] | null): Tensor {
  if (arguments.length > 1) checkCall("squeeze(x, dim?: number | number[] | null)", arguments);
  checkTensor("squeeze", x);
  const dims = normalizeDims("squeeze", dim, x.shape.length, "none");
  return reshape(
    x,
    x.shape.filter((n, d) => n !== 1 || !dims.includes(d)),
  );
}

/** Options of `flatten`. */
export interface FlattenOptions {
  readonly startDim?: number;
  readonly endDim?: number;
}

/**
 * Joins dimensions `startDim` to `endDim` into one. A view if strides allow it. A single dimension
 * returns x itself, as in PyTorch.
 */
export function flatten(
  x: Tensor,
  startDim: number | FlattenOptions = 0,
  endDim: number = -1,
): Tensor {
  if (arguments.length > 1)
    checkCall("flatten(x, startDim?: number, endDim?: number, { startDim, endDim })", arguments);
  checkTensor("flatten", x);
  const range = typeof startDim === "object" ? startDim : { startDim, endDim };
  const rank = x.shape.length;
  const first = normalizeDim("flatten", range.startDim ?? 0, rank);
  const last = normalizeDim("flatten", range.endDim ?? -1, rank);
  if (first > last) throw new ArgumentError(`flatten: startDim ${first} is after endDim ${last}`);
  if (first === last && rank > 0) return x;
  const joined = sizeOf(x.shape.slice(first, last + 1));
  return reshape(x, x.shape.toSpliced(first, last - first + 1, joined));
}

/** Splits dimension `dim` into several of these sizes. One may be -1. A view. */
export function unflatten(x: Tensor, dim: number, sizes: Shape): Tensor {
  if (arguments.length > 3 || !Array.isArray(sizes))
    checkCall("unflatten(x, dim: number, sizes: number[])", arguments);
  checkTensor("unflatten", x);
  const at = normalizeDim("unflatten", dim, x.shape.length);
  const split = resolveSizes("unflatten", [x.shape[at] as number], sizes);
  return reshape(x, x.shape.toSpliced(at, 1, ...split));
}
