import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";

/**
 * Settings of the choice of the next token; unset ones have no effect. They are applied in this
 * order, as in transformers.
 */
export interface LogitsSettings {
  /** Above 1, earlier tokens become less likely.  Keskar et al. 2019. */
  readonly repetitionPenalty?: number;
  /** No sequence of this many tokens occurs twice. */
  readonly noRepeatNgramSize?: number;
  /** Divides the logits; below 1 the likely tokens become likelier. */
  readonly temperature?: number;
  /** Keeps only the k likeliest tokens. */
  readonly topK?: number;
  /** Keeps only the likeliest tokens whose probabilities sum to this.  Holtzman et al. 2020. */
  readonly topP?: number;
  /** Keeps only tokens with at least this fraction of the highest probability. */
  readonly minP?: number;
  /**
   * Keeps only the tokens of most typical information content whose probabilities sum to this.
   * Meister et al. 2022.
   */
  readonly typicalP?: number;
}

/** Throws ArgumentError for invalid settings. */
export function checkLogitsSettings(call: string, settings: LogitsSettings): void {
  const { repetitionPenalty = 1, noRepeatNgramSize = 0, temperature = 1, topK = 1 } = settings;
  const refuse = (name: string, value: unknown, wanted: string): never => {
    throw new ArgumentError(`${call}: ${name} is ${value}\n  hint: ${wanted}`);
  };
  if (!(repetitionPenalty > 0)) refuse("repetitionPenalty", repetitionPenalty, "above 0");
  if (!(temperature > 0))
    refuse(
      "temperature",
      temperature,
      "a number above 0; doSample: false takes the likeliest token",
    );
  for (const [name, value, least] of [
    ["topK", topK, 1],
    ["noRepeatNgramSize", noRepeatNgramSize, 0],
  ] as const) {
    if (!Number.isInteger(value) || value < least)
      refuse(name, value, `a whole number, ${least} or more`);
  }
  for (const name of ["topP", "minP", "typicalP"] as const) {
    const value = settings[name] ?? 1;
    if (!(value > 0 && value <= 1)) refuse(name, value, "a number above 0 and at most 1");
  }
}

/**
 * Applies the settings to the logits of a sequence's next token; excluded tokens get −∞. `ids` are
 * the tokens so far.
 */
export function processLogits(
  logits: ArrayLike<number>,
  ids: readonly number[],
  settings: LogitsSettings,
): Float64Array {
  checkCall(
    "processLogits(logits: list, ids: list, { repetitionPenalty: number, noRepeatNgramSize: number, temperature: number, topK: number, topP: number, minP: number, typicalP: number })",
    arguments,
  );
  const scores = Float64Array.from(logits);
  const { repetitionPenalty = 1, noRepeatNgramSize = 0, temperature = 1 } = settings;
  if (repetitionPenalty !== 1) penalize(scores, ids, repetitionPenalty);
  if (noRepeatNgramSize > 0) banRepeated(scores, ids, noRepeatNgramSize);
  if (temperature !== 1)
    for (let i = 0; i < scores.length; i++) scores[i] = (scores[i] as number) / temperature;
  if (settings.topK !== undefined) keepTop(scores, settings.topK);
  if (settings.topP !== undefined && settings.topP < 1) keepNucleus(scores, settings.topP);
  if (settings.minP !== undefined) keepNearBest(scores, settings.minP);
  if (settings.typicalP !== undefined && settings.typicalP < 1)
    keepTypical(scores, settings.typicalP);
  return scores;
}

/** Softmax: eˣ⁻ᵐᵃˣ / Σ */
export function probabilitiesOf(scores: Float64Array): Float64Array {
  const most = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const powers = scores.map((score) => Math.exp(score - most));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / total);
}

function penalize(scores: Float64Array, ids: readonly number[], penalty: number): void {
  for (const id of new Set(ids)) {
    const score = scores[id] as number;
    scores[id] = score < 0 ? score * penalty : score / penalty;
  }
}

function banRepeated(scores: Float64Array, ids: readonly number[], size: number): void {
  const last = ids.slice(ids.length - size + 1);
  for (let at = 0; at + size <= ids.length; at++) {
    if (last.every((id, i) => ids[at + i] === id))
      scores[ids[at + size - 1] as number] = Number.NEGATIVE_INFINITY;
  }
}

const remove = (scores: Float64Array, where: (score: number, i: number) => boolean): void => {
  scores.forEach((score, i) => {
    if (where(score, i)) scores[i] = Number.NEGATIVE_INFINITY;
  });
};

function keepTop(scores: Float64Array, k: number): void {
  if (k >= scores.length) return;
  const least = scores.toSorted()[scores.length - k] as number;
  remove(scores, (score) => score < least);
}

/** Indices in order of ascending score. */
const ascending = (scores: ArrayLike<number>): number[] =>
  Array.from({ length: scores.length }, (_, i) => i).sort(
    (a, b) => (scores[a] as number) - (scores[b] as number),
  );

function keepNucleus(scores: Float64Array, topP: number): void {
  const probabilities = probabilitiesOf(scores);
  let sum = 0;
  const order = ascending(scores);
  for (const place of order.slice(0, -1)) {
    sum += probabilities[place] as number;
    if (sum > 1 - topP) return;
    scores[place] = Number.NEGATIVE_INFINITY;
  }
}

function keepNearBest(scores: Float64Array, minP: number): void {
  const probabilities = probabilitiesOf(scores);
  const least = minP * probabilities.reduce((a, b) => Math.max(a, b), 0);
  remove(scores, (_, i) => (probabilities[i] as number) < least);
}

function keepTypical(scores: Float64Array, mass: number): void {
  const probabilities = probabilitiesOf(scores);
  const surprise = probabilities.map((p) => -Math.log(p));
  const entropy = probabilities.reduce(
    (sum, p, i) => sum + (p > 0 ? p * (surprise[i] as number) : 0),
    0,
  );
  const order = ascending(surprise.map((s) => Math.abs(s - entropy)));
  let sum = 0;
  let kept = 0;
  while (kept < order.length && sum < mass) sum += probabilities[order[kept++] as number] as number;
  for (const place of order.slice(Math.max(kept, 1))) scores[place] = Number.NEGATIVE_INFINITY;
}
