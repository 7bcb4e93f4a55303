import type { Tensor } from "@wgrad/autograd";
import * as metrics from "@wgrad/metrics";
import { decodeAll, fromRecord } from "../call.ts";
import { compare } from "../compare.ts";
import { type Callable, camel, Unmapped } from "../names.ts";
import type { Run } from "../run.ts";

interface Counterpart {
  readonly ours: string;
  /** The settings we have; with others the case is not for us. */
  readonly takes: readonly string[];
  /** Those that are positional here, after predictions and targets. */
  readonly positional?: readonly string[];
  /** Those that say nothing here: classes are numbered by the scores. */
  readonly implied?: readonly string[];
  /** Settings that are called something else here. */
  readonly renamed?: Readonly<Record<string, string>>;
  /** Takes a label 1 or 0 for each of several, in a column each. */
  readonly multilabel?: boolean;
}

const scores: Pick<Counterpart, "takes"> = {
  takes: ["average", "labels", "zero_division", "pos_label"],
};
const multiclass = {
  takes: ["num_classes", "average", "ignore_index"],
  positional: ["num_classes"],
};
const outputs = { takes: ["multioutput"] };
const areas = { takes: ["multi_class", "average", "max_fpr"], multilabel: true };
const labels = { takes: ["num_labels", "average"], implied: ["num_labels"], multilabel: true };
const clusters = { takes: [] };

/** Metrics by the names of those libraries. Ours take predictions first, then targets. */
const counterparts: Readonly<Record<string, Counterpart>> = {
  ...named("sklearn.metrics", {
    accuracy_score: { ours: "accuracy", takes: ["normalize"] },
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
    "regression.r2_score": { ours: "r2Score", takes: [] },
    "retrieval.retrieval_normalized_dcg": {
      ours: "ndcgScore",
      takes: ["top_k"],
      renamed: { top_k: "k" },
    },
  }),
};

function named(
  library: string,
  metrics: Readonly<Record<string, Counterpart>>,
): Record<string, Counterpart> {
  return Object.fromEntries(
    Object.entries(metrics).map(([name, counterpart]) => [`${library}.${name}`, counterpart]),
  );
}

/** What comes first here, and second or later there. */
const PREDICTIONS = ["y_pred", "y_score", "y_prob", "preds", "labels_pred"];

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
  } = counterpart;
  const metric = (metrics as Readonly<Record<string, unknown>>)[ours];
  const settings = decodeAll(item.kwargs, new Map());
  const keys = Object.keys(settings);
  const ofLabels = item.category === "multilabel" && !multilabel;
  if (typeof metric !== "function" || keys.some((key) => !takes.includes(key)) || ofLabels) {
    const what = ofLabels ? "several labels an example" : keys.join(", ") || "no settings";
    throw new Unmapped(`no counterpart of ${name} with ${what}`);
  }
  const inputs = item.inputs
    .filter((input) => input !== "sample_weight")
    .sort((a, b) => Number(PREDICTIONS.includes(b)) - Number(PREDICTIONS.includes(a)));
  const tensorNamed = (input: string): Tensor => fromRecord(group.tensor(item.id, input));
  const fixed = positional.filter((key) => !implied.includes(key)).map((key) => settings[key]);
  const options = Object.fromEntries(
    Object.entries(settings)
      .filter(([key]) => !positional.includes(key) && !implied.includes(key))
      .map(([key, value]) => [renamed[key] ?? camel(key), value === "none" ? null : value]),
  );
  if (item.inputs.includes("sample_weight")) options.sampleWeight = tensorNamed("sample_weight");
  const args = Object.keys(options).length > 0 ? [options] : [];
  const result = await (metric as Callable)(...inputs.map(tensorNamed), ...fixed, ...args);
  for (const output of item.outputs) {
    const field = (result as Readonly<Record<string, unknown>>)[output];
    const part = item.outputs.length > 1 ? field : result;
    await run.check(output, Array.isArray(part) ? Float64Array.from(part) : part);
  }
}

interface Report {
  readonly score: number;
  readonly [part: string]: number | readonly number[];
}

/** SacreBLEU's `force` only keeps it from warning. */
const SILENT = ["force"];

/** Texts: SacreBLEU's report part by part, NLTK's and torchmetrics' scores. */
async function runTexts(run: Run): Promise<void> {
  const { item } = run;
  const { hypotheses, references, kwargs } = item;
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
