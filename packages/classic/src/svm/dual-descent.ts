import type { Generator } from "@wgrad/autograd";
import type { Plane, SignedRows } from "./primal-newton.ts";

/**
 * Minimises ½ ‖w‖² + Σ cᵢ max(0, 1 − yᵢ w·xᵢ), or with squared losses, by dual coordinate descent
 * over rows in random order (Hsieh et al. 2008), until no row violates the optimality conditions by
 * more than `tol`.
 */
export function dualDescent(
  { data, rows, width, y, price, extra }: SignedRows,
  isSquared: boolean,
  tol: number,
  maxIter: number,
  random: Generator,
): Plane {
  const w = new Float64Array(width + 1);
  const alpha = new Float64Array(rows);
  /** Curvature of the dual loss of a row: 1 / 2c, or 0 of the hinge. */
  const curveOf = (row: number): number => (isSquared ? 1 / (2 * (price[row] as number)) : 0);
  const squares = Float64Array.from({ length: rows }, (_, row) => {
    let sum = extra * extra;
    for (let j = 0; j < width; j++) sum += (data[row * width + j] as number) ** 2;
    return sum + curveOf(row);
  });
  for (let round = 1; round <= maxIter; round++) {
    let [most, least] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (const row of random.permutation(rows)) {
      if (price[row] === 0) continue;
      const upper = isSquared ? Number.POSITIVE_INFINITY : (price[row] as number);
      const sign = y[row] as number;
      const base = row * width;
      let value = (w[width] as number) * extra;
      for (let j = 0; j < width; j++) value += (w[j] as number) * (data[base + j] as number);
      const own = alpha[row] as number;
      const slope = sign * value - 1 + own * curveOf(row);
      const projected = own <= 0 ? Math.min(slope, 0) : own >= upper ? Math.max(slope, 0) : slope;
      most = Math.max(most, projected);
      least = Math.min(least, projected);
      if (projected === 0) continue;
      const square = squares[row] as number;
      const wanted = square > 0 ? own - slope / square : upper;
      const next = Math.min(Math.max(wanted, 0), upper);
      alpha[row] = next;
      const step = (next - own) * sign;
      for (let j = 0; j < width; j++) {
        w[j] = (w[j] as number) + step * (data[base + j] as number);
      }
      w[width] = (w[width] as number) + step * extra;
    }
    if (most - least <= tol) return { w, nIter: round, converged: true };
  }
  return { w, nIter: maxIter, converged: false };
}
