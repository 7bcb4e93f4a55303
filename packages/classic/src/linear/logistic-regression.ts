import {
  cat,
  crossEntropy,
  enableGrad,
  grad,
  noGrad,
  onesLike,
  softplus,
  type Tensor,
  tensor,
} from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { warnUnconverged } from "../estimator/convergence.ts";
import { Estimator } from "../estimator/estimator.ts";
import {
  type FitOptions,
  type Numbers,
  predictionInput,
  type Rows,
  readClasses,
  readRows,
  readWeights,
  type Seen,
  tensorOf,
} from "../estimator/input.ts";
import {
  accuracyOf,
  type ClassWeight,
  classWeightRule,
  classWeights,
  labelsOf,
  type Predictor,
  resultOf,
} from "../estimator/predictors.ts";
import { logProbabilitiesOf, probabilitiesOf } from "../estimator/probabilities.ts";
import { flag, type Given, positive, real, type Schema, whole } from "../estimator/settings.ts";
import { minimize, type ValueAndGradient } from "./minimize.ts";
import { type Curvature, minimizeSparse } from "./proximal-newton.ts";
import { standardOf } from "./standard.ts";

/** Settings of LogisticRegression, with scikit-learn's defaults. */
export interface LogisticRegressionParams {
  /** Inverse of the regularisation strength: the factor of the losses (default 1). */
  readonly C: number;
  /** ρ: fraction of the penalty that is L1; the rest is L2 (default 0). */
  readonly l1Ratio: number;
  /** Whether to fit an intercept, which is not penalised (default true). */
  readonly fitIntercept: boolean;
  /** Weights of the classes: "balanced", or a weight for each label (default null: 1 each). */
  readonly classWeight: ClassWeight;
  /**
   * Iterations stop when the largest entry of the gradient of the mean loss, for standardised
   * features, is below this (default 1e-4).
   */
  readonly tol: number;
  /** Maximum number of iterations (default 100). */
  readonly maxIter: number;
}

interface Fitted extends Seen {
  readonly classes: Int32Array;
  /** [outputs, features], row-major: one output for two classes, else one for each class. */
  readonly coef: Float64Array;
  readonly intercept: Float64Array;
  readonly nIter: number;
}

const schema: Schema<LogisticRegressionParams> = {
  C: [1, positive],
  l1Ratio: [0, real(0, 1)],
  fitIntercept: [true, flag],
  classWeight: [null, classWeightRule],
  tol: [1e-4, real(0)],
  maxIter: [100, whole(1)],
};

/**
 * Logistic regression: min ρ ‖W‖₁ + (1 − ρ) / 2 ‖W‖² + C Σ cᵢ lossᵢ, where the loss is −log
 * p(class). For two classes, p = σ(w·x + b) of the second class; for more, the softmax of W x + b.
 * The loss consists of tensor operations and is differentiated on the device. x: [rows, features];
 * labels: integers. The penalty depends on the sizes of the features.
 *
 * `fit` throws ArgumentError if there is only one class.
 */
export class LogisticRegression
  extends Estimator<LogisticRegressionParams, Fitted>
  implements Predictor
{
  readonly type = "LogisticRegression";
  readonly kind = "classifier";

  constructor(params: Given<LogisticRegressionParams> = {}) {
    checkCall("new LogisticRegression(settings?)", arguments);
    super("LogisticRegression", schema, params);
  }

  async fit(x: Rows, y: Numbers, options: FitOptions = {}): Promise<this> {
    this.check("fit(x: any, y: any, { sampleWeight })", arguments);
    const call = "LogisticRegression.fit";
    const matrix = await readRows(call, x);
    const { rows, width, names } = matrix;
    const labelled = await readClasses(call, y, rows);
    const { classes, codes } = labelled;
    const { C, l1Ratio, fitIntercept, classWeight, tol, maxIter } = this.params;
    const own = await readWeights(call, options, rows);
    const counting = { countsByWeight: true };
    const weights = classWeights(call, classWeight, labelled, own, counting);
    const total = weights?.reduce((a, b) => a + b, 0) ?? rows;
    const outputs = classes.length === 2 ? 1 : classes.length;
    const size = outputs * width;
    const price = 1 / (C * total);

    // the minimum is searched for standardised features: w′ = w · scale, b′ = b + w · shift
    const weightOf = (row: number): number => weights?.[row] ?? 1;
    const { shift, scale } = standardOf(matrix, weightOf, 4 * price, fitIntercept);
    const given = tensorOf(call, x);
    const { device } = given;
    const row = (values: Float64Array): Tensor => tensor(Float32Array.from(values), { device });
    const features = noGrad(() => given.sub(row(shift)).div(row(scale))).keep();
    const priceOf = (i: number): number => price / (scale[Math.floor(i / outputs)] as number) ** 2;
    const target = tensor(outputs === 1 ? Float32Array.from(codes) : codes, { device });
    const parts = tensor(
      Float32Array.from({ length: rows }, (_, i) => (weights?.[i] ?? 1) / total),
      { device },
    );
    /**
     * Scores of the rows at a point, and the tensors they depend on: W [features, outputs] and b.
     */
    const scoresAt = (point: Float64Array): { scores: Tensor; w: Tensor; b: Tensor } => {
      const w = tensor(Float32Array.from(point.subarray(0, size)), {
        shape: [width, outputs],
        requiresGrad: true,
        device,
      });
      const b = tensor(Float32Array.from(point.subarray(size)), { requiresGrad: true, device });
      return { scores: features.matmul(w).add(b), w, b };
    };
    const slopeAt = async (point: Float64Array): Promise<ValueAndGradient> => {
      const [loss, slopes] = enableGrad(() => {
        const { scores, w, b } = scoresAt(point);
        const losses =
          outputs === 1
            ? softplus(scores.squeeze(1)).sub(scores.squeeze(1).mul(target))
            : crossEntropy(scores, target, { reduction: "none" });
        const mean = losses.mul(parts).sum();
        return [mean, grad(mean, [w, b])] as const;
      });
      const [value, dw, db] = await Promise.all([loss.item(), ...slopes.map((g) => g.data())]);
      const gradient = new Float64Array(point.length);
      gradient.set(dw as Float32Array, 0);
      if (fitIntercept) gradient.set(db as Float32Array, size);
      let penalty = 0;
      for (let i = 0; i < size; i++) {
        const own = point[i] as number;
        const slope = (1 - l1Ratio) * priceOf(i) * own;
        penalty += (slope * own) / 2;
        gradient[i] = (gradient[i] as number) + slope;
      }
      return { value: value + penalty, gradient };
    };
    /**
     * Second derivatives for each output, [features + 1]²: Σ c p (1 − p) x xᵀ, where x ends with a
     * 1, plus those of the L2 penalty.
     */
    const curvatureAt = async (point: Float64Array): Promise<Curvature> => {
      const blocks = noGrad(() => {
        const p = probabilitiesOf(scoresAt(point).scores.squeeze(outputs === 1 ? 1 : []));
        const extended = cat([features, onesLike(features.narrow(1, 0, 1))], 1);
        return Array.from({ length: outputs }, (_, k) => {
          const own = p.select(1, k);
          const curved = own.mul(own.rsub(1)).mul(parts).unsqueeze(1);
          return extended.mul(curved).t().matmul(extended);
        });
      });
      const values = await Promise.all(blocks.map((block) => block.data()));
      return values.map((block) =>
        Float64Array.from(block, (value, i) => {
          const [row, column] = [Math.floor(i / (width + 1)), i % (width + 1)];
          if (!fitIntercept && (row === width || column === width)) return 0;
          if (row !== column || row === width) return value;
          return value + (1 - l1Ratio) * priceOf(row * outputs);
        }),
      );
    };
    const start = new Float64Array(size + outputs);
    const found =
      l1Ratio === 0
        ? await minimize(slopeAt, start, { maxIter, tol })
        : await minimizeSparse(slopeAt, curvatureAt, start, {
            maxIter,
            tol,
            l1: start.map((_, i) =>
              i < size ? (l1Ratio * price) / (scale[Math.floor(i / outputs)] as number) : 0,
            ),
          });
    if (!found.converged) warnUnconverged(call, maxIter);
    const coef = new Float64Array(size);
    const intercept = found.x.slice(size);
    for (let j = 0; j < width; j++) {
      for (let k = 0; k < outputs; k++) {
        const w = (found.x[j * outputs + k] as number) / (scale[j] as number);
        coef[k * width + j] = w;
        intercept[k] = (intercept[k] as number) - w * (shift[j] as number);
      }
    }
    return this.learn({ classes, coef, intercept, nIter: found.nIter, width, names });
  }

  /** The classes that `fit` saw, sorted. */
  get classes(): Int32Array {
    return this.learned("classes").classes;
  }

  /** The coefficients: one row for two classes, else one for each class. */
  get coef(): Float64Array[] {
    const { coef, width } = this.learned("coef");
    return Array.from({ length: coef.length / width }, (_, k) =>
      coef.slice(k * width, (k + 1) * width),
    );
  }

  /** The intercepts, one for each row of `coef`. */
  get intercept(): Float64Array {
    return this.learned("intercept").intercept;
  }

  /** Number of iterations. */
  get nIter(): number {
    return this.learned("nIter").nIter;
  }

  /**
   * w·x + b: the log-odds of the second class if there are two [rows], else a score of each class
   * [rows, classes].
   */
  async decisionFunction(x: Rows): Promise<Tensor> {
    this.check("decisionFunction(x: any)", arguments);
    return this.#scores("decisionFunction", x);
  }

  /** The probability of each class: [rows, classes]. */
  async predictProba(x: Rows): Promise<Tensor> {
    this.check("predictProba(x: any)", arguments);
    return probabilitiesOf(await this.#scores("predictProba", x));
  }

  /** The log probability of each class: [rows, classes]. */
  async predictLogProba(x: Rows): Promise<Tensor> {
    this.check("predictLogProba(x: any)", arguments);
    return logProbabilitiesOf(await this.#scores("predictLogProba", x));
  }

  /** The likeliest class of each row: [rows], i32. */
  async predict(x: Rows): Promise<Tensor> {
    this.check("predict(x: any)", arguments);
    const scores = await this.#scores("predict", x);
    const p = await probabilitiesOf(scores).data();
    const [rows = 0] = scores.shape;
    return resultOf(labelsOf(this.classes, p), [rows], scores);
  }

  /** Accuracy: the fraction of rows whose class is predicted correctly. */
  async score(x: Rows, y: Numbers, options?: FitOptions): Promise<number> {
    this.check("score(x: any, y: any, { sampleWeight })", arguments);
    return accuracyOf(this, x, y, options);
  }

  async #scores(call: string, x: Rows): Promise<Tensor> {
    const fitted = this.learned(call);
    const features = await predictionInput(`${this.type}.${call}`, x, fitted);
    const { device } = features;
    const { coef, intercept, width } = fitted;
    const w = tensor(Float32Array.from(coef), { shape: [coef.length / width, width], device });
    const b = tensor(Float32Array.from(intercept), { device });
    return noGrad(() => {
      const scores = features.matmul(w.t()).add(b);
      return intercept.length === 1 ? scores.squeeze(1) : scores;
    });
  }
}
