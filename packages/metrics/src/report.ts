import { ArgumentError, noGrad, stack, type Tensor } from "@wgrad/autograd";
import { checkCall, composite } from "@wgrad/autograd/plugin";
import { confusion, ratio, tally } from "./counts.ts";
import { type ClassesOptions, classesIn, labelsOf, measured, unlessOdd } from "./labels.ts";
import { averaged, fbeta, precision, recall } from "./precision-recall.ts";
import type { Values } from "./values.ts";

/** Settings of precisionRecallFscoreSupport. */
export interface FscoreOptions extends ClassesOptions {
  /** Weight β of recall relative to precision (default 1). */
  readonly beta?: number;
  /** Score of a class whose divisor is 0 (default 0). */
  readonly zeroDivision?: number;
}

/** Scores of every class, each [C]. */
export interface ClassScores {
  readonly precision: Tensor;
  readonly recall: Tensor;
  readonly fscore: Tensor;
  readonly support: Tensor;
}

/**
 * Precision, recall, Fβ and support of every class. Predictions come first, then targets, as for
 * `confusionMatrix`.
 */
export function precisionRecallFscoreSupport(
  predictions: Values,
  targets: Values,
  options: FscoreOptions = {},
): ClassScores {
  checkCall(
    "precisionRecallFscoreSupport(predictions: any, targets: any, { beta: number, numClasses: number | null, labels: list | null, zeroDivision: number, sampleWeight })",
    arguments,
  );
  return noGrad(() =>
    composite(() => scoresOf("precisionRecallFscoreSupport", predictions, targets, options)),
  );
}

function scoresOf(
  metric: string,
  predictions: Values,
  targets: Values,
  { beta = 1, zeroDivision = 0, ...classes }: FscoreOptions,
): ClassScores {
  const found = labelsOf(metric, { predictions, targets }, classes);
  const tallies = tally(found, classesIn(metric, found));
  const score = (fraction: typeof precision): Tensor =>
    unlessOdd(found.odd, ratio(...fraction(tallies), zeroDivision));
  return {
    precision: score(precision),
    recall: score(recall),
    fscore: score(fbeta(beta)),
    support: found.weight === null ? tallies.support.to("i32") : tallies.support,
  };
}

/** Settings of classificationReport. */
export interface ReportOptions extends ClassesOptions {
  /** Names of the classes in the text, in order (default: their numbers). */
  readonly targetNames?: readonly string[] | null;
  /** Score of a class whose divisor is 0 (default 0). */
  readonly zeroDivision?: number;
  /** Decimal places in the text (default 2). */
  readonly digits?: number;
}

/** Precision, recall, F₁ and support of one class, or of an average. */
export type ReportRow = readonly [precision: number, recall: number, f1: number, support: number];

/** The scores, and the report as text. */
export interface ClassificationReport {
  readonly accuracy: number;
  readonly classes: readonly ReportRow[];
  readonly macro: ReportRow;
  readonly weighted: ReportRow;
  /** The scores as a readable table. */
  readonly text: string;
}

/**
 * Precision, recall, F₁ and support of every class, with their mean and their mean weighted by
 * support. Reads the scores. Predictions come first, then targets, as for `confusionMatrix`.
 */
export async function classificationReport(
  predictions: Values,
  targets: Values,
  options: ReportOptions = {},
): Promise<ClassificationReport> {
  checkCall(
    "classificationReport(predictions: any, targets: any, { numClasses: number | null, labels: list | null, targetNames, zeroDivision: number, digits: number, sampleWeight })",
    arguments,
  );
  const { targetNames = null, zeroDivision = 0, digits = 2, ...classes } = options;
  const metric = "classificationReport";
  let labels: readonly number[] = [];
  const [table, right] = noGrad(() =>
    composite(() => {
      const found = labelsOf(metric, { predictions, targets }, classes);
      labels = classesIn(metric, found);
      const tallies = tally(found, labels);
      const each = [precision, recall, fbeta(1)].map((fraction) =>
        ratio(...fraction(tallies), zeroDivision),
      );
      const counts = tallies.support.eq(tallies.support);
      const means = (average: "macro" | "weighted"): Tensor =>
        stack([
          ...[precision, recall, fbeta(1)].map((fraction) =>
            averaged(
              fraction(tallies),
              { support: tallies.support, counts },
              average,
              zeroDivision,
            ),
          ),
          tallies.support.sum(),
        ]);
      const rows = stack([...each, tallies.support], 1);
      const whole = stack(
        [...Array.from(labels, (_, k) => rows.select(0, k)), means("macro"), means("weighted")],
        0,
      );
      const share = tallies.right.sum().div(tallies.support.sum());
      return [unlessOdd(found.odd, whole), share] as const;
    }),
  );
  const rows = (await table.tolist()) as unknown as ReportRow[];
  const names = targetNames ?? labels.map(String);
  if (names.length !== labels.length) {
    throw new ArgumentError(
      `${metric}: ${names.length} targetNames, but there are ${labels.length} classes`,
    );
  }
  const report = {
    accuracy: (await right.item()) as number,
    classes: rows.slice(0, -2),
    macro: rows.at(-2) as ReportRow,
    weighted: rows.at(-1) as ReportRow,
  };
  return { ...report, text: textOf(report, names, digits) };
}

function textOf(
  { accuracy, classes, macro, weighted }: Omit<ClassificationReport, "text">,
  names: readonly string[],
  digits: number,
): string {
  const width = Math.max("weighted avg".length, ...names.map((name) => name.length));
  const line = (name: string, cells: readonly string[]): string =>
    `${name.padStart(width)} ${cells.map((cell) => cell.padStart(9)).join(" ")}`;
  const row = (name: string, [p, r, f, support]: ReportRow): string =>
    line(name, [p.toFixed(digits), r.toFixed(digits), f.toFixed(digits), String(support)]);
  return [
    line("", ["precision", "recall", "f1-score", "support"]),
    "",
    ...classes.map((scores, k) => row(names[k] as string, scores)),
    "",
    line("accuracy", ["", "", accuracy.toFixed(digits), String(macro[3])]),
    row("macro avg", macro),
    row("weighted avg", weighted),
  ].join("\n");
}

/** Positive and negative likelihood ratio of a binary test, each 0-d. */
export interface LikelihoodRatios {
  readonly plus: Tensor;
  readonly minus: Tensor;
}

/** Settings of classLikelihoodRatios. */
export interface LikelihoodRatioOptions {
  /** Weight of each example, in the targets' shape (default: all 1). */
  readonly sampleWeight?: Values | null;
}

/**
 * Likelihood ratios: sensitivity / (1 − specificity), and (1 − sensitivity) / specificity.
 * Predictions come first, then targets; both 1 or 0. NaN if the divisor is 0.
 */
export function classLikelihoodRatios(
  predictions: Values,
  targets: Values,
  options: LikelihoodRatioOptions = {},
): LikelihoodRatios {
  checkCall("classLikelihoodRatios(predictions: any, targets: any, { sampleWeight })", arguments);
  const metric = "classLikelihoodRatios";
  return noGrad(() =>
    composite(() => {
      const found = labelsOf(metric, { predictions, targets }, { ...options, numClasses: 2 });
      const counts = confusion(metric, found);
      const at = (i: number, j: number): Tensor => counts.select(0, i).select(0, j);
      const [tn, fp, fn, tp] = [at(0, 0), at(0, 1), at(1, 0), at(1, 1)];
      const shares = (x: Tensor, y: Tensor): Tensor =>
        unlessOdd(found.odd, ratio(x.mul(tn.add(fp)), y.mul(tp.add(fn)), Number.NaN));
      return { plus: shares(tp, fp), minus: shares(fn, tn) };
    }),
  );
}

/** Settings of zeroOneLoss. */
export interface ZeroOneOptions {
  /** Returns the fraction of examples if true, else their number (default true). */
  readonly normalize?: boolean;
  /** Weight of each example (default: all 1). */
  readonly sampleWeight?: Values | null;
}

/**
 * Fraction of wrong examples, or their number. Predictions come first, then targets, as for
 * `accuracy`. → 0-d.
 */
export function zeroOneLoss(
  predictions: Values,
  targets: Values,
  options: ZeroOneOptions = {},
): Tensor {
  checkCall(
    "zeroOneLoss(predictions: any, targets: any, { normalize: boolean, sampleWeight })",
    arguments,
  );
  const { normalize = true, sampleWeight = null } = options;
  return wrong("zeroOneLoss", predictions, targets, sampleWeight, normalize);
}

/** Settings of hammingLoss. */
export interface HammingOptions {
  /** Weight of each example, in the targets' shape (default: all 1). */
  readonly sampleWeight?: Values | null;
}

/**
 * Fraction of wrong labels: one per example, or [n, labels] of 1 and 0. Predictions come first,
 * then targets. → 0-d.
 */
export function hammingLoss(
  predictions: Values,
  targets: Values,
  options: HammingOptions = {},
): Tensor {
  checkCall("hammingLoss(predictions: any, targets: any, { sampleWeight })", arguments);
  return wrong("hammingLoss", predictions, targets, options.sampleWeight ?? null, true);
}

function wrong(
  metric: string,
  predictions: Values,
  targets: Values,
  sampleWeight: Values | null,
  normalize: boolean,
): Tensor {
  return measured(() => {
    const found = labelsOf(metric, { predictions, targets }, { sampleWeight });
    const missed = found.predicted.ne(found.actual).to("f32");
    const weight = found.weight ?? missed.mul(0).add(1);
    const total = missed.mul(weight).sum();
    return unlessOdd(found.odd, normalize ? ratio(total, weight.sum(), Number.NaN) : total);
  });
}
