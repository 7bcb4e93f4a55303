import { ArgumentError, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { Estimator } from "../estimator/estimator.ts";
import {
  columnsOf,
  type FitOptions,
  type Matrix,
  type Numbers,
  type Rows,
  readClasses,
  readRows,
  readWeights,
  type Seen,
} from "../estimator/input.ts";
import { accuracyOf, labelsOf, type Predictor, resultOf } from "../estimator/predictors.ts";
import {
  type Given,
  positive,
  type Rule,
  type Schema,
  seed,
  whole,
} from "../estimator/settings.ts";
import {
  classCriterion,
  DecisionTreeClassifier,
  type DecisionTreeClassifierParams,
  growSingle,
  ones,
} from "../tree/decision-tree.ts";
import { rankFeature } from "../tree/ranked.ts";
import { randomOf } from "../tree/settings.ts";
import { applyTree, importancesOf, type Tree } from "../tree/tree.ts";
import { packTrees, unpackTrees } from "../tree/trees.ts";

/** Settings of AdaBoostClassifier, with scikit-learn's defaults. */
export interface AdaBoostClassifierParams {
  /** Settings of the trees (default `{ maxDepth: 1 }`: one split each). */
  readonly tree: Given<DecisionTreeClassifierParams>;
  /** Maximum number of trees (default 50). */
  readonly nEstimators: number;
  /** Factor of each tree's weight (default 1). */
  readonly learningRate: number;
  /** Seed of the trees; null: the library's default generator (default null). */
  readonly randomState: number | null;
}

interface Fitted extends Seen {
  readonly classes: Int32Array;
  readonly trees: readonly Tree[];
  readonly weights: Float64Array;
  readonly errors: Float64Array;
}

const treeSettings: Rule = {
  wanted: "settings of DecisionTreeClassifier, such as { maxDepth: 1 }",
  allows: (value) =>
    typeof value === "object" && value !== null && new DecisionTreeClassifier(value) !== null,
};

const schema: Schema<AdaBoostClassifierParams> = {
  tree: [{ maxDepth: 1 }, treeSettings],
  nEstimators: [50, whole(1)],
  learningRate: [1, positive],
  randomState: [null, seed],
};

/** Least weight of a row, so that no row is lost. */
const LEAST = 2 ** -52;

/**
 * Small trees fitted one after another; rows that earlier trees got wrong get more weight (SAMME:
 * Zhu et al. 2009): w ← w exp(α [wrong]), α = η (log((1 − error) / error) + log(K − 1)). x: [rows,
 * features]; labels: integers.
 *
 * `fit` throws ArgumentError if there is only one class, or if the first tree is no better than
 * chance.
 */
export class AdaBoostClassifier
  extends Estimator<AdaBoostClassifierParams, Fitted>
  implements Predictor
{
  readonly type = "AdaBoostClassifier";
  readonly kind = "classifier";

  constructor(params: Given<AdaBoostClassifierParams> = {}) {
    checkCall("new AdaBoostClassifier(settings?)", arguments);
    super("AdaBoostClassifier", schema, params);
  }

  async fit(x: Rows, y: Numbers, options: FitOptions = {}): Promise<this> {
    this.check("fit(x: any, y: any, { sampleWeight })", arguments);
    const call = "AdaBoostClassifier.fit";
    const matrix = await readRows(call, x);
    const { classes, codes } = await readClasses(call, y, matrix.rows);
    const given = (await readWeights(call, options, matrix.rows)) ?? ones(matrix.rows);
    const { nEstimators, learningRate, randomState } = this.params;
    const features = columnsOf(matrix).map(rankFeature);
    const seeds = randomOf(randomState);
    const settings = new DecisionTreeClassifier(this.params.tree).getParams();
    const trees: Tree[] = [];
    const weights = new Float64Array(nEstimators);
    const errors = ones(nEstimators);
    let rowWeights = scaled(given);
    for (let stage = 0; stage < nEstimators; stage++) {
      rowWeights = rowWeights.map((weight) => (weight === 0 ? 0 : Math.max(weight, LEAST)));
      const criterion = classCriterion(settings.criterion, codes, rowWeights, classes.length);
      const tree = growSingle(
        { ...settings, randomState: seeds.u32() },
        features,
        criterion,
        rowWeights,
      );
      const wrong = votesOf(tree, matrix).map((vote, i) => Number(vote !== codes[i]));
      const total = rowWeights.reduce((a, b) => a + b, 0);
      const error = rowWeights.reduce((sum, w, i) => sum + w * (wrong[i] as number), 0) / total;
      if (error >= 1 - 1 / classes.length) {
        if (stage > 0) break;
        throw new ArgumentError(
          `${call}: the first tree is no better than chance\n  hint: use other features, or deeper trees: { tree: { maxDepth: 2 } }`,
        );
      }
      trees.push(tree);
      errors[stage] = error;
      if (error <= 0) {
        weights[stage] = 1;
        break;
      }
      const vote = learningRate * (Math.log((1 - error) / error) + Math.log(classes.length - 1));
      weights[stage] = vote;
      rowWeights = scaled(rowWeights.map((w, i) => w * Math.exp(vote * (wrong[i] as number))));
    }
    return this.learn({
      classes,
      trees,
      weights,
      errors,
      width: matrix.width,
      names: matrix.names,
    });
  }

  /** The classes that `fit` saw, sorted. */
  get classes(): Int32Array {
    return this.learned("classes").classes;
  }

  /** The weight of each tree's vote; 0 for trees that were not grown. */
  get estimatorWeights(): Float64Array {
    return this.learned("estimatorWeights").weights;
  }

  /** The weighted error of each tree; 1 for trees that were not grown. */
  get estimatorErrors(): Float64Array {
    return this.learned("estimatorErrors").errors;
  }

  /** The trees as arrays. */
  get trees(): readonly Tree[] {
    return this.learned("trees").trees;
  }

  /**
   * The importance of each feature: its decrease of impurity, averaged over the trees by their
   * weights.
   */
  get featureImportances(): Float64Array {
    const { trees, weights, width } = this.learned("featureImportances");
    const total = weights.reduce((a, b) => a + b, 0);
    const sums = new Float64Array(width);
    trees.forEach((tree, t) => {
      importancesOf(tree, width).forEach((value, j) => {
        sums[j] = (sums[j] as number) + (value * (weights[t] as number)) / total;
      });
    });
    return sums;
  }

  /**
   * Votes for each class minus votes against it, as fractions of all votes: [rows, classes]; with
   * two classes, for the second: [rows].
   */
  async decisionFunction(x: Rows): Promise<Tensor> {
    this.check("decisionFunction(x: any)", arguments);
    const { votes, matrix } = await this.#votes("decisionFunction", x);
    const { length } = this.classes;
    if (length > 2) return resultOf(votes, [matrix.rows, length], matrix);
    const second = Float64Array.from(
      { length: matrix.rows },
      (_, i) => (votes[2 * i + 1] as number) - (votes[2 * i] as number),
    );
    return resultOf(second, [matrix.rows], matrix);
  }

  /** The softmax of the votes: [rows, classes]. */
  async predictProba(x: Rows): Promise<Tensor> {
    this.check("predictProba(x: any)", arguments);
    const { votes, matrix } = await this.#votes("predictProba", x);
    const { length } = this.classes;
    // with two classes each has half of the difference
    const scale = length > 2 ? 1 / (length - 1) : 1;
    return resultOf(votes, [matrix.rows, length], matrix).mul(scale).softmax(1);
  }

  /** The class with most votes of each row: [rows], i32. */
  async predict(x: Rows): Promise<Tensor> {
    this.check("predict(x: any)", arguments);
    const { votes, matrix } = await this.#votes("predict", x);
    return resultOf(labelsOf(this.classes, votes), [matrix.rows], matrix);
  }

  /** Accuracy: the fraction of rows whose class is predicted correctly. */
  async score(x: Rows, y: Numbers, options?: FitOptions): Promise<number> {
    this.check("score(x: any, y: any, { sampleWeight })", arguments);
    return accuracyOf(this, x, y, options);
  }

  protected override pack(fitted: Fitted): unknown {
    return { ...fitted, trees: packTrees(fitted.trees) };
  }

  protected override unpack(saved: unknown): Fitted {
    const { trees, ...rest } = saved as Omit<Fitted, "trees"> & {
      trees: Parameters<typeof unpackTrees>[1];
    };
    return { ...rest, trees: unpackTrees(this.type, trees, rest.width) };
  }

  async #votes(call: string, x: Rows): Promise<{ votes: Float64Array; matrix: Matrix }> {
    const fitted = this.learned(call);
    const matrix = await readRows(`${this.type}.${call}`, x, { seen: fitted });
    const { classes, trees, weights } = fitted;
    const total = weights.reduce((a, b) => a + b, 0);
    const votes = new Float64Array(matrix.rows * classes.length);
    trees.forEach((tree, t) => {
      const weight = (weights[t] as number) / total;
      votesOf(tree, matrix).forEach((vote, row) => {
        for (let k = 0; k < classes.length; k++) {
          const at = row * classes.length + k;
          votes[at] =
            (votes[at] as number) + (k === vote ? weight : -weight / (classes.length - 1));
        }
      });
    });
    return { votes, matrix };
  }
}

const scaled = (weights: Float64Array): Float64Array => {
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / total);
};

/** The class index that a tree predicts for each row. */
function votesOf(tree: Tree, { data, width }: Matrix): Int32Array {
  const codes = Int32Array.from({ length: tree.width }, (_, k) => k);
  const best = labelsOf(codes, tree.value);
  return applyTree(tree, data, width).map((leaf) => best[leaf] as number);
}
