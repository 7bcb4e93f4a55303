import { ArgumentError, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import {
  type FitOptions,
  type Numbers,
  type Rows,
  readClasses,
  readNumbers,
  readWeights,
} from "../estimator/input.ts";
import {
  accuracyOf,
  classWeights,
  labelsOf,
  type Predictor,
  r2Of,
  resultOf,
} from "../estimator/predictors.ts";
import type { Given } from "../estimator/settings.ts";
import { type Fitted, HistGradientBoosting, only } from "./hist/boost.ts";
import { learnEncoding } from "./hist/categories.ts";
import {
  classifierSchema,
  type HistGradientBoostingClassifierParams,
  type HistGradientBoostingRegressorParams,
  regressorSchema,
} from "./hist/settings.ts";
import { checkTargets, classLoss, type Raw, regressionLoss } from "./losses.ts";
import { autogradLoss } from "./own-loss.ts";
import { interleaved, probabilities } from "./probabilities.ts";

interface FittedClasses extends Fitted {
  readonly classes: Int32Array;
}

/**
 * Gradient boosting on binned features, like scikit-learn's: trees grow leaf by leaf along
 * gradients and curvatures of the loss (Friedman 2001, Ke et al. 2017). x: [rows, features]; NaN is
 * a missing value. The loss may be a function of tensors:
 *
 * ```ts
 * const cauchy = (raw: Tensor, y: Tensor) => raw.sub(y).square().log1p();
 * await new HistGradientBoostingRegressor({ loss: cauchy }).fit(x, y);
 * ```
 *
 * `fit` throws ArgumentError for targets outside the range of the loss, or if the loss is not
 * finite.
 */
export class HistGradientBoostingRegressor
  extends HistGradientBoosting<HistGradientBoostingRegressorParams, Fitted>
  implements Predictor
{
  readonly type = "HistGradientBoostingRegressor";
  readonly kind = "regressor";

  constructor(params: Given<HistGradientBoostingRegressorParams> = {}) {
    checkCall("new HistGradientBoostingRegressor(settings?)", arguments);
    super("HistGradientBoostingRegressor", regressorSchema, params);
    const { loss, quantile } = this.params;
    if ((loss === "quantile") === (quantile !== null)) return;
    throw new ArgumentError(
      loss === "quantile"
        ? 'HistGradientBoostingRegressor: loss "quantile" needs quantile\n  hint: { loss: "quantile", quantile: 0.8 }'
        : 'HistGradientBoostingRegressor: quantile needs loss "quantile"',
    );
  }

  async fit(x: Rows, y: Numbers, options: FitOptions = {}): Promise<this> {
    this.check("fit(x: any, y: any, { sampleWeight })", arguments);
    const call = "HistGradientBoostingRegressor.fit";
    const { loss, quantile, categoricalFeatures } = this.params;
    const data = await learnEncoding(call, x, categoricalFeatures);
    const { rows } = data.matrix;
    const targets = await readNumbers(call, "targets", y, rows);
    const weights = await readWeights(call, options, rows);
    if (typeof loss === "function") {
      return this.learn(
        await this.boost(autogradLoss(call, loss, 1), data, targets, weights, null),
      );
    }
    checkTargets(call, loss, targets);
    const named = regressionLoss(loss, quantile ?? 0.5, weights !== null);
    return this.learn(await this.boost(named, data, targets, weights, null));
  }

  /** The prediction for each row: [rows], f32. */
  async predict(x: Rows): Promise<Tensor> {
    this.check("predict(x: any)", arguments);
    const { raw, matrix } = await only(this.raw("predict", x, false));
    return resultOf(this.#link(raw), [matrix.rows], matrix);
  }

  /** Predictions after each round. */
  async *stagedPredict(x: Rows): AsyncGenerator<Tensor> {
    this.check("stagedPredict(x: any)", arguments);
    for await (const { raw, matrix } of this.raw("stagedPredict", x, true)) {
      yield resultOf(this.#link(raw), [matrix.rows], matrix);
    }
  }

  /** R² of the predictions. */
  async score(x: Rows, y: Numbers, options?: FitOptions): Promise<number> {
    this.check("score(x: any, y: any, { sampleWeight })", arguments);
    return r2Of(this, x, y, options);
  }

  #link(raw: Raw): Float64Array {
    const { loss } = this.params;
    const values = raw[0] as Float64Array;
    return typeof loss === "function"
      ? values
      : regressionLoss(loss, 0.5, false).inverseLink(values);
  }
}

/**
 * Gradient boosting on binned features, like scikit-learn's: trees grow leaf by leaf along
 * gradients and curvatures of the loss (Friedman 2001, Ke et al. 2017). A round has one tree for
 * two classes, else one for each class. x: [rows, features]; NaN is a missing value; labels:
 * integers. The loss may be a function of tensors: of the log-odds of the second of two classes
 * [rows], or of scores [rows, classes].
 *
 * `fit` throws ArgumentError if there is only one class.
 */
export class HistGradientBoostingClassifier
  extends HistGradientBoosting<HistGradientBoostingClassifierParams, FittedClasses>
  implements Predictor
{
  readonly type = "HistGradientBoostingClassifier";
  readonly kind = "classifier";

  constructor(params: Given<HistGradientBoostingClassifierParams> = {}) {
    checkCall("new HistGradientBoostingClassifier(settings?)", arguments);
    super("HistGradientBoostingClassifier", classifierSchema, params);
  }

  async fit(x: Rows, y: Numbers, options: FitOptions = {}): Promise<this> {
    this.check("fit(x: any, y: any, { sampleWeight })", arguments);
    const call = "HistGradientBoostingClassifier.fit";
    const { loss, classWeight, categoricalFeatures } = this.params;
    const data = await learnEncoding(call, x, categoricalFeatures);
    const labelled = await readClasses(call, y, data.matrix.rows);
    const { classes, codes } = labelled;
    const given = await readWeights(call, options, data.matrix.rows);
    const weights = classWeights(call, classWeight, labelled, given);
    const targets = Float64Array.from(codes);
    const outputs = classes.length === 2 ? 1 : classes.length;
    const own =
      typeof loss === "function" ? autogradLoss(call, loss, outputs) : classLoss(classes.length);
    return this.learn({ ...(await this.boost(own, data, targets, weights, codes)), classes });
  }

  /** The classes that `fit` saw, sorted. */
  get classes(): Int32Array {
    return this.learned("classes").classes;
  }

  /**
   * The log-odds of the second class if there are two: [rows]; else a score of each class: [rows,
   * classes].
   */
  async decisionFunction(x: Rows): Promise<Tensor> {
    this.check("decisionFunction(x: any)", arguments);
    const { raw, matrix } = await only(this.raw("decisionFunction", x, false));
    if (raw.length === 1) return resultOf(raw[0] as Float64Array, [matrix.rows], matrix);
    return resultOf(interleaved(raw), [matrix.rows, raw.length], matrix);
  }

  /** The probability of each class: [rows, classes]. */
  async predictProba(x: Rows): Promise<Tensor> {
    this.check("predictProba(x: any)", arguments);
    const { raw, matrix } = await only(this.raw("predictProba", x, false));
    return resultOf(probabilities(raw), [matrix.rows, this.classes.length], matrix);
  }

  /** Probabilities after each round. */
  async *stagedPredictProba(x: Rows): AsyncGenerator<Tensor> {
    this.check("stagedPredictProba(x: any)", arguments);
    for await (const { raw, matrix } of this.raw("stagedPredictProba", x, true)) {
      yield resultOf(probabilities(raw), [matrix.rows, this.classes.length], matrix);
    }
  }

  /** The likeliest class of each row: [rows], i32. */
  async predict(x: Rows): Promise<Tensor> {
    this.check("predict(x: any)", arguments);
    const { raw, matrix } = await only(this.raw("predict", x, false));
    return resultOf(labelsOf(this.classes, probabilities(raw)), [matrix.rows], matrix);
  }

  /** Classes after each round. */
  async *stagedPredict(x: Rows): AsyncGenerator<Tensor> {
    this.check("stagedPredict(x: any)", arguments);
    for await (const { raw, matrix } of this.raw("stagedPredict", x, true)) {
      yield resultOf(labelsOf(this.classes, probabilities(raw)), [matrix.rows], matrix);
    }
  }

  /** Accuracy: the fraction of rows whose class is predicted correctly. */
  async score(x: Rows, y: Numbers, options?: FitOptions): Promise<number> {
    this.check("score(x: any, y: any, { sampleWeight })", arguments);
    return accuracyOf(this, x, y, options);
  }
}
