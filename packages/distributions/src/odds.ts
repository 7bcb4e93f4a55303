import { ArgumentError, logsumexp, softmax, softplus, type Tensor } from "@wgrad/autograd";
import { EPS } from "./constants.ts";
import { real, simplex, unit } from "./constraints.ts";
import {
  broadcast,
  constrained,
  type DistributionOptions,
  type Parameter,
} from "./distribution.ts";

/**
 * Probabilities, or their log-odds (for several categories: log-probabilities up to a constant).
 */
export interface OddsOptions extends DistributionOptions {
  readonly probs?: Parameter | null;
  readonly logits?: Parameter | null;
}

/** The one of them that was given. */
export interface Odds {
  readonly of: "probs" | "logits";
  readonly given: Parameter;
  readonly options: DistributionOptions;
}

/**
 * Returns the one of `probs` and `logits` that was given. Throws ArgumentError for none or both.
 */
export function oddsOf(
  distribution: string,
  probs: Parameter | OddsOptions | null | undefined,
  options: OddsOptions,
): Odds {
  const plain = typeof probs === "object" && probs !== null && !("numel" in probs);
  const all: OddsOptions = plain
    ? (probs as OddsOptions)
    : { ...options, ...(probs !== undefined && probs !== null && { probs: probs as Parameter }) };
  const [p, l] = [all.probs ?? null, all.logits ?? null];
  if ((p === null) === (l === null)) {
    throw new ArgumentError(
      `${distribution}: takes either probs or logits, got ${p === null ? "neither" : "both"}\n  hint: new ${distribution}({ logits })`,
    );
  }
  const { validateArgs = true } = all;
  return p !== null
    ? { of: "probs", given: p, options: { validateArgs } }
    : { of: "logits", given: l as Parameter, options: { validateArgs } };
}

/** Broadcasts the given odds of an event together with other parameters. */
export function eventOdds(
  distribution: string,
  { of, given, options }: Odds,
): { readonly parameters: Record<string, Tensor>; readonly shape: readonly number[] } {
  const { shape, ...own } = broadcast(distribution, { [of]: given });
  const rule = of === "probs" ? unit : real;
  return { parameters: constrained(distribution, own, { [of]: rule }, options), shape };
}

/** Probabilities clamped away from 0 and 1. */
export const clampedProbs = (p: Tensor): Tensor => p.clamp(EPS, 1 - EPS);

export function logitsOfProbs(p: Tensor): Tensor {
  const inside = clampedProbs(p);
  return inside.log().sub(inside.neg().log1p());
}

/** log(1 + eˣ) without overflow. */
export const softPlus = (x: Tensor): Tensor => softplus(x);

/**
 * The given odds of several categories, normalized: probabilities with sum 1, or log-probabilities.
 */
export function classOdds(
  distribution: string,
  { of, given, options }: Odds,
): Record<string, Tensor> {
  const x = given as Tensor;
  if (typeof given === "number" || x.ndim < 1)
    throw new ArgumentError(`${distribution}: ${of} needs a last dimension of categories`);
  if (of === "logits") {
    return { logits: x.sub(logsumexp(x, -1, { keepdim: true })) };
  }
  const probs = x.div(x.sum(-1, { keepdim: true }));
  constrained(distribution, { probs }, { probs: simplex }, options);
  return { probs };
}

export const probsOfLogits = (logits: Tensor): Tensor => softmax(logits, -1);
