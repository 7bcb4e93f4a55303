import { Generator, noGrad, type Tensor, tensor } from "@wgrad/autograd";
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
import { dualDescent } from "./dual-descent.ts";
import { primalNewton } from "./primal-newton.ts";

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
  /** Seed of the order of the rows in descent; null: the library's default generator (default null). */
  readonly randomState: number | null;
}

interface Fitted extends Seen {
  readonly classes: Int32Array;
  /** [outputs, features]: one output for two classes, else one for each class. */
  readonly coef: Float64Array;
  readonly intercept: Float64Array;
  readonly nIter: number;
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

/** Up to this many steps a squared loss is minimised by factoring the features. */
const SMALL = 2 ** 26;

/**
 * Linear support vector classifier: min ½ ‖w‖² + C Σ cᵢ max(0, 1 − yᵢ (w·xᵢ + b))², each class
 * against the rest if there are more than two, in f64: the squared loss of few features by Newton's
 * method (Mangasarian 2002), else by dual coordinate descent (Hsieh et al. 2008), which needs
 * standardised features (`StandardScaler`). x: [rows, features]; labels: integers. A fit that
 * `maxIter` ends early says so on the console.
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
    const { C, loss, fitIntercept, interceptScaling, tol, maxIter } = this.params;
    const random = randomOf(this.params.randomState);
    const extra = fitIntercept ? interceptScaling : 0;
    const codes = classes.length === 2 ? [1] : Array.from(classes.keys());
    const { data, rows, width, names } = matrix;
    const isSmall = loss === "squared_hinge" && (rows + width) * width ** 2 <= SMALL;
    let nIter = 0;
    let converged = true;
    const coef = new Float64Array(codes.length * width);
    const intercept = new Float64Array(codes.length);
    codes.forEach((code, k) => {
      // against the rest, only the class itself has its class weight, as in liblinear
      const factorOf = (own: number): number =>
        own === code || codes.length === 1 ? (factors[own] as number) : 1;
      const price = Float64Array.from(
        labelled.codes,
        (own, row) => C * factorOf(own) * (given?.[row] ?? 1),
      );
      const y = Float64Array.from(labelled.codes, (own) => (own === code ? 1 : -1));
      const problem = { data, rows, width, y, price, extra };
      const own = new Generator(random.u32());
      const plane = isSmall
        ? primalNewton(problem, tol, maxIter)
        : dualDescent(problem, loss === "squared_hinge", tol, maxIter, own);
      coef.set(plane.w.subarray(0, width), k * width);
      intercept[k] = (plane.w[width] as number) * interceptScaling;
      nIter = Math.max(nIter, plane.nIter);
      converged &&= plane.converged;
    });
    if (!converged) warnUnconverged(call, maxIter);
    return this.learn({ classes, coef, intercept, nIter, width, names });
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

  /** Number of iterations: the largest of the classes. */
  get nIter(): number {
    return this.learned("nIter").nIter;
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
}
