import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { Fold } from "@wgrad/datasets";
import type { Numbers, Rows } from "../estimator/input.ts";
import { checkPredictor, type Predictor } from "../estimator/predictors.ts";
import { type CrossValidation, foldsOf } from "./folds.ts";
import { Taken } from "./rows.ts";
import { type Scorer, type Scoring, scorerOf } from "./scorers.ts";

/** How a predictor is tried. */
export interface TrialOptions {
  /** How rows are held out (default 5 folds; of classes, every class in proportion). */
  readonly cv?: CrossValidation;
  /** What is measured; more is better (default the predictor's own `score`). */
  readonly scoring?: Scoring | null;
}

/**
 * The score on each fold of a predictor that learned from the other rows. The one that is given
 * learns nothing.
 */
export async function crossValScore(
  estimator: Predictor,
  x: Rows,
  y: Numbers,
  { cv = 5, scoring = null }: TrialOptions = {},
): Promise<Float64Array> {
  checkCall("crossValScore(model, x, y, { cv, scoring })", arguments);
  checkPredictor("crossValScore", estimator);
  const scorer = scorerOf(scoring);
  const taken = await Taken.of("crossValScore", x, y);
  const scores: number[] = [];
  for (const fold of foldsOf(cv, taken.y, estimator.kind)) {
    scores.push(await foldScore(estimator, taken, fold, scorer));
  }
  return Float64Array.from(scores);
}

/** The score on a fold's rows after learning from its others. */
export async function foldScore(
  estimator: Predictor,
  taken: Taken,
  { train, test }: Fold,
  scorer: Scorer,
): Promise<number> {
  const model = estimator.clone();
  const known = taken.rows(train);
  await model.fit(known.x, known.y, known.options);
  const held = taken.rows(test);
  return scorer(model, held.x, held.y);
}

/** Settings of `learningCurve`. */
export interface LearningCurveOptions extends TrialOptions {
  /**
   * How many rows are learned from: parts of all up to 1, or counts above (default a tenth to all,
   * in five steps).
   */
  readonly trainSizes?: readonly number[];
}

/** Scores by how many rows were learned from. */
export interface LearningCurve {
  readonly trainSizes: Int32Array;
  /** On the rows learned from: [sizes][folds]. */
  readonly trainScores: Float64Array[];
  /** On the rows held out: [sizes][folds]. */
  readonly testScores: Float64Array[];
}

/**
 * How a predictor gets better with more rows: those of each fold are taken from the first on.
 * Throws ArgumentError for sizes there cannot be.
 */
export async function learningCurve(
  estimator: Predictor,
  x: Rows,
  y: Numbers,
  { cv = 5, scoring = null, trainSizes = [0.1, 0.325, 0.55, 0.775, 1] }: LearningCurveOptions = {},
): Promise<LearningCurve> {
  checkCall("learningCurve(model, x, y, { cv, scoring, trainSizes })", arguments);
  checkPredictor("learningCurve", estimator);
  const scorer = scorerOf(scoring);
  const taken = await Taken.of("learningCurve", x, y);
  const folds = foldsOf(cv, taken.y, estimator.kind);
  const most = Math.min(...folds.map(({ train }) => train.length));
  const sizes = [
    ...new Set(trainSizes.map((size) => (size <= 1 ? Math.floor(size * most) : size))),
  ];
  const bad = sizes.find((size) => !Number.isInteger(size) || size < 1 || size > most);
  if (bad !== undefined || sizes.length === 0) {
    throw new ArgumentError(
      `learningCurve: ${bad ?? "no"} rows to learn from\n  hint: parts of all, or counts from 2 to ${most}`,
    );
  }
  const curve = { trainScores: [] as Float64Array[], testScores: [] as Float64Array[] };
  for (const size of sizes) {
    const [trainScores, testScores]: [number[], number[]] = [[], []];
    for (const { train, test } of folds) {
      const model = estimator.clone();
      const known = taken.rows(train.slice(0, size));
      await model.fit(known.x, known.y);
      trainScores.push(await scorer(model, known.x, known.y));
      const held = taken.rows(test);
      testScores.push(await scorer(model, held.x, held.y));
    }
    curve.trainScores.push(Float64Array.from(trainScores));
    curve.testScores.push(Float64Array.from(testScores));
  }
  return { trainSizes: Int32Array.from(sizes), ...curve };
}
