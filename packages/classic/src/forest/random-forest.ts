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
 * Trees of classes, each grown on rows drawn with replacement, each split the best of √features
 * drawn features; together they say the mean of what each says (Breiman 2001). x: [rows, features],
 * where NaN is a missing value.
 *
 * `fit` throws ArgumentError for labels that are no classes.
 */
export class RandomForestClassifier extends ForestClassifier {
  readonly type = "RandomForestClassifier";
  readonly kind = "classifier";
  protected readonly splitter = "best";

  constructor(params: Given<ForestClassifierParams> = {}) {
    if (arguments.length > 1) checkCall("new RandomForestClassifier(settings?)", arguments);
    super("RandomForestClassifier", classifierSchema(true), params);
  }
}

/**
 * Trees of quantities, each grown on rows drawn with replacement; together they predict their mean
 * (Breiman 2001). x: [rows, features], where NaN is a missing value.
 */
export class RandomForestRegressor extends ForestRegressor {
  readonly type = "RandomForestRegressor";
  readonly kind = "regressor";
  protected readonly splitter = "best";

  constructor(params: Given<ForestRegressorParams> = {}) {
    if (arguments.length > 1) checkCall("new RandomForestRegressor(settings?)", arguments);
    super("RandomForestRegressor", regressorSchema(true), params);
  }
}
