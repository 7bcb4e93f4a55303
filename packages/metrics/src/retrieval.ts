import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { rocAucScore } from "./areas.ts";
import { checkCount, checkSameLength } from "./check.ts";
import { readFinite, type Values } from "./values.ts";

/** Settings of metrics of the documents retrieved for one query. */
export interface RetrievalOptions {
  /** Number of highest-scored documents to consider; null for all (default null). */
  readonly topK?: number | null;
}

/** Whether each document of a query is relevant, from the highest score down. */
interface Found {
  /** The first `topK` of them. */
  readonly shown: readonly boolean[];
  readonly all: readonly boolean[];
  readonly relevant: number;
}

async function found(
  metric: string,
  scores: Values,
  targets: Values,
  { topK = null }: RetrievalOptions,
): Promise<Found> {
  if (topK !== null) checkCount(metric, "topK", topK);
  const [s, y] = await Promise.all([
    readFinite(metric, "scores", scores),
    readFinite(metric, "targets", targets),
  ]);
  checkSameLength(metric, s, y);
  const stray = y.find((target) => target !== 0 && target !== 1);
  if (stray !== undefined)
    throw new ArgumentError(
      `${metric}: target ${stray} is neither 1 nor 0\n  hint: 1 means relevant`,
    );
  const order = [...s.keys()].sort((a, b) => (s[b] as number) - (s[a] as number) || a - b);
  const all = order.map((i) => y[i] === 1);
  return { shown: all.slice(0, topK ?? all.length), all, relevant: count(all) };
}

const count = (which: readonly boolean[]): number => which.filter(Boolean).length;

/**
 * 1 / rank of the first relevant document; 0 if there is none. Scores come first, then targets 1 or
 * 0; both [n].
 */
export async function retrievalReciprocalRank(
  scores: Values,
  targets: Values,
  options: RetrievalOptions = {},
): Promise<number> {
  checkCall(
    "retrievalReciprocalRank(scores: any, targets: any, { topK: number | null })",
    arguments,
  );
  const { shown } = await found("retrievalReciprocalRank", scores, targets, options);
  const first = shown.indexOf(true);
  return first < 0 ? 0 : 1 / (first + 1);
}

/**
 * Mean over the relevant documents of the precision up to each; 0 if there are none. Scores come
 * first, then targets 1 or 0; both [n].
 */
export async function retrievalAveragePrecision(
  scores: Values,
  targets: Values,
  options: RetrievalOptions = {},
): Promise<number> {
  checkCall(
    "retrievalAveragePrecision(scores: any, targets: any, { topK: number | null })",
    arguments,
  );
  const { shown } = await found("retrievalAveragePrecision", scores, targets, options);
  const places = shown.flatMap((is, i) => (is ? [i + 1] : []));
  if (places.length === 0) return 0;
  return places.reduce((sum, place, i) => sum + (i + 1) / place, 0) / places.length;
}

/**
 * Fraction of the first `topK` documents that are relevant. Scores come first, then targets 1 or 0;
 * both [n].
 */
export async function retrievalPrecision(
  scores: Values,
  targets: Values,
  options: RetrievalOptions = {},
): Promise<number> {
  checkCall("retrievalPrecision(scores: any, targets: any, { topK: number | null })", arguments);
  const { shown, all } = await found("retrievalPrecision", scores, targets, options);
  return count(shown) / (options.topK ?? all.length);
}

/**
 * Fraction of the relevant documents that are among the first `topK`; 0 if there are none. Scores
 * come first, then targets 1 or 0; both [n].
 */
export async function retrievalRecall(
  scores: Values,
  targets: Values,
  options: RetrievalOptions = {},
): Promise<number> {
  checkCall("retrievalRecall(scores: any, targets: any, { topK: number | null })", arguments);
  const { shown, relevant } = await found("retrievalRecall", scores, targets, options);
  return relevant === 0 ? 0 : count(shown) / relevant;
}

/**
 * 1 if a relevant document is among the first `topK`, else 0. Scores come first, then targets 1 or
 * 0; both [n].
 */
export async function retrievalHitRate(
  scores: Values,
  targets: Values,
  options: RetrievalOptions = {},
): Promise<number> {
  checkCall("retrievalHitRate(scores: any, targets: any, { topK: number | null })", arguments);
  const { shown } = await found("retrievalHitRate", scores, targets, options);
  return Number(shown.includes(true));
}

/**
 * Precision of the first R documents, where R is the number of relevant ones. Scores come first,
 * then targets 1 or 0; both [n].
 */
export async function retrievalRPrecision(scores: Values, targets: Values): Promise<number> {
  checkCall("retrievalRPrecision(scores: any, targets: any)", arguments);
  const { all, relevant } = await found("retrievalRPrecision", scores, targets, {});
  return relevant === 0 ? 0 : count(all.slice(0, relevant)) / relevant;
}

/**
 * Fraction of the non-relevant documents that are among the first `topK`. Scores come first, then
 * targets 1 or 0; both [n].
 */
export async function retrievalFallOut(
  scores: Values,
  targets: Values,
  options: RetrievalOptions = {},
): Promise<number> {
  checkCall("retrievalFallOut(scores: any, targets: any, { topK: number | null })", arguments);
  const { shown, all, relevant } = await found("retrievalFallOut", scores, targets, options);
  const others = all.length - relevant;
  return others === 0 ? 0 : (shown.length - count(shown)) / others;
}

/**
 * Area under the ROC curve of the first `topK` documents; 0 unless both relevant and non-relevant
 * ones are among them. Scores come first, then targets 1 or 0; both [n].
 */
export async function retrievalAuroc(
  scores: Values,
  targets: Values,
  options: RetrievalOptions = {},
): Promise<number> {
  checkCall("retrievalAuroc(scores: any, targets: any, { topK: number | null })", arguments);
  const metric = "retrievalAuroc";
  const { shown } = await found(metric, scores, targets, options);
  if (!shown.includes(true) || !shown.includes(false)) return 0;
  const [s, y] = await Promise.all([
    readFinite(metric, "scores", scores),
    readFinite(metric, "targets", targets),
  ]);
  const order = [...s.keys()].sort((a, b) => (s[b] as number) - (s[a] as number) || a - b);
  const kept = order.slice(0, options.topK ?? s.length);
  const of = (values: Float64Array): number[] => kept.map((i) => values[i] as number);
  return (await rocAucScore(of(s), of(y))) as number;
}
