import type { DType } from "../../dtype.ts";
import { ArgumentError, detail, ShapeError } from "../../errors.ts";
import { context } from "../../graph/context.ts";
import { type Shape, sameShape, sizeOf } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { kept as keptValue, watched } from "../../tape/edge.ts";
import { composite, noGrad } from "../../tape/modes.ts";
import { recordGradient, valueOfNow, watch } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import { checkDTypeOf, checkFloating } from "../core/constant.ts";
import { inFloat32 } from "../core/float32.ts";
import { writeInPlace } from "../core/inplace.ts";
import { reshape } from "../core/layout.ts";
import { assemble } from "../core/strided.ts";
import { add, mul, sub, trueDivide } from "../math/arithmetic.ts";
import { pow } from "../math/binary.ts";
import { countOver, mean } from "../math/reduction.ts";
import { rsqrt, square } from "../math/unary.ts";
import { keptShape } from "../shape/broadcast.ts";
import { narrow } from "../shape/movement.ts";

/** Options that normalisations share. */
export interface NormalizationOptions {
  /** γ, the factor of the normalised values. */
  readonly weight?: Tensor | null;
  /** β, added after the factor. */
  readonly bias?: Tensor | null;
  /** ε, added to the variance to avoid a division by 0. */
  readonly eps?: number;
}

interface Standardized {
  readonly value: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
  /** 1 / √(σ² + ε). */
  readonly scale: Tensor;
}

/**
 * (x − x̄) / √(σ² + ε) over these dimensions, with the mean and the (biased) variance that it used.
 * It
 * has a gradient formula of its own: the composition's gradient takes twice as many kernels.
 */
function standardize(x: Tensor, dims: readonly number[], eps: number): Standardized {
  const parts = noGrad(() => plainly(x, dims, eps));
  const { value, scale } = parts;
  const now = valueOfNow(x);
  const read = { value: valueOfNow(value), scale: valueOfNow(scale) };
  const rule = (dy: Tensor) => {
    // To be differentiated again, it must read values on the tape.
    const { value: y, scale: s } = context.gradMode ? plainly(now, dims, eps) : read;
    const kept = (statistic: Tensor) => reshape(statistic, keptShape(x.shape, dims));
    const along = mul(y, kept(mean(mul(dy, y), dims)));
    return [mul(sub(sub(dy, kept(mean(dy, dims))), along), kept(s))];
  };
  recordGradient("standardize", value, [x], rule, [watched(x), keptValue(value), keptValue(scale)]);
  return parts;
}

/**
 * The same as a composition. Statistics first drop their dimensions, so that what follows a sum in
 * its
 * shape is part of its kernel.
 */
function plainly(x: Tensor, dims: readonly number[], eps: number): Standardized {
  const kept = (statistic: Tensor) => reshape(statistic, keptShape(x.shape, dims));
  const center = mean(x, dims);
  const distance = sub(x, kept(center));
  const variance = mean(square(distance), dims);
  const scale = rsqrt(add(variance, eps));
  return { value: mul(distance, kept(scale)), mean: center, variance, scale };
}

/** γ x + β; γ and β are optional. */
function affine(x: Tensor, weight: Tensor | null, bias: Tensor | null): Tensor {
  const scaled = weight === null ? x : mul(x, weight);
  return bias === null ? scaled : add(scaled, bias);
}

/** A value for each channel (dimension 1), to broadcast against x. */
function perChannel(call: string, name: string, value: Tensor | null, x: Tensor): Tensor | null {
  if (value === null) return null;
  checkDTypeOf(call, name, value, x);
  const channels = x.shape[1] as number;
  if (!sameShape(value.shape, [channels])) {
    throw new ShapeError(
      `${call}: ${name} must have one element per channel (${channels})` +
        `${detail("x", x.shape)}${detail(name, value.shape)}`,
    );
  }
  return reshape(value, x.shape.map((_, d) => (d === 1 ? channels : 1)).slice(1));
}

function checkChannels(call: string, x: Tensor, rank: number): void {
  checkTensor(call, x);
  checkFloating(call, x);
  if (x.shape.length >= rank) return;
  throw new ShapeError(
    `${call}: takes at least ${rank} dimensions, batch and channels first${detail("x", x.shape)}`,
  );
}

/** The dimensions of x that are normalised: the last ones, which must have these sizes. */
function lastDims(call: string, x: Tensor, sizes: Shape, weights: readonly (Tensor | null)[]) {
  checkTensor(call, x);
  checkFloating(call, x);
  const first = x.shape.length - sizes.length;
  if (sizes.length === 0 || !sameShape(x.shape.slice(Math.max(first, 0)), sizes)) {
    throw new ShapeError(
      `${call}: the last dimensions must be [${sizes.join(", ")}]${detail("x", x.shape)}`,
    );
  }
  for (const weight of weights) {
    if (weight === null || sameShape(weight.shape, sizes)) continue;
    throw new ShapeError(
      `${call}: weight and bias must have the normalised shape [${sizes.join(", ")}]${detail("got", weight.shape)}`,
    );
  }
  return sizes.map((_, i) => first + i);
}

/**
 * y = γ (x − x̄) / √(σ² + ε) + β with mean and variance over the last dimensions. These have the
 * shape
 * `normalizedShape`, as have weight γ and bias β. Ba, Kiros & Hinton 2016.
 */
export function layerNorm(
  x: Tensor,
  normalizedShape: Shape,
  options: NormalizationOptions = {},
): Tensor {
  checkCall(
    "layerNorm(x, normalizedShape: number[], { weight: tensor | null, bias: tensor | null, eps: number })",
    arguments,
  );
  const { weight = null, bias = null, eps = 1e-5 } = options;
  const dims = lastDims("layerNorm", x, normalizedShape, [weight, bias]);
  for (const [name, value] of Object.entries({ weight, bias })) {
    if (value !== null) checkDTypeOf("layerNorm", name, value, x);
  }
  return composite(() =>
    inFloat32(x, (value) => affine(standardize(value, dims, eps).value, weight, bias)),
  );
}

/** Options of `rmsNorm`. */
export interface RmsNormOptions {
  readonly weight?: Tensor | null;
  /** ε, added to the mean square. If null, the machine epsilon of the dtype. */
  readonly eps?: number | null;
}

const EPSILON: Partial<Record<DType, number>> = {
  f16: 2 ** -10,
  f32: 2 ** -23,
  f64: 2 ** -52,
};

/**
 * y = γ x / √(mean x² + ε) over the last dimensions, which have the shape `normalizedShape`. Zhang
 * &
 * Sennrich 2019.
 */
export function rmsNorm(x: Tensor, normalizedShape: Shape, options: RmsNormOptions = {}): Tensor {
  checkCall(
    "rmsNorm(x, normalizedShape: number[], { weight: tensor | null, eps: number | null })",
    arguments,
  );
  const { weight = null, eps } = options;
  const dims = lastDims("rmsNorm", x, normalizedShape, [weight]);
  const floor = eps ?? (EPSILON[x.dtype] as number);
  return composite(() =>
    inFloat32(x, (value) => {
      const power = mean(square(value), dims, { keepdim: true });
      return affine(mul(value, rsqrt(add(power, floor))), weight, null);
    }),
  );
}

/**
 * Normalises each of `numGroups` groups of channels (dimension 1) of each example over all its
 * values:
 * y = γ (x − x̄) / √(σ² + ε) + β, with γ and β per channel. x: [N, C, …]; weight, bias: [C]. Wu &
 * He
 * 2018.
 */
export function groupNorm(
  x: Tensor,
  numGroups: number,
  options: NormalizationOptions = {},
): Tensor {
  checkCall(
    "groupNorm(x, numGroups: number, { weight: tensor | null, bias: tensor | null, eps: number })",
    arguments,
  );
  const { weight = null, bias = null, eps = 1e-5 } = options;
  checkChannels("groupNorm", x, 2);
  const [batch, channels] = x.shape as [number, number];
  if (!(numGroups > 0 && channels % numGroups === 0)) {
    throw new ArgumentError(
      `groupNorm: ${channels} channels cannot be split into ${numGroups} equal groups${detail("x", x.shape)}`,
    );
  }
  const gamma = perChannel("groupNorm", "weight", weight, x);
  const beta = perChannel("groupNorm", "bias", bias, x);
  const inGroup = sizeOf(x.shape.slice(2)) * (channels / numGroups);
  return composite(() =>
    inFloat32(x, (value) => {
      const grouped = reshape(value, [batch, numGroups, inGroup]);
      return affine(reshape(standardize(grouped, [2], eps).value, x.shape), gamma, beta);
    }),
  );
}

/** Options of `batchNorm`. */
export interface BatchNormOptions extends NormalizationOptions {
  /** If true, normalises by the batch's own statistics and updates the running ones. */
  readonly training?: boolean;
  /** The weight of the batch's statistics in the update of the running ones (0.1). */
  readonly momentum?: number;
}

/** All dimensions but these two. */
const allBut = (x: Tensor, ...kept: readonly number[]): number[] =>
  [...x.shape.keys()].filter((d) => !kept.includes(d));

/** running ← (1 − m) running + m value, off the tape. A recomputation does not repeat it. */
function follow(call: string, running: Tensor | null, value: Tensor, momentum: number): void {
  if (running === null || context.recomputing) return;
  noGrad(() =>
    writeInPlace(call, running, () => add(mul(running, 1 - momentum), mul(value, momentum))),
  );
}

/**
 * y = γ (x − x̄) / √(σ² + ε) + β per channel (dimension 1). If `training`, mean and variance are
 * those
 * of the batch over all other dimensions, and the running ones (if given) are updated in place,
 * with
 * the unbiased variance; an empty batch does not change them. Else the running ones are used. x:
 * [N,
 * C, …]; all others: [C]. Ioffe & Szegedy 2015.
 */
export function batchNorm(
  x: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  options: BatchNormOptions = {},
): Tensor {
  checkCall(
    "batchNorm(x, runningMean: tensor | null, runningVar: tensor | null, { weight: tensor | null, bias: tensor | null, training: boolean, momentum: number, eps: number })",
    arguments,
  );
  const call = "batchNorm";
  const { weight = null, bias = null, training = false, momentum = 0.1, eps = 1e-5 } = options;
  checkChannels(call, x, 2);
  const gamma = perChannel(call, "weight", weight, x);
  const beta = perChannel(call, "bias", bias, x);
  const known = {
    mean: perChannel(call, "runningMean", runningMean, x),
    variance: perChannel(call, "runningVar", runningVar, x),
  };
  if (!training) {
    if (known.mean === null || known.variance === null) {
      throw new ArgumentError(
        `${call}: needs runningMean and runningVar\n  hint: { training: true } uses the batch's own statistics`,
      );
    }
    const { mean: center, variance } = known as { mean: Tensor; variance: Tensor };
    const made = composite(() =>
      inFloat32(x, (value) =>
        affine(mul(sub(value, center), rsqrt(add(variance, eps))), gamma, beta),
      ),
    );
    return watch(made, x, center, variance);
  }
  const dims = allBut(x, 1);
  const n = countOver(x.shape, dims);
  if (n === 1) {
    throw new ArgumentError(
      `${call}: training needs more than one value per channel${detail("x", x.shape)}`,
    );
  }
  return composite(() =>
    inFloat32(x, (batch) => {
      const { value, mean: center, variance } = standardize(batch, dims, eps);
      if (n > 0) {
        follow(call, runningMean, center, momentum);
        follow(call, runningVar, mul(variance, n / (n - 1)), momentum);
      }
      return affine(value, gamma, beta);
    }),
  );
}

/** Options of `instanceNorm`. */
export interface InstanceNormOptions extends NormalizationOptions {
  readonly runningMean?: Tensor | null;
  readonly runningVar?: Tensor | null;
  /** If true, normalises each example by its own statistics; else by the running ones. */
  readonly useInputStats?: boolean;
  readonly momentum?: number;
}

/**
 * Normalises each channel of each example over its own values: y = γ (x − x̄) / √(σ² + ε) + β per
 * channel. The running statistics, if given, are updated in place with the mean over the batch. x:
 * [N,
 * C, …]; all others: [C]. Ulyanov, Vedaldi & Lempitsky 2016.
 */
export function instanceNorm(x: Tensor, options: InstanceNormOptions = {}): Tensor {
  checkCall(
    "instanceNorm(x, { runningMean: tensor | null, runningVar: tensor | null, weight: tensor | null, bias: tensor | null, useInputStats: boolean, momentum: number, eps: number })",
    arguments,
  );
  const call = "instanceNorm";
  const { weight = null, bias = null, eps = 1e-5, momentum = 0.1, useInputStats = true } = options;
  const { runningMean = null, runningVar = null } = options;
  checkChannels(call, x, 3);
  if (!useInputStats) return batchNorm(x, runningMean, runningVar, { weight, bias, eps });
  const gamma = perChannel(call, "weight", weight, x);
  const beta = perChannel(call, "bias", bias, x);
  const dims = allBut(x, 0, 1);
  const n = countOver(x.shape, dims);
  if (n === 1) {
    throw new ArgumentError(
      `${call}: needs more than one value per channel${detail("x", x.shape)}`,
    );
  }
  return composite(() =>
    inFloat32(x, (batch) => {
      const { value, mean: center, variance } = standardize(batch, dims, eps);
      if (runningMean !== null) follow(call, runningMean, mean(center, 0), momentum);
      if (runningVar !== null)
        follow(call, runningVar, mul(mean(variance, 0), n / (n - 1)), momentum);
      return affine(value, gamma, beta);
    }),
  );
}

/** Options of `localResponseNorm`. */
export interface LocalResponseNormOptions {
  readonly alpha?: number;
  readonly beta?: number;
  readonly k?: number;
}

/**
 * y = x / (k + α · mean x²)^β with the mean over `size` neighbouring channels (dimension 1);
 * channels
 * beyond the ends count as 0. x: [N, C, …]. Krizhevsky, Sutskever & Hinton 2012.
 */
export function localResponseNorm(
  x: Tensor,
  size: number,
  options: LocalResponseNormOptions = {},
): Tensor {
  checkCall(
    "localResponseNorm(x, size: number, { alpha: number, beta: number, k: number })",
    arguments,
  );
  const { alpha = 1e-4, beta = 0.75, k = 1 } = options;
  checkChannels("localResponseNorm", x, 3);
  if (!(Number.isInteger(size) && size > 0)) {
    throw new ArgumentError(
      `localResponseNorm: size must be a whole number, 1 or more, got ${size}`,
    );
  }
  if (sizeOf(x.shape) === 0) return x;
  return composite(() => {
    const [batch, channels] = x.shape as [number, number];
    const inner = sizeOf(x.shape.slice(2));
    const wide = channels + size - 1;
    const squares = reshape(square(x), [batch, channels, inner]);
    const strides = [wide * inner, inner, 1];
    const offset = Math.floor(size / 2) * inner;
    const padded = assemble([batch, wide, inner], [{ value: squares, strides, offset }]);
    let total = narrow(padded, 1, 0, channels);
    for (let i = 1; i < size; i++) total = add(total, narrow(padded, 1, i, channels));
    const base = add(mul(total, alpha / size), k);
    return trueDivide(x, reshape(pow(base, beta), x.shape));
  });
}
