import { isFloating } from "../../dtype.ts";
import { ArgumentError, DTypeError, detail, ShapeError } from "../../errors.ts";
import { inOrder, type Pair } from "../../results.ts";
import { normalizeDim } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import { type Dims, withDim } from "../core/arguments.ts";
import { checkedFractions } from "../core/bounds.ts";
import { cast, checkFloating } from "../core/constant.ts";
import { movedim, reshape, squeeze, transpose, unsqueeze } from "../core/layout.ts";
import { gatherAlong } from "../indexing/gathering.ts";
import { type ReduceOptions, type SumOptions, sum } from "../shape/broadcast.ts";
import { diagonal } from "../shape/diagonals.ts";
import { add, mul, sub, trueDivide } from "./arithmetic.ts";
import { clamp, clampMin, maximum } from "./binary.ts";
import { eq, isnan, logicalNot } from "./comparison.ts";
import { matmul } from "./contraction.ts";
import {
  amax,
  amin,
  argmax,
  max,
  mean,
  min,
  type OneDimOptions,
  type ValuesAndIndices,
} from "./reduction.ts";
import { chosenAlong } from "./scan.ts";
import { sort } from "./sorting.ts";
import { nansum, norm, std, type VarianceOptions, variance } from "./statistics.ts";
import { sqrt } from "./unary.ts";

/** The mean of the elements that are not NaN. NaN if all are. x is floating-point. */
export function nanmean(x: Tensor, dim?: Dims | SumOptions, options?: SumOptions): Tensor {
  checkCall(
    "nanmean(x, dim?: number | number[] | null, { dim, keepdim: boolean, dtype: dtype })",
    arguments,
  );
  checkTensor("nanmean", x);
  checkFloating("nanmean", x);
  const settings = withDim<Dims, SumOptions>(dim, options);
  return composite(() => {
    const { dtype: _, ...over } = settings;
    return trueDivide(nansum(x, settings), sum(logicalNot(isnan(x)), over));
  });
}

/** The result of `varMean`: by name, or `const [variance, mean] = …`. */
export interface VarianceAndMean extends Pair<Tensor> {
  readonly variance: Tensor;
  readonly mean: Tensor;
}

/** The result of `stdMean`: by name, or `const [deviation, mean] = …`. */
export interface DeviationAndMean extends Pair<Tensor> {
  readonly std: Tensor;
  readonly mean: Tensor;
}

const kept = (
  dim: Dims | VarianceOptions | undefined,
  options: VarianceOptions | undefined,
): ReduceOptions => {
  const { dim: over = null, keepdim = false } = withDim<Dims, VarianceOptions>(dim, options);
  return { dim: over, keepdim };
};

/** `variance` and `mean` over the same dimensions: `const [v, m] = varMean(x, 1)`. */
export function varMean(
  x: Tensor,
  dim?: Dims | VarianceOptions,
  options?: VarianceOptions,
): VarianceAndMean {
  checkCall(
    "varMean(x, dim?: number | number[] | null, { dim, unbiased: boolean, keepdim: boolean, correction: number })",
    arguments,
  );
  return composite(() =>
    inOrder({ variance: variance(x, dim, options), mean: mean(x, kept(dim, options)) }),
  );
}

/** `std` and `mean` over the same dimensions: `const [s, m] = stdMean(x, 1)`. */
export function stdMean(
  x: Tensor,
  dim?: Dims | VarianceOptions,
  options?: VarianceOptions,
): DeviationAndMean {
  checkCall(
    "stdMean(x, dim?: number | number[] | null, { dim, unbiased: boolean, keepdim: boolean, correction: number })",
    arguments,
  );
  return composite(() => inOrder({ std: std(x, dim, options), mean: mean(x, kept(dim, options)) }));
}

/** The result of `aminmax`: by name, or `const [min, max] = …`. */
export interface Extremes extends Pair<Tensor> {
  readonly min: Tensor;
  readonly max: Tensor;
}

/**
 * The minimum and maximum of all elements, or along one dimension. NaN if any element is NaN. The
 * elements that attain an extreme share its gradient.
 */
export function aminmax(x: Tensor, options: OneDimOptions = {}): Extremes {
  checkCall("aminmax(x, { dim: number | null, keepdim: boolean })", arguments);
  const { dim = null, keepdim = false } = options;
  checkTensor("aminmax", x);
  return composite(() => {
    if (dim !== null)
      return inOrder({ min: amin(x, dim, { keepdim }), max: amax(x, dim, { keepdim }) });
    const [least, most] = [min(x), max(x)];
    const shape = keepdim ? x.shape.map(() => 1) : [];
    return inOrder({ min: reshape(least, shape), max: reshape(most, shape) });
  });
}

/**
 * The most frequent value of each slice along `dim` (the last unless given), and the index (i32) of
 * its last occurrence. Of equally frequent values it is the smallest.
 */
export function mode(
  x: Tensor,
  dim?: number | OneDimOptions,
  options?: OneDimOptions,
): ValuesAndIndices {
  checkCall("mode(x, dim?: number, { dim, keepdim: boolean })", arguments);
  checkTensor("mode", x);
  const settings = withDim<number | null, OneDimOptions>(dim, options);
  const at = normalizeDim("mode", settings.dim ?? -1, x.shape.length);
  if (x.shape[at] === 0) {
    throw new ArgumentError(`mode: expected at least one element${detail("x", x.shape)}`);
  }
  return composite(() => {
    const lines = x.shape.length === 0 ? reshape(x, [1]) : movedim(x, at, -1);
    const last = lines.shape.length - 1;
    const { values, indices } = sort(lines, last);
    const counts = maximum(sum(eq(unsqueeze(values, -1), unsqueeze(values, -2)), -1), 1);
    const first = argmax(counts, last, { keepdim: true });
    const end = sub(add(first, gatherAlong(counts, last, first)), 1);
    const place = movedim(gatherAlong(indices, last, end), last, Math.min(at, last));
    const found = x.shape.length === 0 ? reshape(place, []) : place;
    const chosen = chosenAlong(x, at, found);
    if (settings.keepdim || x.shape.length === 0)
      return inOrder({ values: chosen, indices: found });
    return inOrder({ values: squeeze(chosen, at), indices: squeeze(found, at) });
  });
}

/** ‖a − b‖ₚ over all elements (p = 2 unless given). */
export function dist(a: Tensor, b: Tensor, p = 2): Tensor {
  checkCall("dist(a, b, p?: number)", arguments);
  checkTensor("dist", a);
  checkTensor("dist", b);
  return composite(() => norm(sub(a, b), p));
}

/**
 * Scales down the slices of x along `dim` whose p-norm is greater than `maxnorm`, so that it
 * becomes
 * `maxnorm`.
 */
export function renorm(x: Tensor, p: number, dim: number, maxnorm: number): Tensor {
  checkCall("renorm(x, p: number, dim: number, maxnorm: number)", arguments);
  checkTensor("renorm", x);
  checkFloating("renorm", x);
  if (x.shape.length < 2) {
    throw new ShapeError(`renorm: takes at least 2 dimensions${detail("x", x.shape)}`);
  }
  if (!(p > 0)) throw new ArgumentError(`renorm: p must be greater than 0, got ${p}`);
  if (!(maxnorm >= 0)) throw new ArgumentError(`renorm: maxnorm must be 0 or more, got ${maxnorm}`);
  const at = normalizeDim("renorm", dim, x.shape.length);
  const others = [...x.shape.keys()].filter((d) => d !== at);
  return composite(() => {
    const length = norm(x, p, others, { keepdim: true });
    return mul(x, clamp(trueDivide(maxnorm, add(length, 1e-7)), null, 1));
  });
}

/** Options of `cov`. */
export interface CovOptions {
  /**
   * Subtracted from the number of observations in the divisor. 1 (the default) is Bessel's
   * correction.
   */
  readonly correction?: number;
  /** How often each observation was made (integers). */
  readonly fweights?: Tensor | null;
  /** The weight of each observation (floating-point). */
  readonly aweights?: Tensor | null;
}

/**
 * The covariance matrix of variables in rows and observations in columns: [variables, observations]
 * → [variables, variables]. A single variable gives a 0-d tensor.
 */
export function cov(x: Tensor, options: CovOptions = {}): Tensor {
  checkCall(
    "cov(x, { correction: int, fweights: tensor | null, aweights: tensor | null })",
    arguments,
  );
  checkTensor("cov", x);
  if (x.shape.length > 2) {
    throw new ShapeError(`cov: takes at most 2 dimensions${detail("x", x.shape)}`);
  }
  const { correction = 1, fweights = null, aweights = null } = options;
  const n = x.shape.at(-1) ?? 1;
  const weight = (name: string, w: Tensor, whole: boolean): Tensor => {
    checkTensor("cov", w);
    if (w.shape.length !== 1 || w.shape[0] !== n) {
      throw new ShapeError(
        `cov: ${name} must be a vector of length ${n}, one element per observation${detail(name, w.shape)}`,
      );
    }
    if (isFloating(w.dtype) === whole) {
      throw new DTypeError(
        `cov: ${name} must be ${whole ? "integers" : "floating-point"}, got ${w.dtype}`,
      );
    }
    return checkedFractions(
      w,
      { from: 0, to: Infinity },
      (value) => new ArgumentError(`cov: ${name} must be 0 or more, got ${value}`),
    );
  };
  return composite(() => {
    const rows = reshape(isFloating(x.dtype) ? x : cast(x, "f32"), [-1, n]);
    const [f, a] = [
      fweights && cast(weight("fweights", fweights, true), rows.dtype),
      aweights && weight("aweights", aweights, false),
    ];
    const w = f && a ? mul(f, a) : (f ?? a);
    if (w === null) {
      const apart = sub(rows, mean(rows, 1, { keepdim: true }));
      const product = matmul(apart, transpose(apart, 0, 1));
      return squeeze(trueDivide(product, Math.max(0, n - correction)));
    }
    const total = sum(w);
    const apart = sub(rows, trueDivide(sum(mul(rows, w), 1, { keepdim: true }), total));
    const lost =
      a && correction !== 0 ? mul(trueDivide(sum(mul(w, a)), total), correction) : correction;
    const product = matmul(apart, transpose(mul(apart, w), 0, 1));
    return squeeze(trueDivide(product, clampMin(sub(total, lost), 0)));
  });
}

/**
 * The correlation matrix of variables in rows and observations in columns: `cov` divided by both
 * standard deviations.
 */
export function corrcoef(x: Tensor): Tensor {
  checkCall("corrcoef(x)", arguments);
  checkTensor("corrcoef", x);
  if (x.shape.length > 2) {
    throw new ShapeError(`corrcoef: takes at most 2 dimensions${detail("x", x.shape)}`);
  }
  return composite(() => {
    const c = cov(x);
    if (c.shape.length === 0) return trueDivide(c, c);
    const deviation = sqrt(diagonal(c));
    return clamp(
      trueDivide(trueDivide(c, unsqueeze(deviation, 1)), unsqueeze(deviation, 0)),
      -1,
      1,
    );
  });
}
