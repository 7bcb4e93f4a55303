import { ArgumentError, type Tensor } from "@wgrad/autograd";
import {
  columnsOf,
  type FitOptions,
  type Matrix,
  type Numbers,
  type Rows,
  readClasses,
  readRows,
  readWeights,
} from "../estimator/input.ts";
import {
  accuracyOf,
  classWeights,
  labelsOf,
  type Predictor,
  resultOf,
} from "../estimator/predictors.ts";
import { classCriterion } from "../tree/decision-tree.ts";
import { rankFeature } from "../tree/ranked.ts";
import type { Tree } from "../tree/tree.ts";
import { type FittedForest, Forest, type OutOfBag } from "./forest.ts";
import type { ForestClassifierParams } from "./settings.ts";

interface FittedClassForest extends FittedForest {
  readonly classes: Int32Array;
}

/** A forest that predicts classes. */
export abstract class ForestClassifier
  extends Forest<ForestClassifierParams, FittedClassForest>
  implements Predictor
{
  abstract readonly kind: "classifier";
  async fit(x: Rows, y: Numbers, options: FitOptions = {}): Promise<this> {
    this.check("fit(x: any, y: any, { sampleWeight })", arguments);
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

  /**
   * Class probabilities by the trees that did not see the row: [rows, classes], flat. Throws
   * ArgumentError without `oobScore`.
   */
  get oobDecisionFunction(): Float64Array {
    const { oob } = this.learned("oobDecisionFunction");
    if (oob !== null) return oob.predictions;
    throw new ArgumentError(
      `${this.type}.oobDecisionFunction: needs the setting oobScore\n  hint: { oobScore: true }`,
    );
  }

  /** The class of each row with the largest mean probability: [rows], i32. */
  async predict(x: Rows): Promise<Tensor> {
    this.check("predict(x: any)", arguments);
    const { values, matrix } = await this.values("predict", x);
    return resultOf(labelsOf(this.classes, values), [matrix.rows], matrix);
  }

  /** The mean of the trees' class probabilities: [rows, classes]. */
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

/** Rescales weights so that all classes have the same total weight. */
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
