import { ShapeError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { checkSameLength, checkSameShape } from "./check.ts";
import { read, readFiniteShaped, type Values } from "./values.ts";

/** Settings of multilabel ranking metrics. */
export interface LabelRankingOptions {
  /** Weight of each example, [n] (default: all 1). */
  readonly sampleWeight?: Values | null;
}

type OfRow = (scores: Float64Array, isTrue: (label: number) => boolean) => number;

/** Weighted mean of a value per row. */
async function overRows(
  metric: string,
  scores: Values,
  targets: Values,
  { sampleWeight = null }: LabelRankingOptions,
  ofRow: OfRow,
): Promise<number> {
  const [s, y] = await Promise.all([
    readFiniteShaped(metric, "scores", scores),
    readFiniteShaped(metric, "targets", targets),
  ]);
  checkSameShape(metric, s, y, ["scores", "targets"]);
  if (s.shape.length !== 2 || s.data.length === 0)
    throw new ShapeError(`${metric}: takes scores [n, labels]\n  scores: [${s.shape.join(", ")}]`);
  const [n, width] = s.shape as readonly [number, number];
  const weights = sampleWeight === null ? null : await read(metric, "sampleWeight", sampleWeight);
  if (weights !== null) checkSameLength(metric, weights, { length: n });
  let [total, weighed] = [0, 0];
  for (let i = 0; i < n; i++) {
    const row = s.data.subarray(i * width, (i + 1) * width);
    const weight = weights?.[i] ?? 1;
    total += weight * ofRow(row, (label) => y.data[i * width + label] !== 0);
    weighed += weight;
  }
  return total / weighed;
}

/**
 * Mean number of highest-scored labels that are needed to include all true labels. Scores come
 * first, then targets; both [n, labels].
 */
export async function coverageError(
  scores: Values,
  targets: Values,
  options: LabelRankingOptions = {},
): Promise<number> {
  checkCall("coverageError(scores: any, targets: any, { sampleWeight })", arguments);
  return overRows("coverageError", scores, targets, options, (row, isTrue) => {
    const least = Math.min(...row.filter((_, label) => isTrue(label)));
    return row.filter((score) => score >= least).length;
  });
}

/**
 * Mean over true labels, and then over examples, of the fraction of true labels among those ranked
 * at least as high. Scores come first, then targets; both [n, labels].
 */
export async function labelRankingAveragePrecisionScore(
  scores: Values,
  targets: Values,
  options: LabelRankingOptions = {},
): Promise<number> {
  checkCall(
    "labelRankingAveragePrecisionScore(scores: any, targets: any, { sampleWeight })",
    arguments,
  );
  return overRows("labelRankingAveragePrecisionScore", scores, targets, options, (row, isTrue) => {
    const own = [...row.keys()].filter(isTrue);
    if (own.length === 0 || own.length === row.length) return 1;
    const parts = own.map((label) => {
      const score = row[label] as number;
      const above = own.filter((other) => (row[other] as number) >= score).length;
      return above / row.filter((other) => other >= score).length;
    });
    return parts.reduce((sum, part) => sum + part, 0) / own.length;
  });
}

/**
 * Mean fraction of wrongly ordered pairs of a true and a false label. Scores come first, then
 * targets; both [n, labels].
 */
export async function labelRankingLoss(
  scores: Values,
  targets: Values,
  options: LabelRankingOptions = {},
): Promise<number> {
  checkCall("labelRankingLoss(scores: any, targets: any, { sampleWeight })", arguments);
  return overRows("labelRankingLoss", scores, targets, options, (row, isTrue) => {
    const labels = [...row.keys()];
    const [own, others] = [labels.filter(isTrue), labels.filter((label) => !isTrue(label))];
    if (own.length === 0 || others.length === 0) return 0;
    const wrong = own.map(
      (label) => others.filter((other) => (row[other] as number) >= (row[label] as number)).length,
    );
    return wrong.reduce((sum, count) => sum + count, 0) / (own.length * others.length);
  });
}
