import { ArgumentError, noGrad, sort, type Tensor, tensor, where } from "@wgrad/autograd";
import { checkCall, composite } from "@wgrad/autograd/plugin";
import { checkChoice, checkSameShape, checkWeights } from "./check.ts";
import { ratio } from "./counts.ts";
import { asFloat, type Values, withWeight } from "./values.ts";

/**
 * How metrics of several outputs are averaged: their mean, one value each, or a mean with these
 * weights.
 */
export type Multioutput = "uniform_average" | "raw_values" | readonly number[];

/** Settings of metrics of several outputs. */
export interface MultioutputOptions {
  /**
   * Averaging for [n, outputs]: mean, one value each ("raw_values": [outputs]), or a mean with
   * weights (default "uniform_average").
   */
  readonly multioutput?: Multioutput;
  /** Weight of each example, [n] (default: all 1). */
  readonly sampleWeight?: Values | null;
}

/** Settings of meanSquaredError. */
export interface MeanSquaredErrorOptions extends MultioutputOptions {
  /** If false, returns the square root (default true). */
  readonly squared?: boolean;
}

/** Settings of r2Score and explainedVarianceScore. */
export interface ExplainedOptions extends Omit<MultioutputOptions, "multioutput"> {
  /**
   * Averaging over outputs; "variance_weighted" weights them by their variances (default
   * "uniform_average").
   */
  readonly multioutput?: Multioutput | "variance_weighted";
}

/** Mean over the examples, [n, outputs] → [outputs]. */
type Mean = (x: Tensor) => Tensor;

export interface Examples {
  readonly p: Tensor;
  readonly y: Tensor;
  readonly mean: Mean;
  /** [n, 1]; null if all weights are 1. */
  readonly weight: Tensor | null;
}

/**
 * Computes a metric per output and averages as `multioutput` asks. Examples are along dimension 0,
 * outputs along the rest.
 */
export function perOutput(
  name: string,
  predictions: Values,
  targets: Values,
  { multioutput = "uniform_average", sampleWeight = null }: MultioutputOptions,
  metric: (examples: Examples) => Tensor,
): Tensor {
  return noGrad(() =>
    composite(() => {
      const examples = examplesOf(name, predictions, targets, sampleWeight);
      return combined(name, metric(examples), multioutput);
    }),
  );
}

export function examplesOf(
  name: string,
  predictions: Values,
  targets: Values,
  sampleWeight: Values | null,
): Examples {
  const { tensors, weight } = withWeight(name, { predictions, targets }, sampleWeight);
  checkSameShape(name, tensors.predictions, tensors.targets);
  const n = tensors.targets.shape[0] ?? 1;
  const rows = (x: Tensor): Tensor => asFloat(x).reshape(n, n === 0 ? 1 : -1);
  const [p, y] = [rows(tensors.predictions), rows(tensors.targets)];
  if (weight === null) return { p, y, mean: (x) => x.mean(0), weight: null };
  checkWeights(name, weight, [n]);
  const column = weight.unsqueeze(1);
  const mean: Mean = (x) => ratio(x.mul(column).sum(0), column.sum(), Number.NaN);
  return { p, y, mean, weight: column };
}

function combined(name: string, each: Tensor, multioutput: Multioutput): Tensor {
  if (!Array.isArray(multioutput)) {
    checkChoice(name, "multioutput", multioutput, ["uniform_average", "raw_values"]);
    return multioutput === "raw_values" ? each : each.mean();
  }
  const weights = Float32Array.from(multioutput as readonly number[]);
  if (weights.length !== each.shape[0] || !weights.every(Number.isFinite)) {
    throw new ArgumentError(
      `${name}: multioutput has ${weights.length} weights, but there are ${each.shape[0]} outputs\n  hint: pass one weight per output`,
    );
  }
  const share = tensor(weights, { device: each });
  return ratio(each.mul(share).sum(), share.sum(), Number.NaN);
}

/**
 * Mean of (prediction − target)², or its square root. Predictions come first, then targets in the
 * same shape. → 0-d, or one per output.
 */
export function meanSquaredError(
  predictions: Values,
  targets: Values,
  settings: MeanSquaredErrorOptions = {},
): Tensor {
  checkCall(
    "meanSquaredError(predictions: any, targets: any, { multioutput, sampleWeight, squared: boolean })",
    arguments,
  );
  const { squared = true, ...options } = settings;
  return perOutput("meanSquaredError", predictions, targets, options, ({ p, y, mean }) => {
    const error = mean(p.sub(y).square());
    return squared ? error : error.sqrt();
  });
}

/**
 * Square root of the mean of (prediction − target)². Predictions come first, then targets in the
 * same shape. → 0-d, or one per output.
 */
export function rootMeanSquaredError(
  predictions: Values,
  targets: Values,
  options: MultioutputOptions = {},
): Tensor {
  checkCall(
    "rootMeanSquaredError(predictions: any, targets: any, { multioutput, sampleWeight })",
    arguments,
  );
  return perOutput("rootMeanSquaredError", predictions, targets, options, ({ p, y, mean }) =>
    mean(p.sub(y).square()).sqrt(),
  );
}

/**
 * Mean of |prediction − target|. Predictions come first, then targets. → 0-d, or one per output.
 */
export function meanAbsoluteError(
  predictions: Values,
  targets: Values,
  options: MultioutputOptions = {},
): Tensor {
  checkCall(
    "meanAbsoluteError(predictions: any, targets: any, { multioutput, sampleWeight })",
    arguments,
  );
  return perOutput("meanAbsoluteError", predictions, targets, options, ({ p, y, mean }) =>
    mean(p.sub(y).abs()),
  );
}

/**
 * (Weighted) median of |prediction − target|. Predictions come first, then targets. → 0-d, or one
 * per output; NaN if a value is NaN.
 */
export function medianAbsoluteError(
  predictions: Values,
  targets: Values,
  options: MultioutputOptions = {},
): Tensor {
  checkCall(
    "medianAbsoluteError(predictions: any, targets: any, { multioutput, sampleWeight })",
    arguments,
  );
  return perOutput("medianAbsoluteError", predictions, targets, options, ({ p, y, weight }) => {
    const errors = p.sub(y).abs();
    const middle = weight === null ? median(errors) : weightedMedian(errors, weight);
    return where(errors.isnan().any(0), Number.NaN, middle);
  });
}

function median(errors: Tensor): Tensor {
  const { values } = sort(errors, 0);
  const last = (values.shape[0] as number) - 1;
  return values
    .select(0, Math.floor(last / 2))
    .add(values.select(0, Math.ceil(last / 2)))
    .div(2);
}

/**
 * Weighted median of [n, outputs] with weights [n, 1]: the mean of the values whose cumulative
 * weight first reaches, and first exceeds, half of the total.
 */
function weightedMedian(errors: Tensor, weight: Tensor): Tensor {
  const { values, indices } = sort(errors, 0);
  const sorted = weight.expand(...errors.shape).gather(0, indices);
  const reached = sorted.cumsum(0);
  const half = weight.sum().div(2);
  const first = (reaches: Tensor): Tensor =>
    where(reaches, values, Number.POSITIVE_INFINITY).amin(0);
  const slack = weight.sum().mul(1e-6);
  const atHalf = first(reached.ge(half.sub(slack)).logicalAnd(sorted.gt(0)));
  const past = first(reached.gt(half.add(slack)).logicalAnd(sorted.gt(0)));
  return atHalf.add(past).div(2);
}

/**
 * Mean of |prediction − target| / |target|, as a fraction; a target of 0 counts as 2⁻⁵².
 * Predictions come first, then targets. → 0-d, or one per output.
 */
export function meanAbsolutePercentageError(
  predictions: Values,
  targets: Values,
  options: MultioutputOptions = {},
): Tensor {
  checkCall(
    "meanAbsolutePercentageError(predictions: any, targets: any, { multioutput, sampleWeight })",
    arguments,
  );
  const name = "meanAbsolutePercentageError";
  return perOutput(name, predictions, targets, options, ({ p, y, mean }) =>
    mean(
      p
        .sub(y)
        .abs()
        .div(y.abs().clamp(2 ** -52)),
    ),
  );
}

/** Largest |prediction − target|. Predictions come first, then targets in the same shape. → 0-d. */
export function maxError(predictions: Values, targets: Values): Tensor {
  checkCall("maxError(predictions: any, targets: any)", arguments);
  return noGrad(() =>
    composite(() => {
      const { p, y } = examplesOf("maxError", predictions, targets, null);
      const error = p.sub(y).abs();
      return where(error.isnan().any(), Number.NaN, error.amax());
    }),
  );
}

/**
 * R² = 1 − Σ(y − ŷ)² / Σ(y − ȳ)²: 1 is perfect, 0 is no better than the targets' mean. For constant
 * targets it is 1 if the predictions are exact, else 0; for a single example it is NaN, as in
 * scikit-learn. Predictions come first, then targets. → 0-d, or one per output.
 */
export function r2Score(
  predictions: Values,
  targets: Values,
  options: ExplainedOptions = {},
): Tensor {
  checkCall("r2Score(predictions: any, targets: any, { multioutput, sampleWeight })", arguments);
  return explained("r2Score", predictions, targets, options, ({ p, y, mean }) =>
    mean(y.sub(p).square()),
  );
}

/**
 * 1 − Var(y − ŷ) / Var(y): R² that ignores a constant error. Predictions come first, then targets.
 * → 0-d, or one per output.
 */
export function explainedVarianceScore(
  predictions: Values,
  targets: Values,
  options: ExplainedOptions = {},
): Tensor {
  checkCall(
    "explainedVarianceScore(predictions: any, targets: any, { multioutput, sampleWeight })",
    arguments,
  );
  return explained("explainedVarianceScore", predictions, targets, options, ({ p, y, mean }) =>
    variance(y.sub(p), mean),
  );
}

/**
 * Mean of (x − mean x)², exactly 0 if x is constant. The last term corrects the rounding error of a
 * mean far from 0.
 */
function variance(x: Tensor, mean: Mean): Tensor {
  const shifted = x.shape[0] === 0 ? x : x.sub(x.narrow(0, 0, 1));
  const distance = shifted.sub(mean(shifted));
  const found = mean(distance.square()).sub(mean(distance).square());
  return where(found.lt(0), 0, found);
}

/** 1 − residual / Var(y); if Var(y) is 0, 1 for a perfect prediction and 0 otherwise. */
function explained(
  name: "r2Score" | "explainedVarianceScore",
  predictions: Values,
  targets: Values,
  { multioutput = "uniform_average", sampleWeight = null }: ExplainedOptions,
  residualOf: (examples: Examples) => Tensor,
): Tensor {
  return noGrad(() =>
    composite(() => {
      const examples = examplesOf(name, predictions, targets, sampleWeight);
      const residual = residualOf(examples);
      const spread = variance(examples.y, examples.mean);
      const constant = where(residual.eq(0), 1, 0);
      const part = where(spread.eq(0), constant, residual.div(spread).neg().add(1));
      const tooFew = name === "r2Score" && (examples.y.shape[0] as number) < 2;
      const each = tooFew ? part.mul(Number.NaN) : part;
      if (multioutput !== "variance_weighted") return combined(name, each, multioutput);
      const weighed = ratio(each.mul(spread).sum(), spread.sum(), Number.NaN);
      return where(spread.sum().eq(0), each.mean(), weighed);
    }),
  );
}
