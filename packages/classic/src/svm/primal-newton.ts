import { Triangle } from "../algebra/triangle.ts";
import { addTo, dot } from "../algebra/vectors.ts";

/** Rows of a linear classifier on the host. */
export interface SignedRows {
  /** Row-major. */
  readonly data: Float32Array | Float64Array;
  readonly rows: number;
  readonly width: number;
  /** 1 or −1 for each row. */
  readonly y: Float64Array;
  /** Factor of the loss of each row. */
  readonly price: Float64Array;
  /** The constant feature behind the others; 0 without an intercept. */
  readonly extra: number;
}

/** A plane and how it was found. */
export interface Plane {
  /** Coefficients of the features, then of the constant feature. */
  readonly w: Float64Array;
  readonly nIter: number;
  readonly converged: boolean;
}

const HALVES = 40;

/**
 * Minimises ½ ‖w‖² + Σ cᵢ max(0, 1 − yᵢ w·xᵢ)² by Newton's method (Mangasarian 2002). Ends with a step s of −∇·s ≤ tol² · value: it changes the
 * decision values by less than the part `tol` of what they fall short.
 */
export function primalNewton(problem: SignedRows, tol: number, maxIter: number): Plane {
  const { data, rows, width, y, price, extra } = problem;
  const w = new Float64Array(width + 1);
  /** w·xᵢ. */
  let values = new Float64Array(rows);
  const times = (v: Float64Array): Float64Array => {
    const out = new Float64Array(rows);
    for (let i = 0, base = 0; i < rows; i++, base += width) {
      let sum = (v[width] as number) * extra;
      for (let j = 0; j < width; j++) sum += (v[j] as number) * (data[base + j] as number);
      out[i] = sum;
    }
    return out;
  };
  /** Adds Σ factorᵢ xᵢ to `out`. */
  const addRows = (factors: Float64Array, out: Float64Array): Float64Array => {
    for (let i = 0, base = 0; i < rows; i++, base += width) {
      const factor = factors[i] as number;
      if (factor === 0) continue;
      for (let j = 0; j < width; j++) {
        out[j] = (out[j] as number) + factor * (data[base + j] as number);
      }
      out[width] = (out[width] as number) + factor * extra;
    }
    return out;
  };
  const shortfall = (i: number, value: number): number => Math.max(0, 1 - (y[i] as number) * value);
  const lossOf = (norm: number, at: Float64Array): number =>
    at.reduce((sum, value, i) => sum + (price[i] as number) * shortfall(i, value) ** 2, norm / 2);
  const gradientOf = (at: Float64Array): Float64Array =>
    addRows(
      at.map((value, i) => -2 * (price[i] as number) * (y[i] as number) * shortfall(i, value)),
      w.slice(),
    );

  const factors = Float64Array.from(price, (cost) => 2 * cost);
  let gradient = gradientOf(values);
  for (let round = 1; round <= maxIter; round++) {
    /** 2 cᵢ of the rows inside the margin. */
    const curves = factors.map((factor, i) => (shortfall(i, values[i] as number) > 0 ? factor : 0));
    const triangle = new Triangle(width + 1);
    const line = new Float64Array(width + 1);
    for (let j = 0; j <= width; j++) triangle.add(line.fill(0).fill(1, j, j + 1));
    for (let i = 0; i < rows; i++) {
      const root = Math.sqrt(curves[i] as number);
      if (root === 0) continue;
      for (let j = 0; j < width; j++) line[j] = root * (data[i * width + j] as number);
      line[width] = root * extra;
      triangle.add(line);
    }
    triangle.finish();
    const step = solve(
      triangle,
      gradient.map((slope) => -slope),
    );
    const changes = times(step);
    const [norm, along, square] = [dot(w, w), dot(w, step), dot(step, step)];
    const before = lossOf(norm, values);
    const slope = dot(gradient, step);
    let size = 1;
    const at = (): Float64Array<ArrayBuffer> =>
      values.map((value, i) => value + size * (changes[i] as number));
    const loss = (): number => lossOf(norm + 2 * size * along + size * size * square, at());
    for (let i = 0; i < HALVES && loss() > before + 1e-4 * size * slope; i++) size /= 2;
    values = at();
    addTo(w, step, size);
    gradient = gradientOf(values);
    if (-slope <= tol * tol * before) return { w, nIter: round, converged: true };
  }
  return { w, nIter: maxIter, converged: false };
}

/** Solves RᵀR x = b. */
function solve({ r, width }: Triangle, b: Float64Array): Float64Array {
  const x = b.slice();
  for (let i = 0; i < width; i++) {
    for (let k = 0; k < i; k++) {
      x[i] = (x[i] as number) - (r[k * width + i] as number) * (x[k] as number);
    }
    x[i] = (x[i] as number) / (r[i * width + i] as number);
  }
  for (let i = width - 1; i >= 0; i--) {
    for (let k = i + 1; k < width; k++) {
      x[i] = (x[i] as number) - (r[i * width + k] as number) * (x[k] as number);
    }
    x[i] = (x[i] as number) / (r[i * width + i] as number);
  }
  return x;
}
