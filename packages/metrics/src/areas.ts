import { ArgumentError, ShapeError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { checkChoice, checkSameLength } from "./check.ts";
import type { IgnoreOptions } from "./labels.ts";
import {
  type CumulativeCounts,
  cumulativeCounts,
  type Ranked,
  type RankingOptions,
  ranked,
} from "./ranking.ts";
import { type HostValues, readFiniteShaped, type Values } from "./values.ts";

/**
 * How the areas of classes or labels are averaged: over all pairs ("micro"), over classes
 * ("macro"), over classes weighted by support, over rows ("samples"), or not at all (null).
 */
export type AreaAverage = "micro" | "macro" | "weighted" | "samples" | null;

/** Settings of averagePrecisionScore. */
export interface AveragePrecisionOptions extends RankingOptions, IgnoreOptions {
  /** Averaging for scores [n, C]: see AreaAverage (default "macro"). */
  readonly average?: AreaAverage;
}

/** Settings of rocAucScore. */
export interface RocAucOptions extends Omit<RankingOptions, "posLabel">, IgnoreOptions {
  /**
   * For scores [n, C] and classes [n]: each class against the rest, or each pair of classes
   * (default "ovr").
   */
  readonly multiClass?: "ovr" | "ovo";
  /** Averaging for scores [n, C]: see AreaAverage (default "macro"). */
  readonly average?: AreaAverage;
  /** If given, the standardized area up to this false positive rate (McClish 1989). */
  readonly maxFpr?: number | null;
}

/**
 * Area under the ROC curve. Scores come first, then targets: [n] and two labels, of which the
 * greater is positive; probabilities [n, C] and classes [n]; or scores and labels 1 or 0, both [n,
 * L]. NaN if there is only one class. → a number, or one per class with average null.
 *
 * Throws ArgumentError for NaN, and for rows that do not sum to 1 if targets are classes.
 */
export async function rocAucScore(
  scores: Values,
  targets: Values,
  options: RocAucOptions & { readonly average: null },
): Promise<number[]>;
export async function rocAucScore(
  scores: Values,
  targets: Values,
  options?: RocAucOptions,
): Promise<number>;
export async function rocAucScore(
  scores: Values,
  targets: Values,
  options: RocAucOptions = {},
): Promise<number | number[]> {
  checkCall(
    'rocAucScore(scores: any, targets: any, { average: "micro" | "macro" | "weighted" | "samples" | null, sampleWeight, ignoreIndex: int | null, multiClass: "ovr" | "ovo", maxFpr: number | null })',
    arguments,
  );
  const { multiClass = "ovr", average = "macro", maxFpr = null } = options;
  const metric = "rocAucScore";
  checkChoice(metric, "multiClass", multiClass, ["ovr", "ovo"]);
  checkChoice(metric, "average", average, ["micro", "macro", "weighted", "samples", null]);
  if (maxFpr !== null && !(maxFpr > 0 && maxFpr <= 1)) {
    throw new ArgumentError(
      `${metric}: maxFpr is ${maxFpr}\n  hint: a number above 0 and at most 1`,
    );
  }
  const area = (examples: Ranked): number => areaOf(cumulativeCounts(examples), maxFpr);
  const { s, y, weights } = await readAll(metric, scores, targets, options);
  if (s.shape.length < 2) {
    const posLabel = Math.max(...new Set(y.data));
    const labels = new Set(y.data).size === 1 ? null : { posLabel };
    return area(await ranked(metric, s.data, y.data, { ...labels, sampleWeight: weights }));
  }
  if (y.shape.length === 2) return overLabels(metric, s, y, weights, average, area);
  checkRows(metric, s, y);
  if (average === "samples" || (average === "micro" && multiClass === "ovo")) {
    throw new ArgumentError(
      `${metric}: average "${average}" does not apply to classes\n  hint: "macro", "weighted", or null`,
    );
  }
  if (maxFpr !== null && maxFpr < 1) {
    throw new ArgumentError(`${metric}: maxFpr needs two classes, but there are ${s.shape[1]}`);
  }
  if (multiClass === "ovr")
    return overLabels(metric, s, indicators(y.data, s.shape[1] as number), weights, average, area);
  if (weights !== null || average === null) {
    throw new ArgumentError(
      `${metric}: multiClass "ovo" supports neither sampleWeight nor average null`,
    );
  }
  return ofPairs(s, y.data, average === "weighted", area);
}

/**
 * Average precision Σ (Rₖ − Rₖ₋₁) Pₖ over the distinct scores in falling order: the step-wise area
 * under the precision-recall curve. Scores come first, then targets: [n] and targets 1 or 0; or
 * scores [n, C] and classes [n] or labels 1 or 0, [n, C].
 */
export async function averagePrecisionScore(
  scores: Values,
  targets: Values,
  options: AveragePrecisionOptions & { readonly average: null },
): Promise<number[]>;
export async function averagePrecisionScore(
  scores: Values,
  targets: Values,
  options?: AveragePrecisionOptions,
): Promise<number>;
export async function averagePrecisionScore(
  scores: Values,
  targets: Values,
  options: AveragePrecisionOptions = {},
): Promise<number | number[]> {
  checkCall(
    'averagePrecisionScore(scores: any, targets: any, { average: "micro" | "macro" | "weighted" | "samples" | null, sampleWeight, ignoreIndex: int | null, posLabel: int | null })',
    arguments,
  );
  const { average = "macro", posLabel = null } = options;
  const metric = "averagePrecisionScore";
  checkChoice(metric, "average", average, ["micro", "macro", "weighted", "samples", null]);
  const area = (examples: Ranked): number => precisionOf(cumulativeCounts(examples));
  const { s, y, weights } = await readAll(metric, scores, targets, options);
  if (s.shape.length < 2)
    return area(await ranked(metric, s.data, y.data, { sampleWeight: weights, posLabel }));
  if (posLabel !== null) {
    throw new ArgumentError(`${metric}: posLabel needs scores [n], but these are [n, C]`);
  }
  if (y.shape.length === 2) return overLabels(metric, s, y, weights, average, area);
  checkClasses(metric, s, y);
  const labels = indicators(y.data, s.shape[1] as number);
  return overLabels(metric, s, labels, weights, average, area);
}

interface All {
  readonly s: HostValues;
  readonly y: HostValues;
  readonly weights: Float64Array | null;
}

/** Reads scores, targets and weights, without the examples whose target is `ignoreIndex`. */
async function readAll(
  metric: string,
  scores: Values,
  targets: Values,
  { sampleWeight = null, ignoreIndex = null }: Pick<RankingOptions, "sampleWeight"> & IgnoreOptions,
): Promise<All> {
  const [s, y, w] = await Promise.all([
    readFiniteShaped(metric, "scores", scores),
    readFiniteShaped(metric, "targets", targets),
    sampleWeight === null ? null : readFiniteShaped(metric, "sampleWeight", sampleWeight),
  ]);
  const weights = w?.data ?? null;
  const n = s.shape[0] ?? 1;
  if (weights !== null) checkSameLength(metric, weights, { length: n });
  if (ignoreIndex === null) return { s, y, weights };
  if (y.shape.length > 1 || y.data.length !== n) {
    throw new ShapeError(`${metric}: ignoreIndex needs targets [n], got [${y.shape.join(", ")}]`);
  }
  const counts = (i: number): boolean => y.data[i] !== ignoreIndex;
  const width = s.data.length / n;
  const data = s.data.filter((_, at) => counts(Math.floor(at / width)));
  return {
    s: { data, shape: [data.length / width, ...s.shape.slice(1)] },
    y: { data: y.data.filter((_, i) => counts(i)), shape: [data.length / width] },
    weights: weights?.filter((_, i) => counts(i)) ?? null,
  };
}

function checkClasses(metric: string, scores: HostValues, targets: HostValues): void {
  const [n, numClasses] = scores.shape as readonly [number, number];
  if (scores.shape.length !== 2 || targets.shape.length !== 1 || targets.shape[0] !== n) {
    throw new ShapeError(
      `${metric}: takes scores [n, C] and classes [n], or labels 1 and 0 in the scores' shape` +
        `\n  scores: [${scores.shape.join(", ")}]\n  targets: [${targets.shape.join(", ")}]`,
    );
  }
  const stray = targets.data.find((k) => !(Number.isInteger(k) && k >= 0 && k < numClasses));
  if (stray === undefined) return;
  throw new ArgumentError(
    `${metric}: target ${stray} is not one of ${numClasses} classes\n  hint: classes are 0 to ${numClasses - 1}`,
  );
}

/**
 * Throws ArgumentError unless every row sums to 1: only probabilities can be compared across rows.
 */
function checkRows(metric: string, scores: HostValues, targets: HostValues): void {
  checkClasses(metric, scores, targets);
  const width = scores.shape[1] as number;
  for (let row = 0; row * width < scores.data.length; row++) {
    const values = scores.data.subarray(row * width, (row + 1) * width);
    const sum = values.reduce((a, b) => a + b, 0);
    if (Math.abs(sum - 1) <= 1e-3) continue;
    throw new ArgumentError(
      `${metric}: scores of several classes must be probabilities, but row ${row} sums to ${sum}` +
        "\n  hint: pass logits.softmax(1)",
    );
  }
}

/** One-hot labels [n, C] of classes. */
function indicators(classes: Float64Array, width: number): HostValues {
  const data = new Float64Array(classes.length * width);
  classes.forEach((label, i) => {
    data[i * width + label] = 1;
  });
  return { data, shape: [classes.length, width] };
}

/** The averaged area of all columns of labels (or rows, for "samples"). */
function overLabels(
  metric: string,
  scores: HostValues,
  labels: HostValues,
  weights: Float64Array | null,
  average: AreaAverage,
  area: (examples: Ranked) => number,
): number | number[] {
  const [n, width] = labels.shape as readonly [number, number];
  if (String(scores.shape) !== String(labels.shape)) {
    throw new ShapeError(
      `${metric}: scores and labels have different shapes` +
        `\n  scores: [${scores.shape.join(", ")}]\n  labels: [${labels.shape.join(", ")}]`,
    );
  }
  const stray = labels.data.find((label) => label !== 0 && label !== 1);
  if (stray !== undefined) {
    throw new ArgumentError(
      `${metric}: the labels contain ${stray}\n  hint: each label must be 1 or 0`,
    );
  }
  const of = (places: readonly number[], own: Float64Array | null): number =>
    area({
      scores: Float64Array.from(places, (i) => scores.data[i] as number),
      isPositive: places.map((i) => labels.data[i] === 1),
      weights: own,
    });
  const rows = Array.from({ length: n }, (_, i) => i);
  const columns = Array.from({ length: width }, (_, k) => k);
  if (average === "micro") {
    const all = rows.flatMap((i) => columns.map((k) => i * width + k));
    const repeated =
      weights && Float64Array.from(all, (at) => weights[Math.floor(at / width)] as number);
    return of(all, repeated);
  }
  if (average === "samples") {
    const each = rows.map((i) =>
      of(
        columns.map((k) => i * width + k),
        null,
      ),
    );
    return meanBy(each, weights ?? each.map(() => 1));
  }
  const each = columns.map((k) =>
    of(
      rows.map((i) => i * width + k),
      weights,
    ),
  );
  if (average === null) return each;
  if (average === "macro")
    return meanBy(
      each,
      each.map(() => 1),
    );
  const support = columns.map((k) =>
    rows.reduce((sum, i) => sum + (labels.data[i * width + k] as number) * (weights?.[i] ?? 1), 0),
  );
  return meanBy(each, support);
}

/** Weighted mean. A score with weight 0 is excluded, even if it is NaN. */
function meanBy(scores: readonly number[], weights: ArrayLike<number>): number {
  const all = Array.from(weights);
  const total = all.reduce((a, b) => a + b, 0);
  if (total === 0) return 0;
  return (
    scores.reduce((sum, score, k) => sum + (all[k] === 0 ? 0 : score * (all[k] as number)), 0) /
    total
  );
}

/**
 * Mean over pairs of classes of the area that separates the two (Hand & Till 2001). Only classes
 * that occur form pairs; NaN if there is one.
 */
function ofPairs(
  { data, shape }: HostValues,
  classes: Float64Array,
  weighted: boolean,
  area: (examples: Ranked) => number,
): number {
  const [n, width] = shape as readonly [number, number];
  const rows = Array.from({ length: n }, (_, i) => i);
  const areas: number[] = [];
  const shares: number[] = [];
  const present = new Set(classes);
  for (let a = 0; a < width; a++) {
    for (let b = a + 1; b < width; b++) {
      if (!present.has(a) || !present.has(b)) continue;
      const own = rows.filter((i) => classes[i] === a || classes[i] === b);
      const told = [a, b].map((positive) =>
        area({
          scores: Float64Array.from(own, (i) => data[i * width + positive] as number),
          isPositive: own.map((i) => classes[i] === positive),
          weights: null,
        }),
      ) as [number, number];
      areas.push((told[0] + told[1]) / 2);
      shares.push(weighted ? own.length / n : 1);
    }
  }
  return areas.length === 0 ? Number.NaN : meanBy(areas, shares);
}

/**
 * Probability that a positive scores above a negative, where ties count half; NaN if either is
 * missing.
 */
function areaOf({ positives, negatives }: CumulativeCounts, maxFpr: number | null): number {
  const [allPositives, allNegatives] = [positives.at(-1) ?? 0, negatives.at(-1) ?? 0];
  if (allPositives === 0 || allNegatives === 0) return Number.NaN;
  const limit = (maxFpr ?? 1) * allNegatives;
  let area = 0;
  let [yesBefore, noBefore] = [0, 0];
  for (const [i, count] of positives.entries()) {
    const until = negatives[i] as number;
    if (until > limit) {
      const share = (limit - noBefore) / (until - noBefore);
      const top = yesBefore + share * (count - yesBefore);
      area += (limit - noBefore) * ((top + yesBefore) / 2);
      break;
    }
    area += (until - noBefore) * ((count + yesBefore) / 2);
    [yesBefore, noBefore] = [count, until];
  }
  const part = area / (allPositives * allNegatives);
  if (maxFpr === null || maxFpr === 1) return part;
  const [least, most] = [maxFpr ** 2 / 2, maxFpr];
  return (1 + (part - least) / (most - least)) / 2;
}

function precisionOf({ positives, negatives }: CumulativeCounts): number {
  const all = positives.at(-1) as number;
  if (all === 0) return 0;
  return positives.reduce((sum, count, i) => {
    const gained = (count - (positives[i - 1] ?? 0)) / all;
    return gained === 0 ? sum : sum + gained * (count / (count + (negatives[i] as number)));
  }, 0);
}
