import { noGrad, type Tensor } from "@wgrad/autograd";
import { checkCall, composite } from "@wgrad/autograd/plugin";
import { checkChoice, checkSameLength, checkSameShape } from "./check.ts";
import { ratio } from "./counts.ts";
import { asFloat, read, tensorsOf, type Values } from "./values.ts";

/**
 * Pearson correlation r = Σ(x − x̄)(y − ȳ) / √(Σ(x − x̄)² Σ(y − ȳ)²) over all elements; NaN if x or
 * y is constant. → 0-d.
 */
export function pearsonCorrcoef(x: Values, y: Values): Tensor {
  checkCall("pearsonCorrcoef(x: any, y: any)", arguments);
  return noGrad(() =>
    composite(() => {
      const given = tensorsOf("pearsonCorrcoef", { x, y });
      checkSameShape("pearsonCorrcoef", given.x, given.y, ["x", "y"]);
      const [a, b] = [centred(asFloat(given.x)), centred(asFloat(given.y))];
      const spread = a.square().sum().sqrt().mul(b.square().sum().sqrt());
      return ratio(a.mul(b).sum(), spread, Number.NaN).clamp(-1, 1);
    }),
  );
}

/**
 * x minus its mean. Subtracts the first element first, so that a mean far from 0 costs no
 * precision.
 */
function centred(x: Tensor): Tensor {
  const shifted = x.numel() === 0 ? x : x.sub(x.reshape(-1).select(0, 0));
  return shifted.sub(shifted.mean());
}

/**
 * Spearman's ρ: Pearson correlation of the ranks; equal values share their mean rank. NaN if a
 * value is NaN.
 */
export async function spearmanCorrcoef(x: Values, y: Values): Promise<number> {
  checkCall("spearmanCorrcoef(x: any, y: any)", arguments);
  const [a, b] = await readBoth("spearmanCorrcoef", x, y);
  if ([a, b].some((values) => values.some(Number.isNaN))) return Number.NaN;
  return correlation(ranks(a), ranks(b));
}

/**
 * Kendall's τ-b = (concordant − discordant) / √((pairs − ties in x)(pairs − ties in y)), by sorting
 * (Knight 1966). NaN if a value is NaN.
 */
export async function kendalltau(x: Values, y: Values): Promise<number> {
  checkCall("kendalltau(x: any, y: any)", arguments);
  const [a, b] = await readBoth("kendalltau", x, y);
  if ([a, b].some((values) => values.some(Number.isNaN))) return Number.NaN;
  const order = [...a.keys()].sort(
    (i, j) => (a[i] as number) - (a[j] as number) || (b[i] as number) - (b[j] as number),
  );
  const inOrder = (values: Float64Array): Float64Array =>
    Float64Array.from(order, (i) => values[i] as number);
  const [first, second] = [inOrder(a), inOrder(b)];
  const tiedX = tiesIn(first.length, (i, j) => first[i] === first[j]);
  const tiedBoth = tiesIn(first.length, (i, j) => first[i] === first[j] && second[i] === second[j]);
  const discordant = sortCounting(second);
  const tiedY = tiesIn(second.length, (i, j) => second[i] === second[j]);
  const pairs = (a.length * (a.length - 1)) / 2;
  const agreement = pairs - tiedX - tiedY + tiedBoth - 2 * discordant;
  return agreement / Math.sqrt(pairs - tiedX) / Math.sqrt(pairs - tiedY);
}

/** Number of tied pairs in a sorted order. */
function tiesIn(n: number, isSame: (i: number, j: number) => boolean): number {
  let [ties, run] = [0, 0];
  for (let i = 1; i < n; i++) {
    run = isSame(i, i - 1) ? run + 1 : 0;
    ties += run;
  }
  return ties;
}

/** Sorts in place and returns the number of inversions. */
function sortCounting(values: Float64Array): number {
  const n = values.length;
  let from: Float64Array = values;
  let to: Float64Array = new Float64Array(n);
  let swaps = 0;
  for (let width = 1; width < n; width *= 2) {
    for (let low = 0; low < n; low += 2 * width) {
      const [middle, high] = [Math.min(low + width, n), Math.min(low + 2 * width, n)];
      let [left, right] = [low, middle];
      for (let at = low; at < high; at++) {
        const takeLeft =
          left < middle && (right >= high || (from[left] as number) <= (from[right] as number));
        if (!takeLeft) swaps += middle - left;
        to[at] = from[takeLeft ? left++ : right++] as number;
      }
    }
    [from, to] = [to, from];
  }
  if (from !== values) values.set(from);
  return swaps;
}

async function readBoth(
  metric: string,
  x: Values,
  y: Values,
): Promise<[Float64Array, Float64Array]> {
  const [a, b] = await Promise.all([read(metric, "x", x), read(metric, "y", y)]);
  checkSameLength(metric, a, b);
  return [a, b];
}

/** Ranks from 1; equal values share their mean rank. */
function ranks(values: Float64Array): Float64Array {
  const order = [...values.keys()].sort((i, j) => (values[i] as number) - (values[j] as number));
  const found = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    const value = values[order[from] as number];
    while (to < order.length && values[order[to] as number] === value) to++;
    for (let i = from; i < to; i++) found[order[i] as number] = (from + 1 + to) / 2;
    from = to;
  }
  return found;
}

function correlation(x: Float64Array, y: Float64Array): number {
  const lessMean = (values: Float64Array): Float64Array => {
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return values.map((value) => value - mean);
  };
  const dot = (a: Float64Array, b: Float64Array): number =>
    a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
  const [a, b] = [lessMean(x), lessMean(y)];
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

/**
 * Cosine similarity of every row of x [n, d] and every row of y [m, d]; 0 if a row is all zeros. →
 * [n, m].
 */
export function pairwiseCosineSimilarity(x: Values, y: Values): Tensor {
  checkCall("pairwiseCosineSimilarity(x: any, y: any)", arguments);
  return noGrad(() =>
    composite(() => {
      const given = tensorsOf("pairwiseCosineSimilarity", { x, y });
      return unit(asFloat(given.x)).matmul(unit(asFloat(given.y)).mT);
    }),
  );
}

/** Settings of cosineSimilarity. */
export interface CosineSimilarityOptions {
  /** Reduction over the rows (default "sum"). */
  readonly reduction?: "sum" | "mean" | null;
}

/**
 * Cosine similarity of corresponding rows of predictions and targets, [n, d]. → 0-d, or [n] without
 * reduction.
 */
export function cosineSimilarity(
  predictions: Values,
  targets: Values,
  options: CosineSimilarityOptions = {},
): Tensor {
  checkCall(
    'cosineSimilarity(predictions: any, targets: any, { reduction: "sum" | "mean" | null })',
    arguments,
  );
  const { reduction = "sum" } = options;
  checkChoice("cosineSimilarity", "reduction", reduction, ["sum", "mean", null]);
  return noGrad(() =>
    composite(() => {
      const given = tensorsOf("cosineSimilarity", { predictions, targets });
      checkSameShape("cosineSimilarity", given.predictions, given.targets);
      const each = unit(asFloat(given.predictions))
        .mul(unit(asFloat(given.targets)))
        .sum(-1);
      if (reduction === null) return each;
      return reduction === "sum" ? each.sum() : each.mean();
    }),
  );
}

/** Rows divided by their norms; rows of zeros stay zeros. */
function unit(x: Tensor): Tensor {
  return ratio(x, x.square().sum(-1, { keepdim: true }).sqrt(), 0);
}

/**
 * Agreement of word vectors with human ratings: Spearman's ρ between the ratings and the cosine
 * similarities of word pairs (rows of first and second, [pairs, d]).
 */
export async function wordSimilarity(
  first: Values,
  second: Values,
  ratings: Values,
): Promise<number> {
  checkCall("wordSimilarity(first: any, second: any, ratings: any)", arguments);
  return spearmanCorrcoef(cosineSimilarity(first, second, { reduction: null }), ratings);
}
