import { addTo, dot } from "../algebra/vectors.ts";
/** A function's value and gradient at a point. */
export interface ValueAndGradient {
  readonly value: number;
  readonly gradient: Float64Array;
}

/** The stopping rule. */
export interface MinimizeOptions {
  readonly maxIter: number;
  /** The largest allowed entry of the gradient. */
  readonly tol: number;
}

/** The result of a minimisation. */
export interface Minimum {
  readonly x: Float64Array;
  readonly nIter: number;
  /** Whether the stopping rule ended it, not `maxIter`. */
  readonly converged: boolean;
}

/** Number of remembered steps and gradient changes. */
const MEMORY = 12;
/** Iterations without a smaller gradient after which rounding is taken to dominate. */
const PATIENCE = 12;
const TRIES = 25;

/**
 * Minimises a smooth function by L-BFGS (Liu & Nocedal 1989). The function may be computed in f32:
 * the line search judges steps by derivatives, which suffer less from rounding than values, and the
 * point of smallest gradient is returned.
 */
export async function minimize(
  slopeAt: (x: Float64Array) => Promise<ValueAndGradient>,
  start: Float64Array,
  { maxIter, tol }: MinimizeOptions,
): Promise<Minimum> {
  let x = start;
  let here = await slopeAt(x);
  let slope = here.gradient;
  let best = { x, size: largest(slope) };
  const steps: Float64Array[] = [];
  const changes: Float64Array[] = [];
  let stalled = 0;
  let round = 0;
  while (round < maxIter && best.size > tol && stalled < PATIENCE) {
    round++;
    const direction = quasiNewtonDirection(slope, steps, changes);
    if (!(dot(direction, slope) < 0)) {
      if (steps.length === 0) break;
      steps.length = 0;
      changes.length = 0;
      continue;
    }
    const first = steps.length === 0 ? Math.min(1, 1 / norm(slope)) : 1;
    const next = await lineSearch(slopeAt, x, here, direction, first);
    if (next === null) {
      if (steps.length === 0) break;
      steps.length = 0;
      changes.length = 0;
      continue;
    }
    const step = next.x.map((value, i) => value - (x[i] as number));
    const change = next.slope.gradient.map((g, i) => g - (here.gradient[i] as number));
    if (dot(step, change) > 2 ** -52 * dot(change, change)) {
      steps.push(step);
      changes.push(change);
      if (steps.length > MEMORY) {
        steps.shift();
        changes.shift();
      }
    }
    x = next.x;
    here = next.slope;
    slope = here.gradient;
    const size = largest(slope);
    stalled = size < best.size * 0.99 ? 0 : stalled + 1;
    if (size < best.size) best = { x, size };
  }
  return { x: best.x, nIter: round, converged: round < maxIter || best.size <= tol };
}

/** The direction of a quasi-Newton step. */
function quasiNewtonDirection(
  slope: Float64Array,
  steps: readonly Float64Array[],
  changes: readonly Float64Array[],
): Float64Array {
  const direction = slope.map((value) => -value);
  const factors: number[] = [];
  for (let i = steps.length - 1; i >= 0; i--) {
    const [step, change] = [steps[i] as Float64Array, changes[i] as Float64Array];
    const factor = dot(step, direction) / dot(step, change);
    factors[i] = factor;
    addTo(direction, change, -factor);
  }
  const [step, change] = [steps.at(-1), changes.at(-1)];
  if (step !== undefined && change !== undefined) {
    const scale = dot(step, change) / dot(change, change);
    for (let i = 0; i < direction.length; i++) direction[i] = (direction[i] as number) * scale;
  }
  steps.forEach((own, i) => {
    const change = changes[i] as Float64Array;
    addTo(direction, own, (factors[i] as number) - dot(change, direction) / dot(own, change));
  });
  return direction;
}

interface Found {
  readonly x: Float64Array;
  readonly slope: ValueAndGradient;
}

/** Relative differences of values that count as rounding errors. */
const ROUNDING = 1e-6;

/**
 * A step along the direction after which the value is lower and the slope flatter (Hager & Zhang
 * 2005: within rounding, derivatives decide). Null if none is found.
 */
async function lineSearch(
  slopeAt: (x: Float64Array) => Promise<ValueAndGradient>,
  x: Float64Array,
  here: ValueAndGradient,
  direction: Float64Array,
  first: number,
): Promise<Found | null> {
  const down = dot(here.gradient, direction);
  const { value } = here;
  let [low, high] = [0, Number.POSITIVE_INFINITY];
  let [lowSlope, highSlope] = [down, Number.NaN];
  let size = first;
  let wasHigh: boolean | null = null;
  for (let i = 0; i < TRIES; i++) {
    const there = x.map((own, j) => own + size * (direction[j] as number));
    const found = await slopeAt(there);
    const total = found.value;
    const now = dot(found.gradient, direction);
    const isLower = total <= value + 1e-4 * size * down;
    const isLevel = total <= value + ROUNDING * Math.abs(value) && now <= -0.8 * down;
    if (Number.isFinite(total) && (isLower || isLevel) && Math.abs(now) <= -0.9 * down) {
      return { x: there, slope: found };
    }
    const isHigh = !Number.isFinite(total) || now > 0 || !(isLower || isLevel);
    if (isHigh) {
      high = size;
      highSlope = now;
    } else {
      low = size;
      lowSlope = now;
    }
    // an end that stays counts half (Dowell & Jarratt 1971): flat slopes would hold the other one
    if (isHigh === wasHigh) {
      if (isHigh) lowSlope /= 2;
      else highSlope /= 2;
    }
    wasHigh = isHigh;
    if (high === Number.POSITIVE_INFINITY) {
      size *= 3;
      continue;
    }
    // the zero of the interpolated slope, kept away from the ends
    const part = highSlope > 0 ? lowSlope / (lowSlope - highSlope) : 0.5;
    size = low + (high - low) * Math.min(0.9, Math.max(0.1, part));
  }
  return null;
}

const norm = (a: Float64Array): number => Math.sqrt(dot(a, a));
const largest = (a: Float64Array): number => a.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
