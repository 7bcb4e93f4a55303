import { ArgumentError, type Tensor, where } from "@wgrad/autograd";
import { checkSameShape } from "./check.ts";
import { either, type IgnoreOptions } from "./labels.ts";
import { asFloat, knownOf, tensorsOf, type Values } from "./values.ts";

/** Settings of metrics of yes and no. */
export interface BinaryOptions extends IgnoreOptions {
  /** Probabilities above it count as a yes (default 0.5). */
  readonly threshold?: number;
}

/** What was said and what is, as bool. */
export interface YesOrNo {
  readonly said: Tensor;
  readonly is: Tensor;
  /** The examples that count; null: all. */
  readonly counted: Tensor | null;
  /**
   * Examples with targets but 0 and 1, or without a probability; null where the host has seen that
   * there are none.
   */
  readonly odd: Tensor | null;
}

/** Probabilities, or logits if any lies beyond 0 and 1, against targets of 1 or 0. */
export function yesOrNo(
  metric: string,
  probabilities: Values,
  targets: Values,
  { threshold = 0.5, ignoreIndex = null }: BinaryOptions,
): YesOrNo {
  if (!(threshold >= 0 && threshold <= 1)) {
    throw new ArgumentError(`${metric}: threshold is ${threshold}\n  hint: from 0 to 1`);
  }
  const given = tensorsOf(metric, { probabilities, targets });
  checkSameShape(metric, given.probabilities, given.targets, ["probabilities", "targets"]);
  const p = asFloat(given.probabilities);
  const odd = either(noProbability(metric, p), noAnswer(metric, given.targets, ignoreIndex));
  const counted = ignoreIndex === null ? null : given.targets.ne(ignoreIndex);
  return {
    said: asProbabilities(p).gt(threshold),
    is: given.targets.ne(0),
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

function noProbability(metric: string, p: Tensor): Tensor | null {
  const known = knownOf(p);
  if (known === null) return p.isnan();
  if (!Array.prototype.some.call(known, Number.isNaN)) return null;
  throw new ArgumentError(`${metric}: probabilities hold NaN\n  hint: leave such examples out`);
}

/** Refuses targets but 1 and 0 that the host knows; else says where they are. */
export function noAnswer(
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
    `${metric}: target ${stray} is neither 1 nor 0\n  hint: a metric of classes takes scores [n, C] and classes [n]`,
  );
}
