import { ArgumentError, noGrad, stack, type Tensor, tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { singularValues } from "../algebra/singular.ts";
import { Triangle } from "../algebra/triangle.ts";
import { Estimator } from "../estimator/estimator.ts";
import {
  type FitOptions,
  type Labelled,
  type Matrix,
  type Numbers,
  predictionInput,
  type Rows,
  readClasses,
  readRows,
  type Seen,
} from "../estimator/input.ts";
import { accuracyOf, labelsOf, type Predictor, resultOf } from "../estimator/predictors.ts";
import { logProbabilitiesOf, probabilitiesOf } from "../estimator/probabilities.ts";
import { either, type Given, none, real, type Schema } from "../estimator/settings.ts";
import { priorsRule } from "./naive.ts";

/** Means of the classes and their fractions of the rows. */
interface Groups {
  readonly counts: Float64Array;
  readonly priors: Float64Array;
  /** [classes][features]. */
  readonly means: readonly Float64Array[];
}

function groupsOf(
  call: string,
  { data, rows, width }: Matrix,
  { classes, codes }: Labelled,
  given: readonly number[] | null,
): Groups {
  if (given !== null && given.length !== classes.length) {
    throw new ArgumentError(`${call}: ${given.length} priors for ${classes.length} classes`);
  }
  const counts = new Float64Array(classes.length);
  const means = Array.from(classes, () => new Float64Array(width));
  for (let i = 0; i < rows; i++) {
    const code = codes[i] as number;
    counts[code] = (counts[code] as number) + 1;
    const mean = means[code] as Float64Array;
    for (let j = 0; j < width; j++) mean[j] = (mean[j] as number) + (data[i * width + j] as number);
  }
  return {
    counts,
    priors: Float64Array.from(given ?? counts.map((count) => count / rows)),
    means: means.map((sums, k) => sums.map((sum) => sum / (counts[k] as number))),
  };
}

/** Singular values and right singular vectors of centred rows, divided by scales. */
function singularOf(
  { data, rows, width }: Matrix,
  meanOf: (row: number) => Float64Array | null,
  scales: Float64Array,
): { readonly s: Float64Array; readonly v: Float64Array } {
  const triangle = new Triangle(width);
  const line = new Float64Array(width);
  for (let i = 0; i < rows; i++) {
    const mean = meanOf(i);
    if (mean === null) continue;
    for (let j = 0; j < width; j++) {
      line[j] = ((data[i * width + j] as number) - (mean[j] as number)) / (scales[j] as number);
    }
    triangle.add(line);
  }
  triangle.finish();
  return singularValues(triangle.r, width);
}

interface Fitted extends Seen {
  readonly classes: Int32Array;
}

/** The base of both discriminants: scores are log probabilities up to a constant. */
abstract class Discriminant<Params extends object, Own extends Fitted>
  extends Estimator<Params, Own>
  implements Predictor
{
  abstract readonly kind: "classifier";
  abstract override readonly type: string;
  abstract fit(x: Rows, y: Numbers): Promise<this>;

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
    const labels = labelsOf(this.classes, await probabilitiesOf(scores).data());
    return resultOf(labels, [labels.length], scores);
  }

  /** Accuracy: the fraction of rows whose class is predicted correctly. */
  async score(x: Rows, y: Numbers, options?: FitOptions): Promise<number> {
    this.check("score(x: any, y: any, { sampleWeight })", arguments);
    return accuracyOf(this, x, y, options);
  }

  async #scores(call: string, x: Rows): Promise<Tensor> {
    const fitted = this.learned(call);
    const features = await predictionInput(`${this.type}.${call}`, x, fitted);
    return noGrad(() => {
      const scores = this.joint(features, fitted);
      if (fitted.classes.length > 2) return scores;
      return scores.select(1, 1).sub(scores.select(1, 0));
    });
  }

  /** A score for each class: [rows, classes]. */
  protected abstract joint(x: Tensor, fitted: Own): Tensor;
}

/** Settings of LinearDiscriminantAnalysis. */
export interface LinearDiscriminantAnalysisParams {
  /**
   * Prior probabilities of the classes, in order; null: their frequencies in the training rows
   * (default null).
   */
  readonly priors: readonly number[] | null;
  /**
   * Directions whose within-class variance is smaller are left out; features are standardised
   * (default 1e-4).
   */
  readonly tol: number;
}

interface FittedLines extends Fitted {
  readonly center: Float64Array;
  /** [classes, features], row-major. */
  readonly coef: Float64Array;
  readonly constants: Float64Array;
}

const linearSchema: Schema<LinearDiscriminantAnalysisParams> = {
  priors: [null, either(priorsRule, none)],
  tol: [1e-4, real(0)],
};

/**
 * Linear discriminant analysis: classes are normal with their own means and a shared covariance Σ
 * (Fisher 1936). score_k = (x − x̄)ᵀ Σ⁻¹ (μₖ − x̄) − ½ (μₖ − x̄)ᵀ Σ⁻¹ (μₖ − x̄) + log πₖ. x: [rows,
 * features]; labels: integers.
 *
 * `fit` throws ArgumentError if there is only one class, or if there are not more rows than
 * classes.
 */
export class LinearDiscriminantAnalysis extends Discriminant<
  LinearDiscriminantAnalysisParams,
  FittedLines
> {
  readonly type = "LinearDiscriminantAnalysis";
  readonly kind = "classifier";

  constructor(params: Given<LinearDiscriminantAnalysisParams> = {}) {
    checkCall("new LinearDiscriminantAnalysis(settings?)", arguments);
    super("LinearDiscriminantAnalysis", linearSchema, params);
  }

  async fit(x: Rows, y: Numbers): Promise<this> {
    this.check("fit(x: any, y: any)", arguments);
    const call = `${this.type}.fit`;
    const matrix = await readRows(call, x);
    const labelled = await readClasses(call, y, matrix.rows);
    const { rows, width, names, data } = matrix;
    const { classes, codes } = labelled;
    if (rows <= classes.length) {
      throw new ArgumentError(
        `${call}: needs more rows than classes, got ${rows} rows of ${classes.length} classes\n  hint: use more rows`,
      );
    }
    const { priors, means } = groupsOf(call, matrix, labelled, this.params.priors);
    const center = new Float64Array(width);
    means.forEach((mean, k) => {
      for (let j = 0; j < width; j++) {
        center[j] = (center[j] as number) + (priors[k] as number) * (mean[j] as number);
      }
    });
    const ownMean = (row: number): Float64Array => means[codes[row] as number] as Float64Array;
    const scales = Float64Array.from({ length: width }, (_, j) => {
      let squares = 0;
      for (let i = 0; i < rows; i++) {
        squares += ((data[i * width + j] as number) - (ownMean(i)[j] as number)) ** 2;
      }
      return squares === 0 ? 1 : Math.sqrt(squares / rows);
    });
    const { s, v } = singularOf(matrix, ownMean, scales);
    const factor = 1 / rows;
    const coef = new Float64Array(classes.length * width);
    const constants = priors.map((prior, k) => {
      const off = Float64Array.from(
        means[k] as Float64Array,
        (mean, j) => (mean - (center[j] as number)) / (scales[j] as number),
      );
      let length = 0;
      for (let d = 0; d < width; d++) {
        const variance = (s[d] as number) ** 2 * factor;
        if (Math.sqrt(variance) <= this.params.tol) continue;
        let along = 0;
        for (let j = 0; j < width; j++) along += (v[j * width + d] as number) * (off[j] as number);
        length += along ** 2 / variance;
        for (let j = 0; j < width; j++) {
          const at = k * width + j;
          const part = (along / variance) * (v[j * width + d] as number);
          coef[at] = (coef[at] as number) + part / (scales[j] as number);
        }
      }
      return Math.log(prior) - length / 2;
    });
    return this.learn({ classes, center, coef, constants, width, names });
  }

  protected joint(x: Tensor, { classes, center, coef, constants, width }: FittedLines): Tensor {
    const { device } = x;
    const w = tensor(Float32Array.from(coef), { shape: [classes.length, width], device });
    const off = x.sub(tensor(Float32Array.from(center), { device }));
    return off.matmul(w.t()).add(tensor(Float32Array.from(constants), { device }));
  }
}

/** Settings of QuadraticDiscriminantAnalysis. */
export interface QuadraticDiscriminantAnalysisParams {
  /**
   * Prior probabilities of the classes, in order; null: their frequencies in the training rows
   * (default null).
   */
  readonly priors: readonly number[] | null;
  /**
   * Regularisation r: variances along the principal axes of each class become (1 − r) s² + r
   * (default 0).
   */
  readonly regParam: number;
  /** Variances below this count as 0 (default 1e-4). */
  readonly tol: number;
}

interface FittedAxes extends Fitted {
  /** [classes, features]. */
  readonly means: Float64Array;
  /** Axes divided by standard deviations: [classes, features, axes]. */
  readonly axes: Float64Array;
  readonly constants: Float64Array;
}

const quadraticSchema: Schema<QuadraticDiscriminantAnalysisParams> = {
  priors: [null, either(priorsRule, none)],
  regParam: [0, real(0, 1)],
  tol: [1e-4, real(0)],
};

/**
 * Quadratic discriminant analysis: classes are normal with their own means and covariances. score_k
 * = −½ (x − μₖ)ᵀ Σₖ⁻¹ (x − μₖ) − ½ log |Σₖ| + log πₖ. x: [rows, features]; labels: integers.
 *
 * `fit` throws ArgumentError if there is only one class, or if the covariance of a class is
 * singular.
 */
export class QuadraticDiscriminantAnalysis extends Discriminant<
  QuadraticDiscriminantAnalysisParams,
  FittedAxes
> {
  readonly type = "QuadraticDiscriminantAnalysis";
  readonly kind = "classifier";

  constructor(params: Given<QuadraticDiscriminantAnalysisParams> = {}) {
    checkCall("new QuadraticDiscriminantAnalysis(settings?)", arguments);
    super("QuadraticDiscriminantAnalysis", quadraticSchema, params);
  }

  async fit(x: Rows, y: Numbers): Promise<this> {
    this.check("fit(x: any, y: any)", arguments);
    const call = `${this.type}.fit`;
    const matrix = await readRows(call, x);
    const labelled = await readClasses(call, y, matrix.rows);
    const { width, names } = matrix;
    const { classes, codes } = labelled;
    const { regParam, tol } = this.params;
    const { counts, priors, means } = groupsOf(call, matrix, labelled, this.params.priors);
    const axes = new Float64Array(classes.length * width * width);
    const ones = new Float64Array(width).fill(1);
    const constants = Float64Array.from(classes, (label, k) => {
      const count = counts[k] as number;
      const own = means[k] as Float64Array;
      const { s, v } = singularOf(matrix, (row) => (codes[row] === k ? own : null), ones);
      let logs = 0;
      s.forEach((value, d) => {
        const variance = (1 - regParam) * (value ** 2 / count) + regParam;
        if (!(variance > tol)) {
          throw new ArgumentError(
            `${call}: the covariance of class ${label} is singular\n  hint: set { regParam: 0.1 }, or use fewer features`,
          );
        }
        logs += Math.log(variance);
        for (let j = 0; j < width; j++) {
          axes[(k * width + j) * width + d] = (v[j * width + d] as number) / Math.sqrt(variance);
        }
      });
      return Math.log(priors[k] as number) - logs / 2;
    });
    const flat = Float64Array.from(means.flatMap((mean) => [...mean]));
    return this.learn({ classes, means: flat, axes, constants, width, names });
  }

  protected joint(x: Tensor, { classes, means, axes, constants, width }: FittedAxes): Tensor {
    const { device } = x;
    const scores = Array.from(classes, (_, k) => {
      const mean = tensor(Float32Array.from(means.subarray(k * width, (k + 1) * width)), {
        device,
      });
      const size = width * width;
      const own = tensor(Float32Array.from(axes.subarray(k * size, (k + 1) * size)), {
        shape: [width, width],
        device,
      });
      return x
        .sub(mean)
        .matmul(own)
        .square()
        .sum(1)
        .mul(-0.5)
        .add(constants[k] as number);
    });
    return stack(scores, 1);
  }
}
