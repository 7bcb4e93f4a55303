import { type DType, isFloating } from "../dtype.ts";
import { ArgumentError, detail } from "../errors.ts";
import { Handle } from "../graph/handle.ts";
import type { Op } from "../graph/op.ts";
import { normalizeDim, normalizeDims, type Shape, sizeOf } from "../shape.ts";
import { composite, noGrad } from "../tape/modes.ts";
import type { Tensor } from "../tensor.ts";
import { checkTensor, type Operand } from "./apply.ts";
import { type DimOption, type Dims, withDim } from "./arguments.ts";
import { add, div, mul, sub } from "./arithmetic.ts";
import { maximum, minimum, pow } from "./binary.ts";
import {
  countable,
  keptShape,
  type ReduceOptions,
  reduce,
  type SumOptions,
  spread,
  startValue,
  sum,
} from "./broadcast.ts";
import { eq, isnan, ne, where } from "./comparison.ts";
import { cast, checkFloating, constant, zeroGradient } from "./constant.ts";
import { counting } from "./creation.ts";
import { elementwise, reduction } from "./define.ts";
import { reshape } from "./layout.ts";
import { abs, exp, flatSqrt, isinf, log, square } from "./unary.ts";

/** Number of elements that reducing these dimensions joins into one. */
const countOver = (shape: Shape, dims: readonly number[]): number =>
  sizeOf(dims.map((d) => shape[d] as number));

/** Σ x / n over `dim` (one, several, or all). Fractions only. */
export function mean(x: Tensor, dim?: Dims | SumOptions, options?: SumOptions): Tensor {
  checkTensor("mean", x);
  const settings = withDim<Dims, SumOptions>(dim, options);
  const value = settings.dtype === undefined ? x : cast(x, settings.dtype);
  checkFloating("mean", value);
  const n = countOver(x.shape, normalizeDims("mean", settings.dim, x.shape.length));
  return composite(() => div(sum(value, settings), n));
}

/** The extreme over dimensions; those that attain it share the gradient evenly. */
const extremeOp = (name: string, combine: "max" | "min"): Op =>
  reduction({
    name,
    combine,
    saves: [0, "output"],
    gradient: (dy, [operand], { output, attrs }) => {
      const x = operand as Tensor;
      const count = attrs[0] as number;
      const attains = eq(x, spread(output, x.shape, count));
      const dims = x.shape.map((_, d) => d).slice(x.shape.length - count);
      const share = div(
        spread(dy, x.shape, count),
        sum(cast(attains, dy.dtype), dims, { keepdim: true }),
      );
      return [where(attains, share, zeroGradient(share))];
    },
  });

const amaxOp: Op = extremeOp("amax", "max");
const aminOp: Op = extremeOp("amin", "min");

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
    `${call}: no elements to choose from${detail("x", x.shape)}\n  hint: reduce a dimension that is not empty`,
  );
}

/** max x over `dim` (one, several, or all); NaN if any is. Equal maxima share the gradient. */
export function amax(x: Tensor, dim?: Dims | ReduceOptions, options?: ReduceOptions): Tensor {
  return extreme(amaxOp, x, dim, options);
}

/** min x over `dim` (one, several, or all); NaN if any is. Equal minima share the gradient. */
export function amin(x: Tensor, dim?: Dims | ReduceOptions, options?: ReduceOptions): Tensor {
  return extreme(aminOp, x, dim, options);
}

const argmaxOp: Op = reduction({ name: "argmax", combine: "argmax" });
const argminOp: Op = reduction({ name: "argmin", combine: "argmin" });

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
  const { dim: over = null, keepdim = false } = withDim<number | null, OneDimOptions>(dim, options);
  const dims = normalizeDims(op.name, over, x.shape.length);
  refuseNothing(op.name, x, dims);
  return reduce(op, x, dims, keepdim, "i32");
}

/** Index (i32) of the first maximum along `dim`, or in row-major order of all; NaN counts as the largest. */
export function argmax(
  x: Tensor,
  dim?: number | null | OneDimOptions,
  options?: OneDimOptions,
): Tensor {
  return argextreme(argmaxOp, x, dim, options);
}

/** Index (i32) of the first minimum along `dim`, or in row-major order of all; NaN counts as the smallest. */
export function argmin(
  x: Tensor,
  dim?: number | null | OneDimOptions,
  options?: OneDimOptions,
): Tensor {
  return argextreme(argminOp, x, dim, options);
}

/** Values and their indices (i32) along one dimension. */
export interface ValuesAndIndices {
  readonly values: Tensor;
  readonly indices: Tensor;
}

/** The extremes along one dimension, with their places; the gradient goes to the first of equals. */
function extremeWithIndex(
  op: Op,
  x: Tensor,
  { dim, keepdim = false }: OneDimOptions,
): ValuesAndIndices {
  const at = normalizeDim(op.name.slice(3), dim as number, x.shape.length);
  return composite(() => {
    const places = argextreme(op, x, at, { keepdim: true });
    const n = x.shape[at] ?? 1;
    const along = x.shape.map((_, d) => (d === at ? n : 1));
    const counter = reshape(counting(n, x.node.stream), along);
    const chosen = where(eq(places, counter), x, 0);
    const values = isFloating(x.dtype)
      ? sum(chosen, at, { keepdim })
      : extremeOfIntegers(op, x, at, keepdim);
    return { values, indices: keepdim ? places : reshape(places, values.shape) };
  });
}

const extremeOfIntegers = (op: Op, x: Tensor, dim: number, keepdim: boolean): Tensor =>
  extreme(op === argmaxOp ? amaxOp : aminOp, x, dim, { keepdim });

/**
 * The maximum of all elements; of each line along `dim`, with its index; or elementwise of two tensors.
 * Along `dim` the gradient goes to the index, over all elements equal maxima share it.
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
  return maxOrMin(argmaxOp, amaxOp, maximum, x, second, options);
}

/**
 * The minimum of all elements; of each line along `dim`, with its index; or elementwise of two tensors.
 * Along `dim` the gradient goes to the index, over all elements equal minima share it.
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
  return maxOrMin(argminOp, aminOp, minimum, x, second, options);
}

function maxOrMin(
  place: Op,
  value: Op,
  ofTwo: (a: Operand, b: Operand) => Tensor,
  x: Tensor,
  second: Tensor | number | OneDimOptions | undefined,
  options: OneDimOptions | undefined,
): Tensor | ValuesAndIndices {
  checkTensor(value.name.slice(1), x);
  if (second instanceof Handle) return ofTwo(x, second as Tensor);
  const settings = withDim<number | null, OneDimOptions>(second as number | OneDimOptions, options);
  return typeof settings.dim === "number"
    ? extremeWithIndex(place, x, settings)
    : extreme(value, x, null, undefined);
}

const prodOp: Op = reduction({
  name: "prod",
  combine: "prod",
  saves: [0],
  // Π of the others: with one zero among them only its own is not 0, with two all are
  gradient: (dy, [operand], { attrs }) => {
    const x = operand as Tensor;
    const count = attrs[0] as number;
    const dims = x.shape.map((_, d) => d).slice(x.shape.length - count);
    const isZero = eq(x, 0);
    const others = where(isZero, 1, x);
    const product = reduce(prodOp, others, dims, true);
    const zeros = sum(isZero, dims, { keepdim: true });
    const ofZero = where(eq(zeros, 1), product, 0);
    const ofOther = where(eq(zeros, 0), div(product, others), 0);
    return [mul(spread(dy, x.shape, count), where(isZero, ofZero, ofOther))];
  },
});

/** Π x over `dim` (one, several, or all); exact gradients where elements are 0. */
export function prod(x: Tensor, dim?: Dims | SumOptions, options?: SumOptions): Tensor {
  checkTensor("prod", x);
  const {
    dim: over,
    keepdim = false,
    dtype = countable(x.dtype),
  } = withDim<Dims, SumOptions>(dim, options);
  const dims = normalizeDims("prod", over, x.shape.length);
  const value = cast(x, dtype);
  if (sizeOf(x.shape) === 0) return startValue(1, value, dims, keepdim);
  return reduce(prodOp, value, dims, keepdim);
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
  if (sizeOf(x.shape) === 0) return startValue(start, truth, dims, keepdim);
  return reduce(op, truth, dims, keepdim);
}

/** Whether all elements (of all, or along `dim`) are true, that is not 0; true over none. */
export function all(x: Tensor, dim?: Dims | ReduceOptions, options?: ReduceOptions): Tensor {
  return quantified(allOp, 1, x, dim, options);
}

/** Whether any element (of all, or along `dim`) is true, that is not 0; false over none. */
export function any(x: Tensor, dim?: Dims | ReduceOptions, options?: ReduceOptions): Tensor {
  return quantified(anyOp, 0, x, dim, options);
}

/** How many elements (of all, or along `dim`) are not 0, as i32. */
export function countNonzero(
  x: Tensor,
  dim?: Dims | ReduceOptions,
  options?: ReduceOptions,
): Tensor {
  return composite(() => sum(ne(x, 0), withDim<Dims, ReduceOptions>(dim, options)));
}

/** `sum` with NaN counted as 0. */
export function nansum(x: Tensor, dim?: Dims | SumOptions, options?: SumOptions): Tensor {
  return composite(() => sum(where(isnan(x), 0, x), dim, options));
}

export interface VarianceOptions extends ReduceOptions {
  /** Subtracted from the number of elements in the divisor: 1 (the default) is Bessel's correction. */
  readonly correction?: number;
  /** `false` is `correction: 0`. */
  readonly unbiased?: boolean;
}

/** Σ (x − x̄)² / max(0, n − correction) over `dim` (one, several, or all). PyTorch's `var`. */
export function variance(
  x: Tensor,
  dim?: Dims | VarianceOptions,
  options?: VarianceOptions,
): Tensor {
  checkTensor("var", x);
  checkFloating("var", x);
  const settings = withDim<Dims, VarianceOptions>(dim, options);
  const { unbiased = true, correction = unbiased ? 1 : 0, keepdim = false } = settings;
  const dims = normalizeDims("var", settings.dim, x.shape.length);
  const n = countOver(x.shape, dims);
  return composite(() => {
    const distance = sub(x, mean(x, dims, { keepdim: true }));
    return div(sum(square(distance), dims, { keepdim }), Math.max(0, n - correction));
  });
}

/** The square root of the variance; its slope at 0 is 0. */
export function std(x: Tensor, dim?: Dims | VarianceOptions, options?: VarianceOptions): Tensor {
  return composite(() => flatSqrt(variance(x, dim, options)));
}

export interface NormOptions extends ReduceOptions {
  /** The exponent: 2 unless given; Infinity and -Infinity give the largest and smallest size, 0 counts. */
  readonly p?: number | "fro" | null;
}

/** (Σ |x|ᵖ)^(1/p) over `dim` (one, several, or all); the slope at the zero vector is 0. */
export function norm(
  x: Tensor,
  p?: number | "fro" | null | NormOptions,
  dim?: Dims,
  options?: NormOptions,
): Tensor {
  const named = typeof p === "object" && p !== null;
  const settings = named ? p : { ...options, p: p ?? null, dim: dim ?? options?.dim ?? null };
  const exponent = settings.p === "fro" || settings.p == null ? 2 : settings.p;
  return vectorNorm(x, { ...settings, ord: exponent });
}

export interface VectorNormOptions extends ReduceOptions {
  readonly ord?: number;
}

/** (Σ |x|ᵒʳᵈ)^(1/ord) over `dim` (one, several, or all). PyTorch's `linalg.vector_norm`. */
export function vectorNorm(
  x: Tensor,
  ord?: number | VectorNormOptions,
  options?: VectorNormOptions,
): Tensor {
  checkTensor("norm", x);
  checkFloating("norm", x);
  const settings = typeof ord === "object" ? ord : { ord: ord ?? 2, ...options };
  const { ord: p = 2, keepdim = false } = settings;
  const dims = normalizeDims("norm", settings.dim, x.shape.length);
  const over: ReduceOptions = { dim: dims, keepdim };
  return composite(() => {
    if (p === 2) return flatSqrt(sum(square(x), over));
    if (p === 1) return sum(abs(x), over);
    if (p === Infinity) return amax(abs(x), over);
    if (p === -Infinity) return amin(abs(x), over);
    if (p === 0) return sum(cast(ne(x, 0), x.dtype), over);
    const total = sum(pow(abs(x), p), over);
    const isZero = eq(total, 0);
    return where(isZero, 0, pow(where(isZero, 1, total), 1 / p));
  });
}

/** log Σ eˣ over `dim`, shifted by the maximum so that exp cannot overflow. */
export function logsumexp(x: Tensor, dim: Dims | ReduceOptions, options?: ReduceOptions): Tensor {
  checkTensor("logsumexp", x);
  const { dim: over, keepdim = false } = withDim<Dims, ReduceOptions>(dim, options);
  const dims = normalizeDims("logsumexp", over, x.shape.length);
  return composite(() => {
    const value = cast(x, isFloating(x.dtype) ? x.dtype : "f32");
    const peak = finitePeak(value, dims);
    const total = log(sum(exp(sub(value, peak)), dims, { keepdim: true }));
    const result = add(total, peak);
    return keepdim
      ? result
      : reshape(
          result,
          x.shape.filter((_, d) => !dims.includes(d)),
        );
  });
}

/** The maximum, off the tape; 0 where it is infinite, so that ∞ − ∞ does not come up. */
function finitePeak(x: Tensor, dims: readonly number[]): Tensor {
  return noGrad(() => {
    const peak = amax(x, dims, { keepdim: true });
    return where(isinf(peak), 0, peak);
  });
}

export interface SoftmaxOptions extends DimOption {
  /** Convert to this dtype first. */
  readonly dtype?: DType;
}

/** x shifted by its maximum along one dimension, which a softmax does not see. */
function shifted(
  call: string,
  x: Tensor,
  settings: SoftmaxOptions,
): { value: Tensor; dim: number } {
  checkTensor(call, x);
  const value = cast(x, settings.dtype ?? x.dtype);
  checkFloating(call, value);
  if (settings.dim === undefined) throw new ArgumentError(`${call}: needs a dim`);
  const dim = normalizeDim(call, settings.dim, x.shape.length);
  return {
    value: sub(
      value,
      noGrad(() => amax(value, dim, { keepdim: true })),
    ),
    dim,
  };
}

/** yᵢ = e^xᵢ / Σⱼ e^xⱼ along `dim`. */
export function softmax(x: Tensor, dim: number | SoftmaxOptions, options?: SoftmaxOptions): Tensor {
  return composite(() => {
    const { value, dim: along } = shifted(
      "softmax",
      x,
      withDim<number, SoftmaxOptions>(dim, options),
    );
    const weight = exp(value);
    return div(weight, sum(weight, along, { keepdim: true }));
  });
}

/** yᵢ = xᵢ − log Σⱼ e^xⱼ along `dim`: the logarithm of the softmax, without its underflow. */
export function logSoftmax(
  x: Tensor,
  dim: number | SoftmaxOptions,
  options?: SoftmaxOptions,
): Tensor {
  return composite(() => {
    const { value, dim: along } = shifted(
      "logSoftmax",
      x,
      withDim<number, SoftmaxOptions>(dim, options),
    );
    return sub(value, log(sum(exp(value), along, { keepdim: true })));
  });
}

/** The softmax of −x along `dim`. */
export function softmin(x: Tensor, dim: number | SoftmaxOptions, options?: SoftmaxOptions): Tensor {
  return composite(() => softmax(mul(x, -1), dim, options));
}
