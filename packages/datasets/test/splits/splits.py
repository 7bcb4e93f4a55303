"""Writes splits.json, stratified.json and folds.json: rows selected by scikit-learn (1.2 and 1.9 select the same). Python 3.11."""
import json
from pathlib import Path

import numpy as np
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
from sklearn.model_selection import KFold, StratifiedKFold, train_test_split

cases = [
    dict(count=4, test_size=0.2, random_state=42),
    dict(count=5, test_size=0.2, random_state=42),
    dict(count=10, random_state=0),
    dict(count=150, test_size=0.3, random_state=42),
    dict(count=506, test_size=0.2, random_state=42),
    dict(count=506, test_size=0.2, random_state=7),
    dict(count=12, test_size=5, random_state=1),
    dict(count=12, train_size=0.5, random_state=1),
    dict(count=12, train_size=0.4, test_size=0.25, random_state=3),
    dict(count=12, train_size=3, random_state=3),
    dict(count=10, test_size=0.25, shuffle=False),
    dict(count=10, test_size=0.3, train_size=0.5, shuffle=False),
]
for case in cases:
    kwargs = {k: v for k, v in case.items() if k != "count"}
    train, test = train_test_split(np.arange(case["count"]), **kwargs)
    case.update(train=train.tolist(), test=test.tolist())


def write(name, rows):
    lines = ",\n".join("  " + json.dumps(row) for row in rows)
    Path(__file__).with_name(name).write_text(f"[\n{lines}\n]\n")


write("splits.json", cases)

labels = {
    "iris": load_iris().target,
    "wine": load_wine().target,
    "digits": load_digits().target,
    "cancer": load_breast_cancer().target,
    "exam": np.array([0, 0, 1, 1, 1]),
    "uneven": np.array([2, 0, 1, 2, 0, 2, 2, 1, 2, 2, 0, 2, 1, 1, 2, 2, 0]),
}


def text(numbers):
    """One digit per row."""
    return "".join(str(n) for n in numbers)


stratified = [
    dict(name=name, labels=text(labels[name]), **kwargs)
    for name, kwargs in [
        ("iris", dict(test_size=0.3, random_state=42)),
        ("wine", dict(test_size=0.3, random_state=42)),
        ("digits", dict(test_size=0.3, random_state=42)),
        ("digits", dict(test_size=0.2, random_state=42)),
        ("cancer", dict(test_size=0.25, random_state=42)),
        ("cancer", dict(test_size=0.25, random_state=7)),
        ("exam", dict(test_size=0.4, random_state=42)),
        ("uneven", dict(test_size=5, random_state=1)),
        ("uneven", dict(train_size=0.5, test_size=4, random_state=3)),
        ("uneven", dict(train_size=7, random_state=11)),
    ]
]
for case in stratified:
    y = np.array([int(c) for c in case["labels"]])
    kwargs = {k: v for k, v in case.items() if k not in ("name", "labels")}
    train, test = train_test_split(np.arange(len(y)), stratify=y, **kwargs)
    case.update(train=train.tolist(), test=test.tolist())
write("stratified.json", stratified)

folds = [
    dict(kind="KFold", count=10, n_splits=3),
    dict(kind="KFold", count=150, n_splits=5, shuffle=True, random_state=42),
    dict(kind="KFold", count=506, n_splits=5, shuffle=True, random_state=0),
    dict(kind="KFold", count=3000, n_splits=3, shuffle=True, random_state=42),
    dict(kind="StratifiedKFold", name="uneven", n_splits=4),
    dict(kind="StratifiedKFold", name="uneven", n_splits=3, shuffle=True, random_state=5),
    dict(kind="StratifiedKFold", name="iris", n_splits=5, shuffle=True, random_state=42),
    dict(kind="StratifiedKFold", name="wine", n_splits=5, shuffle=True, random_state=42),
    dict(kind="StratifiedKFold", name="wine", n_splits=10),
    dict(kind="StratifiedKFold", name="cancer", n_splits=5, shuffle=True, random_state=42),
    dict(kind="StratifiedKFold", name="digits", n_splits=3, shuffle=True, random_state=0),
]
for case in folds:
    y = labels[case["name"]] if "name" in case else np.zeros(case["count"])
    kwargs = {k: v for k, v in case.items() if k not in ("kind", "count", "name")}
    kind = {"KFold": KFold, "StratifiedKFold": StratifiedKFold}[case["kind"]]
    fold_of = np.empty(len(y), dtype=int)
    for k, (train, test) in enumerate(kind(**kwargs).split(y, y)):
        assert (np.diff(train) > 0).all() and (np.diff(test) > 0).all()
        fold_of[test] = k
    if "name" in case:
        case.update(labels=text(y))
    case.update(fold_of=text(fold_of))
write("folds.json", folds)
