import { checkCall } from "@wgrad/autograd/plugin";
import { type RankingOptions, ranked, stepsOf } from "./ranking.ts";
import type { Values } from "./values.ts";

/** Points of a receiver operating characteristic, thresholds falling. */
export interface RocCurve {
  /** False positive rates, and true ones. */
  readonly fpr: Float64Array;
  readonly tpr: Float64Array;
  /** Scores from which on an example counts as a yes; the first is Infinity. */
  readonly thresholds: Float64Array;
}

/** Precisions and recalls, thresholds rising; a last point (1, 0) has none. */
export interface PrecisionRecallCurve {
  readonly precision: Float64Array;
  readonly recall: Float64Array;
  readonly thresholds: Float64Array;
}

/** Settings of rocCurve. */
export interface RocCurveOptions extends RankingOptions {
  /** Leaves out points that lie on the line between their neighbours (default true). */
  readonly dropIntermediate?: boolean;
}

/**
 * True against false positive rate at every distinct score. Scores come first, [n], then targets, 1
 * or 0, [n].
 */
export async function rocCurve(
  scores: Values,
  targets: Values,
  settings: RocCurveOptions = {},
): Promise<RocCurve> {
  checkCall(
    "rocCurve(scores, targets, { dropIntermediate: boolean, sampleWeight, posLabel: number | null })",
    arguments,
  );
  const { dropIntermediate = true, ...options } = settings;
  const { thresholds, yes, no } = stepsOf(await ranked("rocCurve", scores, targets, options));
  const bends = (counts: readonly number[], i: number): boolean =>
    (counts[i + 1] as number) - 2 * (counts[i] as number) + (counts[i - 1] as number) !== 0;
  const stays = (_: number, i: number): boolean =>
    !dropIntermediate || i === 0 || i === yes.length - 1 || bends(yes, i) || bends(no, i);
  const rates = (counts: readonly number[]): Float64Array =>
    Float64Array.from([0, ...counts.filter(stays)], (count) => count / (counts.at(-1) as number));
  return {
    fpr: rates(no),
    tpr: rates(yes),
    thresholds: Float64Array.from([Number.POSITIVE_INFINITY, ...thresholds.filter(stays)]),
  };
}

/**
 * Precision against recall at every distinct score. Scores come first, [n], then targets, 1 or 0,
 * [n].
 */
export async function precisionRecallCurve(
  scores: Values,
  targets: Values,
  options: RankingOptions = {},
): Promise<PrecisionRecallCurve> {
  checkCall(
    "precisionRecallCurve(scores, targets, { sampleWeight, posLabel: number | null })",
    arguments,
  );
  const { thresholds, yes, no } = stepsOf(
    await ranked("precisionRecallCurve", scores, targets, options),
  );
  const all = yes.at(-1) as number;
  const precision = yes.map((count, i) => {
    const said = count + (no[i] as number);
    return said === 0 ? 0 : count / said;
  });
  const recall = yes.map((count) => (all === 0 ? 1 : count / all));
  return {
    precision: Float64Array.from([...precision.reverse(), 1]),
    recall: Float64Array.from([...recall.reverse(), 0]),
    thresholds: Float64Array.from(thresholds.reverse()),
  };
}

/**
 * False positive and false negative rates, thresholds rising; at the last, infinite one nothing is
 * a yes.
 */
export interface DetCurve {
  readonly fpr: Float64Array;
  readonly fnr: Float64Array;
  readonly thresholds: Float64Array;
}

/**
 * False negative against false positive rate at every distinct score. Scores come first, [n], then
 * targets, 1 or 0, [n].
 */
export async function detCurve(
  scores: Values,
  targets: Values,
  options: RankingOptions = {},
): Promise<DetCurve> {
  checkCall("detCurve(scores, targets, { sampleWeight, posLabel: number | null })", arguments);
  const found = stepsOf(await ranked("detCurve", scores, targets, options));
  const [yes, no] = [
    [0, ...found.yes],
    [0, ...found.no],
  ];
  const thresholds = [Number.POSITIVE_INFINITY, ...found.thresholds];
  const [allYes, allNo] = [yes.at(-1) as number, no.at(-1) as number];
  // from the last without a false yes to the first without a false no
  const first = no.lastIndexOf(0);
  const last = yes.indexOf(allYes) + 1;
  const part = (values: readonly number[]): number[] => values.slice(first, last).reverse();
  return {
    fpr: Float64Array.from(part(no), (count) => count / allNo),
    fnr: Float64Array.from(part(yes), (count) => (allYes - count) / allYes),
    thresholds: Float64Array.from(part(thresholds)),
  };
}
