import { ArgumentError, Generator, type Tensor } from "@wgrad/autograd";
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
  choice,
  either,
  flag,
  fraction,
  none,
  type Rule,
  type Schema,
  whole,
} from "../estimator/settings.ts";
import type { Criterion } from "../tree/criteria.ts";
import {
  centred,
  checkCriterion,
  classCriterion,
  countingRows,
  meanCriterion,
  ones,
  raised,
} from "../tree/decision-tree.ts";
import { growTree } from "../tree/grow.ts";
import { prune } from "../tree/prune.ts";
import { type RankedFeature, rankFeature } from "../tree/ranked.ts";
import {
  growLimits,
  type MaxFeatures,
  randomOf,
  type TreeLimits,
  treeSchema,
} from "../tree/settings.ts";
import { applyTree, asParts, importancesOf, type Tree } from "../tree/tree.ts";
import { packTrees, unpackTrees } from "../tree/trees.ts";

/** Settings of every forest. */
export interface ForestParams extends TreeLimits {
  /** How many trees (default 100). */
  readonly nEstimators: number;
  /** Each tree sees rows drawn with replacement; else all. */
  readonly bootstrap: boolean;
  /** Whether each row is predicted by the trees that did not see it (default false). */
  readonly oobScore: boolean;
  /** How many rows each tree draws; below 1 a part of all; null: as many as there are (default null). */
  readonly maxSamples: number | null;
}

/** Settings of forests of classes. */
export interface ForestClassifierParams extends ForestParams {
  /** How a node is measured (default "gini"). */
  readonly criterion: "gini" | "entropy" | "log_loss";
  /** How much classes count; "balanced_subsample" balances the rows that each tree draws (default null: 1 each). */
  readonly classWeight: ClassWeight | "balanced_subsample";
}

/** Settings of forests of quantities. */
export interface ForestRegressorParams extends ForestParams {
  /** How a node is measured (default "squared_error"). */
  readonly criterion: "squared_error" | "friedman_mse" | "absolute_error" | "poisson";
}

const forestSchema = (maxFeatures: MaxFeatures, bootstrap: boolean): Schema<ForestParams> => ({
  nEstimators: [100, whole(1)],
  bootstrap: [bootstrap, flag],
  oobScore: [false, flag],
  maxSamples: [null, either(whole(1), fraction, none)],
  ...treeSchema(maxFeatures),
});

const subsampleRule: Rule = {
  wanted: `"balanced_subsample", ${classWeightRule.wanted}`,
  allows: (value) => value === "balanced_subsample" || classWeightRule.allows(value),
};

export const classifierSchema = (bootstrap: boolean): Schema<ForestClassifierParams> => ({
  criterion: ["gini", choice("gini", "entropy", "log_loss")],
  classWeight: [null, subsampleRule],
  ...forestSchema("sqrt", bootstrap),
});

export const regressorSchema = (bootstrap: boolean): Schema<ForestRegressorParams> => ({
  criterion: [
    "squared_error",
    choice("squared_error", "friedman_mse", "absolute_error", "poisson"),
  ],
  ...forestSchema(null, bootstrap),
});

/** Predictions for training rows by the trees that did not see them: [rows, width], flat; NaN where all trees did. */
interface OutOfBag {
  readonly predictions: Float64Array;
  readonly score: number;
}

export interface FittedForest extends Seen {
  readonly trees: readonly Tree[];
  readonly oob: OutOfBag | null;
}

interface FittedClassForest extends FittedForest {
  readonly classes: Int32Array;
}

/** What a tree is grown on: rows' weights, given how often it drew each. */
type CriterionOf = (weights: Float64Array) => Criterion;

/** What all forests have. */
abstract class Forest<Params extends ForestParams, Fitted extends FittedForest> extends Estimator<
  Params,
  Fitted
> {
  /** How a tree chooses its cuts. */
  protected abstract readonly splitter: "best" | "random";

  constructor(type: string, schema: Schema<Params>, given: Partial<Params>) {
    super(type, schema, given);
    const { bootstrap, oobScore, maxSamples } = this.params;
    if (!bootstrap && oobScore) {
      throw new ArgumentError(`${type}: oobScore without bootstrap leaves no row out`);
    }
    if (!bootstrap && maxSamples !== null) {
      throw new ArgumentError(`${type}: maxSamples without bootstrap decides nothing`);
    }
  }

  /** The trees' arrays. */
  get trees(): readonly Tree[] {
    return this.learned("trees").trees;
  }

  /** What each feature takes away of the impurity, as parts of the whole: the trees' mean. */
  get featureImportances(): Float64Array {
    const { trees, width } = this.learned("featureImportances");
    const sums = new Float64Array(width);
    for (const tree of trees) {
      importancesOf(tree, width).forEach((value, j) => {
        sums[j] = (sums[j] as number) + value;
      });
    }
    return asParts(sums);
  }

  /** The score of predictions by trees that did not see the row. Throws ArgumentError without `oobScore`. */
  get oobScore(): number {
    const { oob } = this.learned("oobScore");
    if (oob !== null) return oob.score;
    throw new ArgumentError(`${this.type}.oobScore: not asked for\n  hint: { oobScore: true }`);
  }

  /** The node of each tree in which each row ends: [rows, trees], i32. */
  async apply(x: Rows): Promise<Tensor> {
    this.check("apply(x)", arguments);
    const fitted = this.learned("apply");
    const matrix = await readRows(`${this.type}.apply`, x, { missing: true, seen: fitted });
    const { rows, width, data } = matrix;
    const out = new Int32Array(rows * fitted.trees.length);
    fitted.trees.forEach((tree, t) => {
      applyTree(tree, data, width).forEach((leaf, row) => {
        out[row * fitted.trees.length + t] = leaf;
      });
    });
    return resultOf(out, [rows, fitted.trees.length], matrix);
  }

  protected override pack(fitted: Fitted): unknown {
    return { ...fitted, trees: packTrees(fitted.trees) };
  }

  protected override unpack(saved: unknown): Fitted {
    const { trees, ...rest } = saved as { trees: Parameters<typeof unpackTrees>[1]; width: number };
    return { ...rest, trees: unpackTrees(this.type, trees, rest.width) } as unknown as Fitted;
  }

  /** Grows the trees; `weigh` may change the weights of the rows that a tree drew. */
  protected growAll(
    features: readonly RankedFeature[],
    given: Float64Array | null,
    criterionOf: CriterionOf,
    weigh: (weights: Float64Array) => Float64Array = (weights) => weights,
  ): { readonly trees: Tree[]; readonly drawn: readonly Float64Array[] } {
    const { params } = this;
    const rows = (features[0] as RankedFeature).ranks.length;
    const seeds = randomOf(params.randomState);
    const { maxSamples } = params;
    const draws =
      maxSamples === null
        ? rows
        : maxSamples < 1
          ? Math.max(1, Math.round(maxSamples * rows))
          : maxSamples;
    if (draws > rows) {
      throw new ArgumentError(
        `${this.type}.fit: maxSamples is ${draws}, but there are ${rows} rows`,
      );
    }
    const drawn: Float64Array[] = [];
    const trees: Tree[] = [];
    for (let t = 0; t < params.nEstimators; t++) {
      const random = new Generator(seeds.u32());
      const counts = params.bootstrap ? drawRows(rows, draws, random) : ones(rows);
      const weights = weigh(
        given === null ? counts : counts.map((count, i) => count * (given[i] as number)),
      );
      const weight = weights.reduce((a, b) => a + b, 0);
      const limits = growLimits(params, { rows, width: features.length, weight });
      const grown = growTree(features, criterionOf(weights), countingRows(weights), {
        limits,
        random,
        splitter: this.splitter,
      });
      trees.push(params.ccpAlpha > 0 ? prune(grown, params.ccpAlpha) : grown);
      if (params.oobScore) drawn.push(counts);
    }
    return { trees, drawn };
  }

  /** The mean of the trees' predictions for rows that each did not draw: [rows, width], flat. */
  protected outOfBag(
    trees: readonly Tree[],
    drawn: readonly Float64Array[],
    { data, width }: Matrix,
  ): Float64Array {
    const rows = data.length / width;
    const outputs = (trees[0] as Tree).width;
    const sums = new Float64Array(rows * outputs);
    const counts = new Int32Array(rows);
    trees.forEach((tree, t) => {
      const leaves = applyTree(tree, data, width);
      for (let row = 0; row < rows; row++) {
        if (drawn[t]?.[row] !== 0) continue;
        counts[row] = (counts[row] as number) + 1;
        addValue(sums, row, tree, leaves[row] as number);
      }
    });
    return sums.map((sum, i) => sum / (counts[Math.floor(i / outputs)] as number));
  }

  /** The mean of the trees' predictions: [rows, width], flat. */
  protected async values(
    call: string,
    x: Rows,
  ): Promise<{ readonly values: Float64Array; readonly matrix: Matrix }> {
    const fitted = this.learned(call);
    const matrix = await readRows(`${this.type}.${call}`, x, { missing: true, seen: fitted });
    const { rows, width, data } = matrix;
    const { trees } = fitted;
    const outputs = (trees[0] as Tree).width;
    const values = new Float64Array(rows * outputs);
    const leaves = new Int32Array(rows);
    for (const tree of trees) {
      applyTree(tree, data, width, leaves);
      for (let row = 0; row < rows; row++) addValue(values, row, tree, leaves[row] as number);
    }
    for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) / trees.length;
    return { values, matrix };
  }
}

function addValue(sums: Float64Array, row: number, { value, width }: Tree, leaf: number): void {
  for (let k = 0; k < width; k++) {
    const at = row * width + k;
    sums[at] = (sums[at] as number) + (value[leaf * width + k] as number);
  }
}

/** How often each row is drawn, with replacement. */
function drawRows(rows: number, draws: number, random: Generator): Float64Array {
  const counts = new Float64Array(rows);
  for (let i = 0; i < draws; i++) {
    const row = random.u32() % rows;
    counts[row] = (counts[row] as number) + 1;
  }
  return counts;
}

/** A forest that predicts classes. */
export abstract class ForestClassifier
  extends Forest<ForestClassifierParams, FittedClassForest>
  implements Predictor
{
  abstract readonly kind: "classifier";
  async fit(x: Rows, y: Numbers, options: FitOptions = {}): Promise<this> {
    this.check("fit(x, y, { sampleWeight })", arguments);
    const call = `${this.type}.fit`;
    const matrix = await readRows(call, x, { missing: true });
    const labelled = await readClasses(call, y, matrix.rows, 1);
    const { classes, codes } = labelled;
    const { criterion, classWeight, oobScore } = this.params;
    const given = await readWeights(call, options, matrix.rows);
    const perTree = classWeight === "balanced_subsample";
    const weights = perTree ? given : classWeights(call, classWeight, labelled, given);
    const features = columnsOf(matrix).map(rankFeature);
    const { trees, drawn } = this.growAll(
      features,
      weights,
      (own) => classCriterion(criterion, codes, own, classes.length),
      perTree ? (own) => balanced(own, codes, classes.length) : undefined,
    );
    const oob = oobScore ? this.#oob(trees, drawn, matrix, labelled) : null;
    return this.learn({ trees, classes, oob, width: matrix.width, names: matrix.names });
  }

  /** The classes that `fit` saw, sorted. */
  get classes(): Int32Array {
    return this.learned("classes").classes;
  }

  /** Chances of classes by trees that did not see the row: [rows, classes], flat. Throws ArgumentError without `oobScore`. */
  get oobDecisionFunction(): Float64Array {
    const { oob } = this.learned("oobDecisionFunction");
    if (oob !== null) return oob.predictions;
    throw new ArgumentError(
      `${this.type}.oobDecisionFunction: not asked for\n  hint: { oobScore: true }`,
    );
  }

  /** The class of each row that the trees' mean makes likeliest: [rows], i32. */
  async predict(x: Rows): Promise<Tensor> {
    this.check("predict(x)", arguments);
    const { values, matrix } = await this.values("predict", x);
    return resultOf(labelsOf(this.classes, values), [matrix.rows], matrix);
  }

  /** The mean of what the trees say: [rows, classes]. */
  async predictProba(x: Rows): Promise<Tensor> {
    this.check("predictProba(x)", arguments);
    const { values, matrix } = await this.values("predictProba", x);
    return resultOf(values, [matrix.rows, this.classes.length], matrix);
  }

  /** The part of the rows whose class is predicted. */
  async score(x: Rows, y: Numbers, options?: FitOptions): Promise<number> {
    this.check("score(x, y, { sampleWeight })", arguments);
    return accuracyOf(this, x, y, options);
  }

  #oob(
    trees: readonly Tree[],
    drawn: readonly Float64Array[],
    matrix: Matrix,
    { classes, codes }: { readonly classes: Int32Array; readonly codes: Int32Array },
  ): OutOfBag {
    const predictions = this.outOfBag(trees, drawn, matrix);
    const labels = labelsOf(classes, predictions);
    const right = labels.reduce(
      (sum, label, i) => sum + Number(label === classes[codes[i] as number]),
      0,
    );
    return { predictions, score: right / labels.length };
  }
}

/** Weights in which every class counts as much in all. */
function balanced(weights: Float64Array, codes: Int32Array, classes: number): Float64Array {
  const sums = new Float64Array(classes);
  let total = 0;
  weights.forEach((weight, i) => {
    sums[codes[i] as number] = (sums[codes[i] as number] as number) + weight;
    total += weight;
  });
  return weights.map(
    (weight, i) => (weight * total) / (classes * (sums[codes[i] as number] as number)),
  );
}

/** A forest that predicts quantities. */
export abstract class ForestRegressor
  extends Forest<ForestRegressorParams, FittedForest>
  implements Predictor
{
  abstract readonly kind: "regressor";
  async fit(x: Rows, y: Numbers, options: FitOptions = {}): Promise<this> {
    this.check("fit(x, y, { sampleWeight })", arguments);
    const call = `${this.type}.fit`;
    const matrix = await readRows(call, x, { missing: true });
    const targets = await readNumbers(call, "targets", y, matrix.rows);
    const weights = await readWeights(call, options, matrix.rows);
    const { criterion, oobScore } = this.params;
    const features = columnsOf(matrix).map(rankFeature);
    checkCriterion(call, criterion, targets, features);
    const shifts = criterion === "squared_error" || criterion === "friedman_mse";
    const { y: measured, mean } = shifts
      ? centred(targets, weights ?? ones(matrix.rows))
      : { y: targets, mean: 0 };
    const { trees, drawn } = this.growAll(features, weights, (own) =>
      meanCriterion(criterion, measured, own),
    );
    const grown = mean === 0 ? trees : trees.map((tree) => raised(tree, mean));
    const oob = oobScore ? this.#oob(grown, drawn, matrix, targets) : null;
    return this.learn({ trees: grown, oob, width: matrix.width, names: matrix.names });
  }

  /** Predictions by trees that did not see the row. Throws ArgumentError without `oobScore`. */
  get oobPrediction(): Float64Array {
    const { oob } = this.learned("oobPrediction");
    if (oob !== null) return oob.predictions;
    throw new ArgumentError(
      `${this.type}.oobPrediction: not asked for\n  hint: { oobScore: true }`,
    );
  }

  /** The mean of what the trees say: [rows], f32. */
  async predict(x: Rows): Promise<Tensor> {
    this.check("predict(x)", arguments);
    const { values, matrix } = await this.values("predict", x);
    return resultOf(values, [matrix.rows], matrix);
  }

  /** R² of the predictions. */
  async score(x: Rows, y: Numbers, options?: FitOptions): Promise<number> {
    this.check("score(x, y, { sampleWeight })", arguments);
    return r2Of(this, x, y, options);
  }

  #oob(
    trees: readonly Tree[],
    drawn: readonly Float64Array[],
    matrix: Matrix,
    targets: Float64Array,
  ): OutOfBag {
    const predictions = this.outOfBag(trees, drawn, matrix);
    const { y, mean } = centred(targets, ones(targets.length));
    let [residual, total] = [0, 0];
    predictions.forEach((value, i) => {
      if (Number.isNaN(value)) return;
      residual += ((y[i] as number) + mean - value) ** 2;
      total += (y[i] as number) ** 2;
    });
    return { predictions, score: 1 - residual / total };
  }
}
