import { ArgumentError, noGrad, type Tensor } from "@wgrad/autograd";
import { checkCall, composite } from "@wgrad/autograd/plugin";
import { checkChoice, checkSameShape } from "./check.ts";
import { ratio } from "./counts.ts";
import { measured } from "./labels.ts";
import { type Examples, examplesOf, type MultioutputOptions, perOutput } from "./regression.ts";
import { asFloat, tensorsOf, type Values } from "./values.ts";

/** Smallest divisor, as in torchmetrics. */
const EPSILON = 1.17e-6;

const ofAll = (
  metric: string,
  predictions: Values,
  targets: Values,
  combine: (examples: Examples) => Tensor,
): Tensor => noGrad(() => composite(() => combine(examplesOf(metric, predictions, targets, null))));

/**
 * Mean of (log(1 + prediction) − log(1 + target))². Predictions come first, then targets; both
 * above −1. → 0-d, or one per output.
 */
export function meanSquaredLogError(
  predictions: Values,
  targets: Values,
  options: MultioutputOptions = {},
): Tensor {
  checkCall(
    "meanSquaredLogError(predictions: any, targets: any, { multioutput, sampleWeight })",
    arguments,
  );
  return perOutput("meanSquaredLogError", predictions, targets, options, ({ p, y, mean }) =>
    mean(p.log1p().sub(y.log1p()).square()),
  );
}

/**
 * Square root of the mean squared log error. Predictions come first, then targets; both above −1. →
 * 0-d, or one per output.
 */
export function rootMeanSquaredLogError(
  predictions: Values,
  targets: Values,
  options: MultioutputOptions = {},
): Tensor {
  checkCall(
    "rootMeanSquaredLogError(predictions: any, targets: any, { multioutput, sampleWeight })",
    arguments,
  );
  return perOutput("rootMeanSquaredLogError", predictions, targets, options, ({ p, y, mean }) =>
    mean(p.log1p().sub(y.log1p()).square()).sqrt(),
  );
}

/**
 * Mean of log cosh(prediction − target), which is quadratic near 0 and linear far from it.
 * Predictions come first, then targets. → 0-d, or one per output.
 */
export function logCoshError(
  predictions: Values,
  targets: Values,
  options: MultioutputOptions = {},
): Tensor {
  checkCall(
    "logCoshError(predictions: any, targets: any, { multioutput, sampleWeight })",
    arguments,
  );
  return perOutput("logCoshError", predictions, targets, options, ({ p, y, mean }) => {
    const size = p.sub(y).abs();
    return mean(size.add(size.mul(-2).exp().log1p()).sub(Math.LN2));
  });
}

/**
 * Mean of 2 |p − y| / (|p| + |y|), as a fraction. Predictions come first, then targets. → 0-d, or
 * one per output.
 */
export function symmetricMeanAbsolutePercentageError(
  predictions: Values,
  targets: Values,
  options: MultioutputOptions = {},
): Tensor {
  checkCall(
    "symmetricMeanAbsolutePercentageError(predictions: any, targets: any, { multioutput, sampleWeight })",
    arguments,
  );
  return perOutput(
    "symmetricMeanAbsolutePercentageError",
    predictions,
    targets,
    options,
    ({ p, y, mean }) => mean(p.sub(y).abs().mul(2).div(p.abs().add(y.abs()).clamp(EPSILON))),
  );
}

/** Σ |p − y| / Σ |y|, as a fraction. Predictions come first, then targets. → 0-d. */
export function weightedMeanAbsolutePercentageError(predictions: Values, targets: Values): Tensor {
  checkCall("weightedMeanAbsolutePercentageError(predictions: any, targets: any)", arguments);
  return ofAll("weightedMeanAbsolutePercentageError", predictions, targets, ({ p, y }) =>
    p.sub(y).abs().sum().div(y.abs().sum().clamp(EPSILON)),
  );
}

/** Settings of relativeSquaredError. */
export interface RelativeSquaredErrorOptions {
  /** If false, returns the square root (default true). */
  readonly squared?: boolean;
}

/**
 * Σ (y − p)² / Σ (y − ȳ)², averaged over outputs, or its square root. Predictions come first, then
 * targets. → 0-d.
 */
export function relativeSquaredError(
  predictions: Values,
  targets: Values,
  options: RelativeSquaredErrorOptions = {},
): Tensor {
  checkCall(
    "relativeSquaredError(predictions: any, targets: any, { squared: boolean })",
    arguments,
  );
  const { squared = true } = options;
  return ofAll("relativeSquaredError", predictions, targets, ({ p, y }) => {
    const spread = y
      .sub(y.mean(0, { keepdim: true }))
      .square()
      .sum(0);
    const each = y.sub(p).square().sum(0).div(spread.clamp(EPSILON));
    return (squared ? each : each.sqrt()).mean();
  });
}

/** (Σ |prediction − target|ᵖ)^(1/p). Predictions come first, then targets. → 0-d. */
export function minkowskiDistance(predictions: Values, targets: Values, p: number): Tensor {
  checkCall("minkowskiDistance(predictions: any, targets: any, p: number)", arguments);
  if (!(p >= 1)) throw new ArgumentError(`minkowskiDistance: p is ${p}\n  hint: a number ≥ 1`);
  return ofAll("minkowskiDistance", predictions, targets, (examples) =>
    examples.p
      .sub(examples.y)
      .abs()
      .pow(p)
      .sum()
      .pow(1 / p),
  );
}

/**
 * Lin's concordance correlation 2 cov / (var p + var y + (mean p − mean y)²), which measures
 * agreement with the line p = y. Predictions come first, then targets. → [outputs].
 */
export function concordanceCorrcoef(predictions: Values, targets: Values): Tensor {
  checkCall("concordanceCorrcoef(predictions: any, targets: any)", arguments);
  return ofAll("concordanceCorrcoef", predictions, targets, ({ p, y }) => {
    const n = (y.shape[0] as number) - 1;
    const [mp, my] = [p.mean(0, { keepdim: true }), y.mean(0, { keepdim: true })];
    const [dp, dy] = [p.sub(mp), y.sub(my)];
    const covariance = dp.mul(dy).sum(0).div(n);
    const spread = dp.square().sum(0).add(dy.square().sum(0)).div(n);
    return covariance.mul(2).div(spread.add(mp.sub(my).squeeze(0).square()));
  });
}

/** Settings of klDivergence. */
export interface KlDivergenceOptions {
  /** If true, the arguments are log-probabilities (default false). */
  readonly logProb?: boolean;
  /** Reduction over the rows, or one value per row, [n] (default "mean"). */
  readonly reduction?: "mean" | "sum" | "none";
}

/**
 * Kullback–Leibler divergence Σ p log(p / q) of each row, [n, d]. Rows are normalized to sum 1. →
 * 0-d, or [n].
 */
export function klDivergence(p: Values, q: Values, options: KlDivergenceOptions = {}): Tensor {
  checkCall(
    'klDivergence(p: any, q: any, { logProb: boolean, reduction: "mean" | "sum" | "none" })',
    arguments,
  );
  const { logProb = false, reduction = "mean" } = options;
  checkChoice("klDivergence", "reduction", reduction, ["mean", "sum", "none"]);
  return measured(() => {
    const given = tensorsOf("klDivergence", { p, q });
    checkSameShape("klDivergence", given.p, given.q, ["p", "q"]);
    const [a, b] = [asFloat(given.p), asFloat(given.q)];
    const share = (x: Tensor): Tensor => x.div(x.sum(-1, { keepdim: true }));
    const shares = logProb ? a.exp() : share(a);
    const logs = logProb ? a.sub(b) : shares.div(share(b).clamp(2 ** -24)).log();
    const each = shares.mul(logs.nanToNum({ neginf: 0 })).sum(-1);
    if (reduction === "none") return each;
    return reduction === "mean" ? each.mean() : each.sum();
  });
}

/** Settings of adjustedR2Score. */
export interface AdjustedR2Options {
  /** Number of regressors of the model. */
  readonly adjusted: number;
}

/**
 * R² adjusted for the number of regressors: 1 − (1 − R²)(n − 1) / (n − 1 − regressors). Predictions
 * come first, then targets. → 0-d.
 */
export function adjustedR2Score(
  predictions: Values,
  targets: Values,
  options: AdjustedR2Options,
): Tensor {
  checkCall("adjustedR2Score(predictions: any, targets: any, { adjusted!: number })", arguments);
  const { adjusted } = options;
  return ofAll("adjustedR2Score", predictions, targets, ({ p, y }) => {
    const n = y.shape[0] as number;
    if (!(Number.isInteger(adjusted) && adjusted >= 0 && adjusted < n - 1)) {
      throw new ArgumentError(
        `adjustedR2Score: adjusted is ${adjusted}\n  hint: there must be fewer regressors than ${n - 1}`,
      );
    }
    const spread = y
      .sub(y.mean(0, { keepdim: true }))
      .square()
      .sum(0);
    const r2 = ratio(y.sub(p).square().sum(0), spread, Number.NaN).rsub(1).mean();
    return r2
      .rsub(1)
      .mul((n - 1) / (n - 1 - adjusted))
      .rsub(1);
  });
}
