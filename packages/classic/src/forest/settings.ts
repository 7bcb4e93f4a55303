import { type ClassWeight, classWeightRule } from "../estimator/predictors.ts";
import {
  choice,
  either,
  flag,
  fraction,
  none,
  type Rule,
  type Schema,
  whole,
} from "../estimator/settings.ts";
import { type MaxFeatures, type TreeLimits, treeSchema } from "../tree/settings.ts";

/** Settings of every forest. */
export interface ForestParams extends TreeLimits {
  /** Number of trees (default 100). */
  readonly nEstimators: number;
  /** Whether each tree sees rows drawn with replacement; otherwise it sees all rows. */
  readonly bootstrap: boolean;
  /** Whether to predict each row by the trees that did not see it (default false). */
  readonly oobScore: boolean;
  /**
   * Number of rows that each tree draws; a fraction if below 1; null: as many as there are (default
   * null).
   */
  readonly maxSamples: number | null;
}

/** Settings of forests that predict classes. */
export interface ForestClassifierParams extends ForestParams {
  /** Impurity of a node (default "gini"). */
  readonly criterion: "gini" | "entropy" | "log_loss";
  /**
   * Weights of the classes; "balanced_subsample" balances the rows that each tree draws (default
   * null: 1 each).
   */
  readonly classWeight: ClassWeight | "balanced_subsample";
}

/** Settings of forests that predict numbers. */
export interface ForestRegressorParams extends ForestParams {
  /** Impurity of a node (default "squared_error"). */
  readonly criterion: "squared_error" | "friedman_mse" | "absolute_error" | "poisson";
}

const forestSchema = (maxFeatures: MaxFeatures, bootstrap: boolean): Schema<ForestParams> => ({
  nEstimators: [100, whole(1)],
  bootstrap: [bootstrap, flag],
  oobScore: [false, flag],
  maxSamples: [null, either(whole(1), fraction, none)],
  ...treeSchema(maxFeatures),
});

const subsampleRule: Rule = {
  wanted: `"balanced_subsample", ${classWeightRule.wanted}`,
  allows: (value) => value === "balanced_subsample" || classWeightRule.allows(value),
};

/** The settings of forests that predict classes, and their rules. */
export const classifierSchema = (bootstrap: boolean): Schema<ForestClassifierParams> => ({
  criterion: ["gini", choice("gini", "entropy", "log_loss")],
  classWeight: [null, subsampleRule],
  ...forestSchema("sqrt", bootstrap),
});

/** The settings of forests that predict numbers, and their rules. */
export const regressorSchema = (bootstrap: boolean): Schema<ForestRegressorParams> => ({
  criterion: [
    "squared_error",
    choice("squared_error", "friedman_mse", "absolute_error", "poisson"),
  ],
  ...forestSchema(null, bootstrap),
});
