import { ArgumentError, noGrad, type Tensor, tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
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
  readWeights,
  type Seen,
} from "../estimator/input.ts";
import { accuracyOf, labelsOf, type Predictor, resultOf } from "../estimator/predictors.ts";
import { logProbabilitiesOf } from "../estimator/probabilities.ts";
import {
  either,
  flag,
  type Given,
  none,
  type Rule,
  real,
  type Schema,
} from "../estimator/settings.ts";

/** Statistics of the classes: [classes, features], row-major. */
interface Fitted extends Seen {
  readonly classes: Int32Array;
  readonly logPriors: Float64Array;
}

interface Sums {
  /** Weight of each class. */
  readonly counts: Float64Array;
  /** Σ w x for each class and feature. */
  readonly sums: Float64Array;
}

/** Sums of weights and features for each class. */
function sumsOf(
  { data, rows, width }: Matrix,
  { classes, codes }: Labelled,
  weights: Float64Array | null,
  of: (value: number) => number = (value) => value,
): Sums {
  const counts = new Float64Array(classes.length);
  const sums = new Float64Array(classes.length * width);
  for (let i = 0; i < rows; i++) {
    const weight = weights?.[i] ?? 1;
    const code = codes[i] as number;
    counts[code] = (counts[code] as number) + weight;
    for (let j = 0; j < width; j++) {
      const at = code * width + j;
      sums[at] = (sums[at] as number) + weight * of(data[i * width + j] as number);
    }
  }
  return { counts, sums };
}

/** The base of the naive Bayes classifiers: scores are log probabilities up to a constant. */
abstract class NaiveBayes<Params extends object, Own extends Fitted>
  extends Estimator<Params, Own>
  implements Predictor
{
  abstract readonly kind: "classifier";
  abstract override readonly type: string;

  async fit(x: Rows, y: Numbers, options: FitOptions = {}): Promise<this> {
    this.check("fit(x: any, y: any, { sampleWeight })", arguments);
    const call = `${this.type}.fit`;
    const matrix = await readRows(call, x);
    const labelled = await readClasses(call, y, matrix.rows, 1);
    const weights = await readWeights(call, options, matrix.rows);
    return this.learn(this.count(call, matrix, labelled, weights));
  }

  /** The classes that `fit` saw, sorted. */
  get classes(): Int32Array {
    return this.learned("classes").classes;
  }

  /** The log probability of each class: [rows, classes]. */
  async predictLogProba(x: Rows): Promise<Tensor> {
    this.check("predictLogProba(x: any)", arguments);
    return logProbabilitiesOf(await this.#scores("predictLogProba", x));
  }

  /** The probability of each class: [rows, classes]. */
  async predictProba(x: Rows): Promise<Tensor> {
    this.check("predictProba(x: any)", arguments);
    const scores = await this.#scores("predictProba", x);
    return noGrad(() => logProbabilitiesOf(scores).exp());
  }

  /** The likeliest class of each row: [rows], i32. */
  async predict(x: Rows): Promise<Tensor> {
    this.check("predict(x: any)", arguments);
    const scores = await this.#scores("predict", x);
    const labels = labelsOf(this.classes, await scores.data());
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
    return noGrad(() => this.joint(features, fitted));
  }

  protected abstract count(
    call: string,
    matrix: Matrix,
    labelled: Labelled,
    weights: Float64Array | null,
  ): Own;

  /** log p(class) + Σ log p(feature | class): [rows, classes]. */
  protected abstract joint(x: Tensor, fitted: Own): Tensor;

  /** Splits a matrix [classes, features] into rows. */
  protected rowsOf(values: Float64Array): Float64Array[] {
    const { width } = this.learned("rowsOf");
    return Array.from({ length: values.length / width }, (_, k) =>
      values.slice(k * width, (k + 1) * width),
    );
  }
}

/** Copies numbers [classes, features] to the device of x. */
const onDevice = (values: Float64Array, shape: readonly number[], { device }: Tensor): Tensor =>
  tensor(Float32Array.from(values), { shape, device });

/** Settings of GaussianNB. */
export interface GaussianNBParams {
  /** Priors of the classes, in order; null: their frequencies among the rows (default null). */
  readonly priors: readonly number[] | null;
  /** Fraction of the largest variance that is added to all variances (default 1e-9). */
  readonly varSmoothing: number;
}

interface FittedNormals extends Fitted {
  readonly theta: Float64Array;
  readonly variances: Float64Array;
}

/** The rule for priors. */
export const priorsRule: Rule = {
  wanted: "probabilities of the classes that sum to 1",
  allows: (value) =>
    Array.isArray(value) &&
    value.every((part) => part >= 0) &&
    Math.abs(value.reduce((a, b) => a + b, 0) - 1) < 1e-6,
};

const gaussianSchema: Schema<GaussianNBParams> = {
  priors: [null, either(priorsRule, none)],
  varSmoothing: [1e-9, real(0)],
};

/**
 * Gaussian naive Bayes: within a class, features are normal and independent: p(x | k) = Π N(x; θₖ,
 * σₖ²). x: [rows, features]; labels: integers.
 */
export class GaussianNB extends NaiveBayes<GaussianNBParams, FittedNormals> {
  readonly type = "GaussianNB";
  readonly kind = "classifier";

  constructor(params: Given<GaussianNBParams> = {}) {
    checkCall("new GaussianNB(settings?)", arguments);
    super("GaussianNB", gaussianSchema, params);
  }

  /** The mean of each feature in each class. */
  get theta(): Float64Array[] {
    return this.rowsOf(this.learned("theta").theta);
  }

  /** The variance of each feature in each class, smoothed. */
  get var(): Float64Array[] {
    return this.rowsOf(this.learned("var").variances);
  }

  protected count(
    call: string,
    matrix: Matrix,
    labelled: Labelled,
    weights: Float64Array | null,
  ): FittedNormals {
    const { data, rows, width, names } = matrix;
    const { classes, codes } = labelled;
    const { priors, varSmoothing } = this.params;
    if (priors !== null && priors.length !== classes.length) {
      throw new ArgumentError(`${call}: ${priors.length} priors for ${classes.length} classes`);
    }
    const { counts, sums } = sumsOf(matrix, labelled, weights);
    const theta = sums.map((sum, at) => sum / (counts[Math.floor(at / width)] as number));
    const squares = new Float64Array(theta.length);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < width; j++) {
        const at = (codes[i] as number) * width + j;
        const off = (data[i * width + j] as number) - (theta[at] as number);
        squares[at] = (squares[at] as number) + (weights?.[i] ?? 1) * off * off;
      }
    }
    const most = largestVariance(matrix);
    if (most === 0)
      throw new ArgumentError(`${call}: all features are constant\n  hint: use features that vary`);
    const least = varSmoothing * most;
    const variances = squares.map(
      (sum, at) => sum / (counts[Math.floor(at / width)] as number) + least,
    );
    const total = counts.reduce((a, b) => a + b, 0);
    const logPriors = counts.map((count, k) => Math.log(priors?.[k] ?? count / total));
    return { classes, logPriors, theta, variances, width, names };
  }

  protected joint(
    x: Tensor,
    { classes, logPriors, theta, variances, width }: FittedNormals,
  ): Tensor {
    const shape = [classes.length, width];
    const constants = logPriors.map((log, k) => {
      const own = variances.subarray(k * width, (k + 1) * width);
      return log - own.reduce((sum, v) => sum + Math.log(2 * Math.PI * v), 0) / 2;
    });
    const roots = onDevice(
      variances.map((v) => 1 / Math.sqrt(v)),
      shape,
      x,
    );
    const off = x
      .unsqueeze(1)
      .sub(onDevice(theta, shape, x))
      .mul(roots);
    return off
      .square()
      .sum(2)
      .mul(-0.5)
      .add(onDevice(constants, [classes.length], x));
  }
}

/** The largest variance of any feature. */
function largestVariance({ data, rows, width }: Matrix): number {
  let most = 0;
  for (let j = 0; j < width; j++) {
    let sum = 0;
    for (let i = 0; i < rows; i++) sum += data[i * width + j] as number;
    let squares = 0;
    for (let i = 0; i < rows; i++) squares += ((data[i * width + j] as number) - sum / rows) ** 2;
    most = Math.max(most, squares / rows);
  }
  return most;
}

/** Settings of MultinomialNB. */
export interface MultinomialNBParams {
  /** Added to every count (Laplace smoothing; default 1). */
  readonly alpha: number;
  /** Uses class frequencies as priors, else equal ones (default true). */
  readonly fitPrior: boolean;
}

/** Settings of BernoulliNB. */
export interface BernoulliNBParams extends MultinomialNBParams {
  /** Features above this threshold are 1, others 0 (default 0). */
  readonly binarize: number;
}

interface FittedCounts extends Fitted {
  /** log p(feature | class). */
  readonly logs: Float64Array;
}

const countSchema: Schema<MultinomialNBParams> = { alpha: [1, real(0)], fitPrior: [true, flag] };
const bernoulliSchema: Schema<BernoulliNBParams> = { ...countSchema, binarize: [0, real()] };

/** Least α; 0 would give log 0. */
const LEAST_ALPHA = 1e-10;

abstract class CountNB<Params extends MultinomialNBParams> extends NaiveBayes<
  Params,
  FittedCounts
> {
  /** log p(feature | class), one row for each class. */
  get featureLogProb(): Float64Array[] {
    return this.rowsOf(this.learned("featureLogProb").logs);
  }

  protected priors(counts: Float64Array): Float64Array {
    const total = counts.reduce((a, b) => a + b, 0);
    if (!this.params.fitPrior) return counts.map(() => -Math.log(counts.length));
    return counts.map((count) => Math.log(count / total));
  }

  protected get alpha(): number {
    return Math.max(this.params.alpha, LEAST_ALPHA);
  }
}

/**
 * Multinomial naive Bayes: features are counts. p(x | k) ∝ Π pₖⱼ^xⱼ, pₖⱼ = (countₖⱼ + α) / Σⱼ
 * (countₖⱼ + α). x: [rows, features], 0 or more; labels: integers.
 *
 * `fit` throws ArgumentError for negative features.
 */
export class MultinomialNB extends CountNB<MultinomialNBParams> {
  readonly type = "MultinomialNB";
  readonly kind = "classifier";

  constructor(params: Given<MultinomialNBParams> = {}) {
    checkCall("new MultinomialNB(settings?)", arguments);
    super("MultinomialNB", countSchema, params);
  }

  protected count(
    call: string,
    matrix: Matrix,
    labelled: Labelled,
    weights: Float64Array | null,
  ): FittedCounts {
    const { data, width, names } = matrix;
    const negative = data.findIndex((value) => value < 0);
    if (negative >= 0) {
      throw new ArgumentError(
        `${call}: x[${Math.floor(negative / width)}, ${negative % width}] is ${data[negative]}\n  hint: features must be counts, 0 or more; use MinMaxScaler or GaussianNB`,
      );
    }
    const { counts, sums } = sumsOf(matrix, labelled, weights);
    const logs = new Float64Array(sums.length);
    for (let k = 0; k < counts.length; k++) {
      const own = sums.subarray(k * width, (k + 1) * width).map((sum) => sum + this.alpha);
      const total = own.reduce((a, b) => a + b, 0);
      logs.set(
        own.map((sum) => Math.log(sum / total)),
        k * width,
      );
    }
    return { classes: labelled.classes, logPriors: this.priors(counts), logs, width, names };
  }

  protected joint(x: Tensor, { classes, logPriors, logs, width }: FittedCounts): Tensor {
    const probabilities = onDevice(logs, [classes.length, width], x);
    return x.matmul(probabilities.t()).add(onDevice(logPriors, [classes.length], x));
  }
}

/**
 * Bernoulli naive Bayes: features are binary. p(x | k) = Π pₖⱼ or 1 − pₖⱼ, pₖⱼ = (countₖⱼ + α) /
 * (rowsₖ + 2 α). x: [rows, features]; labels: integers.
 */
export class BernoulliNB extends CountNB<BernoulliNBParams> {
  readonly type = "BernoulliNB";
  readonly kind = "classifier";

  constructor(params: Given<BernoulliNBParams> = {}) {
    checkCall("new BernoulliNB(settings?)", arguments);
    super("BernoulliNB", bernoulliSchema, params);
  }

  protected count(
    _call: string,
    matrix: Matrix,
    labelled: Labelled,
    weights: Float64Array | null,
  ): FittedCounts {
    const { width, names } = matrix;
    const isYes = (value: number): number => Number(value > this.params.binarize);
    const { counts, sums } = sumsOf(matrix, labelled, weights, isYes);
    const logs = sums.map((sum, at) =>
      Math.log((sum + this.alpha) / ((counts[Math.floor(at / width)] as number) + 2 * this.alpha)),
    );
    return { classes: labelled.classes, logPriors: this.priors(counts), logs, width, names };
  }

  protected joint(x: Tensor, { classes, logPriors, logs, width }: FittedCounts): Tensor {
    const shape = [classes.length, width];
    const nos = logs.map((log) => Math.log1p(-Math.exp(log)));
    const constants = logPriors.map((log, k) =>
      nos.subarray(k * width, (k + 1) * width).reduce((sum, no) => sum + no, log),
    );
    const odds = onDevice(
      logs.map((log, at) => log - (nos[at] as number)),
      shape,
      x,
    );
    const yes = x.gt(this.params.binarize).to("f32");
    return yes.matmul(odds.t()).add(onDevice(constants, [classes.length], x));
  }
}
