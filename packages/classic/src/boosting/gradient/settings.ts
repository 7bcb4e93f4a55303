import {
  choice,
  either,
  fraction,
  none,
  positive,
  real,
  type Schema,
  whole,
} from "../../estimator/settings.ts";
import { type TreeLimits, treeSchema } from "../../tree/settings.ts";

/** Settings of both GradientBoosting estimators, with scikit-learn's defaults. */
export interface GradientBoostingParams extends TreeLimits {
  /** How much each tree counts (default 0.1). */
  readonly learningRate: number;
  /** The most rounds, of one tree or one a class (default 100). */
  readonly nEstimators: number;
  /** The part of the rows that each tree sees (default 1). */
  readonly subsample: number;
  /**
   * How many rounds the loss of held-out rows may go without falling; null: they are not held out
   * (default null).
   */
  readonly nIterNoChange: number | null;
  /** The part of the rows that is held out (default 0.1). */
  readonly validationFraction: number;
  /** By how much the loss must fall (default 1e-4). */
  readonly tol: number;
}

/** Settings of GradientBoostingRegressor, with scikit-learn's defaults. */
export interface GradientBoostingRegressorParams extends GradientBoostingParams {
  /** What is minimized (default "squared_error"). */
  readonly loss: "squared_error" | "absolute_error" | "huber" | "quantile";
  /**
   * The part of residuals that "huber" squares, or that lies below with "quantile" (default 0.9).
   */
  readonly alpha: number;
}

/** Settings of GradientBoostingClassifier, with scikit-learn's defaults. */
export interface GradientBoostingClassifierParams extends GradientBoostingParams {
  /** What is minimized; "exponential" is AdaBoost's, for two classes (default "log_loss"). */
  readonly loss: "log_loss" | "exponential";
}

const schema: Schema<GradientBoostingParams> = {
  learningRate: [0.1, positive],
  nEstimators: [100, whole(1)],
  subsample: [1, real(Number.MIN_VALUE, 1)],
  nIterNoChange: [null, either(whole(1), none)],
  validationFraction: [0.1, fraction],
  tol: [1e-4, real(0)],
  ...treeSchema(null),
  maxDepth: [3, either(whole(1), none)],
};

export const regressorSchema: Schema<GradientBoostingRegressorParams> = {
  loss: ["squared_error", choice("squared_error", "absolute_error", "huber", "quantile")],
  alpha: [0.9, fraction],
  ...schema,
};

export const classifierSchema: Schema<GradientBoostingClassifierParams> = {
  loss: ["log_loss", choice("log_loss", "exponential")],
  ...schema,
};
