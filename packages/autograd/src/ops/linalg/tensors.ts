import { isFloating } from "../../dtype.ts";
import { ArgumentError, DTypeError, detail, ShapeError } from "../../errors.ts";
import { broadcastShapes, normalizeDim, type Shape, sizeOf } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import { type DimOption, withDim } from "../core/arguments.ts";
import { cat } from "../core/assembly.ts";
import { cast, checkFloating, constant } from "../core/constant.ts";
import { movedim, reshape, squeeze, unsqueeze } from "../core/layout.ts";
import { mul, sub } from "../math/arithmetic.ts";
import { matmul } from "../math/contraction.ts";
import { cumprod } from "../math/scan.ts";
import { expand, sum } from "../shape/broadcast.ts";
import { type DiagonalOptions, diagonal as diagonalOf } from "../shape/diagonals.ts";
import { flip, roll } from "../shape/movement.ts";
import { inv, solve } from "./elimination.ts";

/** a × b of vectors of size 3 along `dim` (the last unless given). They broadcast. */
export function cross(a: Tensor, b: Tensor, options: number | DimOption = {}): Tensor {
  checkCall("linalg.cross(a, b, dim?: number, { dim })", arguments);
  const call = "linalg.cross";
  checkTensor(call, a);
  checkTensor(call, b);
  const shape = broadcastShapes(call, a.shape, b.shape);
  const dim = normalizeDim(
    call,
    withDim<number, DimOption>(options, undefined).dim ?? -1,
    shape.length,
  );
  if (shape[dim] !== 3 || a.shape.length !== b.shape.length)
    throw new ShapeError(
      `${call}: expected size 3 along the dimension${detail("a", a.shape)}${detail("b", b.shape)}`,
    );
  return composite(() => {
    const [x, y] = [expand(a, shape), expand(b, shape)];
    return sub(mul(roll(x, -1, dim), roll(y, -2, dim)), mul(roll(x, -2, dim), roll(y, -1, dim)));
  });
}

/** Σ a b along `dim` (the last unless given). They broadcast. */
export function vecdot(a: Tensor, b: Tensor, options: number | DimOption = {}): Tensor {
  checkCall("linalg.vecdot(a, b, dim?: number, { dim })", arguments);
  checkTensor("linalg.vecdot", a);
  checkTensor("linalg.vecdot", b);
  checkFloating("linalg.vecdot", a);
  checkFloating("linalg.vecdot", b);
  const dim = withDim<number, DimOption>(options, undefined).dim ?? -1;
  return composite(() => sum(mul(a, b), dim));
}

/**
 * The product of matrices in the order with the fewest operations. The first and the last may be
 * vectors.
 */
export function multiDot(tensors: readonly Tensor[]): Tensor {
  checkCall("linalg.multiDot(tensors: tensor[])", arguments);
  if (tensors?.length === 1)
    throw new ArgumentError("linalg.multiDot: needs two tensors at least, got 1");
  return chained("linalg.multiDot", tensors);
}

/** The product of matrices in the order with the fewest operations. PyTorch's `chain_matmul`. */
export function chainMatmul(...matrices: readonly Tensor[]): Tensor {
  for (const one of matrices) checkTensor("chainMatmul", one);
  return chained("chainMatmul", matrices);
}

function chained(call: string, tensors: readonly Tensor[]): Tensor {
  const count = tensors?.length ?? 0;
  if (count === 0) throw new ArgumentError(`${call}: needs at least one matrix`);
  for (const [i, one] of tensors.entries()) {
    checkTensor(call, one);
    const rank = one.shape.length;
    if (rank === 2 || (rank === 1 && call !== "chainMatmul" && (i === 0 || i === count - 1)))
      continue;
    throw new ShapeError(`${call}: expected matrices${detail(`operand ${i}`, one.shape)}`);
  }
  if (count === 1) return composite(() => (tensors[0] as Tensor).clone());
  return composite(() => {
    const [first, last] = [tensors[0] as Tensor, tensors.at(-1) as Tensor];
    const matrices = tensors.map((x, i) =>
      x.shape.length === 2 ? x : unsqueeze(x, i === 0 ? 0 : 1),
    );
    let made = inBestOrder(matrices);
    if (last.shape.length === 1) made = squeeze(made, -1);
    return first.shape.length === 1 ? squeeze(made, 0) : made;
  });
}

/** Compares the costs of all orders (Cormen et al., 15.2). */
function inBestOrder(matrices: readonly Tensor[]): Tensor {
  const sizes = [matrices[0]?.shape[0] as number, ...matrices.map((x) => x.shape[1] as number)];
  const n = matrices.length;
  const costs = matrices.map(() => new Array<number>(n).fill(0));
  const splits = matrices.map(() => new Array<number>(n).fill(0));
  for (let width = 1; width < n; width++) {
    for (let i = 0; i + width < n; i++) {
      const j = i + width;
      let best = Infinity;
      for (let k = i; k < j; k++) {
        const own = (sizes[i] as number) * (sizes[k + 1] as number) * (sizes[j + 1] as number);
        const cost = (costs[i]?.[k] as number) + (costs[k + 1]?.[j] as number) + own;
        if (cost >= best) continue;
        best = cost;
        (splits[i] as number[])[j] = k;
      }
      (costs[i] as number[])[j] = best;
    }
  }
  const product = (i: number, j: number): Tensor => {
    if (i === j) return matrices[i] as Tensor;
    const k = splits[i]?.[j] as number;
    return matmul(product(i, k), product(k + 1, j));
  };
  return product(0, n - 1);
}

/** Options of `linalg.tensorinv`. */
export interface TensorinvOptions {
  /** The number of first dimensions that are rows (2). */
  readonly ind?: number;
}

/**
 * B such that tensordot(B, A, ind) is the identity: the inverse of A as a matrix whose rows are the
 * first `ind` dimensions.
 */
export function tensorinv(a: Tensor, options: number | TensorinvOptions = {}): Tensor {
  checkCall("linalg.tensorinv(a, ind?: number, { ind })", arguments);
  const call = "linalg.tensorinv";
  checkTensor(call, a);
  const ind = typeof options === "number" ? options : (options.ind ?? 2);
  if (!(Number.isInteger(ind) && ind > 0))
    throw new ArgumentError(`${call}: ind must be a whole number, 1 or more, got ${ind}`);
  const [rows, columns] = [a.shape.slice(0, ind), a.shape.slice(ind)];
  const n = sizeOf(rows);
  if (n !== sizeOf(columns))
    throw new ShapeError(`${call}: the tensor is not a square matrix${detail("a", a.shape)}`);
  return composite(() => reshape(inv(reshape(a, [n, n])), [...columns, ...rows]));
}

/** Options of `linalg.tensorsolve`. */
export interface TensorsolveOptions {
  /** Dimensions of A that are moved to its end first. */
  readonly dims?: readonly number[] | null;
}

/**
 * X such that tensordot(A, X, the dimensions of X) = B: A is a matrix whose rows are B's elements.
 */
export function tensorsolve(a: Tensor, b: Tensor, options: TensorsolveOptions = {}): Tensor {
  checkCall("linalg.tensorsolve(a, b, { dims: number[] | null })", arguments);
  const call = "linalg.tensorsolve";
  checkTensor(call, a);
  checkTensor(call, b);
  const dims = options.dims ?? [];
  return composite(() => {
    const ends = dims.map((_, i) => i - dims.length);
    const moved = dims.length === 0 ? a : movedim(a, dims, ends);
    const shape: Shape = moved.shape.slice(b.shape.length);
    const n = sizeOf(b.shape);
    if (sizeOf(shape) !== n || sizeOf(a.shape) !== n * n)
      throw new ShapeError(
        `${call}: the sizes of A and B do not fit${detail("a", a.shape)}${detail("b", b.shape)}`,
      );
    return reshape(solve(reshape(moved, [n, n]), reshape(b, [n])), shape);
  });
}

/** Options of `linalg.vander`. */
export interface LinalgVanderOptions {
  /** The number of powers (as many as there are elements). */
  readonly N?: number | null;
}

/** The powers x⁰, x¹, … of each element, as rows. [..., n] → [..., n, N]. */
export function linalgVander(x: Tensor, options: LinalgVanderOptions = {}): Tensor {
  checkCall("linalg.vander(x, { N: number | null })", arguments);
  const call = "linalg.vander";
  checkTensor(call, x);
  if (x.dtype === "bool" || x.dtype === "f16") {
    const cure = x.dtype === "bool" ? "i32" : "f32";
    throw new DTypeError(
      `${call}: does not support ${x.dtype} (nor does PyTorch)\n  hint: x.to("${cure}")`,
    );
  }
  return powers(call, x, options.N, true);
}

/** Options of `vander`. */
export interface VanderOptions extends LinalgVanderOptions {
  /** If true, powers go up from 0; else (the default) down to 0. */
  readonly increasing?: boolean;
}

/** The powers …, x¹, x⁰ of each element of a vector, as rows. [n] → [n, N]. */
export function vander(
  x: Tensor,
  N?: number | null | VanderOptions,
  increasing?: boolean,
  options?: VanderOptions,
): Tensor {
  checkCall("vander(x, N?: number | null, increasing?: boolean, { N, increasing })", arguments);
  checkTensor("vander", x);
  if (x.shape.length !== 1)
    throw new ShapeError(`vander: expected a vector${detail("x", x.shape)}`);
  const named = typeof N === "object" && N !== null ? N : options;
  const count = typeof N === "number" ? N : named?.N;
  return powers("vander", x, count, increasing ?? named?.increasing ?? false);
}

function powers(
  call: string,
  x: Tensor,
  N: number | null | undefined,
  increasing: boolean,
): Tensor {
  const count = N ?? (x.shape.at(-1) as number | undefined) ?? 1;
  if (x.shape.length === 0)
    throw new ShapeError(`${call}: expected at least 1 dimension${detail("x", x.shape)}`);
  if (!(Number.isInteger(count) && count >= 0))
    throw new ArgumentError(`${call}: N must be a whole number, 0 or more, got ${count}`);
  return composite(() => {
    const ones = constant(
      1,
      isFloating(x.dtype) ? x.dtype : "i32",
      [...x.shape, Math.min(count, 1)],
      x.node.stream,
    );
    if (count < 2) return ones;
    const repeated = expand(unsqueeze(x, -1), [...x.shape, count - 1]);
    const made = cat([ones, cast(cumprod(repeated, -1), ones.dtype)], -1);
    return increasing ? made : flip(made, -1);
  });
}

/** The diagonals over the last two dimensions, unless others are given. A view. */
export function diagonal(a: Tensor, options: DiagonalOptions = {}): Tensor {
  checkCall("linalg.diagonal(a, { offset: number, dim1: number, dim2: number })", arguments);
  const { offset = 0, dim1 = -2, dim2 = -1 } = options;
  return diagonalOf(a, { offset, dim1, dim2 });
}
