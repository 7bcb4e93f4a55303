"""Estimators with settings drawn from all they take, on drawn rows: what scikit-learn makes of them. `python generate.py` writes
data/scikit-learn.json. Cases whose answer depends on random_state (cuts or neighbours that tie) are left out."""
import json
import pathlib
import warnings

import numpy as np
import sklearn
from sklearn.cluster import *
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import *
from sklearn.ensemble import *
from sklearn.linear_model import *
from sklearn.naive_bayes import *
from sklearn.neighbors import *
from sklearn.svm import *
from sklearn.tree import *

warnings.filterwarnings("ignore")
R = np.random.RandomState(1)
PER_ESTIMATOR = 4


def pick(*options):
    return options[R.randint(len(options))]


def settings(name, classes, width):
    hist = dict(max_iter=pick(3, 10), learning_rate=pick(0.1, 0.5), max_leaf_nodes=pick(None, 4, 8, 31), max_depth=pick(None, 2, 3),
                min_samples_leaf=pick(1, 3, 10), l2_regularization=pick(0.0, 1.0), max_bins=pick(2, 5, 16, 255), early_stopping=False)
    constraint = pick({}, {"categorical_features": [0]}, {"monotonic_cst": [0, pick(1, -1)] + [0] * (width - 2)} if classes == 2 else {})
    hist.update(constraint)
    tree = dict(max_depth=pick(None, 2, 4), min_samples_split=pick(2, 5), min_samples_leaf=pick(1, 3),
                min_weight_fraction_leaf=pick(0.0, 0.05), max_leaf_nodes=pick(None, None, 5), min_impurity_decrease=pick(0.0, 0.01),
                ccp_alpha=pick(0.0, 0.0, 0.01))
    kernel = dict(kernel=pick("linear", "poly", "rbf", "sigmoid"), C=pick(0.1, 1.0, 10.0), gamma=pick("scale", "auto", 0.3),
                  coef0=pick(0.0, 1.0), degree=pick(2, 3), tol=1e-5)
    near = dict(n_neighbors=pick(1, 3, 7), weights=pick("uniform", "distance"),
                metric=pick("minkowski", "euclidean", "manhattan", "chebyshev", "cosine"), p=pick(1, 2, 3))
    few = dict(n_estimators=pick(2, 6), max_depth=pick(1, 2))
    balance = pick(None, "balanced")
    intercept = pick(True, False)
    converged = dict(tol=1e-9, max_iter=100000)
    prior = dict(alpha=pick(0.1, 1.0, 3.0), fit_prior=pick(True, False))
    return {
        "HistGradientBoostingRegressor": dict(hist, loss=pick("squared_error", "absolute_error", "poisson", "gamma", "quantile")),
        "HistGradientBoostingClassifier": dict(hist, class_weight=balance),
        "GradientBoostingRegressor": dict(few, loss=pick("squared_error", "absolute_error", "huber", "quantile")),
        "GradientBoostingClassifier": few,
        "DecisionTreeClassifier": dict(tree, criterion=pick("gini", "entropy"), class_weight=balance),
        "DecisionTreeRegressor": dict(tree, criterion=pick("squared_error", "absolute_error", "poisson", "friedman_mse")),
        "KNeighborsClassifier": near,
        "KNeighborsRegressor": near,
        "SVC": dict(kernel, class_weight=balance, decision_function_shape=pick("ovr", "ovo")),
        "SVR": dict(kernel, epsilon=pick(0.01, 0.2)),
        "LinearSVC": dict(C=pick(0.1, 1.0, 10.0), loss=pick("hinge", "squared_hinge"), fit_intercept=intercept,
                          intercept_scaling=pick(1.0, 2.0), class_weight=balance, tol=1e-8, max_iter=20000),
        "LogisticRegression": dict(C=pick(0.1, 1.0, 10.0), fit_intercept=intercept, class_weight=balance, tol=1e-8, max_iter=5000),
        "LinearRegression": dict(fit_intercept=intercept),
        "Ridge": dict(alpha=pick(0.0, 0.1, 10.0), fit_intercept=intercept),
        "Lasso": dict(converged, alpha=pick(0.01, 0.1), fit_intercept=intercept, positive=pick(True, False)),
        "ElasticNet": dict(converged, alpha=pick(0.01, 0.1), l1_ratio=pick(0.1, 0.5, 1.0), fit_intercept=intercept,
                           positive=pick(True, False)),
        "GaussianNB": dict(var_smoothing=pick(1e-9, 1e-2)),
        "MultinomialNB": prior,
        "BernoulliNB": dict(prior, binarize=pick(0.0, 0.5)),
        "LinearDiscriminantAnalysis": {},
        "QuadraticDiscriminantAnalysis": dict(reg_param=pick(0.01, 0.3)),
        "PCA": dict(n_components=pick(None, 2, 0.7), whiten=pick(True, False)),
        "DBSCAN": dict(eps=pick(0.3, 0.6, 1.0), min_samples=pick(2, 4), metric=pick("euclidean", "manhattan", "chebyshev", "cosine")),
        "AgglomerativeClustering": dict(n_clusters=pick(2, 4), linkage=pick("ward", "complete", "average", "single")),
    }


NAMES = list(settings("", 2, 2))
UNNAMED = {"PCA", "DBSCAN", "AgglomerativeClustering"}
UNWEIGHTED = UNNAMED | {"KNeighborsClassifier", "KNeighborsRegressor", "LinearDiscriminantAnalysis", "QuadraticDiscriminantAnalysis"}
RANDOM = {"GradientBoostingRegressor", "GradientBoostingClassifier", "DecisionTreeClassifier", "DecisionTreeRegressor"}


def f32(values, digits=2):
    return np.round(values, digits).astype(np.float32).astype(float)


def case(name, forced=None, weighted=None, classes=None):
    rows, width, classes = R.randint(18, 30), R.randint(2, 4), classes or pick(2, 3)
    x = R.randn(rows, width)
    if pick(True, False, False) and name not in ("PCA", "QuadraticDiscriminantAnalysis"):
        x[:, -1] = 1.5
    if name == "MultinomialNB":
        x = np.abs(x)
    params = {**settings(name, classes, width)[name], **(forced or {})}
    if "categorical_features" in params:
        x[:, 0] = R.randint(0, 4, rows)
    x = f32(x)
    is_class = name.endswith(("Classifier", "NB", "Analysis")) or name in ("SVC", "LinearSVC", "LogisticRegression")
    y = x @ R.randn(width) + 0.5 * R.randn(rows)
    if is_class:
        y = np.digitize(y, np.quantile(y, [0.5] if classes == 2 else [0.33, 0.66])) * pick(1, 3) - pick(0, 4)
    if params.get("loss") in ("poisson", "gamma") or params.get("criterion") == "poisson":
        y = np.abs(y) + 0.1
    if params.get("loss") == "quantile" and name.startswith("Hist"):
        params["quantile"] = pick(0.2, 0.5, 0.9)
    y = f32(y)
    takes_missing = name.startswith("Hist") or (name.startswith("DecisionTree") and params["criterion"] != "absolute_error")
    if takes_missing and pick(True, False):
        missing = R.rand(rows, width) < 0.15
        missing[:, 0] &= "categorical_features" not in params
        x[missing] = np.nan
    asked = x[R.permutation(rows)[:6]]
    asked = asked if "categorical_features" in params else f32(asked + 0.05 * R.rand(*asked.shape))
    if np.ptp(np.nan_to_num(x[:, -1])) == 0:
        asked[:, -1] = x[0, -1]  # far off what never varied, f32 has no digits left
    if weighted is None:
        weighted = name not in UNWEIGHTED and pick(True, False)
    weights = R.randint(1, 4, rows).astype(float) if weighted else None

    def answers(seed, order):
        model = globals()[name](**params, **({"random_state": seed} if name in RANDOM or name == "LinearSVC" else {}))
        given = {} if weights is None else {"sample_weight": weights[order]}
        model.fit(x[order], *([] if name in UNNAMED else [y[order]]), **given)
        found = {}
        for method in ("predict", "predict_proba", "decision_function", "transform"):
            skipped = name in ("DBSCAN", "AgglomerativeClustering") or (name == "LinearDiscriminantAnalysis" and method == "transform")
            if hasattr(model, method) and not skipped and not (name == "SVC" and method == "predict_proba"):
                found[method] = np.asarray(getattr(model, method)(asked), float).ravel()
        if name in ("DBSCAN", "AgglomerativeClustering"):
            found["labels_"] = model.labels_.astype(float)
        if hasattr(model, "feature_importances_"):
            found["feature_importances_"] = model.feature_importances_
        return found

    plain = np.arange(rows)
    first = answers(0, plain)
    orders = [plain] * 6 if name in RANDOM else [R.permutation(rows)] if name.startswith("KNeighbors") else []
    for seed, order in enumerate(orders):
        other = answers(seed + 1, order)
        if any(np.abs(first[part] - other[part]).max() > 1e-6 for part in first):
            return None
    if not all(np.isfinite(values).all() for values in first.values()):
        return None
    cells = lambda values: [None if np.isnan(v) else round(float(v), 6) for v in np.asarray(values, float).ravel()]
    return {
        "name": name, "params": params, "width": width, "x": cells(x), "y": cells(y), "asked": cells(asked),
        "weights": None if weights is None else cells(weights), "answers": {part: cells(values) for part, values in first.items()},
    }


def some(count, *args, **kwargs):
    found = []
    while len(found) < count:
        one = case(*args, **kwargs)
        if one is not None:
            found.append(one)
    return found


cases = [one for name in NAMES for one in some(PER_ESTIMATOR, name)]
for loss in ("absolute_error", "huber", "quantile"):
    for weighted in (False, True):
        cases += some(1, "GradientBoostingRegressor", {"loss": loss, "n_estimators": 2}, weighted)
for name in ("LogisticRegression", "LinearSVC", "SVC", "DecisionTreeClassifier", "HistGradientBoostingClassifier"):
    for classes in (2, 3):
        cases += some(1, name, {"class_weight": "balanced"}, True, classes)
# a machine whose multipliers meet their bounds up to a rounding error, again and again
rows = [[0.14, 0.03, -4.56, 0.08], [-1.37, 0.23, -15.2, 0.07], [2.16, -0.18, -1.43, -0.03], [0.99, 0.03, -12.65, -0.27], [0.16, 0.11, -5.28, 0.01], [0.91, 0.03, 6.24, 0.01], [-0.34, 0.11, 15.87, -0.04], [-2.02, 0.05, -11.5, 0.07], [-1.35, 0.26, -1.96, 0.08], [-0.35, -0.19, -17.05, 0.27], [-0.86, -0.03, 9.54, -0.03]]
prices = [0.75, 6.47, -2.38, 2.58, 0.77, -2.85, -3.77, 4.66, 0.77, 4.76, -2.42]
weights = [3.0, 2.0, 2.0, 2.0, 1.0, 1.0, 3.0, 2.0, 2.0, 2.0, 1.0]
params = {"kernel": "poly", "degree": 2, "coef0": 0.0, "C": 0.1, "gamma": 0.3, "epsilon": 0.2, "tol": 1e-5}
said = SVR(**params).fit(rows, prices, weights).predict(rows[:6])
cases.append({
    "name": "SVR", "params": params, "width": 4, "x": sum(rows, []), "y": prices, "asked": sum(rows[:6], []),
    "weights": weights, "answers": {"predict": [round(float(v), 6) for v in said]},
})
path = pathlib.Path(__file__).parent / "data/scikit-learn.json"
path.write_text(json.dumps({"version": sklearn.__version__, "cases": cases}, separators=(",", ":")) + "\n")
