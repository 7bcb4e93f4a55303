import { normalizeDims } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite, noGrad } from "../../tape/modes.ts";
import { recordGradient, watch } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import { type Dims, withDim } from "../core/arguments.ts";
import { cast, checkFloating } from "../core/constant.ts";
import { inFloat32 } from "../core/float32.ts";
import { type ReduceOptions, type SumOptions, sum } from "../shape/broadcast.ts";
import { mul, sub, trueDivide } from "./arithmetic.ts";
import { pow } from "./binary.ts";
import { eq, isnan, logicalNot, ne, where } from "./comparison.ts";
import { amax, amin, countOver, mean } from "./reduction.ts";
import { abs, safeSqrt, square } from "./unary.ts";

/** The number of elements (of all, or along `dim`) that are not 0, as i32. */
export function countNonzero(
  x: Tensor,
  dim?: Dims | ReduceOptions,
  options?: ReduceOptions,
): Tensor {
  checkCall(
    "countNonzero(x, dim?: number | number[] | null, { dim, keepdim: boolean })",
    arguments,
  );
  return composite(() => sum(ne(x, 0), withDim<Dims, ReduceOptions>(dim, options)));
}

/** `sum` with NaN counted as 0. */
export function nansum(x: Tensor, dim?: Dims | SumOptions, options?: SumOptions): Tensor {
  checkCall(
    "nansum(x, dim?: number | number[] | null, { dim, keepdim: boolean, dtype: dtype })",
    arguments,
  );
  return watch(
    composite(() => sum(withoutNaN(x), dim, options)),
    x,
  );
}

/**
 * 0 where x is NaN, else x. The gradient there is 0 · dy, as in PyTorch, so that of a mean without
 * elements stays NaN.
 */
function withoutNaN(x: Tensor): Tensor {
  const missing = isnan(x);
  const made = noGrad(() => where(missing, 0, x));
  recordGradient("withoutNaN", made, [x], (dy) => [mul(dy, logicalNot(missing))]);
  return made;
}

/** Options of `variance` and `std`. */
export interface VarianceOptions extends ReduceOptions {
  /**
   * Subtracted from the number of elements in the divisor. 1 (the default) is Bessel's correction.
   */
  readonly correction?: number;
  /** `false` means `correction: 0`. */
  readonly unbiased?: boolean;
}

/** Σ (x − x̄)² / max(0, n − correction) over `dim` (one, several, or all). PyTorch's `var`. */
export function variance(
  x: Tensor,
  dim?: Dims | VarianceOptions,
  options?: VarianceOptions,
): Tensor {
  checkCall(
    "var(x, dim?: number | number[] | null, { dim, unbiased: boolean, keepdim: boolean, correction: number })",
    arguments,
  );
  checkTensor("var", x);
  checkFloating("var", x);
  const settings = withDim<Dims, VarianceOptions>(dim, options);
  const { unbiased = true, correction = unbiased ? 1 : 0, keepdim = false } = settings;
  const dims = normalizeDims("var", settings.dim, x.shape.length);
  const n = countOver(x.shape, dims);
  const made = composite(() =>
    inFloat32(x, (value) => {
      const distance = sub(value, mean(value, dims, { keepdim: true }));
      return trueDivide(sum(square(distance), dims, { keepdim }), Math.max(0, n - correction));
    }),
  );
  return watch(made, x);
}

/** The square root of the variance. Its gradient at 0 is 0. */
export function std(x: Tensor, dim?: Dims | VarianceOptions, options?: VarianceOptions): Tensor {
  checkCall(
    "std(x, dim?: number | number[] | null, { dim, unbiased: boolean, keepdim: boolean, correction: number })",
    arguments,
  );
  checkTensor("std", x);
  const made = composite(() => inFloat32(x, (value) => safeSqrt(variance(value, dim, options))));
  return watch(made, x, made);
}

/** Options of `norm`. */
export interface NormOptions extends ReduceOptions {
  /**
   * The exponent (2). Infinity and −Infinity give the largest and smallest absolute value, 0 counts
   * the elements that are not 0.
   */
  readonly p?: number | "fro" | null;
}

/** (Σ |x|ᵖ)^(1/p) over `dim` (one, several, or all). The gradient at the zero vector is 0. */
export function norm(
  x: Tensor,
  p?: number | "fro" | null | NormOptions,
  dim?: Dims,
  options?: NormOptions,
): Tensor {
  checkCall(
    'norm(x, p?: number | "fro" | null, dim?: number | number[] | null, { p, dim, keepdim: boolean })',
    arguments,
  );
  const named = typeof p === "object" && p !== null;
  const { dim: over = null, keepdim = false, ...settings } = (named ? p : options) ?? {};
  const exponent = (named ? settings.p : (p ?? settings.p)) ?? 2;
  const ord = exponent === "fro" ? 2 : exponent;
  return vectorNorm(x, { ord, dim: named ? over : (dim ?? over), keepdim });
}

/** Options of `linalg.vectorNorm`. */
export interface VectorNormOptions extends ReduceOptions {
  readonly ord?: number;
}

/** (Σ |x|ᵒʳᵈ)^(1/ord) over `dim` (one, several, or all). PyTorch's `linalg.vector_norm`. */
export function vectorNorm(
  x: Tensor,
  ord?: number | VectorNormOptions,
  dim?: Dims,
  options?: VectorNormOptions,
): Tensor {
  checkCall(
    "linalg.vectorNorm(x, ord?: number, dim?: number | number[] | null, { ord, dim, keepdim: boolean })",
    arguments,
  );
  checkTensor("norm", x);
  checkFloating("norm", x);
  const settings = typeof ord === "object" ? ord : { ord: ord ?? 2, dim, ...options };
  const { ord: p = 2, keepdim = false } = settings;
  const dims = normalizeDims("norm", settings.dim, x.shape.length);
  const over: ReduceOptions = { dim: dims, keepdim };
  const made = composite(() => inFloat32(x, (value) => sized(value, p, over)));
  return watch(made, x, made);
}

function sized(x: Tensor, p: number, over: ReduceOptions): Tensor {
  if (p === 2) return safeSqrt(sum(square(x), over));
  if (p === 1) return sum(abs(x), over);
  if (p === Infinity) return amax(abs(x), over);
  if (p === -Infinity) return amin(abs(x), over);
  if (p === 0) return sum(cast(ne(x, 0), x.dtype), over);
  const total = sum(pow(abs(x), p), over);
  const isZero = eq(total, 0);
  return where(isZero, 0, pow(where(isZero, 1, total), 1 / p));
}
