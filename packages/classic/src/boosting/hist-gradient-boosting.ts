import { ArgumentError, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { trainTestIndices } from "@wgrad/datasets";
import { Estimator } from "../estimator/estimator.ts";
import {
  columnsOf,
  type FitOptions,
  type Matrix,
  type Numbers,
  type Rows,
  readClasses,
  readNumbers,
  readWeights,
  type Seen,
} from "../estimator/input.ts";
import {
  accuracyOf,
  type ClassWeight,
  classWeightRule,
  classWeights,
  labelsOf,
  type Predictor,
  r2Of,
  resultOf,
} from "../estimator/predictors.ts";
import {
  callable,
  choice,
  either,
  flag,
  fraction,
  type Given,
  none,
  positive,
  type Rule,
  real,
  type Schema,
  seed,
  whole,
} from "../estimator/settings.ts";
import { randomOf } from "../tree/settings.ts";
import { chances, interleaved } from "./chances.ts";
import { categoryBins, type FeatureBins, numberBins, toBins } from "./hist/bins.ts";
import {
  type Encoding,
  encodeRows,
  type FeatureNames,
  learnEncoding,
  placesOf,
} from "./hist/categories.ts";
import { Grower } from "./hist/grow.ts";
import { addTree, type HistTree, verifyHistTree } from "./hist/hist-tree.ts";
import { exactly } from "./hist/histogram.ts";
import {
  checkTargets,
  classLoss,
  type Derivatives,
  type HistLoss,
  type Raw,
  type RegressionLoss,
  regressionLoss,
} from "./losses.ts";
import { autogradLoss, type OwnLoss } from "./own-loss.ts";
import { take } from "./rows.ts";

/** Settings of both HistGradientBoosting estimators, with scikit-learn's defaults. */
export interface HistGradientBoostingParams {
  /** How much each tree counts (default 0.1). */
  readonly learningRate: number;
  /** The most rounds, of one tree or one a class (default 100). */
  readonly maxIter: number;
  /** The most leaves of a tree; null: no limit (default 31). */
  readonly maxLeafNodes: number | null;
  /** The most questions a row is asked; null: no limit (default null). */
  readonly maxDepth: number | null;
  /** Fewest rows of a leaf (default 20). */
  readonly minSamplesLeaf: number;
  /** λ of G² / (H + λ) (default 0). */
  readonly l2Regularization: number;
  /** The part of the features that each cut is looked for in, drawn anew (default 1). */
  readonly maxFeatures: number;
  /** The most bins of a feature, without that of missing values (default 255). */
  readonly maxBins: number;
  /** Features whose values are categories, by number or name; text columns of a table must be among them (default none). */
  readonly categoricalFeatures: FeatureNames;
  /** Features with which predictions may only rise (1) or fall (−1), by number or name (default none). */
  readonly monotonicCst: Readonly<Record<string, number>>;
  /** Whether training ends when the loss falls no more; "auto": with more than 10,000 rows (default "auto"). */
  readonly earlyStopping: boolean | "auto";
  /** The part of the rows whose loss is watched; null: the training rows' own (default 0.1). */
  readonly validationFraction: number | null;
  /** How many rounds it may go without falling (default 10). */
  readonly nIterNoChange: number;
  /** By how much it must fall (default 1e-7). */
  readonly tol: number;
  /** Seed of what is random; null: the library's default generator (default null). */
  readonly randomState: number | null;
}

/** Settings of HistGradientBoostingRegressor, with scikit-learn's defaults. */
export interface HistGradientBoostingRegressorParams extends HistGradientBoostingParams {
  /** What is minimized: a loss by name, or one of your own in tensor operations (default "squared_error"). */
  readonly loss: RegressionLoss | OwnLoss;
  /** The part that lies below, of loss "quantile". */
  readonly quantile: number | null;
}

/** Settings of HistGradientBoostingClassifier, with scikit-learn's defaults. */
export interface HistGradientBoostingClassifierParams extends HistGradientBoostingParams {
  /** What is minimized: "log_loss", or a loss of your own of log-odds (two classes) or scores (more) (default "log_loss"). */
  readonly loss: "log_loss" | OwnLoss;
  /** How much classes count: "balanced", or weights by label (default null: 1 each). */
  readonly classWeight: ClassWeight;
}

interface Fitted extends Seen {
  readonly encoding: Encoding;
  readonly bins: readonly FeatureBins[];
  readonly baseline: readonly number[];
  /** Trees round by round, `baseline.length` a round. */
  readonly trees: readonly HistTree[];
  /** −loss after each round, the first before any; empty without early stopping. */
  readonly trainScore: Float64Array;
  readonly validationScore: Float64Array;
}

interface FittedClasses extends Fitted {
  readonly classes: Int32Array;
}

const names: Rule = {
  wanted: "a list of features, by number or name",
  allows: (value) =>
    Array.isArray(value) &&
    value.every((item) => typeof item === "string" || Number.isInteger(item)),
};

const directions: Rule = {
  wanted: "1, 0 or -1 by feature: { sqft: 1 }",
  allows: (value) =>
    typeof value === "object" &&
    value !== null &&
    Object.values(value).every((direction) => [1, 0, -1].includes(direction)),
};

const schema: Schema<HistGradientBoostingParams> = {
  learningRate: [0.1, positive],
  maxIter: [100, whole(1)],
  maxLeafNodes: [31, either(whole(2), none)],
  maxDepth: [null, either(whole(1), none)],
  minSamplesLeaf: [20, whole(1)],
  l2Regularization: [0, real(0)],
  maxFeatures: [1, real(Number.MIN_VALUE, 1)],
  maxBins: [255, whole(2, 255)],
  categoricalFeatures: [[], names],
  monotonicCst: [{}, directions],
  earlyStopping: ["auto", either(flag, choice("auto"))],
  validationFraction: [0.1, either(whole(1), fraction, none)],
  nIterNoChange: [10, whole(1)],
  tol: [1e-7, real(0)],
  randomState: [null, seed],
};

const regressorSchema: Schema<HistGradientBoostingRegressorParams> = {
  loss: [
    "squared_error",
    either(choice("squared_error", "absolute_error", "gamma", "poisson", "quantile"), callable),
  ],
  quantile: [null, either(real(0, 1), none)],
  ...schema,
};

const classifierSchema: Schema<HistGradientBoostingClassifierParams> = {
  loss: ["log_loss", either(choice("log_loss"), callable)],
  classWeight: [null, classWeightRule],
  ...schema,
};

const AUTO_STOPPING = 10_000;

/** What both have. */
abstract class HistGradientBoosting<
  Params extends HistGradientBoostingParams,
  Own extends Fitted,
> extends Estimator<Params, Own> {
  /** The trees, round by round: one, or one a class. */
  get trees(): readonly HistTree[] {
    return this.learned("trees").trees;
  }

  /** How the features are cut into bins. */
  get bins(): readonly FeatureBins[] {
    return this.learned("bins").bins;
  }

  /** Raw predictions before the first tree. */
  get baseline(): readonly number[] {
    return this.learned("baseline").baseline;
  }

  /** How many rounds there were. */
  get nIter(): number {
    const { trees, baseline } = this.learned("nIter");
    return trees.length / baseline.length;
  }

  /** −loss of the training rows before the first and after each round; empty without early stopping. */
  get trainScore(): Float64Array {
    return this.learned("trainScore").trainScore;
  }

  /** The same of the rows that were held out. */
  get validationScore(): Float64Array {
    return this.learned("validationScore").validationScore;
  }

  /** Grows the trees. `labels` stratify what is held out. */
  protected async boost(
    loss: HistLoss,
    { matrix, encoding }: { readonly matrix: Matrix; readonly encoding: Encoding },
    y: Float64Array,
    weights: Float64Array | null,
    labels: Int32Array | null,
  ): Promise<Fitted> {
    const { params } = this;
    const call = `${this.type}.fit`;
    const random = randomOf(params.randomState);
    const stops =
      params.earlyStopping === "auto" ? matrix.rows > AUTO_STOPPING : params.earlyStopping;
    const { validationFraction } = params;
    const all = columnsOf(matrix);
    const parts =
      stops && validationFraction !== null
        ? trainTestIndices(matrix.rows, {
            testSize: validationFraction,
            randomState: random.u32(),
            ...(labels && { stratify: labels }),
          })
        : null;
    const columns = parts === null ? all : all.map((column) => take(column, parts.train));
    const targets = parts === null ? y : take(y, parts.train);
    const own = parts === null || weights === null ? weights : take(weights, parts.train);

    const options = { maxBins: params.maxBins, weights: own, random };
    const bins = columns.map((column, f) => {
      const categories = encoding[f];
      if (categories == null) return numberBins(column, options);
      const name = matrix.names?.[f] ?? `${f}`;
      return categoryBins(call, name, column, categories.length, options);
    });
    const missing = params.maxBins;
    const rows = targets.length;
    const binned = {
      bins: toBins(columns, bins, missing),
      rows,
      features: columns.length,
      size: missing + 1,
    };
    const grower = new Grower(binned, bins, loss.constantCurvature, {
      maxLeafNodes: params.maxLeafNodes,
      maxDepth: params.maxDepth,
      minSamplesLeaf: params.minSamplesLeaf,
      l2Regularization: params.l2Regularization,
      learningRate: params.learningRate,
      monotonic: this.#monotonic(call, matrix, encoding),
      drawFeatures: drawOf(params.maxFeatures, columns.length, random),
    });

    const { outputs } = loss;
    const baseline = await loss.baseline(targets, own);
    const rawOf = (count: number): Float64Array[] =>
      baseline.map((value) => new Float64Array(count).fill(value));
    const raw = rawOf(rows);
    const held = parts && {
      data: Float32Array.from(
        parts.test.flatMap((row) => all.map((column) => column[row] as number)),
      ),
      y: take(y, parts.test),
      weights: weights && take(weights, parts.test),
      raw: rawOf(parts.test.length),
    };
    const trainScore: number[] = [];
    const validationScore: number[] = [];
    const hasEnded = async (): Promise<boolean> => {
      if (!stops) return false;
      trainScore.push(-(await loss.mean(raw, targets, own)));
      if (held === null) return stagnates(trainScore, params);
      validationScore.push(-(await loss.mean(held.raw, held.y, held.weights)));
      return stagnates(validationScore, params);
    };
    const derivatives = Array.from(
      { length: outputs },
      (): Derivatives => ({
        gradients: new Float32Array(rows),
        curvatures: new Float32Array(loss.constantCurvature ? 0 : rows),
      }),
    );
    const gradients = new Float64Array(rows);
    const curvatures = new Float64Array(loss.constantCurvature ? 0 : rows);
    const trees: HistTree[] = [];
    await hasEnded();
    for (let round = 0; round < params.maxIter; round++) {
      await loss.differentiate(raw, targets, own, derivatives);
      for (let k = 0; k < outputs; k++) {
        const { gradients: g, curvatures: h } = derivatives[k] as Derivatives;
        if (!loss.constantCurvature) exactly(h, curvatures);
        const grown = grower.grow(exactly(g, gradients), curvatures);
        const predictions = raw[k] as Float64Array;
        for (const leaf of grown.leaves) {
          const { rows: inLeaf } = leaf;
          if (loss.leafValue !== undefined) {
            const residuals = Float64Array.from(
              inLeaf,
              (row) => (targets[row] as number) - (predictions[row] as number),
            );
            const leafWeights = own && take(own, inLeaf);
            leaf.value = params.learningRate * loss.leafValue(residuals, leafWeights);
          }
          const { value } = leaf;
          for (let i = 0; i < inLeaf.length; i++) {
            const row = inLeaf[i] as number;
            predictions[row] = (predictions[row] as number) + value;
          }
        }
        const tree = grown.finish();
        trees.push(tree);
        if (held !== null) addTree(tree, held.data, all.length, held.raw[k] as Float64Array, 0, 1);
      }
      if (await hasEnded()) break;
    }
    return {
      encoding,
      bins,
      baseline,
      trees,
      trainScore: Float64Array.from(trainScore),
      validationScore: Float64Array.from(validationScore),
      width: matrix.width,
      names: matrix.names,
    };
  }

  /** Raw predictions after each round that `at` wants to see, or after the last: [outputs][rows]. */
  protected async *raw(
    call: string,
    x: Rows,
    staged: boolean,
  ): AsyncGenerator<{ readonly raw: Float64Array[]; readonly matrix: Matrix }> {
    const fitted = this.learned(call);
    const matrix = await encodeRows(`${this.type}.${call}`, x, fitted.encoding, fitted);
    const { baseline, trees } = fitted;
    const raw = baseline.map((value) => new Float64Array(matrix.rows).fill(value));
    for (let t = 0; t < trees.length; t++) {
      const k = t % baseline.length;
      addTree(trees[t] as HistTree, matrix.data, matrix.width, raw[k] as Float64Array, 0, 1);
      if (staged && k === baseline.length - 1) yield { raw, matrix };
    }
    if (!staged) yield { raw, matrix };
  }

  protected override unpack(saved: unknown): Own {
    const fitted = saved as Own;
    for (const tree of fitted.trees) verifyHistTree(this.type, tree, fitted.width);
    return fitted;
  }

  #monotonic(call: string, seen: Seen, encoding: Encoding): Int8Array {
    const out = new Int8Array(seen.width);
    for (const [feature, direction] of Object.entries(this.params.monotonicCst)) {
      const name = seen.names?.includes(feature) ? feature : Number(feature);
      const [place] = placesOf(call, "monotonicCst", [name], seen) as [number];
      if (encoding[place] !== null) {
        throw new ArgumentError(
          `${call}: monotonicCst names ${feature}, whose values are categories`,
        );
      }
      out[place] = direction;
    }
    return out;
  }
}

/** Features for each cut, drawn; null where all are looked at. */
function drawOf(
  part: number,
  features: number,
  random: ReturnType<typeof randomOf>,
): (() => Uint8Array) | null {
  const count = Math.max(1, Math.ceil(part * features));
  if (count >= features) return null;
  return () => {
    const allowed = new Uint8Array(features);
    for (const f of random.permutation(features).subarray(0, count)) allowed[f] = 1;
    return allowed;
  };
}

/** Whether none of the last rounds is better than the one before them. */
function stagnates(
  scores: readonly number[],
  { nIterNoChange, tol }: HistGradientBoostingParams,
): boolean {
  if (scores.length < nIterNoChange + 1) return false;
  const reference = (scores.at(-nIterNoChange - 1) as number) + tol;
  return scores.slice(-nIterNoChange).every((score) => !(score > reference));
}

/** The one thing that a generator yields. */
async function only<T>(generator: AsyncGenerator<T>): Promise<T> {
  for await (const item of generator) return item;
  throw new Error("nothing was yielded");
}

/**
 * Trees on binned features, each grown leaf by leaf along gradients and curvatures of the loss (Friedman 2001, Ke et al. 2017), as
 * scikit-learn's. x: [rows, features], where NaN is a missing value. The loss may be your own, in tensor operations:
 *
 * ```ts
 * const cauchy = (raw: Tensor, y: Tensor) => raw.sub(y).square().log1p();
 * await new HistGradientBoostingRegressor({ loss: cauchy }).fit(x, y);
 * ```
 *
 * `fit` throws ArgumentError for targets outside the loss's range, and for a loss that is not finite.
 */
export class HistGradientBoostingRegressor
  extends HistGradientBoosting<HistGradientBoostingRegressorParams, Fitted>
  implements Predictor
{
  readonly type = "HistGradientBoostingRegressor";
  readonly kind = "regressor";

  constructor(params: Given<HistGradientBoostingRegressorParams> = {}) {
    if (arguments.length > 1) checkCall("new HistGradientBoostingRegressor(settings?)", arguments);
    super("HistGradientBoostingRegressor", regressorSchema, params);
    const { loss, quantile } = this.params;
    if ((loss === "quantile") === (quantile !== null)) return;
    throw new ArgumentError(
      loss === "quantile"
        ? 'HistGradientBoostingRegressor: loss "quantile" without quantile\n  hint: { loss: "quantile", quantile: 0.8 }'
        : 'HistGradientBoostingRegressor: quantile is for loss "quantile" only',
    );
  }

  async fit(x: Rows, y: Numbers, options: FitOptions = {}): Promise<this> {
    this.check("fit(x, y, { sampleWeight })", arguments);
    const call = "HistGradientBoostingRegressor.fit";
    const { loss, quantile, categoricalFeatures } = this.params;
    const data = await learnEncoding(call, x, categoricalFeatures);
    const { rows } = data.matrix;
    const targets = await readNumbers(call, "targets", y, rows);
    const weights = await readWeights(call, options, rows);
    if (typeof loss === "function") {
      return this.learn(
        await this.boost(autogradLoss(call, loss, 1), data, targets, weights, null),
      );
    }
    checkTargets(call, loss, targets);
    const named = regressionLoss(loss, quantile ?? 0.5, weights !== null);
    return this.learn(await this.boost(named, data, targets, weights, null));
  }

  /** The quantity of each row: [rows], f32. */
  async predict(x: Rows): Promise<Tensor> {
    this.check("predict(x)", arguments);
    const { raw, matrix } = await only(this.raw("predict", x, false));
    return resultOf(this.#link(raw), [matrix.rows], matrix);
  }

  /** Predictions after each round. */
  async *stagedPredict(x: Rows): AsyncGenerator<Tensor> {
    this.check("stagedPredict(x)", arguments);
    for await (const { raw, matrix } of this.raw("stagedPredict", x, true)) {
      yield resultOf(this.#link(raw), [matrix.rows], matrix);
    }
  }

  /** R² of the predictions. */
  async score(x: Rows, y: Numbers, options?: FitOptions): Promise<number> {
    this.check("score(x, y, { sampleWeight })", arguments);
    return r2Of(this, x, y, options);
  }

  #link(raw: Raw): Float64Array {
    const { loss } = this.params;
    const values = raw[0] as Float64Array;
    return typeof loss === "function"
      ? values
      : regressionLoss(loss, 0.5, false).inverseLink(values);
  }
}

/**
 * Trees on binned features, each grown leaf by leaf along gradients and curvatures of the loss (Friedman 2001, Ke et al. 2017), as
 * scikit-learn's: one a round for two classes, else one a class. x: [rows, features], where NaN is a missing value; labels: whole
 * numbers. The loss may be your own, in tensor operations, of log-odds [rows] of the second of two classes, or scores [rows, classes].
 *
 * `fit` throws ArgumentError for labels of one class.
 */
export class HistGradientBoostingClassifier
  extends HistGradientBoosting<HistGradientBoostingClassifierParams, FittedClasses>
  implements Predictor
{
  readonly type = "HistGradientBoostingClassifier";
  readonly kind = "classifier";

  constructor(params: Given<HistGradientBoostingClassifierParams> = {}) {
    if (arguments.length > 1) checkCall("new HistGradientBoostingClassifier(settings?)", arguments);
    super("HistGradientBoostingClassifier", classifierSchema, params);
  }

  async fit(x: Rows, y: Numbers, options: FitOptions = {}): Promise<this> {
    this.check("fit(x, y, { sampleWeight })", arguments);
    const call = "HistGradientBoostingClassifier.fit";
    const { loss, classWeight, categoricalFeatures } = this.params;
    const data = await learnEncoding(call, x, categoricalFeatures);
    const labelled = await readClasses(call, y, data.matrix.rows);
    const { classes, codes } = labelled;
    const given = await readWeights(call, options, data.matrix.rows);
    const weights = classWeights(call, classWeight, labelled, given);
    const targets = Float64Array.from(codes);
    const outputs = classes.length === 2 ? 1 : classes.length;
    const own =
      typeof loss === "function" ? autogradLoss(call, loss, outputs) : classLoss(classes.length);
    return this.learn({ ...(await this.boost(own, data, targets, weights, codes)), classes });
  }

  /** The classes that `fit` saw, sorted. */
  get classes(): Int32Array {
    return this.learned("classes").classes;
  }

  /** The log-odds of the second of two classes: [rows]; else a score of each: [rows, classes]. */
  async decisionFunction(x: Rows): Promise<Tensor> {
    this.check("decisionFunction(x)", arguments);
    const { raw, matrix } = await only(this.raw("decisionFunction", x, false));
    if (raw.length === 1) return resultOf(raw[0] as Float64Array, [matrix.rows], matrix);
    return resultOf(interleaved(raw), [matrix.rows, raw.length], matrix);
  }

  /** The chance of each class: [rows, classes]. */
  async predictProba(x: Rows): Promise<Tensor> {
    this.check("predictProba(x)", arguments);
    const { raw, matrix } = await only(this.raw("predictProba", x, false));
    return resultOf(chances(raw), [matrix.rows, this.classes.length], matrix);
  }

  /** Chances after each round. */
  async *stagedPredictProba(x: Rows): AsyncGenerator<Tensor> {
    this.check("stagedPredictProba(x)", arguments);
    for await (const { raw, matrix } of this.raw("stagedPredictProba", x, true)) {
      yield resultOf(chances(raw), [matrix.rows, this.classes.length], matrix);
    }
  }

  /** The likeliest class of each row: [rows], i32. */
  async predict(x: Rows): Promise<Tensor> {
    this.check("predict(x)", arguments);
    const { raw, matrix } = await only(this.raw("predict", x, false));
    return resultOf(labelsOf(this.classes, chances(raw)), [matrix.rows], matrix);
  }

  /** Classes after each round. */
  async *stagedPredict(x: Rows): AsyncGenerator<Tensor> {
    this.check("stagedPredict(x)", arguments);
    for await (const { raw, matrix } of this.raw("stagedPredict", x, true)) {
      yield resultOf(labelsOf(this.classes, chances(raw)), [matrix.rows], matrix);
    }
  }

  /** The part of the rows whose class is predicted. */
  async score(x: Rows, y: Numbers, options?: FitOptions): Promise<number> {
    this.check("score(x, y, { sampleWeight })", arguments);
    return accuracyOf(this, x, y, options);
  }
}
