import { ArgumentError, type Tensor } from "@wgrad/autograd";
import {
  columnsOf,
  type FitOptions,
  type Matrix,
  type Numbers,
  type Rows,
  readNumbers,
  readRows,
  readWeights,
} from "../estimator/input.ts";
import { type Predictor, r2Of, resultOf } from "../estimator/predictors.ts";
import { centred, checkCriterion, meanCriterion, ones, withOffset } from "../tree/decision-tree.ts";
import { rankFeature } from "../tree/ranked.ts";
import type { Tree } from "../tree/tree.ts";
import { type FittedForest, Forest, type OutOfBag } from "./forest.ts";
import type { ForestRegressorParams } from "./settings.ts";

/** A forest that predicts numbers. */
export abstract class ForestRegressor
  extends Forest<ForestRegressorParams, FittedForest>
  implements Predictor
{
  abstract readonly kind: "regressor";
  async fit(x: Rows, y: Numbers, options: FitOptions = {}): Promise<this> {
    this.check("fit(x: any, y: any, { sampleWeight })", arguments);
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
    const grown = mean === 0 ? trees : trees.map((tree) => withOffset(tree, mean));
    const oob = oobScore ? this.#oob(grown, drawn, matrix, targets) : null;
    return this.learn({ trees: grown, oob, width: matrix.width, names: matrix.names });
  }

  /** Predictions by the trees that did not see the row. Throws ArgumentError without `oobScore`. */
  get oobPrediction(): Float64Array {
    const { oob } = this.learned("oobPrediction");
    if (oob !== null) return oob.predictions;
    throw new ArgumentError(
      `${this.type}.oobPrediction: needs the setting oobScore\n  hint: { oobScore: true }`,
    );
  }

  /** The mean of the trees' predictions: [rows], f32. */
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
