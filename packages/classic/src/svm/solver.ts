/** min ½ αᵀ Q α + pᵀ α with yᵀ α = 0 and 0 ≤ α ≤ c, where Qᵢⱼ = yᵢ yⱼ Kᵢⱼ. */
export interface DualProblem {
  /** 1 or −1 for each row. */
  readonly y: Float64Array;
  readonly p: Float64Array;
  readonly c: Float64Array;
  /** A row of K, and the diagonal of K. */
  readonly kernelRow: (i: number) => Float64Array;
  readonly diagonal: Float64Array;
}

/** The solution of a dual problem. */
export interface Dual {
  readonly alpha: Float64Array;
  /** b of f(x) = Σ yᵢ αᵢ K(xᵢ, x) + b. */
  readonly bias: number;
  readonly converged: boolean;
}

/** Least curvature, so that it is never 0. */
const FLAT = 1e-12;

/**
 * Sequential minimal optimisation: repeatedly optimises the pair of multipliers with the largest
 * expected gain (Fan, Chen & Lin 2005), until no pair violates the optimality conditions by more
 * than `tol`.
 */
export function solveDual(
  { y, p, c, kernelRow, diagonal }: DualProblem,
  tol: number,
  maxIter: number,
): Dual {
  const count = y.length;
  const alpha = new Float64Array(count);
  const gradient = p.slice();
  const isUp = (t: number): boolean =>
    (y[t] as number) > 0 ? (alpha[t] as number) < (c[t] as number) : (alpha[t] as number) > 0;
  const isLow = (t: number): boolean =>
    (y[t] as number) > 0 ? (alpha[t] as number) > 0 : (alpha[t] as number) < (c[t] as number);
  let converged = false;
  for (let round = 0; round <= maxIter && !converged; round++) {
    // i violates the conditions most; j gives the largest decrease with i
    let i = -1;
    let most = Number.NEGATIVE_INFINITY;
    for (let t = 0; t < count; t++) {
      if (!isUp(t)) continue;
      const value = -(y[t] as number) * (gradient[t] as number);
      if (value >= most) {
        most = value;
        i = t;
      }
    }
    converged = i < 0;
    if (converged) break;
    const row = kernelRow(i);
    let j = -1;
    let least = Number.POSITIVE_INFINITY;
    let best = Number.POSITIVE_INFINITY;
    for (let t = 0; t < count; t++) {
      if (!isLow(t)) continue;
      const value = -(y[t] as number) * (gradient[t] as number);
      if (value < least) least = value;
      const gap = most - value;
      if (gap <= 0) continue;
      const curve = (diagonal[i] as number) + (diagonal[t] as number) - 2 * (row[t] as number);
      const gain = -(gap * gap) / (curve > 0 ? curve : FLAT);
      if (gain <= best) {
        best = gain;
        j = t;
      }
    }
    converged = most - least < tol || j < 0;
    if (!converged && round < maxIter) step(i, j, row, kernelRow(j));
  }
  return { alpha, bias: biasOf(), converged };

  /** Optimises two multipliers; the others stay fixed. */
  function step(i: number, j: number, rowI: Float64Array, rowJ: Float64Array): void {
    const [yi, yj] = [y[i] as number, y[j] as number];
    const [ci, cj] = [c[i] as number, c[j] as number];
    const [beforeI, beforeJ] = [alpha[i] as number, alpha[j] as number];
    const product = yi * yj;
    const kij = rowI[j] as number;
    const curve = Math.max((diagonal[i] as number) + (diagonal[j] as number) - 2 * kij, FLAT);
    // move along the line that keeps yᵀα: αᵢ + d yᵢ, αⱼ − d yⱼ
    const d = (-yi * (gradient[i] as number) + yj * (gradient[j] as number)) / curve;
    let afterI = beforeI + yi * d;
    let afterJ = beforeJ - yj * d;
    const kept = beforeI + product * beforeJ;
    // Set a multiplier exactly to a bound that it reaches: with a rounding error the same pair
    // would be chosen forever.
    const within = (value: number, most: number): number => Math.min(Math.max(value, 0), most);
    if (afterI < 0 || afterI > ci) {
      afterI = within(afterI, ci);
      afterJ = product * (kept - afterI);
    }
    if (afterJ < 0 || afterJ > cj) {
      afterJ = within(afterJ, cj);
      afterI = within(kept - product * afterJ, ci);
    }
    alpha[i] = afterI;
    alpha[j] = afterJ;
    const [di, dj] = [(afterI - beforeI) * yi, (afterJ - beforeJ) * yj];
    for (let t = 0; t < count; t++) {
      gradient[t] =
        (gradient[t] as number) +
        (y[t] as number) * (di * (rowI[t] as number) + dj * (rowJ[t] as number));
    }
  }

  /**
   * The mean of the biases that free multipliers give; without any, the middle of the allowed
   * interval.
   */
  function biasOf(): number {
    let [lower, upper] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    let [sum, free] = [0, 0];
    for (let t = 0; t < count; t++) {
      const value = (y[t] as number) * (gradient[t] as number);
      const [isUpHere, isLowHere] = [isUp(t), isLow(t)];
      if (isUpHere && isLowHere) {
        sum += value;
        free++;
      } else if (isUpHere) upper = Math.min(upper, value);
      else if (isLowHere) lower = Math.max(lower, value);
    }
    return -(free > 0 ? sum / free : (lower + upper) / 2);
  }
}
