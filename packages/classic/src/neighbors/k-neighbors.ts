import { ArgumentError, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { Estimator } from "../estimator/estimator.ts";
import {
  type Numbers,
  predictionInput,
  type Rows,
  readClasses,
  readNumbers,
  readRows,
  type Seen,
} from "../estimator/input.ts";
import { accuracyOf, labelsOf, type Predictor, r2Of, resultOf } from "../estimator/predictors.ts";
import { choice, type Given, real, type Schema, whole } from "../estimator/settings.ts";
import { type Metric, type Nearest, nearest } from "./nearest.ts";

/** Settings of the nearest-neighbour predictors, with scikit-learn's defaults. */
export interface KNeighborsParams {
  /** Number of neighbours (default 5). */
  readonly nNeighbors: number;
  /** Whether all neighbours have the same weight, or 1 / distance (default "uniform"). */
  readonly weights: "uniform" | "distance";
  /** How the distance of rows is defined; "minkowski": (Σ |d|ᵖ)^(1/p) (default "minkowski"). */
  readonly metric: Metric;
  /** The p of "minkowski" (default 2). */
  readonly p: number;
}

/** Neighbours of rows, nearest first. */
export interface Neighbors {
  /** [rows, k], f32. */
  readonly distances: Tensor;
  /** Indices of training rows: [rows, k], i32. */
  readonly indices: Tensor;
}

interface Fitted extends Seen {
  /** The training rows, row-major. */
  readonly rows: Float32Array;
}

interface FittedClasses extends Fitted {
  readonly classes: Int32Array;
  readonly codes: Int32Array;
}

interface FittedTargets extends Fitted {
  readonly targets: Float64Array;
}

const schema: Schema<KNeighborsParams> = {
  nNeighbors: [5, whole(1)],
  weights: ["uniform", choice("uniform", "distance")],
  metric: ["minkowski", choice("minkowski", "euclidean", "manhattan", "chebyshev", "cosine")],
  p: [2, real(1)],
};

abstract class KNeighbors<Own extends Fitted> extends Estimator<KNeighborsParams, Own> {
  /** The nearest training rows of each row. Throws ArgumentError if there are not enough. */
  async kneighbors(x: Rows, nNeighbors: number = this.params.nNeighbors): Promise<Neighbors> {
    this.check("kneighbors(x: any, nNeighbors?: number)", arguments);
    const { found, rows, x: features } = await this.#nearest("kneighbors", x, nNeighbors);
    const shape = [rows, nNeighbors];
    return {
      distances: resultOf(found.distances, shape, features),
      indices: resultOf(found.indices, shape, features),
    };
  }

  /** Reads and stores the training rows. */
  protected async remember(x: Rows): Promise<Fitted & { readonly count: number }> {
    const { rows, width, names, data } = await readRows(`${this.type}.fit`, x);
    return { rows: Float32Array.from(data), width, names, count: rows };
  }

  /** Visits the neighbours of each row with their weights: `add(row, neighbour, weight)`. */
  protected async ask(
    call: string,
    x: Rows,
    add: (row: number, neighbour: number, weight: number) => void,
  ): Promise<{ readonly rows: number; readonly x: Tensor }> {
    const { nNeighbors: k, weights } = this.params;
    const { found, rows, x: features } = await this.#nearest(call, x, k);
    for (let row = 0; row < rows; row++) {
      const far = found.distances.subarray(row * k, (row + 1) * k);
      // rows at distance 0 are the only ones that count
      const isMet = far.includes(0);
      let total = 0;
      const counts = Array.from(far, (distance) => {
        const weight = weights === "uniform" ? 1 : isMet ? Number(distance === 0) : 1 / distance;
        total += weight;
        return weight;
      });
      counts.forEach((weight, i) => {
        if (weight > 0) add(row, found.indices[row * k + i] as number, weight / total);
      });
    }
    return { rows, x: features };
  }

  async #nearest(
    call: string,
    x: Rows,
    k: number,
  ): Promise<{ found: Nearest; rows: number; x: Tensor }> {
    const fitted = this.learned(call);
    const count = fitted.rows.length / fitted.width;
    if (!Number.isInteger(k) || k < 1 || k > count) {
      throw new ArgumentError(
        `${this.type}.${call}: nNeighbors is ${k}, but there are ${count} rows\n  hint: a number from 1 to ${count}`,
      );
    }
    const features = await predictionInput(`${this.type}.${call}`, x, fitted);
    const found = await nearest(features, fitted.rows, k, this.params);
    return { found, rows: features.shape[0] as number, x: features };
  }
}

/**
 * The most frequent class of the nearest training rows; of equally frequent ones the lowest. x:
 * [rows, features], best standardised (`StandardScaler`); labels: integers.
 *
 * `predict` throws ArgumentError if there are fewer rows than neighbours.
 */
export class KNeighborsClassifier extends KNeighbors<FittedClasses> implements Predictor {
  readonly type = "KNeighborsClassifier";
  readonly kind = "classifier";

  constructor(params: Given<KNeighborsParams> = {}) {
    checkCall("new KNeighborsClassifier(settings?)", arguments);
    super("KNeighborsClassifier", schema, params);
  }

  async fit(x: Rows, y: Numbers): Promise<this> {
    this.check("fit(x: any, y: any)", arguments);
    const { count, ...known } = await this.remember(x);
    return this.learn({ ...known, ...(await readClasses(`${this.type}.fit`, y, count, 1)) });
  }

  /** The classes that `fit` saw, sorted. */
  get classes(): Int32Array {
    return this.learned("classes").classes;
  }

  /** The class of each row: [rows], i32. */
  async predict(x: Rows): Promise<Tensor> {
    this.check("predict(x: any)", arguments);
    const { votes, rows, x: features } = await this.#votes("predict", x);
    return resultOf(labelsOf(this.classes, votes), [rows], features);
  }

  /** The fraction of the neighbours in each class: [rows, classes]. */
  async predictProba(x: Rows): Promise<Tensor> {
    this.check("predictProba(x: any)", arguments);
    const { votes, rows, x: features } = await this.#votes("predictProba", x);
    return resultOf(votes, [rows, this.classes.length], features);
  }

  /** Accuracy: the fraction of rows whose class is predicted correctly. */
  async score(x: Rows, y: Numbers, options?: { readonly sampleWeight?: Numbers }): Promise<number> {
    this.check("score(x: any, y: any, { sampleWeight })", arguments);
    return accuracyOf(this, x, y, options);
  }

  async #votes(call: string, x: Rows): Promise<{ votes: Float64Array; rows: number; x: Tensor }> {
    const { classes, codes } = this.learned(call);
    const votes = new Map<number, Float64Array>();
    const queried = await this.ask(call, x, (row, neighbour, weight) => {
      const own = votes.get(row) ?? new Float64Array(classes.length);
      const code = codes[neighbour] as number;
      own[code] = (own[code] as number) + weight;
      votes.set(row, own);
    });
    const all = new Float64Array(queried.rows * classes.length);
    for (const [row, own] of votes) all.set(own, row * classes.length);
    return { votes: all, ...queried };
  }
}

/**
 * The mean target of the nearest training rows. x: [rows, features], best standardised
 * (`StandardScaler`).
 *
 * `predict` throws ArgumentError if there are fewer rows than neighbours.
 */
export class KNeighborsRegressor extends KNeighbors<FittedTargets> implements Predictor {
  readonly type = "KNeighborsRegressor";
  readonly kind = "regressor";

  constructor(params: Given<KNeighborsParams> = {}) {
    checkCall("new KNeighborsRegressor(settings?)", arguments);
    super("KNeighborsRegressor", schema, params);
  }

  async fit(x: Rows, y: Numbers): Promise<this> {
    this.check("fit(x: any, y: any)", arguments);
    const { count, ...known } = await this.remember(x);
    const targets = await readNumbers(`${this.type}.fit`, "targets", y, count);
    return this.learn({ ...known, targets });
  }

  /** The prediction for each row: [rows], f32. */
  async predict(x: Rows): Promise<Tensor> {
    this.check("predict(x: any)", arguments);
    const { targets } = this.learned("predict");
    const sums: number[] = [];
    const { rows, x: features } = await this.ask("predict", x, (row, neighbour, weight) => {
      sums[row] = (sums[row] ?? 0) + weight * (targets[neighbour] as number);
    });
    return resultOf(Float64Array.from(sums), [rows], features);
  }

  /** R² of the predictions. */
  async score(x: Rows, y: Numbers, options?: { readonly sampleWeight?: Numbers }): Promise<number> {
    this.check("score(x: any, y: any, { sampleWeight })", arguments);
    return r2Of(this, x, y, options);
  }
}
