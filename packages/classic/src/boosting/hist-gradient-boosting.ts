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
import { chances, interleaved } from "./chances.ts";
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

interface FittedClasses extends Fitted {
  readonly classes: Int32Array;
}

/**
 * Trees on binned features, each grown leaf by leaf along gradients and curvatures of the loss
 * (Friedman 2001, Ke et al. 2017), as scikit-learn's. x: [rows, features], where NaN is a missing
 * value. The loss may be your own, in tensor operations:
 *
 * ```ts
 * const cauchy = (raw: Tensor, y: Tensor) => raw.sub(y).square().log1p();
 * await new HistGradientBoostingRegressor({ loss: cauchy }).fit(x, y);
 * ```
 *
 * `fit` throws ArgumentError for targets outside the loss's range, and for a loss that is not
 * finite.
 */
export class HistGradientBoostingRegressor
  extends HistGradientBoosting<HistGradientBoostingRegressorParams, Fitted>
  implements Predictor
{
  readonly type = "HistGradientBoostingRegressor";
  readonly kind = "regressor";

  constructor(params: Given<HistGradientBoostingRegressorParams> = {}) {
    if (arguments.length > 1) checkCall("new HistGradientBoostingRegressor(settings?)", arguments);
    super("HistGradientBoostingRegressor", regressorSchema, params);
    const { loss, quantile } = this.params;
    if ((loss === "quantile") === (quantile !== null)) return;
    throw new ArgumentError(
      loss === "quantile"
        ? 'HistGradientBoostingRegressor: loss "quantile" without quantile\n  hint: { loss: "quantile", quantile: 0.8 }'
        : 'HistGradientBoostingRegressor: quantile is for loss "quantile" only',
    );
  }

  async fit(x: Rows, y: Numbers, options: FitOptions = {}): Promise<this> {
    this.check("fit(x, y, { sampleWeight })", arguments);
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

  /** The quantity of each row: [rows], f32. */
  async predict(x: Rows): Promise<Tensor> {
    this.check("predict(x)", arguments);
    const { raw, matrix } = await only(this.raw("predict", x, false));
    return resultOf(this.#link(raw), [matrix.rows], matrix);
  }

  /** Predictions after each round. */
  async *stagedPredict(x: Rows): AsyncGenerator<Tensor> {
    this.check("stagedPredict(x)", arguments);
    for await (const { raw, matrix } of this.raw("stagedPredict", x, true)) {
      yield resultOf(this.#link(raw), [matrix.rows], matrix);
    }
  }

  /** R² of the predictions. */
  async score(x: Rows, y: Numbers, options?: FitOptions): Promise<number> {
    this.check("score(x, y, { sampleWeight })", arguments);
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
 * Trees on binned features, each grown leaf by leaf along gradients and curvatures of the loss
 * (Friedman 2001, Ke et al. 2017), as scikit-learn's: one a round for two classes, else one a
 * class. x: [rows, features], where NaN is a missing value; labels: whole numbers. The loss may be
 * your own, in tensor operations, of log-odds [rows] of the second of two classes, or scores [rows,
 * classes].
 *
 * `fit` throws ArgumentError for labels of one class.
 */
export class HistGradientBoostingClassifier
  extends HistGradientBoosting<HistGradientBoostingClassifierParams, FittedClasses>
  implements Predictor
{
  readonly type = "HistGradientBoostingClassifier";
  readonly kind = "classifier";

  constructor(params: Given<HistGradientBoostingClassifierParams> = {}) {
    if (arguments.length > 1) checkCall("new HistGradientBoostingClassifier(settings?)", arguments);
    super("HistGradientBoostingClassifier", classifierSchema, params);
  }

  async fit(x: Rows, y: Numbers, options: FitOptions = {}): Promise<this> {
    this.check("fit(x, y, { sampleWeight })", arguments);
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

  /** The log-odds of the second of two classes: [rows]; else a score of each: [rows, classes]. */
  async decisionFunction(x: Rows): Promise<Tensor> {
    this.check("decisionFunction(x)", arguments);
    const { raw, matrix } = await only(this.raw("decisionFunction", x, false));
    if (raw.length === 1) return resultOf(raw[0] as Float64Array, [matrix.rows], matrix);
    return resultOf(interleaved(raw), [matrix.rows, raw.length], matrix);
  }

  /** The chance of each class: [rows, classes]. */
  async predictProba(x: Rows): Promise<Tensor> {
    this.check("predictProba(x)", arguments);
    const { raw, matrix } = await only(this.raw("predictProba", x, false));
    return resultOf(chances(raw), [matrix.rows, this.classes.length], matrix);
  }

  /** Chances after each round. */
  async *stagedPredictProba(x: Rows): AsyncGenerator<Tensor> {
    this.check("stagedPredictProba(x)", arguments);
    for await (const { raw, matrix } of this.raw("stagedPredictProba", x, true)) {
      yield resultOf(chances(raw), [matrix.rows, this.classes.length], matrix);
    }
  }

  /** The likeliest class of each row: [rows], i32. */
  async predict(x: Rows): Promise<Tensor> {
    this.check("predict(x)", arguments);
    const { raw, matrix } = await only(this.raw("predict", x, false));
    return resultOf(labelsOf(this.classes, chances(raw)), [matrix.rows], matrix);
  }

  /** Classes after each round. */
  async *stagedPredict(x: Rows): AsyncGenerator<Tensor> {
    this.check("stagedPredict(x)", arguments);
    for await (const { raw, matrix } of this.raw("stagedPredict", x, true)) {
      yield resultOf(labelsOf(this.classes, chances(raw)), [matrix.rows], matrix);
    }
  }

  /** The part of the rows whose class is predicted. */
  async score(x: Rows, y: Numbers, options?: FitOptions): Promise<number> {
    this.check("score(x, y, { sampleWeight })", arguments);
    return accuracyOf(this, x, y, options);
  }
}
