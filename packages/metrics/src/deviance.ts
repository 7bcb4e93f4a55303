import { ArgumentError, noGrad, sort, type Tensor, where } from "@wgrad/autograd";
import { checkCall, composite } from "@wgrad/autograd/plugin";
import { ratio } from "./counts.ts";
import { type Examples, examplesOf, type MultioutputOptions, perOutput } from "./regression.ts";
import type { Values } from "./values.ts";

/** Settings of metrics of single-output targets. */
export interface DevianceOptions {
  /** Weight of each example, [n] (default: all 1). */
  readonly sampleWeight?: Values | null;
}

/** Settings of meanTweedieDeviance and d2TweedieScore. */
export interface TweedieOptions extends DevianceOptions {
  /**
   * Power of the mean in the variance: 0 normal, 1 Poisson, 2 gamma, 3 inverse Gaussian (default
   * 0).
   */
  readonly power?: number;
}

/** y log(y / p), which is 0 for y = 0. */
const xlogy = (y: Tensor, p: Tensor): Tensor =>
  where(y.eq(0), 0, y.mul(where(y.eq(0), 1, y.div(p)).log()));

/**
 * Deviance of each example: twice the difference of the log-likelihoods of a perfect fit and of the
 * prediction.
 */
function unitDeviance(p: Tensor, y: Tensor, power: number): Tensor {
  if (power === 0) return y.sub(p).square();
  if (power === 1) return xlogy(y, p).sub(y).add(p).mul(2);
  if (power === 2) return p.div(y).log().add(y.div(p)).sub(1).mul(2);
  const own = y
    .clamp(0)
    .pow(2 - power)
    .div((1 - power) * (2 - power));
  const mixed = y.mul(p.pow(1 - power)).div(1 - power);
  return own
    .sub(mixed)
    .add(p.pow(2 - power).div(2 - power))
    .mul(2);
}

function checkPower(metric: string, power: number): void {
  if (Number.isFinite(power) && !(power > 0 && power < 1)) return;
  throw new ArgumentError(
    `${metric}: there is no Tweedie distribution of power ${power}\n  hint: power must be ≤ 0 or ≥ 1`,
  );
}

function deviance(
  metric: string,
  predictions: Values,
  targets: Values,
  { power = 0, sampleWeight = null }: TweedieOptions,
  combine: (examples: Examples, deviance: (p: Tensor) => Tensor) => Tensor,
): Tensor {
  checkPower(metric, power);
  return noGrad(() =>
    composite(() => {
      const examples = examplesOf(metric, predictions, targets, sampleWeight);
      return combine(examples, (p) => examples.mean(unitDeviance(p, examples.y, power))).mean();
    }),
  );
}

/**
 * Mean Tweedie deviance. Predictions come first, then targets; predictions must be above 0 unless
 * `power` is 0. → 0-d.
 */
export function meanTweedieDeviance(
  predictions: Values,
  targets: Values,
  options: TweedieOptions = {},
): Tensor {
  checkCall(
    "meanTweedieDeviance(predictions: any, targets: any, { power: number, sampleWeight })",
    arguments,
  );
  return deviance("meanTweedieDeviance", predictions, targets, options, ({ p }, of) => of(p));
}

/**
 * Mean Poisson deviance 2 (y log(y/p) − y + p). Predictions (above 0) come first, then targets. →
 * 0-d.
 */
export function meanPoissonDeviance(
  predictions: Values,
  targets: Values,
  options: DevianceOptions = {},
): Tensor {
  checkCall("meanPoissonDeviance(predictions: any, targets: any, { sampleWeight })", arguments);
  const settings = { ...options, power: 1 };
  return deviance("meanPoissonDeviance", predictions, targets, settings, ({ p }, of) => of(p));
}

/**
 * Mean gamma deviance 2 (log(p/y) + y/p − 1). Predictions come first, then targets; both above 0. →
 * 0-d.
 */
export function meanGammaDeviance(
  predictions: Values,
  targets: Values,
  options: DevianceOptions = {},
): Tensor {
  checkCall("meanGammaDeviance(predictions: any, targets: any, { sampleWeight })", arguments);
  const settings = { ...options, power: 2 };
  return deviance("meanGammaDeviance", predictions, targets, settings, ({ p }, of) => of(p));
}

/**
 * 1 − deviance of the predictions / deviance of the targets' mean. Predictions come first, then
 * targets. NaN for a single example. → 0-d.
 */
export function d2TweedieScore(
  predictions: Values,
  targets: Values,
  options: TweedieOptions = {},
): Tensor {
  checkCall(
    "d2TweedieScore(predictions: any, targets: any, { power: number, sampleWeight })",
    arguments,
  );
  return deviance("d2TweedieScore", predictions, targets, options, ({ p, y, mean }, of) => {
    const plain = mean(y)
      .unsqueeze(0)
      .expand(...y.shape);
    const score = ratio(of(p), of(plain), Number.NaN).rsub(1);
    return y.shape[0] === 1 ? score.mul(Number.NaN) : score;
  });
}

/** Settings of the pinball loss and its score. */
export interface PinballOptions extends MultioutputOptions {
  /** The quantile that is predicted (default 0.5, the median). */
  readonly alpha?: number;
}

function checkAlpha(metric: string, alpha: number): void {
  if (!(alpha >= 0 && alpha <= 1))
    throw new ArgumentError(`${metric}: alpha is ${alpha}\n  hint: a number from 0 to 1`);
}

const pinball = (p: Tensor, y: Tensor, alpha: number): Tensor => {
  const error = y.sub(p);
  return error.mul(alpha).maximum(error.mul(alpha - 1));
};

/**
 * Mean of max(α (y − p), (α − 1) (y − p)), which is minimal at the quantile α. Predictions come
 * first, then targets. → 0-d, or one per output.
 */
export function meanPinballLoss(
  predictions: Values,
  targets: Values,
  settings: PinballOptions = {},
): Tensor {
  checkCall(
    "meanPinballLoss(predictions: any, targets: any, { alpha: number, multioutput, sampleWeight })",
    arguments,
  );
  const { alpha = 0.5, ...options } = settings;
  checkAlpha("meanPinballLoss", alpha);
  return perOutput("meanPinballLoss", predictions, targets, options, ({ p, y, mean }) =>
    mean(pinball(p, y, alpha)),
  );
}

/**
 * 1 − pinball loss of the predictions / pinball loss of the targets' quantile. Predictions come
 * first, then targets. NaN for a single example. → 0-d, or one per output.
 */
export function d2PinballScore(
  predictions: Values,
  targets: Values,
  settings: PinballOptions = {},
): Tensor {
  checkCall(
    "d2PinballScore(predictions: any, targets: any, { alpha: number, multioutput, sampleWeight })",
    arguments,
  );
  const { alpha = 0.5, ...options } = settings;
  checkAlpha("d2PinballScore", alpha);
  return explained("d2PinballScore", predictions, targets, alpha, options);
}

/**
 * 1 − mean absolute error of the predictions / that of the targets' median. Predictions come first,
 * then targets. NaN for a single example. → 0-d, or one per output.
 */
export function d2AbsoluteErrorScore(
  predictions: Values,
  targets: Values,
  options: MultioutputOptions = {},
): Tensor {
  checkCall(
    "d2AbsoluteErrorScore(predictions: any, targets: any, { multioutput, sampleWeight })",
    arguments,
  );
  return explained("d2AbsoluteErrorScore", predictions, targets, 0.5, options);
}

function explained(
  metric: string,
  predictions: Values,
  targets: Values,
  alpha: number,
  options: MultioutputOptions,
): Tensor {
  return perOutput(metric, predictions, targets, options, ({ p, y, mean, weight }) => {
    const plain = quantile(y, alpha, weight).unsqueeze(0);
    const own = mean(pinball(p, y, alpha));
    const least = mean(pinball(plain.expand(...y.shape), y, alpha));
    const perfect = where(own.eq(0), 1, 0);
    const score = where(least.eq(0), perfect, ratio(own, least, 0).rsub(1));
    return y.shape[0] === 1 ? score.mul(Number.NaN) : score;
  });
}

/**
 * Weighted quantile of each output, [n, outputs] → [outputs]: the mean of the values whose
 * cumulative weight first reaches, and first exceeds, the fraction α.
 */
function quantile(y: Tensor, alpha: number, weight: Tensor | null): Tensor {
  const { values, indices } = sort(y, 0);
  const own = (weight ?? y.narrow(1, 0, 1).mul(0).add(1)).expand(...y.shape).gather(0, indices);
  const total = own.sum(0);
  const [share, slack] = [total.mul(alpha), total.mul(1e-6)];
  const reached = own.cumsum(0);
  const first = (enough: Tensor): Tensor =>
    where(enough.logicalAnd(own.gt(0)), values, Number.POSITIVE_INFINITY).amin(0);
  const last = values.amax(0);
  const past = first(reached.gt(share.add(slack)));
  const least = first(reached.ge(share.sub(slack)));
  return least.minimum(last).add(past.minimum(last)).div(2);
}
