"""R² of scikit-learn's trees and forests on the lesson's houses, over random states.

    npx tsx --conditions=@wgrad/source apps/demos/test/trees/houses.ts | python reference.py

The figures are in apps/demos/src/trees/models.ts (scikit-learn 1.9.1).
"""

import json
import sys

import numpy as np
from sklearn.ensemble import ExtraTreesRegressor, RandomForestRegressor
from sklearn.tree import DecisionTreeRegressor

houses = json.load(sys.stdin)


def rows(part):
    x = np.array(part["x"], dtype=np.float32).reshape(part["shape"])
    return x, np.array(part["prices"], dtype=float)


(x, prices), (x_test, prices_test) = rows(houses["train"]), rows(houses["test"])
models = {
    "tree": (lambda state: DecisionTreeRegressor(random_state=state), 200),
    "forest of 60": (lambda state: RandomForestRegressor(60, random_state=state), 60),
    "60 extra trees": (lambda state: ExtraTreesRegressor(60, random_state=state), 60),
    "forest of 300": (lambda state: RandomForestRegressor(300, random_state=state), 40),
    "300 extra trees": (lambda state: ExtraTreesRegressor(300, random_state=state), 40),
}
for name, (make, states) in models.items():
    scores = [make(state).fit(x, prices).score(x_test, prices_test) for state in range(states)]
    print(f"{name}: mean {np.mean(scores):.4f}, deviation {np.std(scores, ddof=1):.5f}, {states} states")
