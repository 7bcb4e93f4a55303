import { ArgumentError, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import {
  type FitOptions,
  type Numbers,
  type Rows,
  readClasses,
  readNumbers,
  readRows,
  readWeights,
} from "../estimator/input.ts";
import { accuracyOf, labelsOf, type Predictor, r2Of, resultOf } from "../estimator/predictors.ts";
import type { Given } from "../estimator/settings.ts";
import { ones } from "../tree/decision-tree.ts";
import { type Fitted, GradientBoosting, last } from "./gradient/boost.ts";
import {
  classifierSchema,
  type GradientBoostingClassifierParams,
  type GradientBoostingRegressorParams,
  regressorSchema,
} from "./gradient/settings.ts";
import { classLoss, exponentialLoss, huberLoss, regressionLoss } from "./losses.ts";
import { interleaved, probabilities } from "./probabilities.ts";

interface FittedClasses extends Fitted {
  readonly classes: Int32Array;
}

/**
 * Gradient boosting with exact splits: each tree is fitted to the negative gradients of the loss at
 * the predictions of the earlier trees (Friedman 2001). x: [rows, features], without missing
 * values.
 */
export class GradientBoostingRegressor
  extends GradientBoosting<GradientBoostingRegressorParams, Fitted>
  implements Predictor
{
  readonly type = "GradientBoostingRegressor";
  readonly kind = "regressor";

  constructor(params: Given<GradientBoostingRegressorParams> = {}) {
    checkCall("new GradientBoostingRegressor(settings?)", arguments);
    super("GradientBoostingRegressor", regressorSchema, params);
  }

  async fit(x: Rows, y: Numbers, options: FitOptions = {}): Promise<this> {
    this.check("fit(x: any, y: any, { sampleWeight })", arguments);
    const call = "GradientBoostingRegressor.fit";
    const matrix = await readRows(call, x);
    const targets = await readNumbers(call, "targets", y, matrix.rows);
    const given = await readWeights(call, options, matrix.rows);
    const weights = given ?? ones(matrix.rows);
    const { loss, alpha } = this.params;
    const named = loss === "huber" ? huberLoss(alpha) : regressionLoss(loss, alpha, true);
    const stages = {
      loss: named,
      factor: loss === "squared_error" ? 2 : 1,
      leafFactor: 1,
      isWeighted: given !== null,
    };
    return this.learn(await this.boost(stages, matrix, targets, weights, null));
  }

  /** The prediction for each row: [rows], f32. */
  async predict(x: Rows): Promise<Tensor> {
    this.check("predict(x: any)", arguments);
    const { raw, matrix } = await last(this.raw("predict", x, false));
    return resultOf(raw[0] as Float64Array, [matrix.rows], matrix);
  }

  /** Predictions after each round. */
  async *stagedPredict(x: Rows): AsyncGenerator<Tensor> {
    this.check("stagedPredict(x: any)", arguments);
    for await (const { raw, matrix } of this.raw("stagedPredict", x, true)) {
      yield resultOf(raw[0] as Float64Array, [matrix.rows], matrix);
    }
  }

  /** R² of the predictions. */
  async score(x: Rows, y: Numbers, options?: FitOptions): Promise<number> {
    this.check("score(x: any, y: any, { sampleWeight })", arguments);
    return r2Of(this, x, y, options);
  }
}

/**
 * Gradient boosting with exact splits: each tree is fitted to the negative gradients of the loss at
 * the scores of the earlier trees (Friedman 2001). A round has one tree for two classes, else one
 * for each class. x: [rows, features], without missing values; labels: integers.
 *
 * `fit` throws ArgumentError if there is only one class, or for loss "exponential" with more than
 * two classes.
 */
export class GradientBoostingClassifier
  extends GradientBoosting<GradientBoostingClassifierParams, FittedClasses>
  implements Predictor
{
  readonly type = "GradientBoostingClassifier";
  readonly kind = "classifier";

  constructor(params: Given<GradientBoostingClassifierParams> = {}) {
    checkCall("new GradientBoostingClassifier(settings?)", arguments);
    super("GradientBoostingClassifier", classifierSchema, params);
  }

  async fit(x: Rows, y: Numbers, options: FitOptions = {}): Promise<this> {
    this.check("fit(x: any, y: any, { sampleWeight })", arguments);
    const call = "GradientBoostingClassifier.fit";
    const matrix = await readRows(call, x);
    const { classes, codes } = await readClasses(call, y, matrix.rows);
    const given = await readWeights(call, options, matrix.rows);
    const weights = given ?? ones(matrix.rows);
    const isExponential = this.params.loss === "exponential";
    if (isExponential && classes.length > 2) {
      throw new ArgumentError(
        `${call}: loss "exponential" needs two classes, got ${classes.length}`,
      );
    }
    const isBinary = classes.length === 2;
    const stages = {
      loss: isExponential ? exponentialLoss : classLoss(classes.length),
      factor: isBinary && !isExponential ? 2 : 1,
      leafFactor: isBinary ? 1 : (classes.length - 1) / classes.length,
      isWeighted: given !== null,
    };
    const targets = Float64Array.from(codes);
    return this.learn({ ...(await this.boost(stages, matrix, targets, weights, codes)), classes });
  }

  /** The classes that `fit` saw, sorted. */
  get classes(): Int32Array {
    return this.learned("classes").classes;
  }

  /**
   * The raw score of the second class if there are two: [rows]; else a score of each class: [rows,
   * classes].
   */
  async decisionFunction(x: Rows): Promise<Tensor> {
    this.check("decisionFunction(x: any)", arguments);
    const { raw, matrix } = await last(this.raw("decisionFunction", x, false));
    if (raw.length === 1) return resultOf(raw[0] as Float64Array, [matrix.rows], matrix);
    return resultOf(interleaved(raw), [matrix.rows, raw.length], matrix);
  }

  /** The probability of each class: [rows, classes]. */
  async predictProba(x: Rows): Promise<Tensor> {
    this.check("predictProba(x: any)", arguments);
    const { raw, matrix } = await last(this.raw("predictProba", x, false));
    return resultOf(this.#probabilities(raw), [matrix.rows, this.classes.length], matrix);
  }

  /** Probabilities after each round. */
  async *stagedPredictProba(x: Rows): AsyncGenerator<Tensor> {
    this.check("stagedPredictProba(x: any)", arguments);
    for await (const { raw, matrix } of this.raw("stagedPredictProba", x, true)) {
      yield resultOf(this.#probabilities(raw), [matrix.rows, this.classes.length], matrix);
    }
  }

  /** The likeliest class of each row: [rows], i32. */
  async predict(x: Rows): Promise<Tensor> {
    this.check("predict(x: any)", arguments);
    const { raw, matrix } = await last(this.raw("predict", x, false));
    return resultOf(labelsOf(this.classes, this.#probabilities(raw)), [matrix.rows], matrix);
  }

  /** Accuracy: the fraction of rows whose class is predicted correctly. */
  async score(x: Rows, y: Numbers, options?: FitOptions): Promise<number> {
    this.check("score(x: any, y: any, { sampleWeight })", arguments);
    return accuracyOf(this, x, y, options);
  }

  #probabilities(raw: readonly Float64Array[]): Float64Array {
    // log-odds of the exponential loss are twice its scores
    if (this.params.loss !== "exponential") return probabilities(raw);
    return probabilities([(raw[0] as Float64Array).map((value) => 2 * value)]);
  }
}
