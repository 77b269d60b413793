"""Owns scikit-learn's side of the comparison: writes the split both sides use, and scores its models on the test rows.

    python bench/peers/sklearn.py split <csv> <target> <task> <seed> <out.csv>   adds a column "split"
    python bench/peers/sklearn.py fit <out.csv> <target> <task> <seed>           prints one JSON object

Needs numpy and scikit-learn. Numbers: median fill with an indicator, standardised; texts: one-hot; fitted on all rows
but the test rows (the MLP takes its own validation rows out of them; the linear models need none).
"""

import csv
import json
import sys
import warnings

# This file has the name of the package it imports.
sys.path.pop(0)
import numpy as np
import sklearn
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, root_mean_squared_error
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

MISSING = {"", "NA", "N/A", "NaN", "nan", "null", "NULL", "?", "."}
MLP = {"hidden_layer_sizes": (128, 64), "early_stopping": True, "validation_fraction": 0.15 / 0.85,
       "n_iter_no_change": 15, "max_iter": 200}


def read(path):
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    return rows[0], rows[1:]


def split(path, target, task, seed, out):
    header, rows = read(path)
    at = header.index(target)
    rows = [row for row in rows if row[at] not in MISSING]
    index = np.arange(len(rows))
    label = [row[at] for row in rows] if task != "regression" else None
    rest, test = train_test_split(index, test_size=0.15, random_state=seed, stratify=label)
    label = None if label is None else [label[i] for i in rest]
    _, validation = train_test_split(rest, test_size=0.15 / 0.85, random_state=seed, stratify=label)
    name = np.full(len(rows), "train", dtype=object)
    name[validation] = "validation"
    name[test] = "test"
    with open(out, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*header, "split"])
        writer.writerows([*row, part] for row, part in zip(rows, name))


def is_number(values):
    try:
        [float(v) for v in values if v not in MISSING]
        return True
    except ValueError:
        return False


def fit(path, target, task, seed):
    header, rows = read(path)
    table = np.array(rows, dtype=object)
    part = table[:, header.index("split")]
    y = table[:, header.index(target)]
    if task == "regression":
        y = y.astype(float)
    features, numbers, texts = [], [], []
    for j, name in enumerate(header):
        if name in (target, "split"):
            continue
        values = table[:, j]
        if is_number(values):
            numbers.append(len(features))
            features.append(np.array([np.nan if v in MISSING else float(v) for v in values], dtype=object))
        else:
            texts.append(len(features))
            features.append(np.array(["(missing)" if v in MISSING else v for v in values], dtype=object))
    x = np.stack(features, axis=1)
    prepare = ColumnTransformer([
        ("numbers", make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler()), numbers),
        ("texts", OneHotEncoder(handle_unknown="ignore", max_categories=50, sparse_output=False), texts),
    ])
    test = part == "test"
    if task == "regression":
        models = {
            "mlp": TransformedTargetRegressor(MLPRegressor(random_state=seed, **MLP), transformer=StandardScaler()),
            "linear": Ridge(),
            "boosted": HistGradientBoostingRegressor(random_state=seed),
        }
        score = root_mean_squared_error
    else:
        models = {"mlp": MLPClassifier(random_state=seed, **MLP), "linear": LogisticRegression(max_iter=2000),
                  "boosted": HistGradientBoostingClassifier(random_state=seed)}
        score = accuracy_score
    scores = {}
    for name, model in models.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            pipeline = make_pipeline(prepare, model).fit(x[~test], y[~test])
        scores[name] = float(score(y[test], pipeline.predict(x[test])))
    print(json.dumps({"version": sklearn.__version__, "testRows": int(test.sum()), **scores}))


if __name__ == "__main__":
    command, *args = sys.argv[1:]
    if command == "split":
        split(args[0], args[1], args[2], int(args[3]), args[4])
    else:
        fit(args[0], args[1], args[2], int(args[3]))
