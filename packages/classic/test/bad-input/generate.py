"""What scikit-learn does with rows that are hard to learn from. `python generate.py` writes data/scikit-learn.json: for each
estimator and kind of rows null where it refuses, its predictions where they depend on no draws, else "random"."""
import json
import pathlib
import warnings

import numpy as np
import sklearn
from sklearn.cluster import DBSCAN, AgglomerativeClustering, KMeans
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.ensemble import *
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, LogisticRegression, Ridge
from sklearn.mixture import GaussianMixture
from sklearn.naive_bayes import BernoulliNB, GaussianNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.svm import SVC, SVR, LinearSVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

warnings.filterwarnings("ignore")
drawn = {
    "AdaBoostClassifier": AdaBoostClassifier(n_estimators=2),
    "DecisionTreeClassifier": DecisionTreeClassifier(),
    "DecisionTreeRegressor": DecisionTreeRegressor(),
    "ExtraTreesClassifier": ExtraTreesClassifier(n_estimators=3),
    "ExtraTreesRegressor": ExtraTreesRegressor(n_estimators=3),
    "GaussianMixture": GaussianMixture(2),
    "GradientBoostingClassifier": GradientBoostingClassifier(n_estimators=2),
    "GradientBoostingRegressor": GradientBoostingRegressor(n_estimators=2),
    "IsolationForest": IsolationForest(n_estimators=3),
    "KMeans": KMeans(3),
    "LinearSVC": LinearSVC(),
    "RandomForestClassifier": RandomForestClassifier(n_estimators=3),
    "RandomForestRegressor": RandomForestRegressor(n_estimators=3),
}
certain = {
    "AgglomerativeClustering": AgglomerativeClustering(),
    "BernoulliNB": BernoulliNB(),
    "DBSCAN": DBSCAN(),
    "ElasticNet": ElasticNet(alpha=0.1),
    "GaussianNB": GaussianNB(),
    "HistGradientBoostingClassifier": HistGradientBoostingClassifier(max_iter=2, min_samples_leaf=2),
    "HistGradientBoostingRegressor": HistGradientBoostingRegressor(max_iter=2, min_samples_leaf=2),
    "KNeighborsClassifier": KNeighborsClassifier(),
    "KNeighborsRegressor": KNeighborsRegressor(),
    "Lasso": Lasso(alpha=0.1),
    "LinearDiscriminantAnalysis": LinearDiscriminantAnalysis(),
    "LinearRegression": LinearRegression(),
    "LogisticRegression": LogisticRegression(),
    "MultinomialNB": MultinomialNB(),
    "PCA": PCA(),
    "QuadraticDiscriminantAnalysis": QuadraticDiscriminantAnalysis(),
    "Ridge": Ridge(),
    "SVC": SVC(),
    "SVR": SVR(),
}
x = np.random.RandomState(0).rand(12, 3).round(3)
y = np.arange(12) % 3


def put(value, column=None):
    changed = x.copy()
    changed[slice(None) if column is not None else 1, column or 0] = value
    return changed


whole = {"x": x, "y": y, "asked": x}
kinds = {
    "NaN to learn from": {**whole, "x": put(np.nan)},
    "NaN to predict": {**whole, "asked": put(np.nan)},
    "infinity to learn from": {**whole, "x": put(np.inf)},
    "infinity to predict": {**whole, "asked": put(np.inf)},
    "no rows to predict": {**whole, "asked": x[:0]},
    "one class or quantity": {**whole, "y": np.full(12, 5)},
    "a constant column": {**whole, "x": put(2, 1), "asked": put(2, 1)},
    "constant columns": {**whole, "x": np.full((12, 3), 2.0), "asked": np.full((12, 3), 2.0)},
    "one row": {"x": x[:1], "y": y[:1], "asked": x[:1]},
    "two rows": {"x": x[:2], "y": np.array([0, 1]), "asked": x[:2]},
    "negative numbers": {**whole, "x": x - 0.5, "asked": x - 0.5},
}


def outcome(model, is_drawn, x, y, asked):
    try:
        model.fit(x, y)
        if hasattr(model, "predict"):
            found = model.predict(asked)
        elif hasattr(model, "transform"):
            found = model.transform(asked)
        else:
            found = model.labels_
    except Exception:
        return None
    return "random" if is_drawn else np.asarray(found, float).ravel().round(6).tolist()


def listed(values):
    return [None if np.isnan(v) else "Infinity" if np.isinf(v) else float(v) for v in np.asarray(values, float).ravel()]


result = {
    "version": sklearn.__version__,
    "kinds": {name: {part: listed(values) for part, values in kind.items()} for name, kind in kinds.items()},
    "outcomes": {
        name: {kind: outcome(model, name in drawn, **rows) for kind, rows in kinds.items()}
        for name, model in sorted({**drawn, **certain}.items())
    },
}
path = pathlib.Path(__file__).parent / "data/scikit-learn.json"
path.write_text(json.dumps(result, separators=(",", ":")) + "\n")
