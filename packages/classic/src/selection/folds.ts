import { ArgumentError } from "@wgrad/autograd";
import { type Fold, KFold, StratifiedKFold } from "@wgrad/datasets";
import type { Predictor } from "../estimator/predictors.ts";

/**
 * How rows are held out: a number of folds (stratified for classes), a splitter, or a list of
 * folds.
 */
export type CrossValidation = number | KFold | StratifiedKFold | readonly Fold[];

/** The folds for rows with these targets. */
export function foldsOf(
  cv: CrossValidation,
  y: Float64Array,
  kind: Predictor["kind"],
): readonly Fold[] {
  if (typeof cv === "number") {
    const isClassifier = kind === "classifier";
    return foldsOf(
      isClassifier ? new StratifiedKFold({ nSplits: cv }) : new KFold({ nSplits: cv }),
      y,
      kind,
    );
  }
  if (cv instanceof StratifiedKFold) return cv.split(y);
  if (cv instanceof KFold) return cv.split(y.length);
  if (Array.isArray(cv) && cv.length > 0) return cv as readonly Fold[];
  throw new ArgumentError(
    "cv must be a number of folds, a splitter, or a list of folds\n  hint: { cv: 5 }, or new KFold({ shuffle: true })",
  );
}
