"""Writes test/fixtures/baselines/{linear,nearest,boostedTrees,matrix}.json: what scikit-learn makes of the same rows.

    python -m venv venv && venv/bin/pip install numpy scikit-learn
    venv/bin/python bench/reference/baselines.py

Rows are synthetic and float32. The first `train` rows are fitted, the others predicted. Outputs are as
src/core/train/scores.ts takes them: the number, the logit, the log-probabilities; of neighbours the shares.
"""

import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

OUT = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "baselines"
VERSIONS = {"numpy": np.__version__, "scikit-learn": sklearn.__version__}
rng = np.random.default_rng(11)


def floats(array, digits=8):
    return [float(f"{v:.{digits}g}") for v in np.asarray(array, dtype=np.float64).ravel()]


def f32(array):
    """Few digits, so that the files stay small; exactly what is read back."""
    return np.float32([float(f"{v:.4g}") for v in np.ravel(array)]).reshape(np.shape(array))


def rows_of(kind, rows, features):
    if kind == "numbers":
        return f32(rng.standard_normal((rows, features)))
    if kind == "units":  # columns of very different scale and place
        scale = 10.0 ** rng.integers(-3, 4, features)
        return f32(rng.standard_normal((rows, features)) * scale + 3 * scale * rng.standard_normal(features))
    if kind == "sparse":
        return f32(rng.standard_normal((rows, features)) * (rng.random((rows, features)) < 0.08))
    if kind == "mixed":  # numbers, a constant column, one-hot columns
        numbers = rng.standard_normal((rows, features - 6))
        onehot = np.eye(5)[rng.integers(0, 5, rows)]
        return f32(np.concatenate([numbers, np.full((rows, 1), 2.5), onehot], axis=1))
    raise ValueError(kind)


def targets_of(task, x, outputs):
    z = (x - x.mean(0)) / (x.std(0) + 1e-9)
    w = rng.standard_normal((x.shape[1], max(outputs, 1))) / np.sqrt(x.shape[1])
    score = z @ w + 0.5 * np.sin(2 * z[:, :1]) + 0.4 * rng.standard_normal((len(x), max(outputs, 1)))
    if task == "regression":
        return f32(score)
    if task in ("binary", "multilabel"):
        return (score > 0.2).astype(np.float32)
    return np.eye(outputs, dtype=np.float32)[(2 * score).argmax(1)]


def case(name, task, kind, train, held, features, outputs=1, weighted=False):
    x = rows_of(kind, train + held, features)
    y = targets_of(task, x, outputs)
    weights = f32(rng.uniform(0.3, 3, train)) if weighted else None
    return {"name": name, "task": task, "train": train, "held": held, "features": features,
            "outputs": outputs, "x": x, "y": y, "weights": weights}


def written(data, results):
    return {**{k: data[k] for k in ("name", "task", "train", "held", "features", "outputs")},
            "x": floats(data["x"]), "y": [float(v) for v in np.ravel(data["y"][:data["train"]])]
            if data["task"] != "regression" else floats(data["y"][:data["train"]]),
            **({"weights": floats(data["weights"])} if data["weights"] is not None else {}), **results}


def parts(data):
    n = data["train"]
    return data["x"][:n].astype(np.float64), data["y"][:n].astype(np.float64), data["x"][n:].astype(np.float64)


def class_outputs(make, data):
    """Logits of a binary target and of each label, log-probabilities of classes."""
    x, y, held = parts(data)
    if data["task"] == "multiclass":
        return np.log(make().fit(x, y.argmax(1), sample_weight=data["weights"]).predict_proba(held))
    models = [make().fit(x, y[:, j], sample_weight=data["weights"]) for j in range(data["outputs"])]
    return np.stack([m.decision_function(held) for m in models], axis=1)


def linear(data):
    x, y, held = parts(data)
    if data["task"] == "regression":
        model = Ridge(alpha=1.0).fit(x, y, sample_weight=data["weights"])
        return written(data, {"outputsHeld": floats(model.predict(held), 10)})
    # With columns of other units lbfgs stops 1e-4 from the minimum; Newton's steps do not.
    solver = "newton-cholesky" if "units" in data["name"] else "lbfgs"
    make = lambda: LogisticRegression(C=1.0, solver=solver, tol=1e-10, max_iter=10000)
    return written(data, {"outputsHeld": floats(class_outputs(make, data), 10)})


def nearest(data):
    x, y, held = parts(data)
    if data["task"] == "regression":
        model = KNeighborsRegressor(n_neighbors=5, algorithm="brute").fit(x, y)
        return written(data, {"outputsHeld": floats(model.predict(held))})
    model = KNeighborsClassifier(n_neighbors=5, algorithm="brute")
    if data["task"] == "multiclass":
        shares = model.fit(x, y.argmax(1)).predict_proba(held)
    else:
        shares = np.stack([model.fit(x, y[:, j]).predict_proba(held)[:, 1] for j in range(data["outputs"])], 1)
    return written(data, {"shares": floats(shares)})


def boosted(data):
    x, y, held = parts(data)
    if data["task"] == "regression":
        models = [HistGradientBoostingRegressor(early_stopping=False).fit(x, y[:, j], sample_weight=data["weights"])
                  for j in range(data["outputs"])]
        return written(data, {"outputsHeld": floats(np.stack([m.predict(held) for m in models], 1))})
    make = lambda: HistGradientBoostingClassifier(early_stopping=False)
    return written(data, {"outputsHeld": floats(class_outputs(make, data))})


def write(name, cases):
    path = OUT / f"{name}.json"
    path.write_text(json.dumps({"versions": VERSIONS, "cases": cases}, separators=(",", ":")) + "\n")
    print(path, path.stat().st_size, "bytes")


OUT.mkdir(parents=True, exist_ok=True)
write("linear", [linear(c) for c in [
    case("binary", "binary", "numbers", 120, 30, 6),
    case("binary, columns of other units", "binary", "units", 120, 30, 6),
    case("binary, weighted rows", "binary", "mixed", 120, 30, 10, weighted=True),
    case("binary, more columns than rows", "binary", "sparse", 40, 20, 90),
    case("multiclass", "multiclass", "numbers", 150, 30, 5, outputs=4),
    case("multiclass, weighted rows, sparse", "multiclass", "sparse", 120, 30, 40, outputs=3, weighted=True),
    case("multiclass of two classes", "multiclass", "numbers", 80, 20, 4, outputs=2),
    case("multilabel", "multilabel", "mixed", 100, 20, 9, outputs=3),
    case("regression", "regression", "numbers", 100, 30, 6),
    case("regression, two outputs, other units, weighted rows", "regression", "units", 100, 30, 6, outputs=2,
         weighted=True),
    case("regression, more columns than rows", "regression", "sparse", 40, 20, 90),
    case("regression, a constant column and one-hot columns", "regression", "mixed", 100, 30, 9),
]])
write("nearest", [nearest(c) for c in [
    case("binary", "binary", "numbers", 150, 60, 4),
    case("multiclass", "multiclass", "numbers", 150, 60, 11, outputs=3),
    case("multilabel", "multilabel", "numbers", 150, 60, 5, outputs=2),
    case("regression, two outputs", "regression", "units", 150, 60, 17, outputs=2),
]])
write("boostedTrees", [boosted(c) for c in [
    case("regression", "regression", "numbers", 600, 60, 5),
    case("regression, weighted rows", "regression", "numbers", 320, 60, 4, weighted=True),
    case("regression, a constant column and one-hot columns", "regression", "mixed", 400, 60, 10),
    case("binary", "binary", "numbers", 600, 60, 5),
    case("binary, weighted rows", "binary", "numbers", 400, 60, 4, weighted=True),
    case("multiclass", "multiclass", "numbers", 500, 60, 5, outputs=3),
    case("multilabel", "multilabel", "numbers", 300, 60, 4, outputs=2),
]])

tokens = np.where(rng.random((30, 8)) < 0.3, 0, rng.integers(1, 12, (30, 8)))
counts = np.stack([np.bincount(row, minlength=12)[1:] for row in tokens])
tfidf = TfidfTransformer().fit(counts[:20])
write("matrix", [{"train": 20, "held": 10, "width": 8, "size": 12, "tokens": tokens.ravel().tolist(),
                  "idf": floats(tfidf.idf_), "weighed": floats(tfidf.transform(counts).toarray())}])
