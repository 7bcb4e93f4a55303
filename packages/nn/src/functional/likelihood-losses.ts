import {
  ArgumentError,
  exp,
  type LossOptions,
  log,
  ShapeError,
  square,
  type Tensor,
  where,
} from "@wgrad/autograd";
import { checkCall, checkedFractions } from "@wgrad/autograd/plugin";
import { checkFloating, checkSameShape, reduced } from "./reduction.ts";

/** Settings of the Poisson loss. */
export interface PoissonNllLossOptions extends LossOptions {
  /** The input is the logarithm of the rate (default true). */
  readonly logInput?: boolean;
  /** Adds Stirling's approximation of log t! for t > 1. */
  readonly full?: boolean;
  /** Added to a rate before the logarithm. */
  readonly eps?: number;
}

/**
 * Mean of eˣ − t x, or of x − t log(x + ε) with `logInput: false`: −log P(t) of a Poisson
 * distribution without its term log t!.
 */
export function poissonNllLoss(
  input: Tensor,
  target: Tensor,
  options: PoissonNllLossOptions = {},
): Tensor {
  checkCall(
    'poissonNllLoss(input, target, { logInput: boolean, full: boolean, eps: number, reduction: "none" | "mean" | "sum" })',
    arguments,
  );
  const { logInput = true, full = false, eps = 1e-8, reduction = "mean" } = options;
  checkSameShape("poissonNllLoss", { input, target });
  const rate = logInput
    ? exp(input).sub(target.mul(input))
    : input.sub(target.mul(log(input.add(eps))));
  return reduced(full ? rate.add(stirling(target)) : rate, reduction);
}

/** Approximates log t!: t log t − t + ½ log 2πt for t > 1, else 0. */
function stirling(target: Tensor): Tensor {
  const large = target.gt(1);
  const t = where(large, target, 1);
  return where(
    large,
    t
      .mul(log(t))
      .sub(t)
      .add(log(t.mul(2 * Math.PI)).mul(0.5)),
    0,
  );
}

/** Settings of the Gaussian loss. */
export interface GaussianNllLossOptions extends LossOptions {
  /** Adds the constant ½ log 2π. */
  readonly full?: boolean;
  /** Lower bound of the variance; the gradient ignores the bound. */
  readonly eps?: number;
}

/**
 * Mean of ½ (log v + (x − t)²/v): the negative log density of a normal distribution with mean x and
 * variance v. `variance` has the input's shape, or that shape without its last dimension or with
 * size 1 there. Throws ArgumentError for a negative variance, before any weight changes.
 */
export function gaussianNllLoss(
  input: Tensor,
  target: Tensor,
  variance: Tensor,
  options: GaussianNllLossOptions = {},
): Tensor {
  checkCall(
    'gaussianNllLoss(input, target, variance, { full: boolean, eps: number, reduction: "none" | "mean" | "sum" })',
    arguments,
  );
  const { full = false, eps = 1e-6, reduction = "mean" } = options;
  checkSameShape("gaussianNllLoss", { input, target });
  checkFloating("gaussianNllLoss", { input, variance });
  const given = checkedFractions(varianceFor(input, variance), positive, noVariance);
  const v = given.add(given.clamp(eps).sub(given).detach());
  const loss = log(v)
    .add(square(input.sub(target)).div(v))
    .mul(0.5);
  const constant = full ? 0.5 * Math.log(2 * Math.PI) : 0;
  return reduced(constant === 0 ? loss : loss.add(constant), reduction);
}

const positive = { from: 0, to: Number.POSITIVE_INFINITY, nan: true };

const noVariance = (value: number): ArgumentError =>
  new ArgumentError(
    `gaussianNllLoss: a variance is ${value}\n  hint: variances must not be negative; apply exp or softplus to the model's output`,
  );

function varianceFor({ shape }: Tensor, variance: Tensor): Tensor {
  const [wanted, got] = [shape.join(), variance.shape.join()];
  if (got === wanted || got === [...shape.slice(0, -1), 1].join()) return variance;
  if (got === shape.slice(0, -1).join()) return variance.unsqueeze(-1);
  throw new ShapeError(
    `gaussianNllLoss: the variance does not fit the input\n  input: [${shape.join(", ")}]` +
      `\n  variance: [${variance.shape.join(", ")}]\n  hint: give one variance for each element or for each row`,
  );
}
