import { cdist, noGrad, type Tensor, tensor } from "@wgrad/autograd";
import { cophenet, type Linkage } from "@wgrad/classic";

/**
 * The cophenetic correlation (Sokal & Rohlf 1962): how the height at which two rows are joined goes
 * with their distance; 1 where the tree keeps all distances. x: [rows, features].
 */
export async function copheneticCorrelation(x: Tensor, merges: Linkage): Promise<number> {
  const rows = x.shape[0] as number;
  const all = await noGrad(() => cdist(x, x)).data();
  const heights = cophenet(merges);
  const distances = new Float64Array(heights.length);
  let at = 0;
  for (let a = 0; a < rows; a++) {
    for (let b = a + 1; b < rows; b++) distances[at++] = all[a * rows + b] as number;
  }
  return correlation(heights, distances);
}

/** Pearson's, in f64. */
function correlation(a: Float64Array, b: Float64Array): number {
  const mean = (values: Float64Array): number => values.reduce((x, y) => x + y, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [(a[i] as number) - meanA, (b[i] as number) - meanB];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return ab / Math.sqrt(aa * bb);
}

/** Cluster numbers from 1 on as labels from 0 on: [rows], i32. */
export const labelsOf = (clusters: Int32Array): Tensor => tensor(clusters.map((k) => k - 1));
