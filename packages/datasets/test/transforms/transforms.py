"""Writes transforms.json: fitted values and results of scikit-learn 1.9."""
import json
from pathlib import Path

import numpy as np
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
from sklearn.feature_selection import SelectKBest, VarianceThreshold
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import (
    LabelEncoder,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    RobustScaler,
    StandardScaler,
)

rng = np.random.RandomState(0)
x = np.round(np.column_stack([rng.normal(5, 2, 9), rng.exponential(100, 9), np.full(9, 7.0), rng.uniform(-1, 1, 9)]), 3)
x[4, 1] = 2500
fresh = np.array([[4.5, -20, 8, 0.25], [20, 9000, 7, -3]])


def rounded(a):
    return np.asarray(a, dtype=float).round(9).tolist()


def scaled(kind, names, **options):
    s = kind(**options).fit(x)
    return dict(
        options=options,
        learned={name: rounded(getattr(s, name)) for name in names},
        seen=rounded(s.transform(x)),
        fresh=rounded(s.transform(fresh)),
        back=rounded(s.inverse_transform(s.transform(fresh))),
    )


gaps = x.copy()
gaps[2, 0] = gaps[5, 1] = gaps[6, 1] = gaps[0, 3] = np.nan
gaps[:, 2] = np.nan


def plain(a):
    return [[None if np.isnan(v) else round(float(v), 9) for v in row] for row in a]


missing = dict(x=plain(gaps))
for kind in (StandardScaler, MinMaxScaler, RobustScaler):
    s = kind().fit(gaps)
    missing[kind.__name__] = dict(seen=plain(s.transform(gaps)), fresh=plain(s.transform(fresh)))

q25, q75 = np.percentile(x, [25, 75], axis=0)
clipped = [
    dict(options={}, low=rounded(q25 - 1.5 * (q75 - q25)), high=rounded(q75 + 1.5 * (q75 - q25))),
    dict(options=dict(factor=3), low=rounded(q25 - 3 * (q75 - q25)), high=rounded(q75 + 3 * (q75 - q25))),
    dict(options=dict(method="zscore"), low=rounded(x.mean(0) - 3 * x.std(0)), high=rounded(x.mean(0) + 3 * x.std(0))),
    dict(options=dict(method="zscore", factor=2), low=rounded(x.mean(0) - 2 * x.std(0)), high=rounded(x.mean(0) + 2 * x.std(0))),
]
for case in clipped:
    case["seen"] = rounded(np.clip(x, case["low"], case["high"]))

holes = np.array([[1.5, 4], [np.nan, 2], [2.5, np.nan], [8, 2], [1.5, 4], [np.nan, 9]])
words = np.array([["b", ""], ["a", "y"], ["", "y"], ["b", "x"], ["a", "x"]], dtype=object)
text = dict(missing_values="")
imputed = [
    dict(strategy=s, fill=rounded(SimpleImputer(strategy=s).fit(holes).statistics_), seen=rounded(SimpleImputer(strategy=s).fit_transform(holes)))
    for s in ("mean", "median", "most_frequent")
]
imputed_words = SimpleImputer(strategy="most_frequent", **text).fit(words).statistics_.tolist()

kinds = np.array([["red", "S"], ["blue", "L"], ["red", "M"], ["green", "S"]], dtype=object)
other = np.array([["blue", "XL"], ["pink", "M"]], dtype=object)
one_hot = OneHotEncoder(sparse_output=False).fit(kinds)
encoded = dict(
    kinds=kinds.tolist(),
    other=other.tolist(),
    categories=[c.tolist() for c in one_hot.categories_],
    one_hot=rounded(one_hot.transform(kinds)),
    one_hot_first=rounded(OneHotEncoder(sparse_output=False, drop="first").fit_transform(kinds)),
    one_hot_ignore=rounded(OneHotEncoder(sparse_output=False, handle_unknown="ignore").fit(kinds).transform(other)),
    ordinal=rounded(OrdinalEncoder().fit_transform(kinds)),
    ordinal_given=rounded(OrdinalEncoder(categories=[["red", "green", "blue"], ["S", "M", "L"]]).fit_transform(kinds)),
    ordinal_unknown=rounded(OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1).fit(kinds).transform(other)),
    label=LabelEncoder().fit_transform(kinds[:, 0]).tolist(),
)

tables = dict(iris=load_iris(), wine=load_wine(), digits=load_digits(), cancer=load_breast_cancer())
selected = {}
for name, table in tables.items():
    best = SelectKBest(k=3 if name == "iris" else 10).fit(table.data, table.target)
    vary = VarianceThreshold(0.5).fit(table.data)
    selected[name] = dict(
        k=best.k,
        scores=[None if np.isnan(s) else s for s in best.scores_.tolist()],
        kept=best.get_support(indices=True).tolist(),
        variances=rounded(vary.variances_),
        varying=vary.get_support(indices=True).tolist(),
    )

out = dict(
    x=x.tolist(), fresh=fresh.tolist(),
    StandardScaler=[scaled(StandardScaler, ["mean_", "scale_"])],
    MinMaxScaler=[
        scaled(MinMaxScaler, ["data_min_", "data_max_"]),
        scaled(MinMaxScaler, ["data_min_", "data_max_"], feature_range=(-1, 3)),
        scaled(MinMaxScaler, ["data_min_", "data_max_"], clip=True),
    ],
    RobustScaler=[
        scaled(RobustScaler, ["center_", "scale_"]),
        scaled(RobustScaler, ["center_", "scale_"], quantile_range=(10, 90)),
        scaled(RobustScaler, ["scale_"], with_centering=False),
        scaled(RobustScaler, ["center_"], with_scaling=False),
    ],
    OutlierClipper=clipped, missing=missing,
    holes=[[None if np.isnan(v) else v for v in row] for row in holes.tolist()], words=words.tolist(),
    SimpleImputer=imputed, imputed_words=imputed_words,
    encoded=encoded, selected=selected,
)
Path(__file__).with_name("transforms.json").write_text(json.dumps(out, indent=1) + "\n")
