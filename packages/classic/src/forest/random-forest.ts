import { checkCall } from "@wgrad/autograd/plugin";
import type { Given } from "../estimator/settings.ts";
import { ForestClassifier } from "./classifier.ts";
import { ForestRegressor } from "./regressor.ts";
import {
  classifierSchema,
  type ForestClassifierParams,
  type ForestRegressorParams,
  regressorSchema,
} from "./settings.ts";

/**
 * Random forest that predicts classes. Each tree sees rows drawn with replacement; each split is
 * the best over √features random features. The forest predicts the mean of the trees' probabilities
 * (Breiman 2001). x: [rows, features]; NaN is a missing value.
 *
 * `fit` throws ArgumentError for labels that are not classes.
 */
export class RandomForestClassifier extends ForestClassifier {
  readonly type = "RandomForestClassifier";
  readonly kind = "classifier";
  protected readonly splitter = "best";

  constructor(params: Given<ForestClassifierParams> = {}) {
    checkCall("new RandomForestClassifier(settings?)", arguments);
    super("RandomForestClassifier", classifierSchema(true), params);
  }
}

/**
 * Random forest that predicts numbers. Each tree sees rows drawn with replacement; the forest
 * predicts the mean of the trees (Breiman 2001). x: [rows, features]; NaN is a missing value.
 */
export class RandomForestRegressor extends ForestRegressor {
  readonly type = "RandomForestRegressor";
  readonly kind = "regressor";
  protected readonly splitter = "best";

  constructor(params: Given<ForestRegressorParams> = {}) {
    checkCall("new RandomForestRegressor(settings?)", arguments);
    super("RandomForestRegressor", regressorSchema(true), params);
  }
}
