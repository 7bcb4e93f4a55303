import { noGrad, type Tensor } from "@wgrad/autograd";
import { composite } from "@wgrad/autograd/plugin";
import { checkChoice, checkSameLength, checkSameShape } from "./check.ts";
import { ratio } from "./counts.ts";
import { read, type Values } from "./values.ts";

/** Pearson's r = Σ(x − x̄)(y − ȳ) / √(Σ(x − x̄)² Σ(y − ȳ)²) over all elements; NaN if one does not vary. → 0-d. */
export function pearsonCorrcoef(x: Tensor, y: Tensor): Tensor {
  checkSameShape("pearsonCorrcoef", x, y);
  return noGrad(() =>
    composite(() => {
      const [a, b] = [x.sub(x.mean()), y.sub(y.mean())];
      const spread = a.square().sum().sqrt().mul(b.square().sum().sqrt());
      return ratio(a.mul(b).sum(), spread, Number.NaN).clamp(-1, 1);
    }),
  );
}

/** Spearman's ρ: Pearson's correlation of the ranks, of which equal values share the mean. */
export async function spearmanCorrcoef(x: Values, y: Values): Promise<number> {
  const [a, b] = await Promise.all([read(x), read(y)]);
  checkSameLength("spearmanCorrcoef", a, b);
  return correlation(ranks(a), ranks(b));
}

/** Kendall's τ-b = (concordant − discordant) / √((pairs − ties in x)(pairs − ties in y)). */
export async function kendalltau(x: Values, y: Values): Promise<number> {
  const [a, b] = await Promise.all([read(x), read(y)]);
  checkSameLength("kendalltau", a, b);
  let [agreement, pairs, tiedX, tiedY] = [0, 0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < i; j++) {
      const dx = Math.sign((a[i] as number) - (a[j] as number));
      const dy = Math.sign((b[i] as number) - (b[j] as number));
      agreement += dx * dy;
      pairs++;
      if (dx === 0) tiedX++;
      if (dy === 0) tiedY++;
    }
  }
  return agreement / Math.sqrt((pairs - tiedX) * (pairs - tiedY));
}

/** Ranks from 1; equal values share the mean of theirs. */
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
  const centred = (values: Float64Array): Float64Array => {
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return values.map((value) => value - mean);
  };
  const dot = (a: Float64Array, b: Float64Array): number =>
    a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
  const [a, b] = [centred(x), centred(y)];
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

/** The cosine of the angle between every row of x [n, d] and every row of y [m, d]; 0 where a row is 0. → [n, m]. */
export function pairwiseCosineSimilarity(x: Tensor, y: Tensor): Tensor {
  return noGrad(() => composite(() => unit(x).matmul(unit(y).mT)));
}

/** Settings of cosineSimilarity. */
export interface CosineSimilarityOptions {
  /** Over the rows (default "sum"). */
  readonly reduction?: "sum" | "mean" | null;
}

/** The cosine of the angle between each row of predictions and of targets [n, d]. → 0-d, or [n] without reduction. */
export function cosineSimilarity(
  predictions: Tensor,
  targets: Tensor,
  { reduction = "sum" }: CosineSimilarityOptions = {},
): Tensor {
  checkSameShape("cosineSimilarity", predictions, targets);
  checkChoice("cosineSimilarity", "reduction", reduction, ["sum", "mean", null]);
  return noGrad(() =>
    composite(() => {
      const each = unit(predictions).mul(unit(targets)).sum(-1);
      if (reduction === null) return each;
      return reduction === "sum" ? each.sum() : each.mean();
    }),
  );
}

/** Rows of length 1; of zeros, zeros. */
function unit(x: Tensor): Tensor {
  return ratio(x, x.square().sum(-1, { keepdim: true }).sqrt(), 0);
}

/**
 * How well word vectors agree with people: Spearman's ρ between the cosines of pairs of words (rows of first and second,
 * [pairs, d]) and their ratings.
 */
export async function wordSimilarity(
  first: Tensor,
  second: Tensor,
  ratings: Values,
): Promise<number> {
  return spearmanCorrcoef(cosineSimilarity(first, second, { reduction: null }), ratings);
}
