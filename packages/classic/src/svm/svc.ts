import { noGrad, type Tensor, tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { warnUnconverged } from "../estimator/convergence.ts";
import { Estimator } from "../estimator/estimator.ts";
import {
  type FitOptions,
  type Labelled,
  type Matrix,
  type Numbers,
  predictionInput,
  type Rows,
  readClasses,
  readNumbers,
  readRows,
  readWeights,
  type Seen,
} from "../estimator/input.ts";
import {
  accuracyOf,
  type ClassWeight,
  classWeightRule,
  classWeights,
  type Predictor,
  r2Of,
  resultOf,
} from "../estimator/predictors.ts";
import {
  choice,
  either,
  type Given,
  none,
  positive,
  real,
  type Schema,
  whole,
} from "../estimator/settings.ts";
import {
  type Kernel,
  type KernelParams,
  KernelRows,
  kernelMatrix,
  kernelOf,
  kernelSchema,
} from "./kernels.ts";
import { type Dual, type DualProblem, solveDual } from "./solver.ts";
import { countVotes, winners } from "./votes.ts";

/** Settings of SVC and SVR, with scikit-learn's defaults. */
interface MarginParams extends KernelParams {
  /** Factor of the losses, relative to ½ ‖w‖² (default 1). */
  readonly C: number;
  /** Tolerance of the optimality conditions (default 1e-3). */
  readonly tol: number;
  /** Maximum number of steps; null: no limit (default null). */
  readonly maxIter: number | null;
}

/** Settings of SVC, with scikit-learn's defaults. */
export interface SVCParams extends MarginParams {
  /**
   * With more than two classes: one value for each class ("ovr") or for each pair ("ovo") (default
   * "ovr").
   */
  readonly decisionFunctionShape: "ovr" | "ovo";
  /** Weights of the classes: "balanced", or a weight for each label (default null: 1 each). */
  readonly classWeight: ClassWeight;
}

/** Settings of SVR, with scikit-learn's defaults. */
export interface SVRParams extends MarginParams {
  /** Errors up to this cost nothing (default 0.1). */
  readonly epsilon: number;
}

interface Fitted extends Seen {
  readonly kernel: Kernel;
  /** Support vectors, row-major, and their indices among the training rows. */
  readonly vectors: Float32Array;
  readonly support: Int32Array;
  /** yᵢ αᵢ of each support vector in each machine: [machines, vectors]. */
  readonly dualCoef: Float64Array;
  readonly intercept: Float64Array;
}

interface FittedClasses extends Fitted {
  readonly classes: Int32Array;
}

const schema: Schema<MarginParams> = {
  C: [1, positive],
  tol: [1e-3, positive],
  maxIter: [null, either(whole(1), none)],
  ...kernelSchema,
};

const svcSchema: Schema<SVCParams> = {
  decisionFunctionShape: ["ovr", choice("ovr", "ovo")],
  classWeight: [null, classWeightRule],
  ...schema,
};

const svrSchema: Schema<SVRParams> = { epsilon: [0.1, real(0)], ...schema };

/** Limit of the steps when there is none in the settings, as in libsvm. */
const MAX_STEPS = 1e7;

/** The base of SVC and SVR: machines with shared support vectors. */
abstract class KernelMachine<Params extends MarginParams, Own extends Fitted> extends Estimator<
  Params,
  Own
> {
  /** Indices of the training rows that are support vectors; of classes, those of the first first. */
  get support(): Int32Array {
    return this.learned("support").support;
  }

  /** The intercept of each machine. */
  get intercept(): Float64Array {
    return this.learned("intercept").intercept;
  }

  /** yᵢ αᵢ of the support vectors, one row for each machine. */
  get dualCoef(): Float64Array[] {
    const { dualCoef, support, intercept } = this.learned("dualCoef");
    return Array.from(intercept, (_, m) =>
      dualCoef.slice(m * support.length, (m + 1) * support.length),
    );
  }

  /** Σ yᵢ αᵢ K(xᵢ, x) + b of each machine: [rows, machines]. */
  protected async machines(call: string, x: Rows): Promise<Tensor> {
    const fitted = this.learned(call);
    const features = await predictionInput(`${this.type}.${call}`, x, fitted);
    const { device } = features;
    const { kernel, vectors, dualCoef, intercept, width } = fitted;
    const count = vectors.length / width;
    const known = tensor(vectors, { shape: [count, width], device });
    const factors = tensor(Float32Array.from(dualCoef), {
      shape: [intercept.length, count],
      device,
    });
    return noGrad(() =>
      kernelMatrix(features, known, kernel)
        .matmul(factors.t())
        .add(tensor(Float32Array.from(intercept), { device })),
    );
  }

  protected solve(problem: DualProblem): Dual {
    return solveDual(problem, this.params.tol, this.#steps);
  }

  /** Says if the maximum number of steps ended a machine. */
  protected warn(machines: readonly Machine[]): void {
    if (machines.every(({ converged }) => converged)) return;
    warnUnconverged(`${this.type}.fit`, this.#steps);
  }

  get #steps(): number {
    return this.params.maxIter ?? MAX_STEPS;
  }
}

/** One machine: coefficients of the training rows, and the intercept. */
interface Machine {
  readonly factors: ReadonlyMap<number, number>;
  readonly bias: number;
  readonly converged: boolean;
}

/**
 * Combines machines; their support vectors are the rows with a multiplier in any of them, sorted by
 * `group` and then by index.
 */
function combined(
  machines: readonly Machine[],
  { data, width, names }: Matrix,
  kernel: Kernel,
  group: (row: number) => number,
): Fitted {
  const support = Int32Array.from(
    new Set(machines.flatMap(({ factors }) => [...factors.keys()])),
  ).sort((a, b) => group(a) - group(b) || a - b);
  const vectors = new Float32Array(support.length * width);
  support.forEach((row, i) => {
    vectors.set(data.subarray(row * width, (row + 1) * width), i * width);
  });
  const dualCoef = Float64Array.from(
    machines.flatMap(({ factors }) => Array.from(support, (row) => factors.get(row) ?? 0)),
  );
  const intercept = Float64Array.from(machines, ({ bias }) => bias);
  return { kernel, vectors, support, dualCoef, intercept, width, names };
}

/**
 * Support vector classifier (Boser, Guyon & Vapnik 1992): min ½ ‖w‖² + C Σ cᵢ max(0, 1 − yᵢ f(xᵢ))
 * with a kernel. With more than two classes there is a machine for each pair, and the majority
 * decides. x: [rows, features], best standardised (`StandardScaler`); labels: integers.
 *
 * `fit` throws ArgumentError if there is only one class.
 */
export class SVC extends KernelMachine<SVCParams, FittedClasses> implements Predictor {
  readonly type = "SVC";
  readonly kind = "classifier";

  constructor(params: Given<SVCParams> = {}) {
    checkCall("new SVC(settings?)", arguments);
    super("SVC", svcSchema, params);
  }

  async fit(x: Rows, y: Numbers, options: FitOptions = {}): Promise<this> {
    this.check("fit(x: any, y: any, { sampleWeight })", arguments);
    const call = "SVC.fit";
    const matrix = await readRows(call, x);
    const labelled = await readClasses(call, y, matrix.rows);
    const { classes, codes } = labelled;
    const given = await readWeights(call, options, matrix.rows);
    const weights = classWeights(call, this.params.classWeight, labelled, given);
    const kernel = kernelOf(this.params, matrix);
    const machines: Machine[] = [];
    for (let a = 0; a < classes.length; a++) {
      for (let b = a + 1; b < classes.length; b++) {
        const rows = Array.from(codes.keys()).filter((row) => codes[row] === a || codes[row] === b);
        // with two classes the second is positive, else the first of the pair
        const sign = classes.length === 2 ? -1 : 1;
        machines.push(this.#machine(matrix, labelled, rows, a, sign, kernel, weights));
      }
    }
    this.warn(machines);
    return this.learn({
      ...combined(machines, matrix, kernel, (row) => codes[row] as number),
      classes,
    });
  }

  /** The classes that `fit` saw, sorted. */
  get classes(): Int32Array {
    return this.learned("classes").classes;
  }

  /**
   * With two classes f(x), positive for the second: [rows]. With more, votes for each class plus a
   * fraction from the sum of its machines: [rows, classes]; with "ovo" the value of each machine:
   * [rows, pairs].
   */
  async decisionFunction(x: Rows): Promise<Tensor> {
    this.check("decisionFunction(x: any)", arguments);
    const values = await this.machines("decisionFunction", x);
    const { classes } = this.learned("decisionFunction");
    if (classes.length === 2) return noGrad(() => values.squeeze(1));
    if (this.params.decisionFunctionShape === "ovo") return values;
    const { votes, sums } = countVotes(await values.data(), classes.length, true);
    const scores = votes.map((vote, i) => {
      const sum = sums[i] as number;
      return vote + sum / (3 * (Math.abs(sum) + 1));
    });
    return resultOf(scores, [scores.length / classes.length, classes.length], values);
  }

  /** The class with most votes; of equal ones the lowest: [rows], i32. */
  async predict(x: Rows): Promise<Tensor> {
    this.check("predict(x: any)", arguments);
    const values = await this.machines("predict", x);
    const { classes } = this.learned("predict");
    const data = await values.data();
    const labels =
      classes.length === 2
        ? Int32Array.from(data, (value) => classes[Number(value >= 0)] as number)
        : winners(countVotes(data, classes.length, false).votes, classes);
    return resultOf(labels, [labels.length], values);
  }

  /** Accuracy: the fraction of rows whose class is predicted correctly. */
  async score(x: Rows, y: Numbers, options?: FitOptions): Promise<number> {
    this.check("score(x: any, y: any, { sampleWeight })", arguments);
    return accuracyOf(this, x, y, options);
  }

  #machine(
    matrix: Matrix,
    { codes }: Labelled,
    rows: readonly number[],
    positiveCode: number,
    sign: number,
    kernel: Kernel,
    weights: Float64Array | null,
  ): Machine {
    const { width } = matrix;
    const data = new Float64Array(rows.length * width);
    rows.forEach((row, i) => {
      data.set(matrix.data.subarray(row * width, (row + 1) * width), i * width);
    });
    const kernelRows = new KernelRows({ ...matrix, data, rows: rows.length }, kernel);
    const y = Float64Array.from(rows, (row) => (codes[row] === positiveCode ? 1 : -1));
    const { alpha, bias, converged } = this.solve({
      y,
      p: new Float64Array(rows.length).fill(-1),
      c: Float64Array.from(rows, (row) => this.params.C * (weights?.[row] ?? 1)),
      kernelRow: (i) => kernelRows.row(i),
      diagonal: Float64Array.from(rows, (_, i) => kernelRows.diagonal(i)),
    });
    const factors = new Map<number, number>();
    alpha.forEach((value, i) => {
      if (value > 0) factors.set(rows[i] as number, sign * (y[i] as number) * value);
    });
    return { factors, bias: sign * bias, converged };
  }
}

/**
 * Support vector regression with a kernel (Drucker et al. 1997): min ½ ‖w‖² + C Σ cᵢ max(0, |yᵢ −
 * f(xᵢ)| − ε). x: [rows, features], best standardised (`StandardScaler`).
 */
export class SVR extends KernelMachine<SVRParams, Fitted> implements Predictor {
  readonly type = "SVR";
  readonly kind = "regressor";

  constructor(params: Given<SVRParams> = {}) {
    checkCall("new SVR(settings?)", arguments);
    super("SVR", svrSchema, params);
  }

  async fit(x: Rows, y: Numbers, options: FitOptions = {}): Promise<this> {
    this.check("fit(x: any, y: any, { sampleWeight })", arguments);
    const call = "SVR.fit";
    const matrix = await readRows(call, x);
    const { rows } = matrix;
    const targets = await readNumbers(call, "targets", y, rows);
    const weights = await readWeights(call, options, rows);
    const { C, epsilon } = this.params;
    const kernel = kernelOf(this.params, matrix);
    const kernelRows = new KernelRows(matrix, kernel);
    // each row has two multipliers: for errors above the tube and for errors below
    const both = (of: (row: number, side: number) => number): Float64Array =>
      Float64Array.from({ length: 2 * rows }, (_, t) => of(t % rows, t < rows ? 1 : -1));
    const { alpha, bias, converged } = this.solve({
      y: both((_, side) => side),
      p: both((row, side) => epsilon - side * (targets[row] as number)),
      c: both((row) => C * (weights?.[row] ?? 1)),
      kernelRow(t) {
        const own = kernelRows.row(t % rows);
        const out = new Float64Array(2 * rows);
        out.set(own);
        out.set(own, rows);
        return out;
      },
      diagonal: both((row) => kernelRows.diagonal(row)),
    });
    const factors = new Map<number, number>();
    for (let row = 0; row < rows; row++) {
      const factor = (alpha[row] as number) - (alpha[rows + row] as number);
      if (factor !== 0) factors.set(row, factor);
    }
    const machines = [{ factors, bias, converged }];
    this.warn(machines);
    return this.learn(combined(machines, matrix, kernel, () => 0));
  }

  /** f(x) of each row: [rows], f32. */
  async predict(x: Rows): Promise<Tensor> {
    this.check("predict(x: any)", arguments);
    const values = await this.machines("predict", x);
    return noGrad(() => values.squeeze(1));
  }

  /** R² of the predictions. */
  async score(x: Rows, y: Numbers, options?: FitOptions): Promise<number> {
    this.check("score(x: any, y: any, { sampleWeight })", arguments);
    return r2Of(this, x, y, options);
  }
}
