"""Writes test/fixtures/report/sklearn.json: what scikit-learn's inspection makes of small networks that it trained.

    python -m venv venv && venv/bin/pip install numpy scikit-learn
    venv/bin/python bench/reference/report.py

The weights are in the file, so that the same networks are looked at. Importances are means over many shuffles: shuffles
of another generator come to the same within their standard error.
"""

import json
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.inspection import partial_dependence, permutation_importance
from sklearn.neural_network import MLPClassifier, MLPRegressor

OUT = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "report"
VERSIONS = {"scikit-learn": sklearn.__version__, "numpy": np.__version__}
warnings.simplefilter("ignore")
REPEATS = 400
POINTS = (np.arange(20) + 0.5) / 20


def case(name, model, y_of, scoring):
    rng = np.random.default_rng(7)
    # float32, as the encoded matrix.
    train = rng.normal(size=(50, 3)).astype(np.float32)
    held = rng.normal(size=(40, 3)).astype(np.float32)
    # A column with few values.
    train[:, 2] = np.round(train[:, 2])
    held[:, 2] = np.round(held[:, 2])
    y, y_held = y_of(train, rng), y_of(held, rng)
    model.fit(train, y)
    model.coefs_ = [c.astype(np.float32).astype(float) for c in model.coefs_]
    model.intercepts_ = [c.astype(np.float32).astype(float) for c in model.intercepts_]
    importance = permutation_importance(model, held, y_held, scoring=scoring, n_repeats=REPEATS, random_state=0)
    dependence = []
    for j in range(3):
        grid = np.unique(np.quantile(train[:, j].astype(float), POINTS))
        found = partial_dependence(
            model, held.astype(float), [j], method="brute", kind="average", custom_values={j: grid}
        )
        dependence.append({"points": grid.tolist(), "means": found["average"].tolist()})
    return {
        "name": name,
        "coefs": [c.ravel().tolist() for c in model.coefs_],
        "intercepts": [c.tolist() for c in model.intercepts_],
        "train": train.ravel().astype(float).tolist(), "trainY": y.astype(float).tolist(),
        "held": held.ravel().astype(float).tolist(), "heldY": y_held.astype(float).tolist(),
        "importance": {
            "mean": importance.importances_mean.tolist(),
            "standardError": (importance.importances_std / np.sqrt(REPEATS)).tolist(),
        },
        "dependence": dependence,
    }


def number(x, rng):
    return x[:, 0] - 0.5 * x[:, 1] ** 2 + 0.1 * rng.normal(size=len(x))


def label(x, rng):
    return (number(x, rng) > 0).astype(int)


OUT.mkdir(parents=True, exist_ok=True)
options = {"hidden_layer_sizes": (5,), "activation": "tanh", "max_iter": 800, "random_state": 1, "solver": "lbfgs"}
content = {
    "versions": VERSIONS,
    "repeats": REPEATS,
    "cases": [
        case("regression", MLPRegressor(**options), number, "neg_root_mean_squared_error"),
        case("binary", MLPClassifier(**options, alpha=0.1), label, "roc_auc"),
    ],
}
file = OUT / "sklearn.json"
file.write_text(json.dumps(content, separators=(",", ":")) + "\n")
print(file, file.stat().st_size, "bytes")
