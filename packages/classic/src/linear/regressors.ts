import { noGrad, type Tensor, tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { warnUnconverged } from "../estimator/convergence.ts";
import { Estimator } from "../estimator/estimator.ts";
import {
  type FitOptions,
  type Matrix,
  type Numbers,
  predictionInput,
  type Rows,
  readNumbers,
  readRows,
  readWeights,
  type Seen,
} from "../estimator/input.ts";
import { type Predictor, r2Of } from "../estimator/predictors.ts";
import { flag, type Given, positive, real, type Schema, whole } from "../estimator/settings.ts";
import { type DescentResult, descend } from "./descent.ts";
import { type Line, leastSquares } from "./least-squares.ts";

/** The base of the linear regressors. */
abstract class LinearModel<Params extends object, Solution extends Line>
  extends Estimator<Params, Solution & Seen>
  implements Predictor
{
  abstract readonly kind: "regressor";
  abstract override readonly type: string;

  async fit(x: Rows, y: Numbers, options: FitOptions = {}): Promise<this> {
    this.check("fit(x: any, y: any, { sampleWeight })", arguments);
    const call = `${this.type}.fit`;
    const matrix = await readRows(call, x);
    const targets = await readNumbers(call, "targets", y, matrix.rows);
    const weights = await readWeights(call, options, matrix.rows);
    const { width, names } = matrix;
    return this.learn({ ...this.solve(matrix, targets, weights), width, names });
  }

  /** The coefficient of each feature. */
  get coef(): Float64Array {
    return this.learned("coef").coef;
  }

  /** The intercept. */
  get intercept(): number {
    return this.learned("intercept").intercept;
  }

  /** w·x + b of each row: [rows], f32. */
  async predict(x: Rows): Promise<Tensor> {
    this.check("predict(x: any)", arguments);
    const fitted = this.learned("predict");
    const features = await predictionInput(`${this.type}.predict`, x, fitted);
    const row = (values: Float64Array): Tensor =>
      tensor(Float32Array.from(values), { device: features.device });
    const { coef, means } = fitted;
    return noGrad(() => features.sub(row(means.x)).matmul(row(coef)).add(means.y));
  }

  /** R² of the predictions. */
  async score(x: Rows, y: Numbers, options?: FitOptions): Promise<number> {
    this.check("score(x: any, y: any, { sampleWeight })", arguments);
    return r2Of(this, x, y, options);
  }

  protected abstract solve(matrix: Matrix, y: Float64Array, weights: Float64Array | null): Solution;
}

/** Settings of LinearRegression. */
export interface LinearRegressionParams {
  /** Whether to fit an intercept (default true). */
  readonly fitIntercept: boolean;
}

/** Settings of Ridge. */
export interface RidgeParams extends LinearRegressionParams {
  /** Strength of the penalty (default 1). */
  readonly alpha: number;
}

/** Settings of Lasso. */
export interface LassoParams extends RidgeParams {
  /** Maximum number of sweeps over the coefficients (default 1000). */
  readonly maxIter: number;
  /** Sweeps stop when the duality gap is below this fraction of ‖y‖² (default 1e-4). */
  readonly tol: number;
  /** Whether coefficients must be 0 or more (default false). */
  readonly positive: boolean;
}

/** Settings of ElasticNet. */
export interface ElasticNetParams extends LassoParams {
  /** ρ: fraction of the penalty that is L1; the rest is L2 (default 0.5). */
  readonly l1Ratio: number;
}

const lineSchema: Schema<LinearRegressionParams> = { fitIntercept: [true, flag] };
const ridgeSchema: Schema<RidgeParams> = { alpha: [1, real(0)], ...lineSchema };
const lassoSchema: Schema<LassoParams> = {
  ...ridgeSchema,
  maxIter: [1000, whole(1)],
  tol: [1e-4, positive],
  positive: [false, flag],
};
const elasticSchema: Schema<ElasticNetParams> = { l1Ratio: [0.5, real(0, 1)], ...lassoSchema };

/**
 * Ordinary least squares: min Σ (y − w·x − b)², in f64 by orthogonal transformations. If features
 * are linearly dependent, the solution of smallest ‖w‖ is taken. x: [rows, features].
 */
export class LinearRegression extends LinearModel<LinearRegressionParams, Line> {
  readonly type = "LinearRegression";
  readonly kind = "regressor";

  constructor(params: Given<LinearRegressionParams> = {}) {
    checkCall("new LinearRegression(settings?)", arguments);
    super("LinearRegression", lineSchema, params);
  }

  protected solve(matrix: Matrix, y: Float64Array, weights: Float64Array | null): Line {
    return leastSquares(matrix, y, weights, { alpha: 0, ...this.params });
  }
}

/**
 * Ridge regression: min Σ (y − w·x − b)² + α ‖w‖² (Hoerl & Kennard 1970), in f64. x: [rows,
 * features].
 */
export class Ridge extends LinearModel<RidgeParams, Line> {
  readonly type = "Ridge";
  readonly kind = "regressor";

  constructor(params: Given<RidgeParams> = {}) {
    checkCall("new Ridge(settings?)", arguments);
    super("Ridge", ridgeSchema, params);
  }

  protected solve(matrix: Matrix, y: Float64Array, weights: Float64Array | null): Line {
    return leastSquares(matrix, y, weights, this.params);
  }
}

/** Linear models with an L1 penalty, which makes many coefficients 0. */
abstract class SparseModel<Params extends LassoParams> extends LinearModel<Params, DescentResult> {
  /** Number of iterations. */
  get nIter(): number {
    return this.learned("nIter").nIter;
  }

  /** Minimises with this fraction of L1, and says if `maxIter` ended it. */
  protected descend(
    matrix: Matrix,
    y: Float64Array,
    weights: Float64Array | null,
    l1Ratio: number,
  ): DescentResult {
    const found = descend(matrix, y, weights, { ...this.params, l1Ratio });
    if (!found.converged) warnUnconverged(`${this.type}.fit`, this.params.maxIter);
    return found;
  }

  /** The duality gap: an upper bound of the distance to the optimum. */
  get dualGap(): number {
    return this.learned("dualGap").dualGap;
  }
}

/** Lasso: min 1/(2n) Σ (y − w·x − b)² + α ‖w‖₁ (Tibshirani 1996). x: [rows, features]. */
export class Lasso extends SparseModel<LassoParams> {
  readonly type = "Lasso";
  readonly kind = "regressor";

  constructor(params: Given<LassoParams> = {}) {
    checkCall("new Lasso(settings?)", arguments);
    super("Lasso", lassoSchema, params);
  }

  protected solve(matrix: Matrix, y: Float64Array, weights: Float64Array | null): DescentResult {
    return this.descend(matrix, y, weights, 1);
  }
}

/**
 * Elastic net: min 1/(2n) Σ (y − w·x − b)² + α ρ ‖w‖₁ + α (1 − ρ) / 2 ‖w‖² (Zou & Hastie 2005). x:
 * [rows, features].
 */
export class ElasticNet extends SparseModel<ElasticNetParams> {
  readonly type = "ElasticNet";
  readonly kind = "regressor";

  constructor(params: Given<ElasticNetParams> = {}) {
    checkCall("new ElasticNet(settings?)", arguments);
    super("ElasticNet", elasticSchema, params);
  }

  protected solve(matrix: Matrix, y: Float64Array, weights: Float64Array | null): DescentResult {
    return this.descend(matrix, y, weights, this.params.l1Ratio);
  }
}
