import type { MinimizeOptions, Minimum, ValueAndGradient } from "./minimize.ts";

/**
 * The second derivatives of each output's coordinates, one block [size, size] each; those between
 * outputs are ignored.
 */
export type Curvature = readonly Float64Array[];

interface SparseOptions extends MinimizeOptions {
  /** λ of each coordinate. */
  readonly l1: Float64Array;
}

/** Maximum number of coordinate-descent sweeps on the quadratic model, and of step halvings. */
const ROUNDS = 1000;
const HALVES = 20;
/** Relative differences of values that count as rounding errors. */
const ROUNDING = 1e-7;

/**
 * Minimises a smooth function plus Σ λᵢ |xᵢ| by proximal Newton steps; each minimises a quadratic
 * model by coordinate descent (Lee, Sun & Saunders 2014). x holds the coefficients [features,
 * outputs], then the intercepts [outputs].
 */
export async function minimizeSparse(
  slopeAt: (x: Float64Array) => Promise<ValueAndGradient>,
  curvatureAt: (x: Float64Array) => Promise<Curvature>,
  start: Float64Array,
  { maxIter, tol, l1 }: SparseOptions,
): Promise<Minimum> {
  let x = start;
  let here = await slopeAt(x);
  let round = 0;
  let converged = false;
  const price = (at: Float64Array): number =>
    at.reduce((sum, value, i) => sum + (l1[i] as number) * Math.abs(value), 0);
  while (round < maxIter) {
    round++;
    const step = proximalStep(x, here.gradient, await curvatureAt(x), l1);
    const value = here.value + price(x);
    const size = step.reduce((most, d) => Math.max(most, Math.abs(d)), 0);
    let next: { readonly x: Float64Array; readonly slope: ValueAndGradient } | null = null;
    for (let i = 0; i < HALVES && next === null; i++) {
      const there = x.map((own, j) => own + (step[j] as number) * 2 ** -i);
      const slope = await slopeAt(there);
      if (slope.value + price(there) <= value + ROUNDING * Math.abs(value)) {
        next = { x: there, slope };
      }
    }
    converged = next === null;
    if (next === null) break;
    x = next.x;
    here = next.slope;
    const largest = x.reduce((most, v) => Math.max(most, Math.abs(v)), 1);
    converged = size <= Math.max(tol, ROUNDING) * largest;
    if (converged) break;
  }
  return { x, nIter: round, converged };
}

/** The minimiser d of g·d + ½ dᵀ H d + Σ λ |x + d|. */
function proximalStep(
  x: Float64Array,
  gradient: Float64Array,
  curvature: Curvature,
  l1: Float64Array,
): Float64Array {
  const outputs = curvature.length;
  const size = x.length / outputs;
  const step = new Float64Array(x.length);
  curvature.forEach((block, k) => {
    // derivatives of the quadratic model at the current step
    const slopes = Float64Array.from(
      { length: size },
      (_, j) => gradient[j * outputs + k] as number,
    );
    const coordinates = Array.from({ length: size }, (_, j) => j).filter(
      (j) => (block[j * size + j] as number) > 0,
    );
    for (let round = 0; round < ROUNDS; round++) {
      let [most, largest] = [0, 0];
      for (const j of coordinates) {
        const at = j * outputs + k;
        const curve = block[j * size + j] as number;
        const value = (x[at] as number) + (step[at] as number);
        const wanted = value - (slopes[j] as number) / curve;
        const next = Math.sign(wanted) * Math.max(0, Math.abs(wanted) - (l1[at] as number) / curve);
        const change = next - value;
        largest = Math.max(largest, Math.abs(next));
        if (change === 0) continue;
        step[at] = (step[at] as number) + change;
        most = Math.max(most, Math.abs(change));
        for (let i = 0; i < size; i++) {
          slopes[i] = (slopes[i] as number) + change * (block[i * size + j] as number);
        }
      }
      if (most <= 1e-10 * Math.max(1, largest)) break;
    }
  });
  return step;
}
