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
 * Trees of classes on all rows, each split the best of one random cut for each of √features drawn
 * features (Geurts et al. 2006). x: [rows, features], where NaN is a missing value.
 *
 * `fit` throws ArgumentError for labels that are no classes.
 */
export class ExtraTreesClassifier extends ForestClassifier {
  readonly type = "ExtraTreesClassifier";
  readonly kind = "classifier";
  protected readonly splitter = "random";

  constructor(params: Given<ForestClassifierParams> = {}) {
    if (arguments.length > 1) checkCall("new ExtraTreesClassifier(settings?)", arguments);
    super("ExtraTreesClassifier", classifierSchema(false), params);
  }
}

/**
 * Trees of quantities on all rows, each split the best of one random cut for each feature (Geurts
 * et al. 2006). x: [rows, features], where NaN is a missing value.
 */
export class ExtraTreesRegressor extends ForestRegressor {
  readonly type = "ExtraTreesRegressor";
  readonly kind = "regressor";
  protected readonly splitter = "random";

  constructor(params: Given<ForestRegressorParams> = {}) {
    if (arguments.length > 1) checkCall("new ExtraTreesRegressor(settings?)", arguments);
    super("ExtraTreesRegressor", regressorSchema(false), params);
  }
}
