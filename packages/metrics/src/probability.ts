import { ArgumentError, ShapeError, type Tensor, where } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { invalidTargets } from "./binary.ts";
import { checkSameShape, checkWeights } from "./check.ts";
import { ratio } from "./counts.ts";
import { either, measured, unlessOdd } from "./labels.ts";
import { asFloat, knownOf, type Values, withWeight } from "./values.ts";

/** Probabilities are clamped to [ε, 1 − ε], the f32 epsilon, as in scikit-learn. */
const EPSILON = 2 ** -23;

/** Settings of losses of probabilities. */
export interface ProbabilityLossOptions {
  /** Weight of each example, in the targets' shape (default: all 1). */
  readonly sampleWeight?: Values | null;
}

/** Settings of logLoss. */
export interface LogLossOptions extends ProbabilityLossOptions {
  /** Returns the mean if true, else the sum (default true). */
  readonly normalize?: boolean;
}

/**
 * Mean of −log p(class). Probabilities come first, then targets: [n, C] with classes [n], or
 * probabilities of the positive class with targets 1 or 0 in the same shape. → 0-d; NaN if the
 * device has computed an invalid probability or class.
 *
 * Throws ArgumentError if the host knows a value outside [0, 1], or a target that is not a class.
 */
export function logLoss(
  probabilities: Values,
  targets: Values,
  options: LogLossOptions = {},
): Tensor {
  checkCall(
    "logLoss(probabilities: any, targets: any, { normalize: boolean, sampleWeight })",
    arguments,
  );
  const { normalize = true, sampleWeight = null } = options;
  return measured(() => {
    const given = givenTo("logLoss", probabilities, targets, sampleWeight);
    const { p, y, weight } = given;
    const binary = p.ndim === y.ndim;
    if (binary) checkSameShape("logLoss", p, y, ["probabilities", "targets"]);
    else if (p.ndim !== 2 || y.ndim !== 1 || p.shape[0] !== y.shape[0]) {
      throw new ShapeError(
        "logLoss: takes probabilities [n, C] and classes [n], or both in one shape" +
          `\n  probabilities: [${p.shape.join(", ")}]\n  targets: [${y.shape.join(", ")}]`,
      );
    }
    const cut = (x: Tensor): Tensor => x.clamp(EPSILON, 1 - EPSILON).log();
    const { likelihood, odd } = binary ? binaryLikelihood("logLoss", p, y) : classLikelihood(p, y);
    return unlessOdd(odd, total(cut(likelihood).neg(), weight, normalize));
  });
}

/**
 * Mean of (p − y)² for probabilities of the positive class and targets 1 or 0. Probabilities come
 * first, then targets in the same shape. → 0-d.
 *
 * Throws ArgumentError as `logLoss` does.
 */
export function brierScoreLoss(
  probabilities: Values,
  targets: Values,
  options: ProbabilityLossOptions = {},
): Tensor {
  checkCall("brierScoreLoss(probabilities: any, targets: any, { sampleWeight })", arguments);
  const { sampleWeight = null } = options;
  return measured(() => {
    const { p, y, weight } = givenTo("brierScoreLoss", probabilities, targets, sampleWeight);
    checkSameShape("brierScoreLoss", p, y, ["probabilities", "targets"]);
    const { odd } = binaryLikelihood("brierScoreLoss", p, y);
    return unlessOdd(odd, total(p.sub(y.to("f32")).square(), weight, true));
  });
}

interface Given {
  readonly p: Tensor;
  readonly y: Tensor;
  readonly weight: Tensor | null;
}

function givenTo(
  metric: string,
  probabilities: Values,
  targets: Values,
  sampleWeight: Values | null,
): Given {
  const { tensors, weight } = withWeight(metric, { probabilities, targets }, sampleWeight);
  if (weight !== null) checkWeights(metric, weight, tensors.targets.shape);
  return { p: asFloat(tensors.probabilities), y: tensors.targets, weight };
}

interface Chance {
  /** Probability that was predicted for the true class. */
  readonly likelihood: Tensor;
  readonly odd: Tensor | null;
}

function binaryLikelihood(metric: string, p: Tensor, y: Tensor): Chance {
  const odd = either(invalidProbabilities(metric, p), invalidTargets(metric, y));
  return { likelihood: where(y.ne(0), p, p.rsub(1)), odd };
}

function classLikelihood(p: Tensor, y: Tensor): Chance {
  const numClasses = p.shape[1] as number;
  const known = knownOf(y);
  const stray = known && Array.from(known).find((k) => !(k >= 0 && k < numClasses && k % 1 === 0));
  if (stray !== null && stray !== undefined) {
    throw new ArgumentError(
      `logLoss: target ${stray} is not one of ${numClasses} classes\n  hint: classes are 0 to ${numClasses - 1}`,
    );
  }
  const strayed = known === null ? y.lt(0).logicalOr(y.ge(numClasses)) : null;
  return {
    likelihood: p
      .gather(
        1,
        y
          .to("i32")
          .clamp(0, numClasses - 1)
          .unsqueeze(1),
      )
      .squeeze(1),
    odd: either(invalidProbabilities("logLoss", p)?.any(1) ?? null, strayed),
  };
}

/**
 * Throws ArgumentError if the host knows a value outside [0, 1]; otherwise returns a mask of such
 * values.
 */
function invalidProbabilities(metric: string, p: Tensor): Tensor | null {
  const known = knownOf(p);
  if (known === null) return p.ge(0).logicalAnd(p.le(1)).logicalNot();
  const stray = Array.from(known).find((value) => !(value >= 0 && value <= 1));
  if (stray === undefined) return null;
  throw new ArgumentError(
    `${metric}: ${stray} is not a probability\n  hint: convert logits with .softmax(1), or .sigmoid() for binary targets`,
  );
}

function total(losses: Tensor, weight: Tensor | null, normalize: boolean): Tensor {
  if (weight === null) return normalize ? losses.mean() : losses.sum();
  const sum = losses.mul(weight).sum();
  return normalize ? ratio(sum, weight.sum(), Number.NaN) : sum;
}
