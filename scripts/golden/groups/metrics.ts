import { type Tensor, tensor } from "@wgrad/autograd";
import * as metrics from "@wgrad/metrics";
import { decodeAll, fromRecord } from "../call.ts";
import { compare } from "../compare.ts";
import { type Callable, camel, Unmapped } from "../names.ts";
import type { Run } from "../run.ts";

interface Counterpart {
  readonly ours: string;
  /** The supported settings; cases with others have no counterpart. */
  readonly takes: readonly string[];
  /** Settings that are positional here, after predictions and targets. */
  readonly positional?: readonly string[];
  /** Settings without effect here: classes are numbered by the scores. */
  readonly implied?: readonly string[];
  /** Settings with another name here. */
  readonly renamed?: Readonly<Record<string, string>>;
  /** Whether it accepts a column of labels 1 or 0 for each of several labels. */
  readonly multilabel?: boolean;
  /** Whether an option turns that on. */
  readonly byOption?: boolean;
}

const scores: Pick<Counterpart, "takes" | "byOption"> = {
  takes: ["average", "labels", "zero_division", "pos_label"],
  byOption: true,
};
const binaries = { takes: ["threshold", "ignore_index"] };
const several = {
  takes: ["num_labels", "average", "threshold"],
  implied: ["num_labels"],
  multilabel: true,
};
const rankings = { takes: ["num_labels"], implied: ["num_labels"], multilabel: true };
const found = { takes: ["top_k"] };
const bins = { takes: ["n_bins", "norm", "num_classes"], positional: ["num_classes"] };
const areasOf = {
  takes: ["num_classes", "average", "per_class", "include_background", "input_format"],
  positional: ["num_classes"],
  implied: ["input_format"],
};
const images = {
  takes: ["data_range", "reduction", "dim", "sigma", "kernel_size", "gaussian_kernel"],
};
const multiclass = {
  takes: ["num_classes", "average", "ignore_index"],
  positional: ["num_classes"],
};
const outputs = { takes: ["multioutput"] };
const areas = { takes: ["multi_class", "average", "max_fpr"], multilabel: true };
const labels = { takes: ["num_labels", "average"], implied: ["num_labels"], multilabel: true };
const clusters = { takes: [] };

/** Metrics by the names of those libraries. Here predictions come first, then targets. */
const counterparts: Readonly<Record<string, Counterpart>> = {
  ...named("sklearn.metrics", {
    accuracy_score: { ours: "accuracy", takes: ["normalize"], byOption: true },
    zero_one_loss: { ours: "zeroOneLoss", takes: ["normalize"] },
    hamming_loss: { ours: "hammingLoss", takes: [], multilabel: true },
    jaccard_score: { ours: "jaccardScore", ...scores },
    precision_recall_fscore_support: {
      ours: "precisionRecallFscoreSupport",
      takes: ["beta", "labels", "zero_division"],
    },
    classification_report: { ours: "classificationReport", takes: [] },
    hinge_loss: { ours: "hingeLoss", takes: [] },
    class_likelihood_ratios: { ours: "classLikelihoodRatios", takes: [] },
    multilabel_confusion_matrix: {
      ours: "multilabelConfusionMatrix",
      takes: [],
      multilabel: true,
    },
    dcg_score: { ours: "dcgScore", takes: ["k", "log_base", "ignore_ties"] },
    coverage_error: { ours: "coverageError", takes: [] },
    label_ranking_loss: { ours: "labelRankingLoss", takes: [] },
    label_ranking_average_precision_score: {
      ours: "labelRankingAveragePrecisionScore",
      takes: [],
    },
    det_curve: { ours: "detCurve", takes: [] },
    mean_squared_log_error: { ours: "meanSquaredLogError", ...outputs },
    root_mean_squared_log_error: { ours: "rootMeanSquaredLogError", ...outputs },
    mean_poisson_deviance: { ours: "meanPoissonDeviance", takes: [] },
    mean_gamma_deviance: { ours: "meanGammaDeviance", takes: [] },
    mean_tweedie_deviance: { ours: "meanTweedieDeviance", takes: ["power"] },
    d2_tweedie_score: { ours: "d2TweedieScore", takes: ["power"] },
    mean_pinball_loss: { ours: "meanPinballLoss", takes: ["alpha", "multioutput"] },
    d2_pinball_score: { ours: "d2PinballScore", takes: ["alpha", "multioutput"] },
    d2_absolute_error_score: { ours: "d2AbsoluteErrorScore", ...outputs },
    silhouette_samples: { ours: "silhouetteSamples", takes: ["metric"] },
    calinski_harabasz_score: { ours: "calinskiHarabaszScore", takes: [] },
    davies_bouldin_score: { ours: "daviesBouldinScore", takes: [] },
    adjusted_mutual_info_score: { ours: "adjustedMutualInfoScore", ...clusters },
    contingency_matrix: { ours: "contingencyMatrix", ...clusters },
    precision_score: { ours: "precisionScore", ...scores },
    recall_score: { ours: "recallScore", ...scores },
    f1_score: { ours: "f1Score", ...scores },
    fbeta_score: { ours: "fbetaScore", takes: ["beta", ...scores.takes], positional: ["beta"] },
    confusion_matrix: { ours: "confusionMatrix", takes: ["labels", "normalize"] },
    balanced_accuracy_score: { ours: "balancedAccuracyScore", takes: ["adjusted"] },
    matthews_corrcoef: { ours: "matthewsCorrcoef", takes: [] },
    cohen_kappa_score: { ours: "cohenKappaScore", takes: ["weights", "labels"] },
    top_k_accuracy_score: {
      ours: "topKAccuracyScore",
      takes: ["k", "labels", "normalize"],
      implied: ["labels"],
    },
    roc_auc_score: { ours: "rocAucScore", ...areas },
    average_precision_score: { ours: "averagePrecisionScore", ...areas },
    roc_curve: { ours: "rocCurve", takes: ["drop_intermediate"] },
    precision_recall_curve: { ours: "precisionRecallCurve", takes: [] },
    log_loss: { ours: "logLoss", takes: ["labels", "normalize"], implied: ["labels"] },
    brier_score_loss: { ours: "brierScoreLoss", takes: [] },
    ndcg_score: { ours: "ndcgScore", takes: ["k", "ignore_ties"] },
    mean_squared_error: { ours: "meanSquaredError", ...outputs },
    root_mean_squared_error: { ours: "rootMeanSquaredError", ...outputs },
    mean_absolute_error: { ours: "meanAbsoluteError", ...outputs },
    median_absolute_error: { ours: "medianAbsoluteError", ...outputs },
    mean_absolute_percentage_error: { ours: "meanAbsolutePercentageError", ...outputs },
    max_error: { ours: "maxError", takes: [] },
    r2_score: { ours: "r2Score", ...outputs },
    explained_variance_score: { ours: "explainedVarianceScore", ...outputs },
    "pairwise.cosine_similarity": { ours: "pairwiseCosineSimilarity", takes: [] },
    silhouette_score: { ours: "silhouetteScore", takes: ["metric"] },
    rand_score: { ours: "randScore", ...clusters },
    adjusted_rand_score: { ours: "adjustedRandScore", ...clusters },
    mutual_info_score: { ours: "mutualInfoScore", ...clusters },
    normalized_mutual_info_score: { ours: "normalizedMutualInfoScore", ...clusters },
    homogeneity_score: { ours: "homogeneityScore", ...clusters },
    completeness_score: { ours: "completenessScore", ...clusters },
    v_measure_score: { ours: "vMeasureScore", takes: ["beta"] },
    fowlkes_mallows_score: { ours: "fowlkesMallowsScore", ...clusters },
  }),
  ...named("scipy.stats", {
    pearsonr: { ours: "pearsonCorrcoef", takes: [] },
    spearmanr: { ours: "spearmanCorrcoef", takes: [] },
    kendalltau: { ours: "kendalltau", takes: [] },
  }),
  ...named("torchmetrics.functional.classification", {
    binary_accuracy: { ours: "binaryAccuracy", takes: ["threshold", "ignore_index"] },
    ...each("binary", "binary", binaries, [
      "precision recall f1_score specificity jaccard_index hamming_distance",
      "matthews_corrcoef cohen_kappa stat_scores",
    ]),
    ...each("multiclass", "multiclass", multiclass, [
      "specificity jaccard_index hamming_distance stat_scores",
    ]),
    ...each("multilabel", "multilabel", several, [
      "accuracy precision recall f1_score specificity jaccard_index hamming_distance exact_match",
    ]),
    binary_calibration_error: { ours: "binaryCalibrationError", ...bins },
    multiclass_calibration_error: { ours: "multiclassCalibrationError", ...bins },
    multilabel_coverage_error: { ours: "coverageError", ...rankings },
    multilabel_ranking_loss: { ours: "labelRankingLoss", ...rankings },
    multilabel_ranking_average_precision: {
      ours: "labelRankingAveragePrecisionScore",
      ...rankings,
    },
    binary_auroc: { ours: "rocAucScore", takes: ["ignore_index"] },
    binary_average_precision: { ours: "averagePrecisionScore", takes: ["ignore_index"] },
    multiclass_auroc: { ours: "rocAucScore", ...multiclass, implied: ["num_classes"] },
    multiclass_average_precision: {
      ours: "averagePrecisionScore",
      ...multiclass,
      implied: ["num_classes"],
    },
    multilabel_auroc: { ours: "rocAucScore", ...labels },
    multilabel_average_precision: { ours: "averagePrecisionScore", ...labels },
    multiclass_accuracy: {
      ours: "multiclassAccuracy",
      ...multiclass,
      takes: ["top_k", ...multiclass.takes],
    },
    multiclass_precision: { ours: "multiclassPrecision", ...multiclass },
    multiclass_recall: { ours: "multiclassRecall", ...multiclass },
    multiclass_f1_score: { ours: "multiclassF1Score", ...multiclass },
    multiclass_confusion_matrix: {
      ours: "confusionMatrix",
      takes: ["num_classes", "normalize"],
    },
  }),
  ...named("torchmetrics.functional", {
    mean_squared_error: { ours: "meanSquaredError", takes: ["squared"] },
    pearson_corrcoef: { ours: "pearsonCorrcoef", takes: [] },
    spearman_corrcoef: { ours: "spearmanCorrcoef", takes: [] },
    cosine_similarity: { ours: "cosineSimilarity", takes: ["reduction"] },
    "text.perplexity": { ours: "perplexity", takes: ["ignore_index"] },
    "regression.explained_variance": { ours: "explainedVarianceScore", takes: [] },
    "regression.mean_absolute_percentage_error": {
      ours: "meanAbsolutePercentageError",
      takes: [],
    },
    "regression.kendall_rank_corrcoef": { ours: "kendalltau", takes: [] },
    ...each("retrieval.retrieval", "retrieval", found, [
      "reciprocal_rank average_precision precision recall hit_rate r_precision fall_out auroc",
    ]),
    ...each(
      "regression",
      "",
      { takes: ["power", "reduction", "log_prob", "squared", "p"] },
      [
        "log_cosh_error symmetric_mean_absolute_percentage_error relative_squared_error",
        "weighted_mean_absolute_percentage_error mean_squared_log_error concordance_corrcoef",
        "kl_divergence",
      ],
      ".",
    ),
    "regression.r2_score": { ours: "adjustedR2Score", takes: ["adjusted"] },
    "regression.minkowski_distance": {
      ours: "minkowskiDistance",
      takes: ["p"],
      positional: ["p"],
    },
    "regression.tweedie_deviance_score": { ours: "meanTweedieDeviance", takes: ["power"] },
    "image.peak_signal_noise_ratio": { ours: "peakSignalNoiseRatio", ...images },
    "image.structural_similarity_index_measure": { ours: "structuralSimilarity", ...images },
    "image.total_variation": { ours: "totalVariation", ...images },
    "image.universal_image_quality_index": { ours: "universalImageQualityIndex", ...images },
    "image.spectral_angle_mapper": { ours: "spectralAngleMapper", ...images },
    "segmentation.dice_score": { ours: "diceScore", ...areasOf },
    "segmentation.mean_iou": { ours: "meanIou", ...areasOf },
    "segmentation.generalized_dice_score": { ours: "generalizedDiceScore", ...areasOf },
    "retrieval.retrieval_normalized_dcg": {
      ours: "ndcgScore",
      takes: ["top_k"],
      renamed: { top_k: "k" },
    },
  }),
};

/** Metrics whose names differ by a prefix only. */
function each(
  theirs: string,
  ours: string,
  rest: Omit<Counterpart, "ours">,
  lists: readonly string[],
  joint = "_",
): Record<string, Counterpart> {
  const names = lists.flatMap((list) => list.split(" "));
  return Object.fromEntries(
    names.map((name) => [
      `${theirs}${joint}${name}`,
      { ours: ours === "" ? camel(name) : camel(`${ours}_${name}`), ...rest },
    ]),
  );
}

function named(
  library: string,
  metrics: Readonly<Record<string, Counterpart>>,
): Record<string, Counterpart> {
  return Object.fromEntries(
    Object.entries(metrics).map(([name, counterpart]) => [`${library}.${name}`, counterpart]),
  );
}

/** Arguments that come first here and later in those libraries. */
const PREDICTIONS = ["y_pred", "y_score", "y_prob", "preds", "labels_pred", "decision"];

/** A metric of predictions and targets, or of texts. */
export async function runMetrics(run: Run): Promise<void> {
  const { item, group } = run;
  const name = item.metric as string;
  if (item.inputs.length === 0) return runTexts(run);
  const counterpart = counterparts[name] ?? { ours: "", takes: [] };
  const {
    ours,
    takes,
    positional = [],
    implied = [],
    renamed = {},
    multilabel = false,
    byOption = false,
  } = counterpart;
  const metric = (metrics as Readonly<Record<string, unknown>>)[ours];
  const settings = decodeAll(item.kwargs, new Map());
  const keys = Object.keys(settings);
  const ofLabels =
    item.category === "multilabel" && !multilabel && !byOption && !name.includes("rank");
  if (typeof metric !== "function" || keys.some((key) => !takes.includes(key)) || ofLabels) {
    const what = ofLabels ? "several labels an example" : keys.join(", ") || "no settings";
    throw new Unmapped(`no counterpart of ${name} with ${what}`);
  }
  const inputs = item.inputs
    .filter((input) => input !== "sample_weight")
    .sort((a, b) => Number(PREDICTIONS.includes(b)) - Number(PREDICTIONS.includes(a)));
  const tensorNamed = (input: string): Tensor => fromRecord(group.tensor(item.id, input));
  const fixed = positional
    .filter((key) => !implied.includes(key) && key in settings)
    .map((key) => settings[key]);
  const options = Object.fromEntries(
    Object.entries(settings)
      .filter(([key]) => !positional.includes(key) && !implied.includes(key))
      .map(([key, value]) => {
        const plain = value === "none" && !name.includes(".image.");
        return [renamed[key] ?? camel(key), plain ? null : value];
      }),
  );
  if (byOption && (item.category === "multilabel" || item.id.endsWith("_multilabel")))
    options.multilabel = true;
  if (item.inputs.includes("sample_weight")) options.sampleWeight = tensorNamed("sample_weight");
  const args = Object.keys(options).length > 0 ? [options] : [];
  const result = await (metric as Callable)(...inputs.map(tensorNamed), ...fixed, ...args);
  for (const output of item.outputs) {
    const field = (result as Readonly<Record<string, unknown>>)[output];
    const part = item.outputs.length > 1 ? field : result;
    const counts = name.endsWith("stat_scores") ? (part as Tensor).to("f32") : part;
    await run.check(output, Array.isArray(counts) ? tensorOf(counts) : counts);
  }
}

/** A list of numbers or of rows of numbers. */
function tensorOf(part: readonly unknown[]): unknown {
  return Array.isArray(part[0]) ? tensor(part as never) : Float64Array.from(part as number[]);
}

interface Report {
  readonly score: number;
  readonly [part: string]: number | readonly number[];
}

/** The setting `force` of SacreBLEU, which only suppresses a warning. */
const SILENT = ["force"];

type OfTexts = (texts: readonly unknown[], settings: never) => unknown;

/** Metrics of texts; arguments other than hypotheses and references are settings. */
const ofTexts: Readonly<Record<string, OfTexts>> = {
  word_error_rate: ([h, r]) => metrics.wordErrorRate(h as string[], r as string[]),
  char_error_rate: ([h, r]) => metrics.charErrorRate(h as string[], r as string[]),
  match_error_rate: ([h, r]) => metrics.matchErrorRate(h as string[], r as string[]),
  word_information_lost: ([h, r]) => metrics.wordInformationLost(h as string[], r as string[]),
  word_information_preserved: ([h, r]) =>
    metrics.wordInformationPreserved(h as string[], r as string[]),
  edit_distance: ([h, r]) => metrics.editDistance(h as string[], r as string[]),
  extended_edit_distance: ([h, r]) => metrics.extendedEditDistance(h as string[], r as string[]),
  translation_edit_rate: ([h, r]) => metrics.translationEditRate(h as string[], r as string[][]),
  corpus_ter: ([h, r]) =>
    100 *
    metrics.translationEditRate(
      h as string[],
      (h as string[]).map((_, i) => (r as string[][]).map((stream) => stream[i] as string)),
    ),
  corpus_chrf: ([h, r], settings) =>
    metrics.corpusChrf(h as string[], r as string[][], settings as object),
  sentence_bleu: ([h, r]) => metrics.sentenceBleu(h as string, r as string[]).score,
  sentence_chrf: ([h, r]) => metrics.sentenceChrf(h as string, r as string[]),
  rouge_score: ([h, r], { key, ...settings }: { key: string; accumulate: "best" | "avg" }) => {
    const [name, part] = key.split("_") as ["rouge1", "fmeasure"];
    const found = metrics.rougeScore(h as string[], r as string[][], settings)[name];
    return found?.[part];
  },
  squad: ([answers, targets], { key }: { key: string }) => {
    const texts = (answers as { prediction_text: string }[]).map((one) => one.prediction_text);
    const own = (targets as { answers: { text: string[] } }[]).map((one) => one.answers.text);
    const { exactMatch, f1 } = metrics.squad(texts, own);
    return key === "f1" ? f1 : exactMatch;
  },
};

/** Texts: every part of SacreBLEU's report, and the scores of NLTK and torchmetrics. */
async function runTexts(run: Run): Promise<void> {
  const { item } = run;
  const { hypotheses, references, kwargs } = item;
  const last = (item.metric as string).split(".").at(-1) as string;
  const score = ofTexts[last];
  if (score !== undefined) {
    const texts = [
      hypotheses ?? item.hypothesis ?? item.predictions,
      references ?? item.reference_streams ?? item.targets,
    ];
    const settings = Object.fromEntries(
      Object.entries(decodeAll(kwargs, new Map())).map(([key, value]) => [camel(key), value]),
    );
    await run.check("value", score(texts, settings as never));
    return;
  }
  if (!/\b(corpus_bleu|bleu_score)$/.test(item.metric as string)) {
    throw new Unmapped(`no counterpart of ${item.metric}`);
  }
  const { smooth, ...given } = decodeAll(kwargs, new Map());
  const settings = Object.fromEntries(
    Object.entries({ ...given, ...(smooth === true && { smoothing: "method2" }) })
      .filter(([key]) => !SILENT.includes(key))
      .map(([key, value]) => [camel(key), value]),
  );
  if (item.reference_streams === undefined) {
    await run.check(
      "value",
      metrics.bleuScore(hypotheses as string[], references as string[][], settings),
    );
    return;
  }
  const found = metrics.corpusBleu(
    hypotheses as string[],
    item.reference_streams as string[][],
    settings,
  ) as unknown as Report;
  await run.check("value", found.score);
  const report = typeof item.value === "number" ? { score: item.value } : (item.value as Report);
  for (const [part, reference] of Object.entries(report)) {
    const [x, y] = [found[camel(part)] as number, reference].map((value) => {
      const data = Float64Array.from([value].flat() as number[]);
      return { dtype: "f64" as const, shape: [data.length], data };
    });
    const difference = compare(part, x as never, y as never, item.tol);
    if (difference !== null) run.fault(difference.reason);
  }
}
