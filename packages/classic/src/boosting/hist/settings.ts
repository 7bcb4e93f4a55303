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
  /** Learning rate: factor of each tree (default 0.1). */
  readonly learningRate: number;
  /** Maximum number of rounds, of one tree or one for each class (default 100). */
  readonly maxIter: number;
  /** Maximum number of leaves of a tree; null: no limit (default 31). */
  readonly maxLeafNodes: number | null;
  /** Maximum depth of a tree; null: no limit (default null). */
  readonly maxDepth: number | null;
  /** Least number of rows of a leaf (default 20). */
  readonly minSamplesLeaf: number;
  /** λ of G² / (H + λ) (default 0). */
  readonly l2Regularization: number;
  /** Fraction of the features that each split searches, drawn for each (default 1). */
  readonly maxFeatures: number;
  /** Maximum number of bins of a feature, not counting the bin of missing values (default 255). */
  readonly maxBins: number;
  /**
   * Categorical features, by index or name; they must include all text columns of a table (default
   * none).
   */
  readonly categoricalFeatures: FeatureNames;
  /**
   * Features with which predictions must increase (1) or decrease (−1), by index or name (default
   * none).
   */
  readonly monotonicCst: Readonly<Record<string, number>>;
  /**
   * Whether to stop when the loss no longer falls; "auto": with more than 10,000 rows (default
   * "auto").
   */
  readonly earlyStopping: boolean | "auto";
  /**
   * Fraction of the rows that is held out to measure the loss; null: the loss of the training rows
   * is used (default 0.1).
   */
  readonly validationFraction: number | null;
  /** Number of rounds without a lower loss before training stops (default 10). */
  readonly nIterNoChange: number;
  /** Least decrease of the loss that counts (default 1e-7). */
  readonly tol: number;
  /** Seed of the random numbers; null: the library's default generator (default null). */
  readonly randomState: number | null;
}

/** Settings of HistGradientBoostingRegressor, with scikit-learn's defaults. */
export interface HistGradientBoostingRegressorParams extends HistGradientBoostingParams {
  /** The loss: a name, or a function of tensors (default "squared_error"). */
  readonly loss: RegressionLoss | OwnLoss;
  /** The quantile that loss "quantile" predicts. */
  readonly quantile: number | null;
}

/** Settings of HistGradientBoostingClassifier, with scikit-learn's defaults. */
export interface HistGradientBoostingClassifierParams extends HistGradientBoostingParams {
  /**
   * The loss: "log_loss", or a function of log-odds (two classes) or scores (more classes) (default
   * "log_loss").
   */
  readonly loss: "log_loss" | OwnLoss;
  /** Weights of the classes: "balanced", or a weight for each label (default null: 1 each). */
  readonly classWeight: ClassWeight;
}

const names: Rule = {
  wanted: "a list of features, by index or name",
  allows: (value) =>
    Array.isArray(value) &&
    value.every((item) => typeof item === "string" || Number.isInteger(item)),
};

const directions: Rule = {
  wanted: "1, 0 or -1 for each feature: { sqft: 1 }",
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

/** The settings of HistGradientBoostingRegressor and their rules. */
export const regressorSchema: Schema<HistGradientBoostingRegressorParams> = {
  loss: [
    "squared_error",
    either(choice("squared_error", "absolute_error", "gamma", "poisson", "quantile"), callable),
  ],
  quantile: [null, either(real(0, 1), none)],
  ...schema,
};

/** The settings of HistGradientBoostingClassifier and their rules. */
export const classifierSchema: Schema<HistGradientBoostingClassifierParams> = {
  loss: ["log_loss", either(choice("log_loss"), callable)],
  classWeight: [null, classWeightRule],
  ...schema,
};
