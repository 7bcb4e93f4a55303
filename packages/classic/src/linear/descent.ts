import { addTo, dot } from "../algebra/vectors.ts";
import type { Matrix } from "../estimator/input.ts";
import { type Line, lineThrough, meansOf } from "./least-squares.ts";

/** Settings of the objective and of the stopping rule. */
export interface DescentOptions {
  readonly alpha: number;
  readonly l1Ratio: number;
  readonly fitIntercept: boolean;
  readonly maxIter: number;
  readonly tol: number;
  /** Whether coefficients must be 0 or more. */
  readonly positive: boolean;
}

/** The solution, its duality gap and the number of iterations. */
export interface DescentResult extends Line {
  readonly nIter: number;
  readonly dualGap: number;
  /** Whether the gap is small enough. */
  readonly converged: boolean;
}

/**
 * Minimises 1/(2n) Σ cᵢ (yᵢ − w·xᵢ − b)² + α ρ ‖w‖₁ + α (1 − ρ) / 2 ‖w‖² by coordinate descent in
 * f64 (Friedman et al. 2010), until the duality gap is below tol ‖y‖² / n. n is the sum of the
 * weights.
 */
export function descend(
  matrix: Matrix,
  y: Float64Array,
  weights: Float64Array | null,
  options: DescentOptions,
): DescentResult {
  const { data, rows, width } = matrix;
  const { fitIntercept, maxIter, tol } = options;
  const means = meansOf(matrix, y, weights, fitIntercept);
  const total = weights?.reduce((a, b) => a + b, 0) ?? rows;
  const root = (i: number): number => Math.sqrt(weights?.[i] ?? 1);
  const columns = Array.from({ length: width }, (_, j) =>
    Float64Array.from(
      { length: rows },
      (_, i) => root(i) * ((data[i * width + j] as number) - (means.x[j] as number)),
    ),
  );
  const squares = columns.map((column) => dot(column, column));
  const residual = y.map((value, i) => root(i) * (value - means.y));
  const enough = tol * dot(residual, residual);
  const coef = new Float64Array(width);
  const target = residual.slice();
  const l1 = options.alpha * options.l1Ratio * total;
  const l2 = options.alpha * (1 - options.l1Ratio) * total;
  const gapNow = (): number =>
    dualityGap({ columns, residual, target, coef, l1, l2, positive: options.positive });
  let gap = gapNow();
  let round = 0;
  while (round < maxIter && gap > enough) {
    round++;
    let [most, step] = [0, 0];
    for (let j = 0; j < width; j++) {
      const square = squares[j] as number;
      if (square === 0) continue;
      const column = columns[j] as Float64Array;
      const before = coef[j] as number;
      const slope = dot(column, residual) + square * before;
      const shrunk = Math.max(Math.abs(slope) - l1, 0) / (square + l2);
      const after = options.positive && slope < 0 ? 0 : Math.sign(slope) * shrunk;
      if (after !== before) addTo(residual, column, before - after);
      coef[j] = after;
      most = Math.max(most, Math.abs(after));
      step = Math.max(step, Math.abs(after - before));
    }
    // the gap is costly, so only small steps ask for it
    if (most > 0 && step / most > tol && round < maxIter) continue;
    gap = gapNow();
  }
  const line = lineThrough(coef, means, fitIntercept);
  return { ...line, nIter: round, dualGap: gap / total, converged: gap <= enough };
}

interface Problem {
  readonly columns: readonly Float64Array[];
  readonly residual: Float64Array;
  readonly target: Float64Array;
  readonly coef: Float64Array;
  readonly l1: number;
  readonly l2: number;
  readonly positive: boolean;
}

/**
 * The duality gap, an upper bound of the distance to the optimum, at the dual point that the
 * residual gives.
 */
function dualityGap({ columns, residual, target, coef, l1, l2, positive }: Problem): number {
  const slopes = columns.map((column, j) => dot(column, residual) - l2 * (coef[j] as number));
  const steepest = Math.max(0, ...slopes.map((slope) => (positive ? slope : Math.abs(slope))));
  const norm = dot(residual, residual);
  const scale = steepest > l1 ? l1 / steepest : 1;
  const squares = dot(coef, coef);
  const absolute = coef.reduce((sum, w) => sum + Math.abs(w), 0);
  const primal = steepest > l1 ? (norm * (1 + scale * scale)) / 2 : norm;
  return (
    primal +
    l1 * absolute -
    scale * dot(residual, target) +
    (l2 / 2) * (1 + scale * scale) * squares
  );
}
