import { arrayType } from "../../dtype.ts";
import { normalizeDim } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { hostTensor } from "../core/creation.ts";
import { contiguous } from "../core/strided.ts";
import { mul } from "../math/arithmetic.ts";
import { narrow } from "../shape/movement.ts";
import {
  checkCount,
  type FftNorm,
  type FftOptions,
  fractions,
  rankOf,
  resized,
  scaleOf,
  settled,
} from "./arguments.ts";
import type { Direction } from "./tables.ts";
import { transform } from "./transform.ts";

/** The transform of one axis. */
export interface Axis {
  readonly call: string;
  /** The dimension, counted from the front. */
  readonly dim: number;
  readonly n?: number | null | undefined;
  readonly norm?: FftNorm | null | undefined;
  readonly sign: Direction;
}

/** A transform from complex to complex numbers. */
export function ofComplex(x: Tensor, { call, dim, n, norm, sign }: Axis): Tensor {
  const count = n ?? (x.shape[dim] as number);
  checkCount(call, count, x);
  const scale = scaleOf(call, norm, count, sign);
  return transform(resized(x, dim, count), dim, { sign, scale, from: 2, to: 2 });
}

/** Real numbers to the first half of their transform. The other half is its conjugate. */
export function ofReal(x: Tensor, { call, dim, n, norm, sign }: Axis): Tensor {
  const count = n ?? (x.shape[dim] as number);
  checkCount(call, count, x);
  const scale = scaleOf(call, norm, count, sign);
  const whole = transform(resized(x, dim, count), dim, { sign, scale, from: 1, to: 2 });
  return contiguous(narrow(whole, dim, 0, Math.floor(count / 2) + 1));
}

/**
 * The first half of a conjugate-symmetric signal to real numbers: Re Σ wₖ Xₖ e^(…), with w = 1 at
 * the
 * ends and 2 between.
 */
export function toReal(x: Tensor, { call, dim, n, norm, sign }: Axis): Tensor {
  const count = n ?? 2 * ((x.shape[dim] as number) - 1);
  checkCount(call, count, x);
  const scale = scaleOf(call, norm, count, sign);
  const half = resized(x, dim, Math.floor(count / 2) + 1);
  const weights = new (arrayType(x.dtype))(half.shape[dim] as number).fill(2);
  weights[0] = 1;
  if (count % 2 === 0) weights[count / 2] = 1;
  const shape = half.shape.map((size, d) => (d === dim ? size : 1));
  const weighed = mul(half, hostTensor(weights, shape, x.dtype, x.node.stream));
  return transform(resized(weighed, dim, count), dim, { sign, scale, from: 2, to: 1 });
}

type Step = (x: Tensor, axis: Axis) => Tensor;

function along(
  call: string,
  x: Tensor,
  parts: 1 | 2,
  options: FftOptions,
  sign: Direction,
  step: Step,
): Tensor {
  const z = fractions(`fft.${call}`, x, parts);
  const { n, dim = -1, norm } = options;
  const at = normalizeDim(`fft.${call}`, dim, rankOf(z.shape, parts));
  return composite(() => step(z, { call: `fft.${call}`, dim: at, n, norm, sign }));
}

/**
 * X[k] = Σₙ x[n] e^(−2πi kn/N) along `dim`, for complex numbers. [..., N, 2] → [..., N, 2]. For
 * real
 * ones use `rfft`, or fft(complex(x)).
 */
export function fft(
  x: Tensor,
  n?: number | null | FftOptions,
  dim?: number | FftOptions,
  options?: FftOptions,
): Tensor {
  checkCall("fft(x, n?: number | null, dim?: number, { n, dim, norm })", arguments);
  return along("fft", x, 2, settled("n", n, dim, options), -1, ofComplex);
}

/** x[n] = 1/N Σₖ X[k] e^(2πi kn/N), the inverse of `fft`. [..., N, 2] → [..., N, 2]. */
export function ifft(
  x: Tensor,
  n?: number | null | FftOptions,
  dim?: number | FftOptions,
  options?: FftOptions,
): Tensor {
  checkCall("ifft(x, n?: number | null, dim?: number, { n, dim, norm })", arguments);
  return along("ifft", x, 2, settled("n", n, dim, options), 1, ofComplex);
}

/**
 * `fft` of real numbers, without the half that is the conjugate of the other. [..., N] →
 * [..., ⌊N/2⌋ + 1, 2].
 */
export function rfft(
  x: Tensor,
  n?: number | null | FftOptions,
  dim?: number | FftOptions,
  options?: FftOptions,
): Tensor {
  checkCall("rfft(x, n?: number | null, dim?: number, { n, dim, norm })", arguments);
  return along("rfft", x, 1, settled("n", n, dim, options), -1, ofReal);
}

/**
 * The inverse of `rfft`: half a transform to real numbers. [..., M, 2] → [..., N], with N = 2 (M −
 * 1)
 * unless `n` is given.
 */
export function irfft(
  x: Tensor,
  n?: number | null | FftOptions,
  dim?: number | FftOptions,
  options?: FftOptions,
): Tensor {
  checkCall("irfft(x, n?: number | null, dim?: number, { n, dim, norm })", arguments);
  return along("irfft", x, 2, settled("n", n, dim, options), 1, toReal);
}

/**
 * `fft` of a conjugate-symmetric signal, given by its first half; the result is real. [..., M, 2] →
 * [..., N], with N = 2 (M − 1) unless `n` is given.
 */
export function hfft(
  x: Tensor,
  n?: number | null | FftOptions,
  dim?: number | FftOptions,
  options?: FftOptions,
): Tensor {
  checkCall("hfft(x, n?: number | null, dim?: number, { n, dim, norm })", arguments);
  return along("hfft", x, 2, settled("n", n, dim, options), -1, toReal);
}

/**
 * The inverse of `hfft`: the first half of `ifft` of real numbers. [..., N] → [..., ⌊N/2⌋ + 1, 2].
 */
export function ihfft(
  x: Tensor,
  n?: number | null | FftOptions,
  dim?: number | FftOptions,
  options?: FftOptions,
): Tensor {
  checkCall("ihfft(x, n?: number | null, dim?: number, { n, dim, norm })", arguments);
  return along("ihfft", x, 1, settled("n", n, dim, options), 1, ofReal);
}
