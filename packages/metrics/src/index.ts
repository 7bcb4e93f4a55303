export {
  type AccumulatedScoreOptions,
  BinaryAccuracy,
  MulticlassAccuracy,
  MulticlassConfusionMatrix,
  MulticlassF1Score,
  MulticlassPrecision,
  MulticlassRecall,
} from "./accumulate/classification.ts";
export { Metric, type Sums, type Totals } from "./accumulate/metric.ts";
export {
  MeanAbsoluteError,
  MeanMetric,
  MeanSquaredError,
  Perplexity,
  R2Score,
} from "./accumulate/regression.ts";
export {
  type BleuScoreOptions,
  bleuScore,
  type CorpusBleu,
  type CorpusBleuOptions,
  corpusBleu,
  type Text,
} from "./bleu.ts";
export {
  accuracy,
  type BinaryAccuracyOptions,
  balancedAccuracyScore,
  binaryAccuracy,
  type ClassesOptions,
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
  silhouetteScore,
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
  type KolmogorovSmirnov,
  kolmogorovSmirnov,
  populationStabilityIndex,
  type StabilityOptions,
} from "./drift.ts";
export { type PerplexityOptions, perplexity } from "./perplexity.ts";
export {
  type Average,
  f1Score,
  fbetaScore,
  type MulticlassAccuracyOptions,
  type MulticlassOptions,
  multiclassAccuracy,
  multiclassF1Score,
  multiclassPrecision,
  multiclassRecall,
  precisionScore,
  recallScore,
  type ScoreOptions,
} from "./precision-recall.ts";
export { brierScoreLoss, logLoss } from "./probability.ts";
export {
  auc,
  averagePrecisionScore,
  ndcgScore,
  type PrecisionRecallCurve,
  precisionRecallCurve,
  type RocAucOptions,
  type RocCurve,
  rocAucScore,
  rocCurve,
} from "./ranking.ts";
export {
  explainedVarianceScore,
  type MeanSquaredErrorOptions,
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
