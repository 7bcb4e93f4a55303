import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { Fold } from "@wgrad/datasets";
import type { Numbers, Rows } from "../estimator/input.ts";
import { checkPredictor, type Predictor } from "../estimator/predictors.ts";
import { type CrossValidation, foldsOf } from "./folds.ts";
import { Samples } from "./samples.ts";
import { type Scorer, type Scoring, scorerOf } from "./scorers.ts";

/** Settings of cross-validation. */
export interface TrialOptions {
  /** The folds (default 5; for classes, stratified). */
  readonly cv?: CrossValidation;
  /** The score; higher is better (default: the predictor's own `score`). */
  readonly scoring?: Scoring | null;
}

/**
 * The score on each fold of a copy of the predictor that is fitted on the other rows. The given
 * predictor is not fitted.
 */
export async function crossValScore(
  estimator: Predictor,
  x: Rows,
  y: Numbers,
  options: TrialOptions = {},
): Promise<Float64Array> {
  checkCall("crossValScore(model: any, x: any, y: any, { cv, scoring })", arguments);
  const { cv = 5, scoring = null } = options;
  checkPredictor("crossValScore", estimator);
  const scorer = scorerOf(scoring);
  const samples = await Samples.of("crossValScore", x, y);
  const scores: number[] = [];
  for (const fold of foldsOf(cv, samples.y, estimator.kind)) {
    scores.push(await foldScore(estimator, samples, fold, scorer));
  }
  return Float64Array.from(scores);
}

/** Fits on the training rows of a fold and returns the score on its test rows. */
export async function foldScore(
  estimator: Predictor,
  samples: Samples,
  { train, test }: Fold,
  scorer: Scorer,
): Promise<number> {
  const model = estimator.clone();
  const known = samples.rows(train);
  await model.fit(known.x, known.y, known.options);
  const held = samples.rows(test);
  return scorer(model, held.x, held.y);
}

/** Settings of `learningCurve`. */
export interface LearningCurveOptions extends TrialOptions {
  /**
   * Numbers of training rows: fractions of all up to 1, or counts (default: five steps from a tenth
   * to all).
   */
  readonly trainSizes?: readonly number[];
}

/** Scores for each number of training rows. */
export interface LearningCurve {
  readonly trainSizes: Int32Array;
  /** Scores on the training rows: [sizes][folds]. */
  readonly trainScores: Float64Array[];
  /** Scores on the held-out rows: [sizes][folds]. */
  readonly testScores: Float64Array[];
}

/**
 * Scores for growing numbers of training rows, which are the first ones of each fold. Throws
 * ArgumentError for invalid sizes.
 */
export async function learningCurve(
  estimator: Predictor,
  x: Rows,
  y: Numbers,
  options: LearningCurveOptions = {},
): Promise<LearningCurve> {
  checkCall("learningCurve(model: any, x: any, y: any, { cv, scoring, trainSizes })", arguments);
  const { cv = 5, scoring = null, trainSizes = [0.1, 0.325, 0.55, 0.775, 1] } = options;
  checkPredictor("learningCurve", estimator);
  const scorer = scorerOf(scoring);
  const samples = await Samples.of("learningCurve", x, y);
  const folds = foldsOf(cv, samples.y, estimator.kind);
  const most = Math.min(...folds.map(({ train }) => train.length));
  const sizes = [
    ...new Set(trainSizes.map((size) => (size <= 1 ? Math.floor(size * most) : size))),
  ];
  const bad = sizes.find((size) => !Number.isInteger(size) || size < 1 || size > most);
  if (bad !== undefined || sizes.length === 0) {
    throw new ArgumentError(
      `learningCurve: trainSizes ${bad === undefined ? "is empty" : `contains ${bad}`}\n  hint: fractions of all rows, or counts from 2 to ${most}`,
    );
  }
  const curve = { trainScores: [] as Float64Array[], testScores: [] as Float64Array[] };
  for (const size of sizes) {
    const [trainScores, testScores]: [number[], number[]] = [[], []];
    for (const { train, test } of folds) {
      const model = estimator.clone();
      const known = samples.rows(train.slice(0, size));
      await model.fit(known.x, known.y);
      trainScores.push(await scorer(model, known.x, known.y));
      const held = samples.rows(test);
      testScores.push(await scorer(model, held.x, held.y));
    }
    curve.trainScores.push(Float64Array.from(trainScores));
    curve.testScores.push(Float64Array.from(testScores));
  }
  return { trainSizes: Int32Array.from(sizes), ...curve };
}
