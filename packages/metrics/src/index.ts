export {
  type AccumulatedConfusionOptions,
  type AccumulatedScoreOptions,
  BinaryAccuracy,
  MulticlassAccuracy,
  MulticlassConfusionMatrix,
  MulticlassF1Score,
  MulticlassPrecision,
  MulticlassRecall,
} from "./accumulate/classification.ts";
export { Metric, type MetricStateDict, type Sums, type Totals } from "./accumulate/metric.ts";
export {
  MeanAbsoluteError,
  MeanMetric,
  MeanSquaredError,
  Perplexity,
  R2Score,
} from "./accumulate/regression.ts";
export {
  type AreaAverage,
  type AveragePrecisionOptions,
  averagePrecisionScore,
  type RocAucOptions,
  rocAucScore,
} from "./areas.ts";
export type { BinaryOptions } from "./binary.ts";
export {
  type BleuScoreOptions,
  bleuScore,
  type CorpusBleu,
  type CorpusBleuOptions,
  corpusBleu,
  type Text,
} from "./bleu.ts";
export {
  type AccuracyOptions,
  accuracy,
  type BalancedAccuracyOptions,
  type BinaryAccuracyOptions,
  balancedAccuracyScore,
  binaryAccuracy,
  type CohenKappaOptions,
  cohenKappaScore,
  matthewsCorrcoef,
  type TopKOptions,
  topKAccuracyScore,
} from "./classification.ts";
export {
  adjustedRandScore,
  completenessScore,
  fowlkesMallowsScore,
  homogeneityScore,
  mutualInfoScore,
  normalizedMutualInfoScore,
  randScore,
  type SilhouetteOptions,
  silhouetteScore,
  type VMeasureOptions,
  vMeasureScore,
} from "./clustering.ts";
export {
  type CosineSimilarityOptions,
  cosineSimilarity,
  kendalltau,
  pairwiseCosineSimilarity,
  pearsonCorrcoef,
  spearmanCorrcoef,
  wordSimilarity,
} from "./correlation.ts";
export { type ConfusionMatrixOptions, confusionMatrix } from "./counts.ts";
export {
  type PrecisionRecallCurve,
  precisionRecallCurve,
  type RocCurve,
  type RocCurveOptions,
  rocCurve,
} from "./curves.ts";
export {
  type KolmogorovSmirnov,
  kolmogorovSmirnov,
  populationStabilityIndex,
  type StabilityOptions,
} from "./drift.ts";
export type { ClassesOptions, IgnoreOptions } from "./labels.ts";
export {
  type MulticlassAccuracyOptions,
  type MulticlassOptions,
  multiclassAccuracy,
  multiclassF1Score,
  multiclassPrecision,
  multiclassRecall,
} from "./multiclass.ts";
export { type PerplexityOptions, perplexity } from "./perplexity.ts";
export {
  type Average,
  f1Score,
  fbetaScore,
  precisionScore,
  recallScore,
  type ScoreOptions,
} from "./precision-recall.ts";
export {
  brierScoreLoss,
  type LogLossOptions,
  logLoss,
  type ProbabilityLossOptions,
} from "./probability.ts";
export { auc, type NdcgOptions, ndcgScore, type RankingOptions } from "./ranking.ts";
export {
  type ExplainedOptions,
  explainedVarianceScore,
  type MeanSquaredErrorOptions,
  type Multioutput,
  type MultioutputOptions,
  maxError,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  medianAbsoluteError,
  r2Score,
  rootMeanSquaredError,
} from "./regression.ts";
export type { Values } from "./values.ts";
