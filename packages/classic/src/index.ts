export {
  LinearDiscriminantAnalysis,
  type LinearDiscriminantAnalysisParams,
  QuadraticDiscriminantAnalysis,
  type QuadraticDiscriminantAnalysisParams,
} from "./bayes/discriminants.ts";
export {
  BernoulliNB,
  type BernoulliNBParams,
  GaussianNB,
  type GaussianNBParams,
  MultinomialNB,
  type MultinomialNBParams,
} from "./bayes/naive.ts";
export { AdaBoostClassifier, type AdaBoostClassifierParams } from "./boosting/ada-boost.ts";
export type {
  GradientBoostingClassifierParams,
  GradientBoostingRegressorParams,
} from "./boosting/gradient/settings.ts";
export {
  GradientBoostingClassifier,
  GradientBoostingRegressor,
} from "./boosting/gradient-boosting.ts";
export type {
  HistGradientBoostingClassifierParams,
  HistGradientBoostingRegressorParams,
} from "./boosting/hist/settings.ts";
export {
  HistGradientBoostingClassifier,
  HistGradientBoostingRegressor,
} from "./boosting/hist-gradient-boosting.ts";
export type { OwnLoss } from "./boosting/own-loss.ts";
export {
  AgglomerativeClustering,
  type AgglomerativeClusteringParams,
} from "./cluster/agglomerative.ts";
export { DBSCAN, type DBSCANParams } from "./cluster/dbscan.ts";
export { KMeans, type KMeansParams } from "./cluster/k-means.ts";
export { PCA, type PCAParams } from "./decomposition/pca.ts";
export type { FitOptions, Numbers, Rows } from "./estimator/input.ts";
export type { ClassWeight, Predictor } from "./estimator/predictors.ts";
export type { EstimatorState } from "./estimator/state.ts";
export { ExtraTreesClassifier, ExtraTreesRegressor } from "./forest/extra-trees.ts";
export { IsolationForest, type IsolationForestParams } from "./forest/isolation-forest.ts";
export { RandomForestClassifier, RandomForestRegressor } from "./forest/random-forest.ts";
export type { ForestClassifierParams, ForestRegressorParams } from "./forest/settings.ts";
export {
  type FclusterOptions,
  fcluster,
  type Inconsistency,
  inconsistent,
} from "./hierarchy/flat.ts";
export {
  type Bracket,
  cophenet,
  type Dendrogram,
  dendrogram,
  leavesList,
  type OrderOptions,
} from "./hierarchy/leaves.ts";
export { type LinkageMethod, type LinkageOptions, linkage } from "./hierarchy/linkage.ts";
export type { Linkage, Merge } from "./hierarchy/merge.ts";
export type { PairMetric } from "./hierarchy/pairs.ts";
export { LogisticRegression, type LogisticRegressionParams } from "./linear/logistic-regression.ts";
export {
  ElasticNet,
  type ElasticNetParams,
  Lasso,
  type LassoParams,
  LinearRegression,
  type LinearRegressionParams,
  Ridge,
  type RidgeParams,
} from "./linear/regressors.ts";
export { GaussianMixture, type GaussianMixtureParams } from "./mixture/gaussian-mixture.ts";
export {
  KNeighborsClassifier,
  type KNeighborsParams,
  KNeighborsRegressor,
  type Neighbors,
} from "./neighbors/k-neighbors.ts";
export type { Metric } from "./neighbors/nearest.ts";
export {
  crossValScore,
  type LearningCurve,
  type LearningCurveOptions,
  learningCurve,
  type TrialOptions,
} from "./selection/cross-validation.ts";
export type { CrossValidation } from "./selection/folds.ts";
export {
  type PartialDependence,
  type PartialDependenceOptions,
  type PermutationImportance,
  type PermutationImportanceOptions,
  partialDependence,
  permutationImportance,
} from "./selection/inspection.ts";
export { makePipeline, type PipelineClasses, PredictorPipeline } from "./selection/pipeline.ts";
export type { Scorer, Scoring, ScoringName } from "./selection/scorers.ts";
export {
  type Candidate,
  type Draw,
  loguniform,
  type ParamDistributions,
  type ParamGrid,
  randint,
  uniform,
} from "./selection/search/candidates.ts";
export {
  GridSearchCV,
  RandomizedSearchCV,
  type RandomizedSearchOptions,
} from "./selection/search/grid.ts";
export {
  HalvingRandomSearchCV,
  type HalvingRound,
  type HalvingSearchOptions,
} from "./selection/search/halving.ts";
export type { SearchResults } from "./selection/search/search.ts";
export { LinearSVC, type LinearSVCParams } from "./svm/linear-svc.ts";
export { SVC, type SVCParams, SVR, type SVRParams } from "./svm/svc.ts";
export {
  DecisionTreeClassifier,
  type DecisionTreeClassifierParams,
  DecisionTreeRegressor,
  type DecisionTreeRegressorParams,
} from "./tree/decision-tree.ts";
export {
  type DrawnNode,
  exportSvg,
  type PlotTreeOptions,
  plotTree,
  type TreeDrawing,
} from "./tree/picture.ts";
export { type ExportTextOptions, exportText } from "./tree/text.ts";
