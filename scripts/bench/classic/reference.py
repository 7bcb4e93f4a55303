"""One contender of `pnpm bench --only classic`: scikit-learn on one core. Arguments: folder, kind, trees, leaves."""
import json
import sys
import time

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestClassifier
from sklearn.tree import DecisionTreeClassifier

folder, kind, trees, leaves = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])


def rows(name):
    x, quantity, label = (np.fromfile(f"{folder}/{name}-{part}.f32", np.float32) for part in ("x", "quantity", "label"))
    return x.reshape(len(quantity), -1), quantity if kind == "boosting" else label


model = {
    "boosting": lambda: HistGradientBoostingRegressor(max_iter=trees, max_leaf_nodes=leaves, early_stopping=False),
    "forest": lambda: RandomForestClassifier(n_estimators=trees, random_state=0, n_jobs=1),
    "tree": lambda: DecisionTreeClassifier(random_state=0),
}[kind]()
(x, y), (x_test, y_test) = rows("train"), rows("test")
start = time.process_time()
model.fit(x, y)
fitted = time.process_time()
model.predict(x_test)
predicted = time.process_time()
print(json.dumps({
    "fit": 1000 * (fitted - start),
    "predict": 1000 * (predicted - fitted),
    "score": model.score(x_test, y_test),
}))
