export {
  BinaryAUROC,
  BinaryAveragePrecision,
  type MulticlassAreaOptions,
  MulticlassAUROC,
  MulticlassAveragePrecision,
} from "./accumulate/areas.ts";
export {
  BinaryF1Score,
  BinaryJaccardIndex,
  BinaryPrecision,
  BinaryRecall,
  BinarySpecificity,
} from "./accumulate/binary.ts";
export {
  type AccumulatedConfusionOptions,
  type AccumulatedScoreOptions,
  BinaryAccuracy,
  MulticlassAccuracy,
  MulticlassConfusionMatrix,
  MulticlassF1Score,
  MulticlassJaccardIndex,
  MulticlassPrecision,
  MulticlassRecall,
} from "./accumulate/classification.ts";
export { Collected, type CollectedStateDict } from "./accumulate/collected.ts";
export { MetricCollection } from "./accumulate/collection.ts";
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
  sentenceBleu,
  type Text,
} from "./bleu.ts";
export {
  binaryCalibrationError,
  type CalibrationOptions,
  multiclassCalibrationError,
} from "./calibration.ts";
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
  calinskiHarabaszScore,
  daviesBouldinScore,
  type SilhouetteOptions,
  silhouetteSamples,
  silhouetteScore,
} from "./cluster-quality.ts";
export {
  adjustedMutualInfoScore,
  adjustedRandScore,
  completenessScore,
  contingencyMatrix,
  fowlkesMallowsScore,
  homogeneityScore,
  mutualInfoScore,
  normalizedMutualInfoScore,
  randScore,
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
  type DetCurve,
  detCurve,
  type PrecisionRecallCurve,
  precisionRecallCurve,
  type RocCurve,
  type RocCurveOptions,
  rocCurve,
} from "./curves.ts";
export {
  type DevianceOptions,
  d2AbsoluteErrorScore,
  d2PinballScore,
  d2TweedieScore,
  meanGammaDeviance,
  meanPinballLoss,
  meanPoissonDeviance,
  meanTweedieDeviance,
  type PinballOptions,
  type TweedieOptions,
} from "./deviance.ts";
export {
  type KolmogorovSmirnov,
  kolmogorovSmirnov,
  populationStabilityIndex,
  type StabilityOptions,
} from "./drift.ts";
export { type HingeLossOptions, hingeLoss } from "./hinge.ts";
export {
  type ImageOptions,
  type ImageReduction,
  type PsnrOptions,
  peakSignalNoiseRatio,
  type SsimOptions,
  spectralAngleMapper,
  structuralSimilarity,
  totalVariation,
  universalImageQualityIndex,
} from "./images.ts";
export {
  coverageError,
  type LabelRankingOptions,
  labelRankingAveragePrecisionScore,
  labelRankingLoss,
} from "./label-ranking.ts";
export type { ClassesOptions, IgnoreOptions } from "./labels.ts";
export {
  type AdjustedR2Options,
  adjustedR2Score,
  concordanceCorrcoef,
  type KlDivergenceOptions,
  klDivergence,
  logCoshError,
  meanSquaredLogError,
  minkowskiDistance,
  type RelativeSquaredErrorOptions,
  relativeSquaredError,
  rootMeanSquaredLogError,
  symmetricMeanAbsolutePercentageError,
  weightedMeanAbsolutePercentageError,
} from "./more-regression.ts";
export {
  type MulticlassAccuracyOptions,
  type MulticlassOptions,
  multiclassAccuracy,
  multiclassF1Score,
  multiclassPrecision,
  multiclassRecall,
} from "./multiclass.ts";
export {
  type MultilabelConfusionOptions,
  type MultilabelOptions,
  multilabelAccuracy,
  multilabelConfusionMatrix,
  multilabelExactMatch,
  multilabelF1Score,
  multilabelHammingDistance,
  multilabelJaccardIndex,
  multilabelPrecision,
  multilabelRecall,
  multilabelSpecificity,
} from "./multilabel.ts";
export { type PerplexityOptions, perplexity } from "./perplexity.ts";
export {
  type Average,
  f1Score,
  fbetaScore,
  jaccardScore,
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
export {
  auc,
  type DcgOptions,
  dcgScore,
  type NdcgOptions,
  ndcgScore,
  type RankingOptions,
} from "./ranking.ts";
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
export {
  type ClassificationReport,
  type ClassScores,
  classificationReport,
  classLikelihoodRatios,
  type FscoreOptions,
  type HammingOptions,
  hammingLoss,
  type LikelihoodRatioOptions,
  type LikelihoodRatios,
  precisionRecallFscoreSupport,
  type ReportOptions,
  type ReportRow,
  type ZeroOneOptions,
  zeroOneLoss,
} from "./report.ts";
export {
  type RetrievalOptions,
  retrievalAuroc,
  retrievalAveragePrecision,
  retrievalFallOut,
  retrievalHitRate,
  retrievalPrecision,
  retrievalRecall,
  retrievalReciprocalRank,
  retrievalRPrecision,
} from "./retrieval.ts";
export {
  type DiceOptions,
  diceScore,
  type GeneralizedDiceOptions,
  generalizedDiceScore,
  type MeanIouOptions,
  meanIou,
  type SegmentationOptions,
} from "./segmentation.ts";
export {
  binaryCohenKappa,
  binaryF1Score,
  binaryHammingDistance,
  binaryJaccardIndex,
  binaryMatthewsCorrcoef,
  binaryPrecision,
  binaryRecall,
  binarySpecificity,
  binaryStatScores,
  multiclassHammingDistance,
  multiclassJaccardIndex,
  multiclassSpecificity,
  multiclassStatScores,
  type StatScoresOptions,
} from "./stat-scores.ts";
export { type ChrfOptions, corpusChrf, sentenceChrf } from "./text/chrf.ts";
export {
  charErrorRate,
  type EditDistanceOptions,
  type ExtendedEditOptions,
  editDistance,
  extendedEditDistance,
  matchErrorRate,
  type Texts,
  wordErrorRate,
  wordInformationLost,
  wordInformationPreserved,
} from "./text/edits.ts";
export { type Rouge, type RougeKey, type RougeOptions, rougeScore } from "./text/rouge.ts";
export { type Squad, squad } from "./text/squad.ts";
export { type TranslationEditOptions, translationEditRate } from "./text/translation-edits.ts";
export type { Values } from "./values.ts";
