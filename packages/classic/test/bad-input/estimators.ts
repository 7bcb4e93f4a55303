import type { Numbers, Rows } from "@wgrad/classic";
import * as classic from "@wgrad/classic";

/** The methods that the tests call. */
export interface Estimator {
  readonly type: string;
  fit(x: Rows, y?: Numbers): Promise<unknown>;
  predict?(x: Rows): Promise<{ data(): Promise<ArrayLike<number>> }>;
  transform?(x: Rows): { data(): Promise<ArrayLike<number>> };
  readonly labels?: ArrayLike<number>;
  toState(): unknown;
}

const trees = { nEstimators: 3 };
const rounds = { maxIter: 2, minSamplesLeaf: 2 };

/** Every estimator with the settings that `generate.py` gives scikit-learn's. */
export const estimators = {
  AdaBoostClassifier: () => new classic.AdaBoostClassifier({ nEstimators: 2 }),
  AgglomerativeClustering: () => new classic.AgglomerativeClustering(),
  BernoulliNB: () => new classic.BernoulliNB(),
  DBSCAN: () => new classic.DBSCAN(),
  DecisionTreeClassifier: () => new classic.DecisionTreeClassifier(),
  DecisionTreeRegressor: () => new classic.DecisionTreeRegressor(),
  ElasticNet: () => new classic.ElasticNet({ alpha: 0.1 }),
  ExtraTreesClassifier: () => new classic.ExtraTreesClassifier(trees),
  ExtraTreesRegressor: () => new classic.ExtraTreesRegressor(trees),
  GaussianMixture: () => new classic.GaussianMixture({ nComponents: 2 }),
  GaussianNB: () => new classic.GaussianNB(),
  GradientBoostingClassifier: () => new classic.GradientBoostingClassifier({ nEstimators: 2 }),
  GradientBoostingRegressor: () => new classic.GradientBoostingRegressor({ nEstimators: 2 }),
  HistGradientBoostingClassifier: () => new classic.HistGradientBoostingClassifier(rounds),
  HistGradientBoostingRegressor: () => new classic.HistGradientBoostingRegressor(rounds),
  IsolationForest: () => new classic.IsolationForest(trees),
  KMeans: () => new classic.KMeans({ nClusters: 3 }),
  KNeighborsClassifier: () => new classic.KNeighborsClassifier(),
  KNeighborsRegressor: () => new classic.KNeighborsRegressor(),
  Lasso: () => new classic.Lasso({ alpha: 0.1 }),
  LinearDiscriminantAnalysis: () => new classic.LinearDiscriminantAnalysis(),
  LinearRegression: () => new classic.LinearRegression(),
  LinearSVC: () => new classic.LinearSVC(),
  LogisticRegression: () => new classic.LogisticRegression(),
  MultinomialNB: () => new classic.MultinomialNB(),
  PCA: () => new classic.PCA(),
  QuadraticDiscriminantAnalysis: () => new classic.QuadraticDiscriminantAnalysis(),
  RandomForestClassifier: () => new classic.RandomForestClassifier(trees),
  RandomForestRegressor: () => new classic.RandomForestRegressor(trees),
  Ridge: () => new classic.Ridge(),
  SVC: () => new classic.SVC(),
  SVR: () => new classic.SVR(),
} as unknown as Readonly<Record<string, () => Estimator>>;
