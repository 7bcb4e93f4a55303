import { ArgumentError, type Tensor, where } from "@wgrad/autograd";
import { checkSameShape } from "./check.ts";
import { either, type IgnoreOptions } from "./labels.ts";
import { asFloat, knownOf, tensorsOf, type Values } from "./values.ts";

/** Settings of binary metrics. */
export interface BinaryOptions extends IgnoreOptions {
  /** Probabilities above this are positive (default 0.5). */
  readonly threshold?: number;
}

/** Predicted and true labels, as bool. */
export interface BinaryLabels {
  readonly predicted: Tensor;
  readonly actual: Tensor;
  /** Mask of the examples that count; null for all. */
  readonly counted: Tensor | null;
  /**
   * Mask of examples with an invalid target or probability; null if the host knows that there are
   * none.
   */
  readonly odd: Tensor | null;
}

/** Thresholds probabilities (logits if any is outside [0, 1]). Targets are 1 or 0. */
export function binaryLabels(
  metric: string,
  probabilities: Values,
  targets: Values,
  { threshold = 0.5, ignoreIndex = null }: BinaryOptions,
): BinaryLabels {
  if (!(threshold >= 0 && threshold <= 1)) {
    throw new ArgumentError(`${metric}: threshold is ${threshold}\n  hint: a number from 0 to 1`);
  }
  const given = tensorsOf(metric, { probabilities, targets });
  checkSameShape(metric, given.probabilities, given.targets, ["probabilities", "targets"]);
  const p = asFloat(given.probabilities);
  const odd = either(
    invalidProbabilities(metric, p),
    invalidTargets(metric, given.targets, ignoreIndex),
  );
  const counted = ignoreIndex === null ? null : given.targets.ne(ignoreIndex);
  return {
    predicted: asProbabilities(p).gt(threshold),
    actual: given.targets.ne(0),
    counted,
    odd: odd === null || counted === null ? odd : odd.logicalAnd(counted),
  };
}

function asProbabilities(p: Tensor): Tensor {
  const known = knownOf(p);
  if (known === null) {
    return where(p.lt(0).logicalOr(p.gt(1)).any(), p.sigmoid(), p);
  }
  return Array.prototype.some.call(known, (value: number) => value < 0 || value > 1)
    ? p.sigmoid()
    : p;
}

function invalidProbabilities(metric: string, p: Tensor): Tensor | null {
  const known = knownOf(p);
  if (known === null) return p.isnan();
  if (!Array.prototype.some.call(known, Number.isNaN)) return null;
  throw new ArgumentError(`${metric}: probabilities contain NaN\n  hint: leave such examples out`);
}

/**
 * Throws ArgumentError if the host knows a target other than 1 and 0; otherwise returns a mask of
 * such targets.
 */
export function invalidTargets(
  metric: string,
  targets: Tensor,
  ignoreIndex: number | null = null,
): Tensor | null {
  const known = knownOf(targets);
  if (known === null) return targets.ne(0).logicalAnd(targets.ne(1));
  const stray = Array.from(known).find(
    (target) => target !== 0 && target !== 1 && target !== ignoreIndex,
  );
  if (stray === undefined) return null;
  throw new ArgumentError(
    `${metric}: target ${stray} is neither 1 nor 0\n  hint: for several classes use a multiclass metric, with scores [n, C] and classes [n]`,
  );
}
