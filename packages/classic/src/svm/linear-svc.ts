import { Generator, noGrad, type Tensor, tensor } from "@wgrad/autograd";
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
import {
  accuracyOf,
  type ClassWeight,
  classFactors,
  classWeightRule,
  labelsOf,
  type Predictor,
  resultOf,
} from "../estimator/predictors.ts";
import {
  choice,
  flag,
  type Given,
  positive,
  type Schema,
  seed,
  whole,
} from "../estimator/settings.ts";
import { randomOf } from "../tree/settings.ts";

/** Settings of LinearSVC, with scikit-learn's defaults. */
export interface LinearSVCParams {
  /** Factor of the losses, relative to ½ ‖w‖² (default 1). */
  readonly C: number;
  /** max(0, 1 − y f(x)), or its square (default "squared_hinge"). */
  readonly loss: "hinge" | "squared_hinge";
  /**
   * Whether to fit an intercept. It is penalised like the coefficient of a constant feature
   * `interceptScaling` (default true).
   */
  readonly fitIntercept: boolean;
  readonly interceptScaling: number;
  /** Weights of the classes: "balanced", or a weight for each label (default null: 1 each). */
  readonly classWeight: ClassWeight;
  /** Tolerance of the optimality conditions (default 1e-4). */
  readonly tol: number;
  /** Maximum number of iterations (default 1000). */
  readonly maxIter: number;
  /** Seed of the order of the rows; null: the library's default generator (default null). */
  readonly randomState: number | null;
}

interface Fitted extends Seen {
  readonly classes: Int32Array;
  /** [outputs, features]: one output for two classes, else one for each class. */
  readonly coef: Float64Array;
  readonly intercept: Float64Array;
}

const schema: Schema<LinearSVCParams> = {
  C: [1, positive],
  loss: ["squared_hinge", choice("hinge", "squared_hinge")],
  fitIntercept: [true, flag],
  interceptScaling: [1, positive],
  classWeight: [null, classWeightRule],
  tol: [1e-4, positive],
  maxIter: [1000, whole(1)],
  randomState: [null, seed],
};

/**
 * Linear support vector classifier: min ½ ‖w‖² + C Σ cᵢ max(0, 1 − yᵢ (w·xᵢ + b))², each class
 * against the rest if there are more than two, by dual coordinate descent in f64 (Hsieh et al.
 * 2008). x: [rows, features], best standardised (`StandardScaler`); labels: integers.
 *
 * `fit` throws ArgumentError if there is only one class.
 */
export class LinearSVC extends Estimator<LinearSVCParams, Fitted> implements Predictor {
  readonly type = "LinearSVC";
  readonly kind = "classifier";

  constructor(params: Given<LinearSVCParams> = {}) {
    checkCall("new LinearSVC(settings?)", arguments);
    super("LinearSVC", schema, params);
  }

  async fit(x: Rows, y: Numbers, options: FitOptions = {}): Promise<this> {
    this.check("fit(x: any, y: any, { sampleWeight })", arguments);
    const call = "LinearSVC.fit";
    const matrix = await readRows(call, x);
    const labelled = await readClasses(call, y, matrix.rows);
    const { classes } = labelled;
    const given = await readWeights(call, options, matrix.rows);
    const factors = classFactors(call, this.params.classWeight, labelled, given);
    const random = randomOf(this.params.randomState);
    const codes = classes.length === 2 ? [1] : Array.from(classes.keys());
    const { width, names } = matrix;
    const coef = new Float64Array(codes.length * width);
    const intercept = new Float64Array(codes.length);
    codes.forEach((code, k) => {
      // against the rest, only the class itself has its class weight, as in liblinear
      const factorOf = (own: number): number =>
        own === code || codes.length === 1 ? (factors[own] as number) : 1;
      const weights = Float64Array.from(
        labelled.codes,
        (own, row) => factorOf(own) * (given?.[row] ?? 1),
      );
      const w = this.#plane(matrix, labelled, code, weights, new Generator(random.u32()));
      coef.set(w.subarray(0, width), k * width);
      intercept[k] = (w[width] as number) * this.params.interceptScaling;
    });
    return this.learn({ classes, coef, intercept, width, names });
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

  /**
   * w·x + b: positive for the second class if there are two [rows], else a score of each class
   * [rows, classes].
   */
  async decisionFunction(x: Rows): Promise<Tensor> {
    this.check("decisionFunction(x: any)", arguments);
    return this.#values("decisionFunction", x);
  }

  /** The class of each row: [rows], i32. */
  async predict(x: Rows): Promise<Tensor> {
    this.check("predict(x: any)", arguments);
    const values = await this.#values("predict", x);
    const { classes } = this;
    const data = await values.data();
    const labels =
      classes.length === 2
        ? Int32Array.from(data, (value) => classes[Number(value > 0)] as number)
        : labelsOf(classes, data);
    return resultOf(labels, [labels.length], values);
  }

  /** Accuracy: the fraction of rows whose class is predicted correctly. */
  async score(x: Rows, y: Numbers, options?: FitOptions): Promise<number> {
    this.check("score(x: any, y: any, { sampleWeight })", arguments);
    return accuracyOf(this, x, y, options);
  }

  async #values(call: string, x: Rows): Promise<Tensor> {
    const fitted = this.learned(call);
    const features = await predictionInput(`LinearSVC.${call}`, x, fitted);
    const { device } = features;
    const { coef, intercept, width } = fitted;
    const w = tensor(Float32Array.from(coef), { shape: [intercept.length, width], device });
    return noGrad(() => {
      const values = features.matmul(w.t()).add(tensor(Float32Array.from(intercept), { device }));
      return intercept.length === 1 ? values.squeeze(1) : values;
    });
  }

  /**
   * Coefficients of one class against the rest; the last is that of the constant feature
   * `interceptScaling`.
   */
  #plane(
    { data, rows, width }: Matrix,
    { codes }: Labelled,
    code: number,
    weights: Float64Array,
    random: Generator,
  ): Float64Array {
    const { C, loss, fitIntercept, interceptScaling, tol, maxIter } = this.params;
    const extra = fitIntercept ? interceptScaling : 0;
    const isSquared = loss === "squared_hinge";
    const w = new Float64Array(width + 1);
    const alpha = new Float64Array(rows);
    const cost = (row: number): number => C * (weights[row] as number);
    const squares = Float64Array.from({ length: rows }, (_, row) => {
      let sum = extra * extra;
      for (let j = 0; j < width; j++) sum += (data[row * width + j] as number) ** 2;
      return sum + (isSquared ? 1 / (2 * cost(row)) : 0);
    });
    for (let round = 0; round < maxIter; round++) {
      let [most, least] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
      for (const row of random.permutation(rows)) {
        const price = cost(row);
        if (price === 0) continue;
        const y = codes[row] === code ? 1 : -1;
        const base = row * width;
        let value = (w[width] as number) * extra;
        for (let j = 0; j < width; j++) value += (w[j] as number) * (data[base + j] as number);
        const own = alpha[row] as number;
        const slope = y * value - 1 + (isSquared ? own / (2 * price) : 0);
        const upper = isSquared ? Number.POSITIVE_INFINITY : price;
        const projected = own <= 0 ? Math.min(slope, 0) : own >= upper ? Math.max(slope, 0) : slope;
        most = Math.max(most, projected);
        least = Math.min(least, projected);
        if (projected === 0) continue;
        const next = Math.min(Math.max(own - slope / (squares[row] as number), 0), upper);
        alpha[row] = next;
        const step = (next - own) * y;
        for (let j = 0; j < width; j++) {
          w[j] = (w[j] as number) + step * (data[base + j] as number);
        }
        w[width] = (w[width] as number) + step * extra;
      }
      if (most - least <= tol) break;
    }
    return w;
  }
}
