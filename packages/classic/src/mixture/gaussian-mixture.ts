import {
  ArgumentError,
  logsumexp,
  noGrad,
  oneHot,
  ShapeError,
  Tensor,
  tensor,
} from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { KMeans } from "../cluster/k-means.ts";
import { warnUnconverged } from "../estimator/convergence.ts";
import { Estimator } from "../estimator/estimator.ts";
import { predictionInput, type Rows, readRows, type Seen, tensorOf } from "../estimator/input.ts";
import { resultOf } from "../estimator/predictors.ts";
import { readTogether } from "../estimator/read.ts";
import {
  choice,
  either,
  type Given,
  none,
  type Rule,
  real,
  type Schema,
  seed,
  whole,
} from "../estimator/settings.ts";
import { randomOf } from "../tree/settings.ts";
import {
  type CovarianceType,
  covarianceParameters,
  covarianceShape,
  inverseScales,
  logDensities,
  momentsOf,
  type Scales,
  type State,
  scalesOf,
} from "./covariances.ts";

/** Numbers as a tensor, or nested lists. */
type Start = Tensor | readonly unknown[] | null;

/** Settings of GaussianMixture, with scikit-learn's defaults. */
export interface GaussianMixtureParams {
  /** Number of components (default 1). */
  readonly nComponents: number;
  /**
   * Covariances: a matrix for each component ("full"), one matrix for all ("tied"), a variance for
   * each feature ("diag"), or one variance ("spherical") (default "full").
   */
  readonly covarianceType: CovarianceType;
  /** Iterations stop when the mean log-likelihood increases by less than this (default 1e-3). */
  readonly tol: number;
  /** Added to the variances (default 1e-6). */
  readonly regCovar: number;
  /** Maximum number of iterations (default 100). */
  readonly maxIter: number;
  /** Number of starts, of which the likeliest is kept (default 1). */
  readonly nInit: number;
  /**
   * Initial values: weights [components], means [components, features], and precisions by type;
   * null: from KMeans (default null).
   */
  readonly weightsInit: Start;
  readonly meansInit: Start;
  readonly precisionsInit: Start;
  /** Seed of the starts; null: the library's default generator (default null). */
  readonly randomState: number | null;
}

interface Fitted extends Seen {
  readonly weights: Float64Array;
  /** [components, features], flat. */
  readonly means: Float64Array;
  /**
   * By type: [components, features, features], [features, features], [components, features] or
   * [components], flat.
   */
  readonly covariances: Float64Array;
  readonly lowerBound: number;
  readonly nIter: number;
  readonly converged: boolean;
}

const start: Rule = either(
  {
    wanted: "a tensor or nested lists of numbers",
    allows: (v) => v instanceof Tensor || Array.isArray(v),
  },
  none,
);

const schema: Schema<GaussianMixtureParams> = {
  nComponents: [1, whole(1)],
  covarianceType: ["full", choice("full", "tied", "diag", "spherical")],
  tol: [1e-3, real(0)],
  regCovar: [1e-6, real(0)],
  maxIter: [100, whole(1)],
  nInit: [1, whole(1)],
  weightsInit: [null, start],
  meansInit: [null, start],
  precisionsInit: [null, start],
  randomState: [null, seed],
};

/**
 * Gaussian mixture: a density Σ πₖ N(x; μₖ, Σₖ), fitted by expectation–maximisation (Dempster,
 * Laird & Rubin 1977). Each iteration computes the probabilities of the components for each row,
 * then the moments of each component with these weights. x: [rows, features].
 *
 * `fit` throws ArgumentError for fewer rows than components, and if a covariance collapses.
 */
export class GaussianMixture extends Estimator<GaussianMixtureParams, Fitted> {
  readonly type = "GaussianMixture";

  constructor(params: Given<GaussianMixtureParams> = {}) {
    checkCall("new GaussianMixture(settings?)", arguments);
    super("GaussianMixture", schema, params);
  }

  async fit(x: Rows): Promise<this> {
    this.check("fit(x: any)", arguments);
    const call = "GaussianMixture.fit";
    const { rows, width, names } = await readRows(call, x);
    const { nComponents, nInit, randomState } = this.params;
    if (rows < Math.max(2, nComponents)) {
      throw new ArgumentError(
        `${call}: got ${rows} rows for ${nComponents} components\n  hint: at least two rows, and one for each component`,
      );
    }
    const random = randomOf(randomState);
    const features = tensorOf(call, x);
    let best: Fitted | null = null;
    for (let start = 0; start < nInit; start++) {
      const first = await this.#start(call, features, random.u32());
      const found = { ...(await this.#climb(call, features, first)), width, names };
      if (best === null || found.lowerBound > best.lowerBound) best = found;
    }
    if (!best?.converged) {
      warnUnconverged(call, this.params.maxIter, "a larger maxIter or tol");
    }
    return this.learn(best as Fitted);
  }

  /** The weight of each component. */
  get weights(): Float64Array {
    return this.learned("weights").weights;
  }

  /** The means: [components][features]. */
  get means(): Float64Array[] {
    const { means, width } = this.learned("means");
    return chunks(means, width);
  }

  /**
   * The covariances, flat: [components, features, features], [features, features], [components,
   * features] or [components], by type.
   */
  get covariances(): Float64Array {
    return this.learned("covariances").covariances;
  }

  /** The mean log-likelihood of the training rows in the last iteration. */
  get lowerBound(): number {
    return this.learned("lowerBound").lowerBound;
  }

  /** Number of iterations. */
  get nIter(): number {
    return this.learned("nIter").nIter;
  }

  /** Whether the log-likelihood converged. */
  get converged(): boolean {
    return this.learned("converged").converged;
  }

  /** The log-likelihood of each row: [rows]. */
  async scoreSamples(x: Rows): Promise<Tensor> {
    this.check("scoreSamples(x: any)", arguments);
    const joint = await this.#joint("scoreSamples", x);
    return noGrad(() => logsumexp(joint, 1));
  }

  /** The mean log-likelihood. */
  async score(x: Rows): Promise<number> {
    this.check("score(x: any)", arguments);
    const joint = await this.#joint("score", x);
    return noGrad(() => logsumexp(joint, 1).mean()).item();
  }

  /** The probability of each component for each row: [rows, components]. */
  async predictProba(x: Rows): Promise<Tensor> {
    this.check("predictProba(x: any)", arguments);
    const joint = await this.#joint("predictProba", x);
    return noGrad(() => joint.softmax(1));
  }

  /** The likeliest component: [rows], i32. */
  async predict(x: Rows): Promise<Tensor> {
    this.check("predict(x: any)", arguments);
    const joint = await this.#joint("predict", x);
    const labels = Int32Array.from(await noGrad(() => joint.argmax(1)).data());
    return resultOf(labels, [labels.length], joint);
  }

  /** The Akaike information criterion: 2 · parameters − 2 log-likelihood; lower is better. */
  async aic(x: Rows): Promise<number> {
    this.check("aic(x: any)", arguments);
    const [rows] = tensorOf("GaussianMixture.aic", x).shape as [number];
    return 2 * this.#parameters() - 2 * (await this.score(x)) * rows;
  }

  /**
   * The Bayesian information criterion: log(rows) · parameters − 2 log-likelihood; lower is better.
   */
  async bic(x: Rows): Promise<number> {
    this.check("bic(x: any)", arguments);
    const [rows] = tensorOf("GaussianMixture.bic", x).shape as [number];
    return Math.log(rows) * this.#parameters() - 2 * (await this.score(x)) * rows;
  }

  /** Number of free parameters. */
  #parameters(): number {
    const { width } = this.learned("parameters");
    const { nComponents, covarianceType } = this.params;
    const spreads = covarianceParameters(covarianceType, nComponents, width);
    return spreads + nComponents * width + nComponents - 1;
  }

  async #joint(call: string, x: Rows): Promise<Tensor> {
    const fitted = this.learned(call);
    const features = await predictionInput(`${this.type}.${call}`, x, fitted);
    const { device } = features;
    const { width } = fitted;
    const put = (values: Float64Array, shape: readonly number[]): Tensor =>
      tensor(Float32Array.from(values), { shape, device });
    const { nComponents, covarianceType: type } = this.params;
    return noGrad(() => {
      const state: State = {
        weights: put(fitted.weights, [nComponents]),
        means: put(fitted.means, [nComponents, width]),
        covariances: put(fitted.covariances, covarianceShape(type, nComponents, width)),
      };
      return logDensities(features, state, scalesOf(state.covariances, type, width), type);
    });
  }

  /** Initial values; those not given come from the clusters of KMeans. */
  async #start(
    call: string,
    x: Tensor,
    randomState: number,
  ): Promise<State & { scales: Scales | null }> {
    const [, width = 0] = x.shape;
    const { nComponents, weightsInit, meansInit, precisionsInit } = this.params;
    const { covarianceType: type, regCovar } = this.params;
    const given = (name: string, value: Start, shape: readonly number[]): Tensor | null => {
      if (value === null) return null;
      const start = (value instanceof Tensor ? value : tensor(value as number[])).to("f32");
      if (String(start.shape) === String(shape)) return start;
      throw new ShapeError(
        `${call}: ${name} has shape [${start.shape.join(", ")}]\n  hint: expected [${shape.join(", ")}]`,
      );
    };
    const weights = given("weightsInit", weightsInit, [nComponents]);
    const means = given("meansInit", meansInit, [nComponents, width]);
    const precisions = given(
      "precisionsInit",
      precisionsInit,
      covarianceShape(type, nComponents, width),
    );
    const scales = precisions && noGrad(() => inverseScales(precisions, type, width));
    if (weights !== null && means !== null && precisions !== null) {
      return { weights, means, covariances: precisions, scales };
    }
    const clusters = await new KMeans({ nClusters: nComponents, nInit: 1, randomState }).fit(x);
    const labels = tensor(clusters.labels, { device: x.device });
    const moments = noGrad(() =>
      momentsOf(x, oneHot(labels, nComponents).to("f32"), type, regCovar),
    );
    return {
      weights: weights ?? moments.weights,
      means: means ?? moments.means,
      covariances: moments.covariances,
      scales,
    };
  }

  /** Iterates until the likelihood no longer increases. */
  async #climb(
    call: string,
    x: Tensor,
    first: State & { readonly scales: Scales | null },
  ): Promise<Omit<Fitted, keyof Seen>> {
    const [, width = 0] = x.shape;
    const { maxIter, tol, covarianceType: type, regCovar } = this.params;
    let state: State = first;
    let { scales } = first;
    let bound = Number.NEGATIVE_INFINITY;
    for (let round = 1; ; round++) {
      const parts = noGrad(() => {
        const axes = scales ?? scalesOf(state.covariances, type, width);
        const joint = logDensities(x, state, axes, type);
        const total = logsumexp(joint, 1, { keepdim: true });
        const next = momentsOf(x, joint.sub(total).exp(), type, regCovar);
        return { ...next, likelihood: total.mean() };
      });
      const read = await readTogether(parts);
      const before = bound;
      bound = read.likelihood[0] as number;
      if (!Number.isFinite(bound)) {
        throw new ArgumentError(
          `${call}: the covariance of a component became singular in iteration ${round}\n  hint: use fewer components or a larger regCovar`,
        );
      }
      const converged = Math.abs(bound - before) < tol;
      if (converged || round === maxIter) {
        return {
          weights: Float64Array.from(read.weights),
          means: Float64Array.from(read.means),
          covariances: Float64Array.from(read.covariances),
          lowerBound: bound,
          nIter: round,
          converged,
        };
      }
      const put = (values: Float32Array, { shape }: Tensor): Tensor =>
        tensor(values, { shape, device: x.device });
      state = {
        weights: put(read.weights, parts.weights),
        means: put(read.means, parts.means),
        covariances: put(read.covariances, parts.covariances),
      };
      scales = null;
    }
  }
}

/** Rows of a matrix. */
const chunks = (values: Float64Array, width: number): Float64Array[] =>
  Array.from({ length: values.length / width }, (_, k) => values.slice(k * width, (k + 1) * width));
