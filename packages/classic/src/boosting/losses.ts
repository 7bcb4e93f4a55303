import { ArgumentError } from "@wgrad/autograd";
import { quantile, weightedQuantile } from "./quantiles.ts";

/** Raw predictions of every output: [outputs][rows]. */
export type Raw = readonly Float64Array[];

/** Destinations of the gradients and curvatures of one output. */
export interface Derivatives {
  readonly gradients: Float32Array | Float64Array;
  readonly curvatures: Float32Array | Float64Array;
}

/** A loss for boosting. Gradients and curvatures are those of Σ w loss. */
export interface HistLoss {
  /** Number of trees in each round: one, or one for each class. */
  readonly outputs: number;
  /** Whether every curvature is 1, so that `curvatures` is not written. */
  readonly constantCurvature: boolean;
  /** The constant raw predictions of least loss. */
  baseline(y: Float64Array, weights: Float64Array | null): number[] | Promise<number[]>;
  /** Σ w loss / Σ w. */
  mean(raw: Raw, y: Float64Array, weights: Float64Array | null): number | Promise<number>;
  /** d loss / d raw and its derivative, for each output. */
  differentiate(
    raw: Raw,
    y: Float64Array,
    weights: Float64Array | null,
    out: readonly Derivatives[],
  ): void | Promise<void>;
  /**
   * The value of a leaf with these residuals, if gradients do not determine it; absent for smooth
   * losses.
   */
  readonly leafValue?: (residuals: Float64Array, weights: Float64Array | null) => number;
  /** Converts raw predictions to predictions, in place. */
  readonly inverseLink: (raw: Float64Array) => Float64Array;
}

const same = (raw: Float64Array): Float64Array => raw;
const exponential = (raw: Float64Array): Float64Array => raw.map(Math.exp);

/** Σ w x / Σ w. */
function weightedMean(values: ArrayLike<number>, weights: Float64Array | null): number {
  let [sum, total] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const weight = weights?.[i] ?? 1;
    sum += weight * (values[i] as number);
    total += weight;
  }
  return sum / total;
}

/** The weighted quantile of `part`. */
function quantileOf(values: Float64Array, weights: Float64Array | null, part: number): number {
  if (weights === null) return quantile(values.slice().sort(), part);
  const order = [...values.keys()].sort((a, b) => (values[a] as number) - (values[b] as number));
  const pick = (of: Float64Array): Float64Array => Float64Array.from(order, (i) => of[i] as number);
  return weightedQuantile(pick(values), pick(weights), part, true);
}

/** The loss, its gradient and its curvature at one raw prediction. */
interface Pointwise {
  readonly loss: (raw: number, y: number) => number;
  readonly gradient: (raw: number, y: number) => number;
  /** Absent if it is 1. */
  readonly curvature?: (raw: number, y: number) => number;
}

/** A loss of one output that is computed row by row. */
function pointwise(
  { loss, gradient, curvature }: Pointwise,
  rest: Pick<HistLoss, "baseline" | "inverseLink"> & Partial<Pick<HistLoss, "leafValue">>,
  isWeighted: boolean,
): HistLoss {
  const constantCurvature = curvature === undefined && !isWeighted;
  return {
    outputs: 1,
    constantCurvature,
    ...rest,
    mean(raw, y, weights) {
      const values = raw[0] as Float64Array;
      return weightedMean(
        y.map((target, i) => loss(values[i] as number, target)),
        weights,
      );
    },
    differentiate(raw, y, weights, out) {
      const values = raw[0] as Float64Array;
      const { gradients, curvatures } = out[0] as Derivatives;
      for (let i = 0; i < y.length; i++) {
        const weight = weights === null ? 1 : (weights[i] as number);
        gradients[i] = weight * gradient(values[i] as number, y[i] as number);
        if (constantCurvature) continue;
        curvatures[i] = weight * (curvature?.(values[i] as number, y[i] as number) ?? 1);
      }
    },
  };
}

/** The loss of AdaBoost: exp(−raw) for the second class, exp(raw) for the first. y: 0 or 1. */
export const exponentialLoss: HistLoss = pointwise(
  {
    loss: (raw, y) => Math.exp(y === 1 ? -raw : raw),
    gradient: (raw, y) => (y === 1 ? -Math.exp(-raw) : Math.exp(raw)),
    curvature: (raw, y) => Math.exp(y === 1 ? -raw : raw),
  },
  {
    baseline: (y, weights) => {
      const p = clampProbability(weightedMean(y, weights));
      return [Math.log(p / (1 - p)) / 2];
    },
    inverseLink: (raw) => raw.map((value) => sigmoid(2 * value)),
  },
  false,
);

/**
 * r² / 2 for residuals |r| ≤ δ, else δ (|r| − δ / 2) (Huber 1964). δ is the quantile `part` of |r|,
 * computed at every differentiation.
 */
export function huberLoss(part: number): HistLoss {
  let delta = 1;
  const slope = (residual: number): number =>
    Math.sign(residual) * Math.min(Math.abs(residual), delta);
  const plain = pointwise(
    {
      loss: (raw, y) => {
        const size = Math.abs(y - raw);
        return size <= delta ? size ** 2 / 2 : delta * (size - delta / 2);
      },
      gradient: (raw, y) => -slope(y - raw),
    },
    {
      baseline: (y, weights) => [quantileOf(y, weights, 0.5)],
      leafValue: (residuals, weights) => {
        const median = quantileOf(residuals, weights, 0.5);
        return (
          median +
          weightedMean(
            residuals.map((residual) => slope(residual - median)),
            weights,
          )
        );
      },
      inverseLink: same,
    },
    true,
  );
  return {
    ...plain,
    differentiate(raw, y, weights, out) {
      const values = raw[0] as Float64Array;
      delta = quantileOf(
        y.map((target, i) => Math.abs(target - (values[i] as number))),
        weights,
        part,
      );
      return plain.differentiate(raw, y, weights, out);
    },
  };
}

/** Names of the regression losses. */
export type RegressionLoss = "squared_error" | "absolute_error" | "gamma" | "poisson" | "quantile";

/**
 * A regression loss by name, with scikit-learn's constants. `isWeighted`: whether rows have
 * weights.
 */
export function regressionLoss(name: RegressionLoss, part: number, isWeighted: boolean): HistLoss {
  const mean = (y: Float64Array, weights: Float64Array | null): number => weightedMean(y, weights);
  switch (name) {
    case "squared_error":
      return pointwise(
        { loss: (raw, y) => (raw - y) ** 2 / 2, gradient: (raw, y) => raw - y },
        { baseline: (y, weights) => [mean(y, weights)], inverseLink: same },
        isWeighted,
      );
    case "absolute_error":
      return pointwise(
        {
          loss: (raw, y) => Math.abs(y - raw),
          // as in scikit-learn, −1 at 0
          gradient: (raw, y) => (raw > y ? 1 : -1),
        },
        {
          baseline: (y, weights) => [quantileOf(y, weights, 0.5)],
          leafValue: (residuals, weights) => quantileOf(residuals, weights, 0.5),
          inverseLink: same,
        },
        isWeighted,
      );
    case "quantile":
      return pointwise(
        {
          loss: (raw, y) => (y >= raw ? part * (y - raw) : (1 - part) * (raw - y)),
          gradient: (raw, y) => (y >= raw ? -part : 1 - part),
        },
        {
          baseline: (y, weights) => [quantileOf(y, weights, part)],
          leafValue: (residuals, weights) => quantileOf(residuals, weights, part),
          inverseLink: same,
        },
        isWeighted,
      );
    case "poisson":
      return pointwise(
        {
          loss: (raw, y) => Math.exp(raw) - y * raw,
          gradient: (raw, y) => Math.exp(raw) - y,
          curvature: (raw) => Math.exp(raw),
        },
        { baseline: (y, weights) => [Math.log(mean(y, weights))], inverseLink: exponential },
        isWeighted,
      );
    case "gamma":
      return pointwise(
        {
          loss: (raw, y) => raw + y * Math.exp(-raw),
          gradient: (raw, y) => 1 - y * Math.exp(-raw),
          curvature: (raw, y) => y * Math.exp(-raw),
        },
        { baseline: (y, weights) => [Math.log(mean(y, weights))], inverseLink: exponential },
        isWeighted,
      );
  }
}

/** Throws ArgumentError for targets outside the range of the loss. */
export function checkTargets(call: string, name: string, y: Float64Array): void {
  if (name === "poisson" && (y.some((value) => value < 0) || y.every((value) => value === 0))) {
    throw new ArgumentError(
      `${call}: loss "poisson" needs targets of 0 or more that are not all 0`,
    );
  }
  if (name === "gamma" && y.some((value) => value <= 0)) {
    throw new ArgumentError(`${call}: loss "gamma" needs targets above 0`);
  }
}

/** 1 / (1 + e⁻ˣ), without overflow. */
export const sigmoid = (x: number): number =>
  x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));

/** log(1 + eˣ). */
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** Clamps a probability away from 0 and 1. */
function clampProbability(p: number): number {
  return Math.min(Math.max(p, 2 ** -52), 1 - 2 ** -52);
}

/**
 * −log p of the true class: for two classes from the log-odds of the second, for more from one raw
 * prediction for each. y holds class indices.
 */
export function classLoss(classes: number): HistLoss {
  return classes === 2 ? binary : multinomial(classes);
}

const binary: HistLoss = pointwise(
  {
    loss: (raw, y) => softplus(raw) - y * raw,
    gradient: (raw, y) => sigmoid(raw) - y,
    curvature: (raw) => {
      const p = sigmoid(raw);
      return p * (1 - p);
    },
  },
  {
    baseline: (y, weights) => {
      const p = clampProbability(weightedMean(y, weights));
      return [Math.log(p / (1 - p))];
    },
    inverseLink: (raw) => raw.map(sigmoid),
  },
  false,
);

function multinomial(classes: number): HistLoss {
  /** Σ over classes of exp(raw − peak), and the peak, of one row. */
  const partition = (raw: Raw, i: number): { readonly peak: number; readonly sum: number } => {
    let peak = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k++) peak = Math.max(peak, (raw[k] as Float64Array)[i] as number);
    let sum = 0;
    for (let k = 0; k < classes; k++)
      sum += Math.exp(((raw[k] as Float64Array)[i] as number) - peak);
    return { peak, sum };
  };
  return {
    outputs: classes,
    constantCurvature: false,
    baseline(y, weights) {
      const logs = Array.from({ length: classes }, (_, k) =>
        Math.log(
          clampProbability(
            weightedMean(
              y.map((own) => Number(own === k)),
              weights,
            ),
          ),
        ),
      );
      const middle = logs.reduce((a, b) => a + b, 0) / classes;
      return logs.map((log) => log - middle);
    },
    mean(raw, y, weights) {
      const losses = y.map((own, i) => {
        const { peak, sum } = partition(raw, i);
        return Math.log(sum) + peak - ((raw[own] as Float64Array)[i] as number);
      });
      return weightedMean(losses, weights);
    },
    differentiate(raw, y, weights, out) {
      for (let i = 0; i < y.length; i++) {
        const { peak, sum } = partition(raw, i);
        const weight = weights === null ? 1 : (weights[i] as number);
        for (let k = 0; k < classes; k++) {
          const p = Math.exp(((raw[k] as Float64Array)[i] as number) - peak) / sum;
          const { gradients, curvatures } = out[k] as Derivatives;
          gradients[i] = weight * (p - Number(y[i] === k));
          curvatures[i] = weight * p * (1 - p);
        }
      }
    },
    inverseLink: same,
  };
}
