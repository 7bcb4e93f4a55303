import { ArgumentError, type Tensor } from "@wgrad/autograd";
import { checkCall, defineKind } from "@wgrad/autograd/plugin";
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
import { choice, type Given, type Rule, type Schema } from "../estimator/settings.ts";
import { type Criterion, Entropy, Gini, Poisson, SquaredError } from "./criteria.ts";
import { growTree } from "./grow.ts";
import { AbsoluteError } from "./medians.ts";
import { type PruningPath, prune, pruningPath } from "./prune.ts";
import { type RankedFeature, rankFeature } from "./ranked.ts";
import { growLimits, randomOf, type TreeLimits, treeSchema } from "./settings.ts";
import { applyTree, depthOf, importancesOf, leavesOf, type Tree, verifyTree } from "./tree.ts";

/** Settings of DecisionTreeClassifier, with scikit-learn's defaults. */
export interface DecisionTreeClassifierParams extends TreeLimits {
  /** Impurity of a node: 1 − Σ pₖ² ("gini") or −Σ pₖ log₂ pₖ (default "gini"). */
  readonly criterion: "gini" | "entropy" | "log_loss";
  /**
   * Searches the best threshold, or the best of one random threshold for each feature (default
   * "best").
   */
  readonly splitter: "best" | "random";
  /** Weights of the classes: "balanced", or a weight for each label (default null: 1 each). */
  readonly classWeight: ClassWeight;
}

/** Settings of DecisionTreeRegressor, with scikit-learn's defaults. */
export interface DecisionTreeRegressorParams extends TreeLimits {
  /** Impurity of a node (default "squared_error"). "friedman_mse" gives the same splits. */
  readonly criterion: "squared_error" | "friedman_mse" | "absolute_error" | "poisson";
  /**
   * Searches the best threshold, or the best of one random threshold for each feature (default
   * "best").
   */
  readonly splitter: "best" | "random";
}

interface FittedTree extends Seen {
  readonly tree: Tree;
}

interface FittedClassTree extends FittedTree {
  readonly classes: Int32Array;
}

type SingleTree = TreeLimits & { readonly splitter: "best" | "random" };

const splitterRule: Rule = choice("best", "random");

const classifierSchema: Schema<DecisionTreeClassifierParams> = {
  criterion: ["gini", choice("gini", "entropy", "log_loss")],
  splitter: ["best", splitterRule],
  classWeight: [null, classWeightRule],
  ...treeSchema(null),
};

const regressorSchema: Schema<DecisionTreeRegressorParams> = {
  criterion: [
    "squared_error",
    choice("squared_error", "friedman_mse", "absolute_error", "poisson"),
  ],
  splitter: ["best", splitterRule],
  ...treeSchema(null),
};

/** The criterion of classes of this name. */
export function classCriterion(
  name: DecisionTreeClassifierParams["criterion"],
  codes: Int32Array,
  weights: Float64Array,
  classes: number,
): Criterion {
  return name === "gini" ? new Gini(codes, weights, classes) : new Entropy(codes, weights, classes);
}

/** The criterion of numbers of this name. */
export function meanCriterion(
  name: DecisionTreeRegressorParams["criterion"],
  y: Float64Array,
  weights: Float64Array,
): Criterion {
  if (name === "poisson") return new Poisson(y, weights);
  if (name === "absolute_error") return new AbsoluteError(y, weights);
  return new SquaredError(y, weights);
}

/** Throws ArgumentError for targets that the criterion does not accept. */
export function checkCriterion(
  call: string,
  criterion: string,
  y: Float64Array,
  features: readonly RankedFeature[],
): void {
  if (
    criterion === "poisson" &&
    (y.some((value) => value < 0) || y.every((value) => value === 0))
  ) {
    throw new ArgumentError(
      `${call}: criterion "poisson" needs targets of 0 or more that are not all 0`,
    );
  }
  if (criterion === "absolute_error" && features.some(({ hasMissing }) => hasMissing)) {
    throw new ArgumentError(
      `${call}: criterion "absolute_error" does not accept missing values\n  hint: apply SimpleImputer first, or use another criterion`,
    );
  }
}

/** Indices of the rows whose weight is not 0. */
export const countingRows = (weights: Float64Array): Uint32Array =>
  Uint32Array.from([...weights.keys()].filter((row) => (weights[row] as number) > 0));

/** Targets minus their mean, which keeps sums of squares accurate, and the mean. */
export function centred(
  y: Float64Array,
  weights: Float64Array,
): { readonly y: Float64Array; readonly mean: number } {
  let [sum, total] = [0, 0];
  y.forEach((value, i) => {
    sum += value * (weights[i] as number);
    total += weights[i] as number;
  });
  const mean = sum / total;
  return { y: y.map((value) => value - mean), mean };
}

/** Adds a number to the value of every node. */
export const withOffset = (tree: Tree, by: number): Tree => ({
  ...tree,
  value: tree.value.map((value) => value + by),
});

/** Grows a tree on all rows whose weight is not 0. */
export function growSingle(
  params: SingleTree,
  features: readonly RankedFeature[],
  criterion: Criterion,
  weights: Float64Array,
): Tree {
  const weight = weights.reduce((a, b) => a + b, 0);
  const limits = growLimits(params, { rows: weights.length, width: features.length, weight });
  const tree = growTree(features, criterion, countingRows(weights), {
    limits,
    random: randomOf(params.randomState),
    splitter: params.splitter,
  });
  return params.ccpAlpha > 0 ? prune(tree, params.ccpAlpha) : tree;
}

/** An array of ones. */
export const ones = (length: number): Float64Array => new Float64Array(length).fill(1);

/** The base of both single trees. */
abstract class DecisionTree<Params extends SingleTree, Fitted extends FittedTree> extends Estimator<
  Params,
  Fitted
> {
  abstract fit(x: Rows, y: Numbers, options?: FitOptions): Promise<this>;

  /** The tree as arrays. */
  get tree(): Tree {
    return this.learned("tree").tree;
  }

  /** Number and names of the features that `fit` saw. */
  get seen(): Seen {
    const { width, names } = this.learned("seen");
    return { width, names };
  }

  /** The importance of each feature: its fraction of the total decrease of impurity. */
  get featureImportances(): Float64Array {
    const { tree, width } = this.learned("featureImportances");
    return importancesOf(tree, width);
  }

  /** The depth of the tree: the largest number of splits on a path. */
  get depth(): number {
    return depthOf(this.learned("depth").tree);
  }

  /** Number of leaves. */
  get nLeaves(): number {
    return leavesOf(this.learned("nLeaves").tree);
  }

  /** The leaf of each row: [rows], i32. */
  async apply(x: Rows): Promise<Tensor> {
    this.check("apply(x: any)", arguments);
    const { leaves, matrix } = await this.#leaves("apply", x);
    return resultOf(leaves, [matrix.rows], matrix);
  }

  /** The trees that pruning would give for these rows, each with its `ccpAlpha`. */
  async costComplexityPruningPath(
    x: Rows,
    y: Numbers,
    options: FitOptions = {},
  ): Promise<PruningPath> {
    this.check("costComplexityPruningPath(x: any, y: any, { sampleWeight })", arguments);
    const whole = this.clone({ ccpAlpha: 0 } as Given<Params>);
    await whole.fit(x, y, options);
    return pruningPath(whole.tree);
  }

  protected override unpack(saved: unknown): Fitted {
    const fitted = saved as Fitted;
    verifyTree(this.type, fitted.tree, fitted.width);
    return fitted;
  }

  /** The prediction of the tree for each row: [rows, width], flat. */
  protected async values(
    call: string,
    x: Rows,
  ): Promise<{ readonly values: Float64Array; readonly matrix: Matrix }> {
    const { leaves, matrix } = await this.#leaves(call, x);
    const { value, width } = this.tree;
    const values = new Float64Array(matrix.rows * width);
    leaves.forEach((leaf, row) => {
      for (let k = 0; k < width; k++) values[row * width + k] = value[leaf * width + k] as number;
    });
    return { values, matrix };
  }

  async #leaves(call: string, x: Rows): Promise<{ leaves: Int32Array; matrix: Matrix }> {
    const fitted = this.learned(call);
    const matrix = await readRows(`${this.type}.${call}`, x, { missing: true, seen: fitted });
    return { leaves: applyTree(fitted.tree, matrix.data, matrix.width), matrix };
  }
}

defineKind("decisionTree", "a decision tree", (value) => value instanceof DecisionTree);

/**
 * Decision tree that predicts classes by tests "feature ≤ threshold" (Breiman et al. 1984); each
 * split minimises the impurity of the classes. x: [rows, features]; NaN is a missing value; labels:
 * integers. Of equally good splits, the lowest threshold of the first feature is taken.
 * `randomState` seeds the random choices of `maxFeatures` and `splitter`.
 *
 * `fit` throws ArgumentError for labels that are not classes, and ShapeError if x and labels do not
 * fit together.
 */
export class DecisionTreeClassifier
  extends DecisionTree<DecisionTreeClassifierParams, FittedClassTree>
  implements Predictor
{
  readonly type = "DecisionTreeClassifier";
  readonly kind = "classifier";

  constructor(params: Given<DecisionTreeClassifierParams> = {}) {
    checkCall("new DecisionTreeClassifier(settings?)", arguments);
    super("DecisionTreeClassifier", classifierSchema, params);
  }

  async fit(x: Rows, y: Numbers, options: FitOptions = {}): Promise<this> {
    this.check("fit(x: any, y: any, { sampleWeight })", arguments);
    const call = "DecisionTreeClassifier.fit";
    const matrix = await readRows(call, x, { missing: true });
    const labelled = await readClasses(call, y, matrix.rows, 1);
    const { classes, codes } = labelled;
    const given = await readWeights(call, options, matrix.rows);
    const { criterion, classWeight } = this.params;
    const weights = classWeights(call, classWeight, labelled, given) ?? ones(matrix.rows);
    const features = columnsOf(matrix).map(rankFeature);
    const measured = classCriterion(criterion, codes, weights, classes.length);
    const tree = growSingle(this.params, features, measured, weights);
    return this.learn({ tree, classes, width: matrix.width, names: matrix.names });
  }

  /** The classes that `fit` saw, sorted. */
  get classes(): Int32Array {
    return this.learned("classes").classes;
  }

  /** The class of each row: [rows], i32. */
  async predict(x: Rows): Promise<Tensor> {
    this.check("predict(x: any)", arguments);
    const { values, matrix } = await this.values("predict", x);
    return resultOf(labelsOf(this.classes, values), [matrix.rows], matrix);
  }

  /** The fraction of each class among the training rows of the leaf: [rows, classes]. */
  async predictProba(x: Rows): Promise<Tensor> {
    this.check("predictProba(x: any)", arguments);
    const { values, matrix } = await this.values("predictProba", x);
    return resultOf(values, [matrix.rows, this.classes.length], matrix);
  }

  /** Accuracy: the fraction of rows whose class is predicted correctly. */
  async score(x: Rows, y: Numbers, options?: FitOptions): Promise<number> {
    this.check("score(x: any, y: any, { sampleWeight })", arguments);
    return accuracyOf(this, x, y, options);
  }

  protected override unpack(saved: unknown): FittedClassTree {
    const fitted = super.unpack(saved);
    verifyTree(this.type, { ...fitted.tree, width: fitted.classes?.length }, fitted.width);
    return fitted;
  }
}

/**
 * Decision tree that predicts numbers by tests "feature ≤ threshold" (Breiman et al. 1984); each
 * split minimises the impurity of the targets. A leaf predicts the mean of its rows, or with
 * "absolute_error" their median. x: [rows, features]; NaN is a missing value.
 *
 * `fit` throws ArgumentError for targets that the criterion does not accept, and ShapeError if x
 * and targets do not fit together.
 */
export class DecisionTreeRegressor
  extends DecisionTree<DecisionTreeRegressorParams, FittedTree>
  implements Predictor
{
  readonly type = "DecisionTreeRegressor";
  readonly kind = "regressor";

  constructor(params: Given<DecisionTreeRegressorParams> = {}) {
    checkCall("new DecisionTreeRegressor(settings?)", arguments);
    super("DecisionTreeRegressor", regressorSchema, params);
  }

  async fit(x: Rows, y: Numbers, options: FitOptions = {}): Promise<this> {
    this.check("fit(x: any, y: any, { sampleWeight })", arguments);
    const call = "DecisionTreeRegressor.fit";
    const matrix = await readRows(call, x, { missing: true });
    const targets = await readNumbers(call, "targets", y, matrix.rows);
    const weights = (await readWeights(call, options, matrix.rows)) ?? ones(matrix.rows);
    const { criterion } = this.params;
    const features = columnsOf(matrix).map(rankFeature);
    checkCriterion(call, criterion, targets, features);
    const shifts = criterion === "squared_error" || criterion === "friedman_mse";
    const { y: measured, mean } = shifts ? centred(targets, weights) : { y: targets, mean: 0 };
    const tree = growSingle(
      this.params,
      features,
      meanCriterion(criterion, measured, weights),
      weights,
    );
    return this.learn({ tree: withOffset(tree, mean), width: matrix.width, names: matrix.names });
  }

  /** The prediction for each row: [rows], f32. */
  async predict(x: Rows): Promise<Tensor> {
    this.check("predict(x: any)", arguments);
    const { values, matrix } = await this.values("predict", x);
    return resultOf(values, [matrix.rows], matrix);
  }

  /** R² of the predictions. */
  async score(x: Rows, y: Numbers, options?: FitOptions): Promise<number> {
    this.check("score(x: any, y: any, { sampleWeight })", arguments);
    return r2Of(this, x, y, options);
  }
}
