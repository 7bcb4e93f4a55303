import { ArgumentError, ShapeError, type Tensor, where } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { noAnswer } from "./binary.ts";
import { checkSameShape, checkWeights } from "./check.ts";
import { ratio } from "./counts.ts";
import { either, measured, unlessOdd } from "./labels.ts";
import { asFloat, knownOf, type Values, withWeight } from "./values.ts";

/** Below it, and above 1 less it, f32 probabilities are cut: scikit-learn's choice. */
const EPSILON = 2 ** -23;

/** Settings of losses of probabilities. */
export interface ProbabilityLossOptions {
  /** What each example weighs, in the targets' shape (default: all alike). */
  readonly sampleWeight?: Values | null;
}

/** Settings of logLoss. */
export interface LogLossOptions extends ProbabilityLossOptions {
  /** Whether the mean is given, or else the sum (default true). */
  readonly normalize?: boolean;
}

/**
 * −mean log p(class). Probabilities come first, then targets: [n, C], a row for each example, with
 * classes [n]; or of a yes, with targets 1 or 0 in the same shape. → 0-d; NaN where the device has
 * computed what is no probability or no class.
 *
 * Throws ArgumentError for numbers beyond 0 and 1, and targets that are no class, where the host
 * knows them.
 */
export function logLoss(
  probabilities: Values,
  targets: Values,
  options: LogLossOptions = {},
): Tensor {
  checkCall("logLoss(probabilities, targets, { normalize: boolean, sampleWeight })", arguments);
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
    const { chance, odd } = binary ? chanceOfAnswer("logLoss", p, y) : chanceOfClass(p, y);
    return unlessOdd(odd, total(cut(chance).neg(), weight, normalize));
  });
}

/**
 * Mean of (p − y)² for probabilities of a yes and targets 1 or 0. Probabilities come first, then
 * targets. Shapes must be equal. → 0-d.
 *
 * Throws ArgumentError as `logLoss`.
 */
export function brierScoreLoss(
  probabilities: Values,
  targets: Values,
  options: ProbabilityLossOptions = {},
): Tensor {
  checkCall("brierScoreLoss(probabilities, targets, { sampleWeight })", arguments);
  const { sampleWeight = null } = options;
  return measured(() => {
    const { p, y, weight } = givenTo("brierScoreLoss", probabilities, targets, sampleWeight);
    checkSameShape("brierScoreLoss", p, y, ["probabilities", "targets"]);
    const { odd } = chanceOfAnswer("brierScoreLoss", p, y);
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
  /** The probability that was given to what is. */
  readonly chance: Tensor;
  readonly odd: Tensor | null;
}

function chanceOfAnswer(metric: string, p: Tensor, y: Tensor): Chance {
  const odd = either(noProbability(metric, p), noAnswer(metric, y));
  return { chance: where(y.ne(0), p, p.rsub(1)), odd };
}

function chanceOfClass(p: Tensor, y: Tensor): Chance {
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
    chance: p
      .gather(
        1,
        y
          .to("i32")
          .clamp(0, numClasses - 1)
          .unsqueeze(1),
      )
      .squeeze(1),
    odd: either(noProbability("logLoss", p)?.any(1) ?? null, strayed),
  };
}

/** Refuses what is no probability, where the host knows it; else says where it is. */
function noProbability(metric: string, p: Tensor): Tensor | null {
  const known = knownOf(p);
  if (known === null) return p.ge(0).logicalAnd(p.le(1)).logicalNot();
  const stray = Array.from(known).find((value) => !(value >= 0 && value <= 1));
  if (stray === undefined) return null;
  throw new ArgumentError(
    `${metric}: ${stray} is no probability\n  hint: of logits logits.softmax(1), or .sigmoid() for a yes`,
  );
}

function total(losses: Tensor, weight: Tensor | null, normalize: boolean): Tensor {
  if (weight === null) return normalize ? losses.mean() : losses.sum();
  const sum = losses.mul(weight).sum();
  return normalize ? ratio(sum, weight.sum(), Number.NaN) : sum;
}
