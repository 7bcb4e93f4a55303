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
  readRows,
  readWeights,
  type Seen,
} from "../estimator/input.ts";
import { accuracyOf, labelsOf, type Predictor, r2Of, resultOf } from "../estimator/predictors.ts";
import {
  choice,
  either,
  fraction,
  type Given,
  none,
  positive,
  real,
  type Schema,
  whole,
} from "../estimator/settings.ts";
import { SquaredError } from "../tree/criteria.ts";
import { countingRows, ones } from "../tree/decision-tree.ts";
import { growTree } from "../tree/grow.ts";
import { prune } from "../tree/prune.ts";
import { rankFeature } from "../tree/ranked.ts";
import { growLimits, randomOf, type TreeLimits, treeSchema } from "../tree/settings.ts";
import { applyTree, asParts, decreasesOf, LEAF, type Tree } from "../tree/tree.ts";
import { packTrees, unpackTrees } from "../tree/trees.ts";
import { chances, interleaved } from "./chances.ts";
import {
  classLoss,
  type Derivatives,
  exponentialLoss,
  type HistLoss,
  huberLoss,
  regressionLoss,
} from "./losses.ts";
import { take } from "./rows.ts";

/** Settings of both GradientBoosting estimators, with scikit-learn's defaults. */
export interface GradientBoostingParams extends TreeLimits {
  /** How much each tree counts (default 0.1). */
  readonly learningRate: number;
  /** The most rounds, of one tree or one a class (default 100). */
  readonly nEstimators: number;
  /** The part of the rows that each tree sees (default 1). */
  readonly subsample: number;
  /** How many rounds the loss of held-out rows may go without falling; null: they are not held out (default null). */
  readonly nIterNoChange: number | null;
  /** The part of the rows that is held out (default 0.1). */
  readonly validationFraction: number;
  /** By how much the loss must fall (default 1e-4). */
  readonly tol: number;
}

/** Settings of GradientBoostingRegressor, with scikit-learn's defaults. */
export interface GradientBoostingRegressorParams extends GradientBoostingParams {
  /** What is minimized (default "squared_error"). */
  readonly loss: "squared_error" | "absolute_error" | "huber" | "quantile";
  /** The part of residuals that "huber" squares, or that lies below with "quantile" (default 0.9). */
  readonly alpha: number;
}

/** Settings of GradientBoostingClassifier, with scikit-learn's defaults. */
export interface GradientBoostingClassifierParams extends GradientBoostingParams {
  /** What is minimized; "exponential" is AdaBoost's, for two classes (default "log_loss"). */
  readonly loss: "log_loss" | "exponential";
}

interface Fitted extends Seen {
  readonly trees: readonly Tree[];
  readonly baseline: readonly number[];
  readonly trainScore: Float64Array;
}

interface FittedClasses extends Fitted {
  readonly classes: Int32Array;
}

const schema: Schema<GradientBoostingParams> = {
  learningRate: [0.1, positive],
  nEstimators: [100, whole(1)],
  subsample: [1, real(Number.MIN_VALUE, 1)],
  nIterNoChange: [null, either(whole(1), none)],
  validationFraction: [0.1, fraction],
  tol: [1e-4, real(0)],
  ...treeSchema(null),
  maxDepth: [3, either(whole(1), none)],
};

const regressorSchema: Schema<GradientBoostingRegressorParams> = {
  loss: ["squared_error", choice("squared_error", "absolute_error", "huber", "quantile")],
  alpha: [0.9, fraction],
  ...schema,
};

const classifierSchema: Schema<GradientBoostingClassifierParams> = {
  loss: ["log_loss", choice("log_loss", "exponential")],
  ...schema,
};

/** What boosting does with a loss. */
interface Stages {
  readonly loss: HistLoss;
  /** What losses are reported times, as scikit-learn's are. */
  readonly factor: number;
  /** What leaf values are multiplied with: (K − 1) / K of K > 2 classes (Friedman 2001). */
  readonly leafFactor: number;
}

/** What both have. */
abstract class GradientBoosting<
  Params extends GradientBoostingParams,
  Own extends Fitted,
> extends Estimator<Params, Own> {
  /** The trees, round by round: one, or one a class. */
  get trees(): readonly Tree[] {
    return this.learned("trees").trees;
  }

  /** The loss of the rows that each round saw, after it. */
  get trainScore(): Float64Array {
    return this.learned("trainScore").trainScore;
  }

  /** What each feature takes away of the impurity, as parts of the whole. */
  get featureImportances(): Float64Array {
    const { trees, width } = this.learned("featureImportances");
    const sums = new Float64Array(width);
    for (const tree of trees) {
      decreasesOf(tree, width).forEach((value, j) => {
        sums[j] = (sums[j] as number) + value;
      });
    }
    return asParts(sums);
  }

  /** Grows the trees. `labels` stratify what is held out. */
  protected async boost(
    { loss, factor, leafFactor }: Stages,
    matrix: Matrix,
    y: Float64Array,
    weights: Float64Array,
    labels: Int32Array | null,
  ): Promise<Fitted> {
    const { params } = this;
    const random = randomOf(params.randomState);
    const parts =
      params.nIterNoChange === null
        ? null
        : trainTestIndices(matrix.rows, {
            testSize: params.validationFraction,
            randomState: random.u32(),
            ...(labels && { stratify: labels }),
          });
    const all = columnsOf(matrix);
    const columns = parts === null ? all : all.map((column) => take(column, parts.train));
    const targets = parts === null ? y : take(y, parts.train);
    const own = parts === null ? weights : take(weights, parts.train);
    const rows = targets.length;
    const features = columns.map(rankFeature);
    const data = rowsOf(columns);
    const held = parts && {
      data: rowsOf(all.map((column) => take(column, parts.test))),
      y: take(y, parts.test),
      weights: take(weights, parts.test),
    };

    const baseline = await loss.baseline(targets, own);
    const rawOf = (count: number): Float64Array[] =>
      baseline.map((value) => new Float64Array(count).fill(value));
    const raw = rawOf(rows);
    const heldRaw = held && rawOf(held.y.length);
    const derivatives = baseline.map(
      (): Derivatives => ({
        gradients: new Float32Array(rows),
        curvatures: new Float32Array(loss.constantCurvature ? 0 : rows),
      }),
    );
    const inBag = Math.max(1, Math.floor(params.subsample * rows));
    const trees: Tree[] = [];
    const trainScore: number[] = [];
    const lately: number[] = new Array(params.nIterNoChange ?? 0).fill(Number.POSITIVE_INFINITY);
    const leaves = new Int32Array(rows);
    for (let round = 0; round < params.nEstimators; round++) {
      const bag =
        params.subsample < 1 ? drawn(own, random.permutation(rows).subarray(0, inBag)) : own;
      await loss.differentiate(raw, targets, own, derivatives);
      for (let k = 0; k < baseline.length; k++) {
        const { gradients, curvatures } = derivatives[k] as Derivatives;
        // weights are in the gradients, and not in what a tree is fitted to
        const residuals = Float64Array.from(gradients, (g, i) => -g / (own[i] as number) || 0);
        const weight = bag.reduce((a, b) => a + b, 0);
        const limits = growLimits(params, { rows, width: features.length, weight });
        const bagged = countingRows(bag);
        const whole = growTree(features, new SquaredError(residuals, bag), bagged.slice(), {
          limits,
          random,
          splitter: "best",
        });
        const tree = params.ccpAlpha > 0 ? prune(whole, params.ccpAlpha) : whole;
        applyTree(tree, data, features.length, leaves);
        const values = raw[k] as Float64Array;
        const leafValue = loss.leafValue;
        if (leafValue !== undefined) {
          for (const [leaf, inLeaf] of groups(leaves, bagged)) {
            const off = Float64Array.from(
              inLeaf,
              (row) => (targets[row] as number) - (values[row] as number),
            );
            tree.value[leaf] = leafValue(off, take(own, inLeaf));
          }
        } else if (!loss.constantCurvature) {
          newton(tree, leaves, bagged, gradients, curvatures, leafFactor);
        }
        for (let row = 0; row < rows; row++) {
          const step = params.learningRate * (tree.value[leaves[row] as number] as number);
          values[row] = (values[row] as number) + step;
        }
        trees.push(tree);
        if (held !== null && heldRaw !== null) {
          add(tree, held.data, features.length, heldRaw[k] as Float64Array, params.learningRate);
        }
      }
      trainScore.push(factor * (await loss.mean(raw, targets, bag)));
      if (held === null || heldRaw === null) continue;
      const score = factor * (await loss.mean(heldRaw, held.y, held.weights));
      if (!lately.some((before) => score + params.tol < before)) break;
      lately[round % lately.length] = score;
    }
    const scores = Float64Array.from(trainScore);
    return { trees, baseline, trainScore: scores, width: matrix.width, names: matrix.names };
  }

  /** Raw predictions after each round, or after the last: [outputs][rows]. */
  protected async *raw(
    call: string,
    x: Rows,
    staged: boolean,
  ): AsyncGenerator<{ readonly raw: Float64Array[]; readonly matrix: Matrix }> {
    const fitted = this.learned(call);
    const matrix = await readRows(`${this.type}.${call}`, x, { seen: fitted });
    const { baseline, trees } = fitted;
    const raw = baseline.map((value) => new Float64Array(matrix.rows).fill(value));
    for (let t = 0; t < trees.length; t++) {
      const k = t % baseline.length;
      const values = raw[k] as Float64Array;
      add(trees[t] as Tree, matrix.data, matrix.width, values, this.params.learningRate);
      if (staged && k === baseline.length - 1) yield { raw, matrix };
    }
    if (!staged) yield { raw, matrix };
  }

  protected override pack(fitted: Own): unknown {
    return { ...fitted, trees: packTrees(fitted.trees) };
  }

  protected override unpack(saved: unknown): Own {
    const { trees, ...rest } = saved as { trees: Parameters<typeof unpackTrees>[1]; width: number };
    return { ...rest, trees: unpackTrees(this.type, trees, rest.width) } as unknown as Own;
  }
}

/** Columns as rows, one after the other. */
function rowsOf(columns: readonly Float32Array[]): Float32Array {
  const rows = columns[0]?.length ?? 0;
  const out = new Float32Array(rows * columns.length);
  columns.forEach((column, j) => {
    for (let i = 0; i < rows; i++) out[i * columns.length + j] = column[i] as number;
  });
  return out;
}

/** Weights of the rows that were drawn, 0 of the others. */
function drawn(weights: Float64Array, rows: Int32Array): Float64Array {
  const out = new Float64Array(weights.length);
  for (const row of rows) out[row] = weights[row] as number;
  return out;
}

/** Rows by leaf. */
function groups(leaves: Int32Array, rows: Uint32Array): Map<number, number[]> {
  const found = new Map<number, number[]>();
  for (const row of rows) {
    const leaf = leaves[row] as number;
    const known = found.get(leaf);
    if (known === undefined) found.set(leaf, [row]);
    else known.push(row);
  }
  return found;
}

/** One Newton step in each leaf: −Σ g / Σ h, times a factor; 0 where nothing is curved. */
function newton(
  tree: Tree,
  leaves: Int32Array,
  rows: Uint32Array,
  gradients: Float32Array,
  curvatures: Float32Array,
  factor: number,
): void {
  const slopes = new Float64Array(tree.left.length);
  const curves = new Float64Array(tree.left.length);
  for (const row of rows) {
    const leaf = leaves[row] as number;
    slopes[leaf] = (slopes[leaf] as number) + (gradients[row] as number);
    curves[leaf] = (curves[leaf] as number) + (curvatures[row] as number);
  }
  tree.left.forEach((child, node) => {
    if (child !== LEAF) return;
    const curve = curves[node] as number;
    tree.value[node] = Math.abs(curve) < 1e-150 ? 0 : (-factor * (slopes[node] as number)) / curve;
  });
}

function add(
  tree: Tree,
  data: Float32Array | Float64Array,
  width: number,
  out: Float64Array,
  rate: number,
): void {
  applyTree(tree, data, width).forEach((leaf, row) => {
    out[row] = (out[row] as number) + rate * (tree.value[leaf] as number);
  });
}

/** The last thing that a generator yields. */
async function last<T>(generator: AsyncGenerator<T>): Promise<T> {
  let item: T | undefined;
  for await (const next of generator) item = next;
  return item as T;
}

/**
 * Trees of exact splits, each fitted to the negative gradients of the loss at the predictions of those before it (Friedman 2001).
 * x: [rows, features], nothing missing.
 */
export class GradientBoostingRegressor
  extends GradientBoosting<GradientBoostingRegressorParams, Fitted>
  implements Predictor
{
  readonly type = "GradientBoostingRegressor";
  readonly kind = "regressor";

  constructor(params: Given<GradientBoostingRegressorParams> = {}) {
    if (arguments.length > 1) checkCall("new GradientBoostingRegressor(settings?)", arguments);
    super("GradientBoostingRegressor", regressorSchema, params);
  }

  async fit(x: Rows, y: Numbers, options: FitOptions = {}): Promise<this> {
    this.check("fit(x, y, { sampleWeight })", arguments);
    const call = "GradientBoostingRegressor.fit";
    const matrix = await readRows(call, x);
    const targets = await readNumbers(call, "targets", y, matrix.rows);
    const weights = (await readWeights(call, options, matrix.rows)) ?? ones(matrix.rows);
    const { loss, alpha } = this.params;
    const named = loss === "huber" ? huberLoss(alpha) : regressionLoss(loss, alpha, true);
    const stages = { loss: named, factor: loss === "squared_error" ? 2 : 1, leafFactor: 1 };
    return this.learn(await this.boost(stages, matrix, targets, weights, null));
  }

  /** The quantity of each row: [rows], f32. */
  async predict(x: Rows): Promise<Tensor> {
    this.check("predict(x)", arguments);
    const { raw, matrix } = await last(this.raw("predict", x, false));
    return resultOf(raw[0] as Float64Array, [matrix.rows], matrix);
  }

  /** Predictions after each round. */
  async *stagedPredict(x: Rows): AsyncGenerator<Tensor> {
    this.check("stagedPredict(x)", arguments);
    for await (const { raw, matrix } of this.raw("stagedPredict", x, true)) {
      yield resultOf(raw[0] as Float64Array, [matrix.rows], matrix);
    }
  }

  /** R² of the predictions. */
  async score(x: Rows, y: Numbers, options?: FitOptions): Promise<number> {
    this.check("score(x, y, { sampleWeight })", arguments);
    return r2Of(this, x, y, options);
  }
}

/**
 * Trees of exact splits, each fitted to the negative gradients of the loss at the scores of those before it, one a round for two classes,
 * else one a class (Friedman 2001). x: [rows, features], nothing missing; labels: whole numbers.
 *
 * `fit` throws ArgumentError for labels of one class, and for more than two with loss "exponential".
 */
export class GradientBoostingClassifier
  extends GradientBoosting<GradientBoostingClassifierParams, FittedClasses>
  implements Predictor
{
  readonly type = "GradientBoostingClassifier";
  readonly kind = "classifier";

  constructor(params: Given<GradientBoostingClassifierParams> = {}) {
    if (arguments.length > 1) checkCall("new GradientBoostingClassifier(settings?)", arguments);
    super("GradientBoostingClassifier", classifierSchema, params);
  }

  async fit(x: Rows, y: Numbers, options: FitOptions = {}): Promise<this> {
    this.check("fit(x, y, { sampleWeight })", arguments);
    const call = "GradientBoostingClassifier.fit";
    const matrix = await readRows(call, x);
    const { classes, codes } = await readClasses(call, y, matrix.rows);
    const weights = (await readWeights(call, options, matrix.rows)) ?? ones(matrix.rows);
    const isExponential = this.params.loss === "exponential";
    if (isExponential && classes.length > 2) {
      throw new ArgumentError(
        `${call}: loss "exponential" is for two classes, and there are ${classes.length}`,
      );
    }
    const isBinary = classes.length === 2;
    const stages = {
      loss: isExponential ? exponentialLoss : classLoss(classes.length),
      factor: isBinary && !isExponential ? 2 : 1,
      leafFactor: isBinary ? 1 : (classes.length - 1) / classes.length,
    };
    const targets = Float64Array.from(codes);
    return this.learn({ ...(await this.boost(stages, matrix, targets, weights, codes)), classes });
  }

  /** The classes that `fit` saw, sorted. */
  get classes(): Int32Array {
    return this.learned("classes").classes;
  }

  /** The raw score of the second of two classes: [rows]; else one of each: [rows, classes]. */
  async decisionFunction(x: Rows): Promise<Tensor> {
    this.check("decisionFunction(x)", arguments);
    const { raw, matrix } = await last(this.raw("decisionFunction", x, false));
    if (raw.length === 1) return resultOf(raw[0] as Float64Array, [matrix.rows], matrix);
    return resultOf(interleaved(raw), [matrix.rows, raw.length], matrix);
  }

  /** The chance of each class: [rows, classes]. */
  async predictProba(x: Rows): Promise<Tensor> {
    this.check("predictProba(x)", arguments);
    const { raw, matrix } = await last(this.raw("predictProba", x, false));
    return resultOf(this.#chances(raw), [matrix.rows, this.classes.length], matrix);
  }

  /** Chances after each round. */
  async *stagedPredictProba(x: Rows): AsyncGenerator<Tensor> {
    this.check("stagedPredictProba(x)", arguments);
    for await (const { raw, matrix } of this.raw("stagedPredictProba", x, true)) {
      yield resultOf(this.#chances(raw), [matrix.rows, this.classes.length], matrix);
    }
  }

  /** The likeliest class of each row: [rows], i32. */
  async predict(x: Rows): Promise<Tensor> {
    this.check("predict(x)", arguments);
    const { raw, matrix } = await last(this.raw("predict", x, false));
    return resultOf(labelsOf(this.classes, this.#chances(raw)), [matrix.rows], matrix);
  }

  /** The part of the rows whose class is predicted. */
  async score(x: Rows, y: Numbers, options?: FitOptions): Promise<number> {
    this.check("score(x, y, { sampleWeight })", arguments);
    return accuracyOf(this, x, y, options);
  }

  #chances(raw: readonly Float64Array[]): Float64Array {
    // the log-odds of the exponential loss are twice its scores
    if (this.params.loss !== "exponential") return chances(raw);
    return chances([(raw[0] as Float64Array).map((value) => 2 * value)]);
  }
}
