import { ArgumentError, ShapeError, Tensor } from "@wgrad/autograd";
import { checkChoice, checkSameLength } from "./check.ts";
import { read, type Values } from "./values.ts";

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

/** At every distinct score, from the highest: how many yes and no examples have it or more. */
interface Steps {
  readonly thresholds: number[];
  readonly yes: number[];
  readonly no: number[];
}

async function stepsOf(metric: string, scores: Values, targets: Values): Promise<Steps> {
  const [s, y] = await Promise.all([read(scores), read(targets)]);
  checkSameLength(metric, s, y);
  return steps(s, (i) => y[i] !== 0);
}

function steps(scores: Float64Array, isYes: (i: number) => boolean): Steps {
  const order = [...scores.keys()].sort((a, b) => (scores[b] as number) - (scores[a] as number));
  const found: Steps = { thresholds: [], yes: [], no: [] };
  let [yes, no] = [0, 0];
  order.forEach((i, place) => {
    if (isYes(i)) yes++;
    else no++;
    const next = order[place + 1];
    if (next !== undefined && scores[next] === scores[i]) return;
    found.thresholds.push(scores[i] as number);
    found.yes.push(yes);
    found.no.push(no);
  });
  return found;
}

/** True against false positive rate at every distinct score. scores: [n]; targets: 1 or 0, [n]. */
export async function rocCurve(scores: Values, targets: Values): Promise<RocCurve> {
  const { thresholds, yes, no } = await stepsOf("rocCurve", scores, targets);
  const rates = (counts: readonly number[]): Float64Array =>
    Float64Array.from([0, ...counts], (count) => count / (counts.at(-1) as number));
  return {
    fpr: rates(no),
    tpr: rates(yes),
    thresholds: Float64Array.from([Number.POSITIVE_INFINITY, ...thresholds]),
  };
}

/** Precision against recall at every distinct score. scores: [n]; targets: 1 or 0, [n]. */
export async function precisionRecallCurve(
  scores: Values,
  targets: Values,
): Promise<PrecisionRecallCurve> {
  const { thresholds, yes, no } = await stepsOf("precisionRecallCurve", scores, targets);
  const all = yes.at(-1) as number;
  const precision = yes.map((count, i) => count / (count + (no[i] as number)));
  const recall = yes.map((count) => (all === 0 ? 1 : count / all));
  return {
    precision: Float64Array.from([...precision.reverse(), 1]),
    recall: Float64Array.from([...recall.reverse(), 0]),
    thresholds: Float64Array.from(thresholds.reverse()),
  };
}

/** The area under points of a curve whose x rise or fall, by trapezoids. */
export function auc(x: ArrayLike<number>, y: ArrayLike<number>): number {
  checkSameLength("auc", x, y, 2);
  let area = 0;
  for (let i = 1; i < x.length; i++) {
    const width = (x[i] as number) - (x[i - 1] as number);
    area += (width * ((y[i] as number) + (y[i - 1] as number))) / 2;
  }
  return Math.abs(area);
}

/** The chance that a yes scores above a no, ties counting half; NaN if one of them is missing. */
function areaOf({ yes, no }: Steps): number {
  const [allYes, allNo] = [yes.at(-1) ?? 0, no.at(-1) ?? 0];
  let area = 0;
  yes.forEach((count, i) => {
    const [yesBefore, noBefore] = [yes[i - 1] ?? 0, no[i - 1] ?? 0];
    area += ((no[i] as number) - noBefore) * ((count + yesBefore) / 2);
  });
  return area / (allYes * allNo);
}

/** Settings of rocAucScore. */
export interface RocAucOptions {
  /** Of scores [n, C]: each class against the rest (default "ovr"). */
  readonly multiClass?: "ovr";
  /** The classes' mean, that by support, or one each (default "macro"). */
  readonly average?: "macro" | "weighted" | null;
}

/**
 * The area under the ROC curve. scores: [n] with targets 1 or 0; or a tensor [n, C] with classes, each against the rest. NaN where
 * there is only one class. → a number, or with average null one for each class.
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
  { multiClass = "ovr", average = "macro" }: RocAucOptions = {},
): Promise<number | number[]> {
  if (!(scores instanceof Tensor) || scores.ndim < 2)
    return areaOf(await stepsOf("rocAucScore", scores, targets));
  checkChoice("rocAucScore", "multiClass", multiClass, ["ovr"]);
  checkChoice("rocAucScore", "average", average, ["macro", "weighted", null]);
  const [n, numClasses] = scores.shape as readonly [number, number];
  const [s, y] = await Promise.all([read(scores), read(targets)]);
  if (scores.ndim !== 2 || y.length !== n) {
    throw new ShapeError(
      `rocAucScore: takes scores [n, C] and classes [n]\n  scores: [${scores.shape.join(", ")}]\n  classes: ${y.length}`,
    );
  }
  const areas = Array.from({ length: numClasses }, (_, k) => {
    const column = Float64Array.from({ length: n }, (_, i) => s[i * numClasses + k] as number);
    return areaOf(steps(column, (i) => y[i] === k));
  });
  if (average === null) return areas;
  const weights = areas.map((_, k) =>
    average === "macro" ? 1 : y.reduce((count, label) => count + Number(label === k), 0),
  );
  const total = weights.reduce((a, b) => a + b, 0);
  return areas.reduce((sum, area, k) => sum + area * (weights[k] as number), 0) / total;
}

/** Σ (Rₖ − Rₖ₋₁) Pₖ over the distinct scores from the highest: the area under precision against recall, by steps. */
export async function averagePrecisionScore(scores: Values, targets: Values): Promise<number> {
  const { yes, no } = await stepsOf("averagePrecisionScore", scores, targets);
  const all = yes.at(-1) as number;
  if (all === 0) return 0;
  return yes.reduce((sum, count, i) => {
    const gained = (count - (yes[i - 1] ?? 0)) / all;
    return sum + gained * (count / (count + (no[i] as number)));
  }, 0);
}

/**
 * Discounted cumulative gain of the order that scores give, as a part of the best order's, mean over rows:
 * DCG = Σ gain / log₂(rank + 1). gains and scores: [n, documents], or one row.
 */
export async function ndcgScore(
  scores: Tensor,
  gains: Tensor,
  { k = Number.POSITIVE_INFINITY }: { readonly k?: number } = {},
): Promise<number> {
  const width = scores.shape.at(-1) ?? 1;
  const [s, g] = await Promise.all([read(scores), read(gains)]);
  checkSameLength("ndcgScore", s, g);
  if (!(k >= 1)) throw new ArgumentError(`ndcgScore: k is ${k}\n  hint: 1 or more`);
  const rows = s.length / width;
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const [rowScores, rowGains] = [s, g].map((x) => x.subarray(row * width, (row + 1) * width)) as [
      Float64Array,
      Float64Array,
    ];
    const best = gainOf(rowGains, rowGains, k);
    total += best === 0 ? 0 : gainOf(rowScores, rowGains, k) / best;
  }
  return total / rows;
}

/** DCG with tied scores sharing their places evenly. */
function gainOf(scores: Float64Array, gains: Float64Array, k: number): number {
  const order = [...scores.keys()].sort((a, b) => (scores[b] as number) - (scores[a] as number));
  let total = 0;
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    const score = scores[order[from] as number];
    while (to < order.length && scores[order[to] as number] === score) to++;
    let [gain, discount] = [0, 0];
    for (let i = from; i < to; i++) {
      gain += gains[order[i] as number] as number;
      if (i < k) discount += 1 / Math.log2(i + 2);
    }
    total += (gain / (to - from)) * discount;
    from = to;
  }
  return total;
}
