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
  /** Ours never looks at the data for the classes there are; theirs may. */
  readonly countsClasses?: boolean;
}

const scores: Pick<Counterpart, "takes" | "countsClasses"> = {
  takes: ["average", "labels", "zero_division"],
  countsClasses: true,
};
const multiclass = { takes: ["num_classes", "average"], positional: ["num_classes"] };

/** Metrics by the names of those libraries. Ours take predictions first, then targets. */
const counterparts: Readonly<Record<string, Counterpart>> = {
  "sklearn.metrics.accuracy_score": { ours: "accuracy", takes: [] },
  "sklearn.metrics.precision_score": { ours: "precisionScore", ...scores },
  "sklearn.metrics.recall_score": { ours: "recallScore", ...scores },
  "sklearn.metrics.f1_score": { ours: "f1Score", ...scores },
  "sklearn.metrics.fbeta_score": {
    ours: "fbetaScore",
    takes: ["beta", ...scores.takes],
    positional: ["beta"],
    countsClasses: true,
  },
  "sklearn.metrics.confusion_matrix": {
    ours: "confusionMatrix",
    takes: ["labels", "normalize"],
    countsClasses: true,
  },
  "sklearn.metrics.balanced_accuracy_score": {
    ours: "balancedAccuracyScore",
    takes: [],
    countsClasses: true,
  },
  "sklearn.metrics.matthews_corrcoef": {
    ours: "matthewsCorrcoef",
    takes: [],
    countsClasses: true,
  },
  "sklearn.metrics.cohen_kappa_score": { ours: "cohenKappaScore", takes: [], countsClasses: true },
  "sklearn.metrics.top_k_accuracy_score": { ours: "topKAccuracyScore", takes: ["k", "labels"] },
  "sklearn.metrics.roc_auc_score": { ours: "rocAucScore", takes: ["multi_class", "average"] },
  "sklearn.metrics.average_precision_score": { ours: "averagePrecisionScore", takes: [] },
  "sklearn.metrics.roc_curve": { ours: "rocCurve", takes: [] },
  "sklearn.metrics.precision_recall_curve": { ours: "precisionRecallCurve", takes: [] },
  "sklearn.metrics.log_loss": { ours: "logLoss", takes: ["labels"] },
  "sklearn.metrics.brier_score_loss": { ours: "brierScoreLoss", takes: [] },
  "sklearn.metrics.mean_squared_error": { ours: "meanSquaredError", takes: ["multioutput"] },
  "sklearn.metrics.root_mean_squared_error": {
    ours: "rootMeanSquaredError",
    takes: ["multioutput"],
  },
  "sklearn.metrics.mean_absolute_error": { ours: "meanAbsoluteError", takes: ["multioutput"] },
  "sklearn.metrics.median_absolute_error": { ours: "medianAbsoluteError", takes: ["multioutput"] },
  "sklearn.metrics.mean_absolute_percentage_error": {
    ours: "meanAbsolutePercentageError",
    takes: ["multioutput"],
  },
  "sklearn.metrics.max_error": { ours: "maxError", takes: [] },
  "sklearn.metrics.r2_score": { ours: "r2Score", takes: ["multioutput"] },
  "sklearn.metrics.explained_variance_score": {
    ours: "explainedVarianceScore",
    takes: ["multioutput"],
  },
  "sklearn.metrics.pairwise.cosine_similarity": { ours: "pairwiseCosineSimilarity", takes: [] },
  "scipy.stats.pearsonr": { ours: "pearsonCorrcoef", takes: [] },
  "scipy.stats.spearmanr": { ours: "spearmanCorrcoef", takes: [] },
  "scipy.stats.kendalltau": { ours: "kendalltau", takes: [] },
  "torchmetrics.functional.classification.binary_accuracy": {
    ours: "binaryAccuracy",
    takes: ["threshold"],
  },
  "torchmetrics.functional.classification.binary_auroc": { ours: "rocAucScore", takes: [] },
  "torchmetrics.functional.classification.binary_average_precision": {
    ours: "averagePrecisionScore",
    takes: [],
  },
  "torchmetrics.functional.classification.multiclass_accuracy": {
    ours: "multiclassAccuracy",
    takes: ["num_classes", "average", "top_k"],
    positional: ["num_classes"],
  },
  "torchmetrics.functional.classification.multiclass_precision": {
    ours: "multiclassPrecision",
    ...multiclass,
  },
  "torchmetrics.functional.classification.multiclass_recall": {
    ours: "multiclassRecall",
    ...multiclass,
  },
  "torchmetrics.functional.classification.multiclass_f1_score": {
    ours: "multiclassF1Score",
    ...multiclass,
  },
  "torchmetrics.functional.mean_squared_error": { ours: "meanSquaredError", takes: ["squared"] },
  "torchmetrics.functional.pearson_corrcoef": { ours: "pearsonCorrcoef", takes: [] },
  "torchmetrics.functional.spearman_corrcoef": { ours: "spearmanCorrcoef", takes: [] },
  "torchmetrics.functional.cosine_similarity": { ours: "cosineSimilarity", takes: ["reduction"] },
  "torchmetrics.functional.text.perplexity": { ours: "perplexity", takes: ["ignore_index"] },
};

const PREDICTIONS = ["y_pred", "y_score", "y_prob", "preds"];

/** A metric of predictions and targets, or of texts. */
export async function runMetrics(run: Run): Promise<void> {
  const { item, group } = run;
  const name = item.metric as string;
  if (item.hypotheses !== undefined) return runBleu(run);
  const {
    ours,
    takes,
    positional = [],
    countsClasses,
  } = counterparts[name] ?? { ours: "", takes: [] };
  const metric = (metrics as Readonly<Record<string, unknown>>)[ours];
  const settings = decodeAll(item.kwargs, new Map());
  const keys = Object.keys(settings);
  if (typeof metric !== "function" || keys.some((setting) => !takes.includes(setting))) {
    throw new Unmapped(`no counterpart of ${name} with ${keys.join(", ") || "no settings"}`);
  }
  const inputs = [...item.inputs].sort(
    (a, b) => Number(PREDICTIONS.includes(b)) - Number(PREDICTIONS.includes(a)),
  );
  const tensors: Tensor[] = inputs.map((input) => fromRecord(group.tensor(item.id, input)));
  const { labels, ...rest } = settings;
  if (countsClasses) {
    const largest = inputs.flatMap((input) => [...group.tensor(item.id, input).data]);
    rest.num_classes = (labels as number[] | undefined)?.length ?? Math.max(...largest) + 1;
  }
  const fixed = positional.map((setting) => rest[setting]);
  const options = Object.fromEntries(
    Object.entries(rest)
      .filter(([setting]) => !positional.includes(setting))
      .map(([setting, value]) => [camel(setting), value]),
  );
  const args = Object.keys(options).length > 0 ? [options] : [];
  const result = await (metric as Callable)(...tensors, ...fixed, ...args);
  for (const output of item.outputs) {
    const field = (result as Readonly<Record<string, unknown>>)[output];
    await run.check(output, item.outputs.length > 1 ? field : result);
  }
}

interface Report {
  readonly score: number;
  readonly [part: string]: number | readonly number[];
}

/** Texts: SacreBLEU's report part by part, NLTK's and torchmetrics' scores. */
async function runBleu(run: Run): Promise<void> {
  const { item } = run;
  const { hypotheses, references, kwargs } = item;
  const settings = Object.fromEntries(
    Object.entries(decodeAll(kwargs, new Map())).map(([key, value]) => [camel(key), value]),
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
  for (const [part, reference] of Object.entries(item.value as Report)) {
    const [x, y] = [found[camel(part)] as number, reference].map((value) => {
      const data = Float64Array.from([value].flat() as number[]);
      return { dtype: "f64" as const, shape: [data.length], data };
    });
    const difference = compare(part, x as never, y as never, item.tol);
    if (difference !== null) run.fault(difference.reason);
  }
}
