import { noGrad, type Tensor } from "@wgrad/autograd";
import { composite } from "@wgrad/autograd/plugin";
import { checkSameShape } from "./check.ts";
import { classesOf, confusion, hits, ratio, tally } from "./counts.ts";

/** Settings of binaryAccuracy. */
export interface BinaryAccuracyOptions {
  /** Probabilities above it count as a yes (default 0.5). */
  readonly threshold?: number;
}

/**
 * Fraction of examples whose class is predicted. predictions: scores [B, C, …] whose largest along dimension 1
 * is the class, or classes [B, …]; targets: classes [B, …]. → 0-d.
 */
export function accuracy(predictions: Tensor, targets: Tensor): Tensor {
  return noGrad(() =>
    composite(() => {
      const classes = classesOf(predictions, targets);
      checkSameShape("accuracy", classes, targets);
      return classes.eq(targets).to("f32").mean();
    }),
  );
}

/** Fraction of yes-or-no targets (1 or 0) that probabilities get right. Shapes must be equal. → 0-d. */
export function binaryAccuracy(
  probabilities: Tensor,
  targets: Tensor,
  { threshold = 0.5 }: BinaryAccuracyOptions = {},
): Tensor {
  checkSameShape("binaryAccuracy", probabilities, targets);
  return noGrad(() =>
    composite(() => probabilities.gt(threshold).eq(targets.ne(0)).to("f32").mean()),
  );
}

/** Settings of topKAccuracyScore. */
export interface TopKOptions {
  /** How many classes may be named (default 2). */
  readonly k?: number;
}

/** Fraction of examples whose class is among their k highest scores. scores: [n, C]; targets: [n]. → 0-d. */
export function topKAccuracyScore(
  scores: Tensor,
  targets: Tensor,
  { k = 2 }: TopKOptions = {},
): Tensor {
  return noGrad(() => composite(() => hits("topKAccuracyScore", scores, targets, k).mean()));
}

/** Settings of metrics of whole confusion matrices. */
export interface ClassesOptions {
  /** Classes are 0 … numClasses − 1 (default 2). */
  readonly numClasses?: number;
}

/** Mean over the classes that occur of the part that is recognized. → 0-d. */
export function balancedAccuracyScore(
  predictions: Tensor,
  targets: Tensor,
  { numClasses = 2 }: ClassesOptions = {},
): Tensor {
  return noGrad(() =>
    composite(() => {
      const counts = confusion("balancedAccuracyScore", predictions, targets, numClasses);
      const { right, support } = tally(counts);
      return ratio(ratio(right, support, 0).sum(), support.gt(0).to("f32").sum(), Number.NaN);
    }),
  );
}

/**
 * Matthews' correlation, for any number of classes: with c right of n, tₖ true and pₖ predicted of class k,
 * (c n − Σ pₖ tₖ) / √((n² − Σ pₖ²)(n² − Σ tₖ²)); 0 where a root is 0. → 0-d.
 */
export function matthewsCorrcoef(
  predictions: Tensor,
  targets: Tensor,
  { numClasses = 2 }: ClassesOptions = {},
): Tensor {
  return noGrad(() =>
    composite(() => {
      const counts = confusion("matthewsCorrcoef", predictions, targets, numClasses);
      // as parts of all, whose squares f32 can tell apart
      const { right, support, predicted } = tally(counts.div(counts.sum()));
      const spread = (x: Tensor): Tensor => x.square().sum().rsub(1);
      const covariance = right.sum().sub(support.mul(predicted).sum());
      return ratio(covariance, spread(predicted).mul(spread(support)).clamp(0).sqrt(), 0);
    }),
  );
}

/** Cohen's κ = (pₒ − pₑ) / (1 − pₑ): agreement beyond that of chance. → 0-d. */
export function cohenKappaScore(
  predictions: Tensor,
  targets: Tensor,
  { numClasses = 2 }: ClassesOptions = {},
): Tensor {
  return noGrad(() =>
    composite(() => {
      const counts = confusion("cohenKappaScore", predictions, targets, numClasses);
      const { right, support, predicted } = tally(counts.div(counts.sum()));
      const chance = support.mul(predicted).sum();
      return ratio(right.sum().sub(chance), chance.rsub(1), Number.NaN);
    }),
  );
}
