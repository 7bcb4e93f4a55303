import { checkCall } from "@wgrad/autograd/plugin";
import { cumulativeCounts, type RankingOptions, ranked } from "./ranking.ts";
import type { Values } from "./values.ts";

/** Points of a ROC curve, in order of falling thresholds. */
export interface RocCurve {
  /** False positive rates. */
  readonly fpr: Float64Array;
  readonly tpr: Float64Array;
  /** Lowest score that counts as positive at each point; the first is Infinity. */
  readonly thresholds: Float64Array;
}

/**
 * Precisions and recalls, in order of rising thresholds. The last point (1, 0) has no threshold.
 */
export interface PrecisionRecallCurve {
  readonly precision: Float64Array;
  readonly recall: Float64Array;
  readonly thresholds: Float64Array;
}

/** Settings of rocCurve. */
export interface RocCurveOptions extends RankingOptions {
  /** Omits points on the line between their neighbours (default true). */
  readonly dropIntermediate?: boolean;
}

/**
 * True positive rate against false positive rate at every distinct score. Scores come first, then
 * targets 1 or 0; both [n].
 */
export async function rocCurve(
  scores: Values,
  targets: Values,
  settings: RocCurveOptions = {},
): Promise<RocCurve> {
  checkCall(
    "rocCurve(scores: any, targets: any, { dropIntermediate: boolean, sampleWeight, posLabel: int | null })",
    arguments,
  );
  const { dropIntermediate = true, ...options } = settings;
  const { thresholds, positives, negatives } = cumulativeCounts(
    await ranked("rocCurve", scores, targets, options),
  );
  const bends = (counts: readonly number[], i: number): boolean =>
    (counts[i + 1] as number) - 2 * (counts[i] as number) + (counts[i - 1] as number) !== 0;
  const stays = (_: number, i: number): boolean =>
    !dropIntermediate ||
    i === 0 ||
    i === positives.length - 1 ||
    bends(positives, i) ||
    bends(negatives, i);
  const rates = (counts: readonly number[]): Float64Array =>
    Float64Array.from([0, ...counts.filter(stays)], (count) => count / (counts.at(-1) as number));
  return {
    fpr: rates(negatives),
    tpr: rates(positives),
    thresholds: Float64Array.from([Number.POSITIVE_INFINITY, ...thresholds.filter(stays)]),
  };
}

/**
 * Precision against recall at every distinct score. Scores come first, then targets 1 or 0; both
 * [n].
 */
export async function precisionRecallCurve(
  scores: Values,
  targets: Values,
  options: RankingOptions = {},
): Promise<PrecisionRecallCurve> {
  checkCall(
    "precisionRecallCurve(scores: any, targets: any, { sampleWeight, posLabel: int | null })",
    arguments,
  );
  const { thresholds, positives, negatives } = cumulativeCounts(
    await ranked("precisionRecallCurve", scores, targets, options),
  );
  const all = positives.at(-1) as number;
  const precision = positives.map((count, i) => {
    const predicted = count + (negatives[i] as number);
    return predicted === 0 ? 0 : count / predicted;
  });
  const recall = positives.map((count) => (all === 0 ? 1 : count / all));
  return {
    precision: Float64Array.from([...precision.reverse(), 1]),
    recall: Float64Array.from([...recall.reverse(), 0]),
    thresholds: Float64Array.from(thresholds.reverse()),
  };
}

/**
 * False positive and false negative rates, in order of rising thresholds. At the last threshold,
 * Infinity, no example is positive.
 */
export interface DetCurve {
  readonly fpr: Float64Array;
  readonly fnr: Float64Array;
  readonly thresholds: Float64Array;
}

/**
 * False negative rate against false positive rate at every distinct score. Scores come first, then
 * targets 1 or 0; both [n].
 */
export async function detCurve(
  scores: Values,
  targets: Values,
  options: RankingOptions = {},
): Promise<DetCurve> {
  checkCall(
    "detCurve(scores: any, targets: any, { sampleWeight, posLabel: int | null })",
    arguments,
  );
  const found = cumulativeCounts(await ranked("detCurve", scores, targets, options));
  const [positives, negatives] = [
    [0, ...found.positives],
    [0, ...found.negatives],
  ];
  const thresholds = [Number.POSITIVE_INFINITY, ...found.thresholds];
  const [allPositives, allNegatives] = [positives.at(-1) as number, negatives.at(-1) as number];
  // from the last point without false positives to the first without false negatives
  const first = negatives.lastIndexOf(0);
  const last = positives.indexOf(allPositives) + 1;
  const part = (values: readonly number[]): number[] => values.slice(first, last).reverse();
  return {
    fpr: Float64Array.from(part(negatives), (count) => count / allNegatives),
    fnr: Float64Array.from(part(positives), (count) => (allPositives - count) / allPositives),
    thresholds: Float64Array.from(part(thresholds)),
  };
}
