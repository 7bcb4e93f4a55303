import { singularValues } from "../algebra/singular.ts";
import { Triangle } from "../algebra/triangle.ts";
import type { Matrix } from "../estimator/input.ts";

/** A linear model: w·x + b = w·(x − x̄) + ȳ. The second form avoids cancellation. */
export interface Line {
  readonly coef: Float64Array;
  readonly intercept: number;
  readonly means: Means;
}

/** Weighted means of features and target; 0 without an intercept. */
export interface Means {
  readonly x: Float64Array;
  readonly y: number;
}

/** Weighted means of features and target. */
export function meansOf(
  { data, rows, width }: Matrix,
  y: Float64Array,
  weights: Float64Array | null,
  fitIntercept: boolean,
): Means {
  const x = new Float64Array(width);
  if (!fitIntercept) return { x, y: 0 };
  let [sum, total] = [0, 0];
  for (let i = 0; i < rows; i++) {
    const weight = weights?.[i] ?? 1;
    for (let j = 0; j < width; j++) {
      x[j] = (x[j] as number) + weight * (data[i * width + j] as number);
    }
    sum += weight * (y[i] as number);
    total += weight;
  }
  return { x: x.map((value) => value / total), y: sum / total };
}

/** The model that passes through the means: b = ȳ − w·x̄. */
export function lineThrough(coef: Float64Array, means: Means, fitIntercept: boolean): Line {
  const offset = coef.reduce((sum, w, j) => sum + w * (means.x[j] as number), 0);
  return { coef, intercept: fitIntercept ? means.y - offset : 0, means };
}

/**
 * Minimises Σ cᵢ (yᵢ − w·xᵢ − b)² + α ‖w‖² by the singular values of X: w = V diag(s / (s² + α))
 * Uᵀy. Without α, directions of zero variance get coefficient 0, which gives the least-squares
 * solution of smallest norm.
 */
export function leastSquares(
  matrix: Matrix,
  y: Float64Array,
  weights: Float64Array | null,
  { alpha, fitIntercept }: { readonly alpha: number; readonly fitIntercept: boolean },
): Line {
  const { data, rows, width } = matrix;
  const means = meansOf(matrix, y, weights, fitIntercept);
  const triangle = new Triangle(width + 1);
  const row = new Float64Array(width + 1);
  for (let i = 0; i < rows; i++) {
    const root = Math.sqrt(weights?.[i] ?? 1);
    for (let j = 0; j < width; j++) {
      row[j] = root * ((data[i * width + j] as number) - (means.x[j] as number));
    }
    row[width] = root * ((y[i] as number) - means.y);
    triangle.add(row);
  }
  triangle.finish();
  const size = width + 1;
  const r = new Float64Array(width * width);
  const target = new Float64Array(width);
  for (let i = 0; i < width; i++) {
    r.set(triangle.r.subarray(i * size, i * size + width), i * width);
    target[i] = triangle.r[i * size + width] as number;
  }
  const { u, s, v } = singularValues(r, width);
  const cut = Math.max(rows, width) * 2 ** -52 * Math.max(...s);
  const coef = new Float64Array(width);
  for (let k = 0; k < width; k++) {
    const value = s[k] as number;
    if (value <= cut) continue;
    let along = 0;
    for (let i = 0; i < width; i++) along += (u[i * width + k] as number) * (target[i] as number);
    const factor = (along * value) / (value * value + alpha);
    for (let j = 0; j < width; j++) {
      coef[j] = (coef[j] as number) + factor * (v[j * width + k] as number);
    }
  }
  return lineThrough(coef, means, fitIntercept);
}
