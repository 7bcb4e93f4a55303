import { type ClassWeight, classWeightRule } from "../../estimator/predictors.ts";
import {
  callable,
  choice,
  either,
  flag,
  fraction,
  none,
  positive,
  type Rule,
  real,
  type Schema,
  seed,
  whole,
} from "../../estimator/settings.ts";
import type { RegressionLoss } from "../losses.ts";
import type { OwnLoss } from "../own-loss.ts";
import type { FeatureNames } from "./categories.ts";

/** Settings of both HistGradientBoosting estimators, with scikit-learn's defaults. */
export interface HistGradientBoostingParams {
  /** How much each tree counts (default 0.1). */
  readonly learningRate: number;
  /** The most rounds, of one tree or one a class (default 100). */
  readonly maxIter: number;
  /** The most leaves of a tree; null: no limit (default 31). */
  readonly maxLeafNodes: number | null;
  /** The most questions a row is asked; null: no limit (default null). */
  readonly maxDepth: number | null;
  /** Fewest rows of a leaf (default 20). */
  readonly minSamplesLeaf: number;
  /** λ of G² / (H + λ) (default 0). */
  readonly l2Regularization: number;
  /** The part of the features that each cut is looked for in, drawn anew (default 1). */
  readonly maxFeatures: number;
  /** The most bins of a feature, without that of missing values (default 255). */
  readonly maxBins: number;
  /**
   * Features whose values are categories, by number or name; text columns of a table must be among
   * them (default none).
   */
  readonly categoricalFeatures: FeatureNames;
  /**
   * Features with which predictions may only rise (1) or fall (−1), by number or name (default
   * none).
   */
  readonly monotonicCst: Readonly<Record<string, number>>;
  /**
   * Whether training ends when the loss falls no more; "auto": with more than 10,000 rows (default
   * "auto").
   */
  readonly earlyStopping: boolean | "auto";
  /** The part of the rows whose loss is watched; null: the training rows' own (default 0.1). */
  readonly validationFraction: number | null;
  /** How many rounds it may go without falling (default 10). */
  readonly nIterNoChange: number;
  /** By how much it must fall (default 1e-7). */
  readonly tol: number;
  /** Seed of what is random; null: the library's default generator (default null). */
  readonly randomState: number | null;
}

/** Settings of HistGradientBoostingRegressor, with scikit-learn's defaults. */
export interface HistGradientBoostingRegressorParams extends HistGradientBoostingParams {
  /**
   * What is minimized: a loss by name, or one of your own in tensor operations (default
   * "squared_error").
   */
  readonly loss: RegressionLoss | OwnLoss;
  /** The part that lies below, of loss "quantile". */
  readonly quantile: number | null;
}

/** Settings of HistGradientBoostingClassifier, with scikit-learn's defaults. */
export interface HistGradientBoostingClassifierParams extends HistGradientBoostingParams {
  /**
   * What is minimized: "log_loss", or a loss of your own of log-odds (two classes) or scores (more)
   * (default "log_loss").
   */
  readonly loss: "log_loss" | OwnLoss;
  /** How much classes count: "balanced", or weights by label (default null: 1 each). */
  readonly classWeight: ClassWeight;
}

const names: Rule = {
  wanted: "a list of features, by number or name",
  allows: (value) =>
    Array.isArray(value) &&
    value.every((item) => typeof item === "string" || Number.isInteger(item)),
};

const directions: Rule = {
  wanted: "1, 0 or -1 by feature: { sqft: 1 }",
  allows: (value) =>
    typeof value === "object" &&
    value !== null &&
    Object.values(value).every((direction) => [1, 0, -1].includes(direction)),
};

const schema: Schema<HistGradientBoostingParams> = {
  learningRate: [0.1, positive],
  maxIter: [100, whole(1)],
  maxLeafNodes: [31, either(whole(2), none)],
  maxDepth: [null, either(whole(1), none)],
  minSamplesLeaf: [20, whole(1)],
  l2Regularization: [0, real(0)],
  maxFeatures: [1, real(Number.MIN_VALUE, 1)],
  maxBins: [255, whole(2, 255)],
  categoricalFeatures: [[], names],
  monotonicCst: [{}, directions],
  earlyStopping: ["auto", either(flag, choice("auto"))],
  validationFraction: [0.1, either(whole(1), fraction, none)],
  nIterNoChange: [10, whole(1)],
  tol: [1e-7, real(0)],
  randomState: [null, seed],
};

export const regressorSchema: Schema<HistGradientBoostingRegressorParams> = {
  loss: [
    "squared_error",
    either(choice("squared_error", "absolute_error", "gamma", "poisson", "quantile"), callable),
  ],
  quantile: [null, either(real(0, 1), none)],
  ...schema,
};

export const classifierSchema: Schema<HistGradientBoostingClassifierParams> = {
  loss: ["log_loss", either(choice("log_loss"), callable)],
  classWeight: [null, classWeightRule],
  ...schema,
};
