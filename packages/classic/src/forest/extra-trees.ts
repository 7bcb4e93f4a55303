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
 * Extremely randomised trees that predict classes. Each tree sees all rows; each split is the best
 * of one random threshold for each of √features random features (Geurts et al. 2006). x: [rows,
 * features]; NaN is a missing value.
 *
 * `fit` throws ArgumentError for labels that are not classes.
 */
export class ExtraTreesClassifier extends ForestClassifier {
  readonly type = "ExtraTreesClassifier";
  readonly kind = "classifier";
  protected readonly splitter = "random";

  constructor(params: Given<ForestClassifierParams> = {}) {
    checkCall("new ExtraTreesClassifier(settings?)", arguments);
    super("ExtraTreesClassifier", classifierSchema(false), params);
  }
}

/**
 * Extremely randomised trees that predict numbers. Each tree sees all rows; each split is the best
 * of one random threshold for each feature (Geurts et al. 2006). x: [rows, features]; NaN is a
 * missing value.
 */
export class ExtraTreesRegressor extends ForestRegressor {
  readonly type = "ExtraTreesRegressor";
  readonly kind = "regressor";
  protected readonly splitter = "random";

  constructor(params: Given<ForestRegressorParams> = {}) {
    checkCall("new ExtraTreesRegressor(settings?)", arguments);
    super("ExtraTreesRegressor", regressorSchema(false), params);
  }
}
