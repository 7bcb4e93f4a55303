import { type DType, isFloating } from "../../dtype.ts";
import { ArgumentError } from "../../errors.ts";
import { noteRange } from "../../graph/range.ts";
import { normalizeDim, normalizeDims } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite, noGrad } from "../../tape/modes.ts";
import { watch } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import { type DimOption, type Dims, withDim } from "../core/arguments.ts";
import { cast, checkFloating } from "../core/constant.ts";
import { inFloat32 } from "../core/float32.ts";
import { reshape } from "../core/layout.ts";
import { add, mul, sub, trueDivide } from "../math/arithmetic.ts";
import { eq, where } from "../math/comparison.ts";
import { amax, countOver } from "../math/reduction.ts";
import { exp, isinf, log } from "../math/unary.ts";
import { type ReduceOptions, startValue, sum } from "../shape/broadcast.ts";

/** log Σ eˣ over `dim`, shifted by the maximum so that exp cannot overflow. */
export function logsumexp(x: Tensor, dim: Dims | ReduceOptions, options?: ReduceOptions): Tensor {
  if (typeof dim !== "number" || arguments.length > 2)
    checkCall("logsumexp(x, dim?: number | number[] | null, { dim, keepdim: boolean })", arguments);
  checkTensor("logsumexp", x);
  const { dim: over, keepdim = false } = withDim<Dims, ReduceOptions>(dim, options);
  const dims = normalizeDims("logsumexp", over, x.shape.length);
  const floating = cast(x, isFloating(x.dtype) ? x.dtype : "f32");
  if (countOver(x.shape, dims) === 0) return startValue(-Infinity, floating, dims, keepdim);
  const made = composite(() => {
    const result = inFloat32(floating, (value) => {
      const peak = finitePeak(value, dims);
      return add(log(sum(exp(sub(value, peak)), dims, { keepdim: true })), peak);
    });
    return keepdim
      ? result
      : reshape(
          result,
          x.shape.filter((_, d) => !dims.includes(d)),
        );
  });
  return watch(made, x, made);
}

/** The maximum, off the tape. It is 0 where it is infinite, to avoid ∞ − ∞. */
function finitePeak(x: Tensor, dims: readonly number[]): Tensor {
  return noGrad(() => {
    const peak = amax(x, dims, { keepdim: true });
    return where(isinf(peak), 0, peak);
  });
}

/** Options of `softmax`, `logSoftmax` and `softmin`. */
export interface SoftmaxOptions extends DimOption {
  /** Converts x to this dtype first. */
  readonly dtype?: DType;
}

/**
 * Applies `compute` to x minus its maximum along one dimension. A softmax does not depend on the
 * shift.
 */
function ofShifted(
  call: string,
  x: Tensor,
  settings: SoftmaxOptions,
  compute: (value: Tensor, dim: number) => Tensor,
): Tensor {
  checkTensor(call, x);
  const value = cast(x, settings.dtype ?? x.dtype);
  checkFloating(call, value);
  if (settings.dim === undefined) throw new ArgumentError(`${call}: needs a dim`);
  const dim = normalizeDim(call, settings.dim, x.shape.length);
  return inFloat32(value, (one) => {
    if (one.shape[dim] === 0) return compute(one, dim);
    const peak = noGrad(() => amax(one, dim, { keepdim: true }));
    return compute(sub(one, peak), dim);
  });
}

/** yᵢ = e^xᵢ / Σⱼ e^xⱼ along `dim`. */
export function softmax(x: Tensor, dim: number | SoftmaxOptions, options?: SoftmaxOptions): Tensor {
  if (arguments.length > 2 || typeof dim === "object")
    checkCall("softmax(x, dim?: number, { dim, dtype: dtype | null })", arguments);
  const settings = withDim<number, SoftmaxOptions>(dim, options);
  const made = composite(() =>
    ofShifted("softmax", x, settings, (value, along) => {
      const weight = exp(value);
      const shares = trueDivide(weight, sum(weight, along, { keepdim: true }));
      noteRange(shares.node, [0, 1], "numbers");
      return shares;
    }),
  );
  return watch(made, made);
}

/**
 * The softmax over the last dimension of scores that may be −∞. If all are, the weights are 0, not
 * NaN.
 */
export function maskedSoftmax(x: Tensor): Tensor {
  if (x.shape.at(-1) === 0) return exp(x);
  const weight = exp(sub(x, finitePeak(x, [x.shape.length - 1])));
  const total = sum(weight, -1, { keepdim: true });
  return trueDivide(weight, where(eq(total, 0), 1, total));
}

/** yᵢ = xᵢ − log Σⱼ e^xⱼ along `dim`: the log of the softmax, without underflow. */
export function logSoftmax(
  x: Tensor,
  dim: number | SoftmaxOptions,
  options?: SoftmaxOptions,
): Tensor {
  if (arguments.length > 2 || typeof dim === "object")
    checkCall("logSoftmax(x, dim?: number, { dim, dtype: dtype | null })", arguments);
  const settings = withDim<number, SoftmaxOptions>(dim, options);
  const made = composite(() =>
    ofShifted("logSoftmax", x, settings, (value, along) =>
      sub(value, log(sum(exp(value), along, { keepdim: true }))),
    ),
  );
  return watch(made, made);
}

/** The softmax of −x along `dim`. */
export function softmin(x: Tensor, dim: number | SoftmaxOptions, options?: SoftmaxOptions): Tensor {
  if (arguments.length > 2 || typeof dim === "object")
    checkCall("softmin(x, dim?: number, { dim, dtype: dtype | null })", arguments);
  return composite(() => softmax(mul(x, -1), dim, options));
}
