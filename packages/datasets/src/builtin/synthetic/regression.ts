import {
  ArgumentError,
  defaultGenerator,
  type Generator,
  type Tensor,
  tensor,
} from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { checkCount, checkSpread } from "./points.ts";

/** Settings of `makeRegression`, with scikit-learn's names and defaults. */
export interface RegressionOptions {
  /** Number of features (default 100). */
  readonly nFeatures?: number;
  /** Number of features with a nonzero coefficient (default 10, or all if there are fewer). */
  readonly nInformative?: number;
  /** Number of targets (default 1). */
  readonly nTargets?: number;
  /** Constant added to every target (default 0). */
  readonly bias?: number;
  /** Standard deviation of normal noise added to every target (default 0). */
  readonly noise?: number;
  /** Shuffles features and rows; otherwise the informative features come first (default true). */
  readonly shuffle?: boolean;
  /** Random generator (default: the library's). */
  readonly generator?: Generator;
}

/** A linear problem: x [n, features], y [n, targets], coef [features, targets], all f32. */
export interface RegressionProblem {
  readonly x: Tensor;
  readonly y: Tensor;
  readonly coef: Tensor;
}

/**
 * Linear regression problem y = x · coef + bias + noise, as scikit-learn's make_regression: x is
 * normal, `nInformative` rows of coef are uniform in [0, 100), the others are 0. y always has two
 * dimensions.
 *
 * Throws ArgumentError for invalid counts or noise, and for more informative features than
 * features.
 */
export function makeRegression(nSamples = 100, options: RegressionOptions = {}): RegressionProblem {
  checkCall(
    "makeRegression(nSamples?: number, { nFeatures: number, nInformative: number, nTargets: number, bias: number, noise: number, shuffle: boolean, generator: generator })",
    arguments,
  );
  const { nFeatures = 100, nTargets = 1, bias = 0, noise = 0, shuffle = true } = options;
  const { nInformative = Math.min(10, nFeatures), generator = defaultGenerator() } = options;
  checkCount("makeRegression", "nSamples", nSamples);
  checkCount("makeRegression", "nFeatures", nFeatures);
  checkCount("makeRegression", "nTargets", nTargets);
  checkCount("makeRegression", "nInformative", nInformative, 0);
  checkSpread("makeRegression", "noise", noise);
  if (nInformative > nFeatures) {
    throw new ArgumentError(
      `makeRegression: nInformative is ${nInformative}, but there are ${nFeatures} features`,
    );
  }
  const x = generator.normal(new Float32Array(nSamples * nFeatures));
  const drawn = generator.uniform(new Float32Array(nInformative * nTargets), 0, 100);
  const places = shuffle ? generator.permutation(nFeatures) : null;
  const coef = new Float32Array(nFeatures * nTargets);
  for (let j = 0; j < nInformative; j++) {
    const row = drawn.subarray(j * nTargets, (j + 1) * nTargets);
    coef.set(row, (places?.[j] ?? j) * nTargets);
  }
  const y = new Float32Array(nSamples * nTargets);
  if (noise > 0) generator.normal(y, 0, noise);
  for (let i = 0; i < nSamples; i++) {
    for (let t = 0; t < nTargets; t++) {
      let sum = bias + (y[i * nTargets + t] as number);
      for (let j = 0; j < nFeatures; j++) {
        sum += (x[i * nFeatures + j] as number) * (coef[j * nTargets + t] as number);
      }
      y[i * nTargets + t] = sum;
    }
  }
  return {
    x: tensor(x, { shape: [nSamples, nFeatures] }),
    y: tensor(y, { shape: [nSamples, nTargets] }),
    coef: tensor(coef, { shape: [nFeatures, nTargets] }),
  };
}
