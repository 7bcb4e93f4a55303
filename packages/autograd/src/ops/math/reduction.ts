import { ArgumentError, detail } from "../../errors.ts";
import { reducedDims } from "../../graph/attributes.ts";
import { Handle } from "../../graph/handle.ts";
import type { Op } from "../../graph/op.ts";
import { inOrder, type Pair } from "../../results.ts";
import { normalizeDims, type Shape, sizeOf } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import { watch } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor, type Operand } from "../core/apply.ts";
import { type DimOption, type Dims, withDim } from "../core/arguments.ts";
import { cast, checkFloating, refuseBool } from "../core/constant.ts";
import { reduction } from "../core/define.ts";
import { inFloat32 } from "../core/float32.ts";
import { reshape } from "../core/layout.ts";
import { counting } from "../core/progressions.ts";
import {
  countable,
  keptShape,
  type ReduceOptions,
  reduce,
  type SumOptions,
  spread,
  startValue,
  sum,
} from "../shape/broadcast.ts";
import { mul, trueDivide } from "./arithmetic.ts";
import { maximum, minimum } from "./binary.ts";
import { eq, isnan, logicalOr, where } from "./comparison.ts";

/** The number of elements that a reduction over these dimensions combines into one. */
export const countOver = (shape: Shape, dims: readonly number[]): number =>
  sizeOf(dims.map((d) => shape[d] as number));

/** Σ x / n over `dim` (one, several, or all). x is floating-point. */
export function mean(x: Tensor, dim?: Dims | SumOptions, options?: SumOptions): Tensor {
  if (arguments.length > 1)
    checkCall(
      "mean(x, dim?: number | number[] | null, { dim, keepdim: boolean, dtype: dtype })",
      arguments,
    );
  checkTensor("mean", x);
  const settings = withDim<Dims, SumOptions>(dim, options);
  const value = settings.dtype === undefined ? x : cast(x, settings.dtype);
  checkFloating("mean", value);
  const dims = normalizeDims("mean", settings.dim, x.shape.length);
  return composite(() => {
    // The division comes before the dimensions are restored, so that the sum's kernel includes it.
    const average = inFloat32(value, (all) => trueDivide(sum(all, dims), countOver(x.shape, dims)));
    return settings.keepdim ? reshape(average, keptShape(x.shape, dims)) : average;
  });
}

/**
 * The extreme over dimensions. The elements that attain it share the gradient evenly. If it is NaN,
 * the NaNs share it over all elements (`max()`), or all get NaN (`amax(dim)`), as in PyTorch.
 */
const extremeOp = (name: string, combine: "max" | "min", ofAll = false): Op =>
  reduction({
    name,
    combine,
    saves: [0, "output"],
    gradient: (dy, [operand], { output, attrs }) => {
      const x = operand as Tensor;
      const count = reducedDims(attrs);
      const same = eq(x, spread(output, x.shape, count));
      const attains = ofAll ? logicalOr(same, isnan(x)) : same;
      const dims = x.shape.map((_, d) => d).slice(x.shape.length - count);
      const each = where(attains, spread(dy, x.shape, count), 0);
      return [trueDivide(each, sum(cast(attains, dy.dtype), dims, { keepdim: true }))];
    },
  });

const amaxOp: Op = extremeOp("amax", "max");
const aminOp: Op = extremeOp("amin", "min");
const maxOfAllOp: Op = extremeOp("max of all", "max", true);
const minOfAllOp: Op = extremeOp("min of all", "min", true);

function extreme(
  op: Op,
  x: Tensor,
  dim: Dims | ReduceOptions | undefined,
  options: ReduceOptions | undefined,
): Tensor {
  checkTensor(op.name, x);
  const { dim: over, keepdim = false } = withDim<Dims, ReduceOptions>(dim, options);
  const dims = normalizeDims(op.name, over, x.shape.length);
  refuseNothing(op.name, x, dims);
  return reduce(op, x, dims, keepdim);
}

function refuseNothing(call: string, x: Tensor, dims: readonly number[]): void {
  if (countOver(x.shape, dims) > 0) return;
  throw new ArgumentError(
    `${call}: expected at least one element${detail("x", x.shape)}\n  hint: reduce a dimension that is not empty`,
  );
}

/**
 * max x over `dim` (one, several, or all). NaN if any element is NaN. Equal maxima share the
 * gradient.
 */
export function amax(x: Tensor, dim?: Dims | ReduceOptions, options?: ReduceOptions): Tensor {
  if (arguments.length > 1)
    checkCall("amax(x, dim?: number | number[] | null, { dim, keepdim: boolean })", arguments);
  return extreme(amaxOp, x, dim, options);
}

/**
 * min x over `dim` (one, several, or all). NaN if any element is NaN. Equal minima share the
 * gradient.
 */
export function amin(x: Tensor, dim?: Dims | ReduceOptions, options?: ReduceOptions): Tensor {
  if (arguments.length > 1)
    checkCall("amin(x, dim?: number | number[] | null, { dim, keepdim: boolean })", arguments);
  return extreme(aminOp, x, dim, options);
}

const argmaxOp: Op = reduction({ name: "argmax", combine: "argmax" });
const argminOp: Op = reduction({ name: "argmin", combine: "argmin" });

/** Options of `max` and `min` along one dimension, `argmax` and `argmin`. */
export interface OneDimOptions extends DimOption<number | null> {
  readonly keepdim?: boolean;
}

function argextreme(
  op: Op,
  x: Tensor,
  dim: number | null | OneDimOptions | undefined,
  options: OneDimOptions | undefined,
): Tensor {
  checkTensor(op.name, x);
  refuseBool(op.name, x, 'convert with x.to("u8"), or use max(x, dim)');
  const { dim: over = null, keepdim = false } = withDim<number | null, OneDimOptions>(dim, options);
  const dims = normalizeDims(op.name, over, x.shape.length);
  refuseNothing(op.name, x, dims);
  return reduce(op, x, dims, keepdim, "i32");
}

/**
 * Index (i32) of the first maximum along `dim`, or of all elements in row-major order. NaN counts
 * as
 * the largest.
 */
export function argmax(
  x: Tensor,
  dim?: number | null | OneDimOptions,
  options?: OneDimOptions,
): Tensor {
  if (arguments.length > 1)
    checkCall("argmax(x, dim?: number | null, { dim, keepdim: boolean })", arguments);
  return argextreme(argmaxOp, x, dim, options);
}

/**
 * Index (i32) of the first minimum along `dim`, or of all elements in row-major order. NaN counts
 * as
 * the smallest.
 */
export function argmin(
  x: Tensor,
  dim?: number | null | OneDimOptions,
  options?: OneDimOptions,
): Tensor {
  if (arguments.length > 1)
    checkCall("argmin(x, dim?: number | null, { dim, keepdim: boolean })", arguments);
  return argextreme(argminOp, x, dim, options);
}

/**
 * Values and their indices (i32) along one dimension: by name, or `const [values, indices] = …`.
 */
export interface ValuesAndIndices extends Pair<Tensor> {
  readonly values: Tensor;
  readonly indices: Tensor;
}

/** The extreme along one dimension. The first element that attains it gets the gradient. */
const extremeAlong = (name: string, combine: "max" | "min", place: Op): Op =>
  reduction({
    name,
    combine,
    saves: [0],
    guards: [], // PyTorch reads the indices only, so x may change
    gradient: (dy, [operand]) => {
      const x = operand as Tensor;
      const last = x.shape.length - 1;
      const places = reduce(place, x, [last], true, "i32");
      const chosen = eq(places, counting(x.shape[last] as number, x.node.stream));
      return [where(chosen, spread(dy, x.shape, 1), 0)];
    },
  });

const maxAlongOp: Op = extremeAlong("max", "max", argmaxOp);
const minAlongOp: Op = extremeAlong("min", "min", argminOp);

function extremeWithIndex(
  value: Op,
  place: Op,
  x: Tensor,
  { dim, keepdim = false }: OneDimOptions,
): ValuesAndIndices {
  const dims = normalizeDims(value.name, dim, x.shape.length);
  refuseNothing(value.name, x, dims);
  return inOrder({
    values: reduce(value, x, dims, keepdim),
    indices: reduce(place, x, dims, keepdim, "i32"),
  });
}

/**
 * The maximum of all elements; of each slice along `dim`, with its index; or elementwise of two
 * tensors. Along `dim` the element at the index gets the gradient; over all elements equal maxima
 * share it.
 */
export function max(x: Tensor): Tensor;
export function max(x: Tensor, other: Tensor): Tensor;
export function max(
  x: Tensor,
  dim: number | OneDimOptions,
  options?: OneDimOptions,
): ValuesAndIndices;
export function max(
  x: Tensor,
  second?: Tensor | number | OneDimOptions,
  options?: OneDimOptions,
): Tensor | ValuesAndIndices {
  if (arguments.length > 1)
    checkCall(
      "max(x, dim?: tensor | number | null, { dim: number | null, keepdim: boolean })",
      arguments,
    );
  return maxOrMin([maxAlongOp, argmaxOp, maxOfAllOp], maximum, x, second, options);
}

/**
 * The minimum of all elements; of each slice along `dim`, with its index; or elementwise of two
 * tensors. Along `dim` the element at the index gets the gradient; over all elements equal minima
 * share it.
 */
export function min(x: Tensor): Tensor;
export function min(x: Tensor, other: Tensor): Tensor;
export function min(
  x: Tensor,
  dim: number | OneDimOptions,
  options?: OneDimOptions,
): ValuesAndIndices;
export function min(
  x: Tensor,
  second?: Tensor | number | OneDimOptions,
  options?: OneDimOptions,
): Tensor | ValuesAndIndices {
  if (arguments.length > 1)
    checkCall(
      "min(x, dim?: tensor | number | null, { dim: number | null, keepdim: boolean })",
      arguments,
    );
  return maxOrMin([minAlongOp, argminOp, minOfAllOp], minimum, x, second, options);
}

function maxOrMin(
  [along, place, overall]: readonly [Op, Op, Op],
  ofTwo: (a: Operand, b: Operand) => Tensor,
  x: Tensor,
  second: Tensor | number | OneDimOptions | undefined,
  options: OneDimOptions | undefined,
): Tensor | ValuesAndIndices {
  checkTensor(along.name, x);
  if (second instanceof Handle) return ofTwo(x, second as Tensor);
  const settings = withDim<number | null, OneDimOptions>(second as number | OneDimOptions, options);
  return typeof settings.dim === "number"
    ? extremeWithIndex(along, place, x, settings)
    : extreme(overall, x, null, undefined);
}

/**
 * A product, whose gradient for each element is the product of the others. With two zeros or more
 * it is 0 (but NaN along a dimension that has NaN, as in PyTorch).
 */
const productOp = (name: string, ofAll: boolean): Op =>
  reduction({
    name,
    combine: "prod",
    saves: [0],
    gradient: (dy, [operand], { attrs }) => {
      const x = operand as Tensor;
      const count = reducedDims(attrs);
      const dims = x.shape.map((_, d) => d).slice(x.shape.length - count);
      const isZero = eq(x, 0);
      const others = where(isZero, 1, x);
      const product = reduce(prodOp, others, dims, true);
      const zeros = sum(isZero, dims, { keepdim: true });
      const none = ofAll ? 0 : mul(product, 0);
      const ofZero = where(eq(zeros, 1), product, none);
      const ofOther = where(eq(zeros, 0), trueDivide(product, others), none);
      return [mul(spread(dy, x.shape, count), where(isZero, ofZero, ofOther))];
    },
  });

const prodOp: Op = productOp("prod", false);
const prodOfAllOp: Op = productOp("prod of all", true);

/** Π x over `dim` (one, several, or all). Gradients are exact where elements are 0. */
export function prod(x: Tensor, dim?: Dims | SumOptions, options?: SumOptions): Tensor {
  if (arguments.length > 1)
    checkCall(
      "prod(x, dim?: number | number[] | null, { dim, keepdim: boolean, dtype: dtype })",
      arguments,
    );
  checkTensor("prod", x);
  const {
    dim: over,
    keepdim = false,
    dtype = countable(x.dtype),
  } = withDim<Dims, SumOptions>(dim, options);
  const dims = normalizeDims("prod", over, x.shape.length);
  const value = cast(x, dtype);
  if (sizeOf(x.shape) === 0) return startValue(1, value, dims, keepdim);
  const made = reduce(over == null ? prodOfAllOp : prodOp, value, dims, keepdim);
  return watch(made, made);
}

const allOp: Op = reduction({ name: "all", combine: "min" });
const anyOp: Op = reduction({ name: "any", combine: "max" });

function quantified(
  op: Op,
  start: number,
  x: Tensor,
  dim: Dims | ReduceOptions | undefined,
  options: ReduceOptions | undefined,
): Tensor {
  checkTensor(op.name, x);
  const { dim: over, keepdim = false } = withDim<Dims, ReduceOptions>(dim, options);
  const dims = normalizeDims(op.name, over, x.shape.length);
  const truth = cast(x, "bool");
  const found =
    sizeOf(x.shape) === 0
      ? startValue(start, truth, dims, keepdim)
      : reduce(op, truth, dims, keepdim);
  return x.dtype === "u8" ? cast(found, "u8") : found;
}

/**
 * Whether all elements (of all, or along `dim`) are true, that is, not 0. True for no elements. u8
 * gives u8.
 */
export function all(x: Tensor, dim?: Dims | ReduceOptions, options?: ReduceOptions): Tensor {
  if (arguments.length > 1)
    checkCall("all(x, dim?: number | number[] | null, { dim, keepdim: boolean })", arguments);
  return quantified(allOp, 1, x, dim, options);
}

/**
 * Whether any element (of all, or along `dim`) is true, that is, not 0. False for no elements. u8
 * gives u8.
 */
export function any(x: Tensor, dim?: Dims | ReduceOptions, options?: ReduceOptions): Tensor {
  if (arguments.length > 1)
    checkCall("any(x, dim?: number | number[] | null, { dim, keepdim: boolean })", arguments);
  return quantified(anyOp, 0, x, dim, options);
}
