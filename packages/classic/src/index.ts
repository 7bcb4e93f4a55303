export { AdaBoostClassifier, type AdaBoostClassifierParams } from "./boosting/ada-boost.ts";
export {
  GradientBoostingClassifier,
  type GradientBoostingClassifierParams,
  GradientBoostingRegressor,
  type GradientBoostingRegressorParams,
} from "./boosting/gradient-boosting.ts";
export {
  HistGradientBoostingClassifier,
  type HistGradientBoostingClassifierParams,
  HistGradientBoostingRegressor,
  type HistGradientBoostingRegressorParams,
} from "./boosting/hist-gradient-boosting.ts";
export type { OwnLoss } from "./boosting/own-loss.ts";
export type { FitOptions, Numbers, Rows } from "./estimator/input.ts";
export { ExtraTreesClassifier, ExtraTreesRegressor } from "./forest/extra-trees.ts";
export type { ForestClassifierParams, ForestRegressorParams } from "./forest/forest.ts";
export { IsolationForest, type IsolationForestParams } from "./forest/isolation-forest.ts";
export { RandomForestClassifier, RandomForestRegressor } from "./forest/random-forest.ts";
export {
  DecisionTreeClassifier,
  type DecisionTreeClassifierParams,
  DecisionTreeRegressor,
  type DecisionTreeRegressorParams,
} from "./tree/decision-tree.ts";
export { type ExportTextOptions, exportText } from "./tree/text.ts";
