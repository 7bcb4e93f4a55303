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
  /** Learning rate: factor of each tree (default 0.1). */
  readonly learningRate: number;
  /** Maximum number of rounds, of one tree or one for each class (default 100). */
  readonly nEstimators: number;
  /** Fraction of the rows that each tree sees (default 1). */
  readonly subsample: number;
  /**
   * Training stops after this many rounds without a lower loss of held-out rows; null: no rows are
   * held out (default null).
   */
  readonly nIterNoChange: number | null;
  /** Fraction of the rows that is held out (default 0.1). */
  readonly validationFraction: number;
  /** Least decrease of the loss that counts (default 1e-4). */
  readonly tol: number;
}

/** Settings of GradientBoostingRegressor, with scikit-learn's defaults. */
export interface GradientBoostingRegressorParams extends GradientBoostingParams {
  /** The loss (default "squared_error"). */
  readonly loss: "squared_error" | "absolute_error" | "huber" | "quantile";
  /**
   * The quantile of residuals where "huber" becomes linear, or that "quantile" predicts (default
   * 0.9).
   */
  readonly alpha: number;
}

/** Settings of GradientBoostingClassifier, with scikit-learn's defaults. */
export interface GradientBoostingClassifierParams extends GradientBoostingParams {
  /** The loss; "exponential" is that of AdaBoost, for two classes (default "log_loss"). */
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

/** The settings of GradientBoostingRegressor and their rules. */
export const regressorSchema: Schema<GradientBoostingRegressorParams> = {
  loss: ["squared_error", choice("squared_error", "absolute_error", "huber", "quantile")],
  alpha: [0.9, fraction],
  ...schema,
};

/** The settings of GradientBoostingClassifier and their rules. */
export const classifierSchema: Schema<GradientBoostingClassifierParams> = {
  loss: ["log_loss", choice("log_loss", "exponential")],
  ...schema,
};
