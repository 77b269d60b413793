# How much columns tell of a target: mutual information of binned values by scikit-learn, Pearson's r by scipy.
# usage: target_relation.py > test/fixtures/sklearn/targetRelation.json
import json

import numpy as np
import scipy
import sklearn
from scipy.stats import pearsonr
from sklearn.metrics import mutual_info_score

rng = np.random.default_rng(5)
N = 300
x = np.round(rng.normal(size=N), 4)
noise = np.round(rng.normal(size=N), 4)
amount = np.round(3 * x + rng.normal(size=N), 4)
label = np.where(x + rng.normal(scale=0.7, size=N) > 0, "yes", "no")
city = np.array(["Rome", "Oslo", "Bonn", "Lima"])[np.clip(np.round(x + rng.normal(size=N)) + 1, 0, 3).astype(int)]
day = [f"2020-{1 + int(m):02d}-{1 + int(d):02d}" for m, d in zip(np.clip(np.round(x * 2 + 5), 0, 11), rng.integers(0, 28, N))]
missing = rng.random(N) < 0.1
columns = {"x": x, "noise": noise, "amount": amount, "label": label, "city": city, "day": day}
cells = {name: [str(v) for v in values] for name, values in columns.items()}
cells["x"] = ["" if gone else cell for gone, cell in zip(missing, cells["x"])]
csv = ",".join(columns) + "\n" + "".join(",".join(row) + "\n" for row in zip(*cells.values()))
ms = np.array([np.datetime64(d, "ms").astype("int64") for d in day], dtype=float)


def tenths(values):
    """How many of the nine inner tenths lie below: the first equal edge counts as not below."""
    edges = np.quantile(values, np.arange(1, 10) / 10)
    return np.searchsorted(edges, values, side="left")


def coded(name, rows):
    values = ms if name == "day" else np.asarray(columns[name])
    return tenths(values[rows]) if values.dtype.kind == "f" else values[rows]


def entropy(codes):
    counts = np.unique(codes, return_counts=True)[1] / len(codes)
    return float(-(counts * np.log(counts)).sum())


expected = {}
for target in ["label", "amount"]:
    expected[target] = {}
    for name in columns:
        if name == target:
            continue
        rows = ~missing if name == "x" else np.ones(N, dtype=bool)
        if target == "amount" and name in ("x", "noise"):
            r = float(pearsonr(columns[name][rows], amount[rows]).statistic)
            found = {"measure": "correlation", "value": r, "strength": abs(r)}
        else:
            y = coded(target, rows)
            value = float(mutual_info_score(coded(name, rows), y))
            found = {"measure": "mutualInformation", "value": value, "strength": value / entropy(y)}
        expected[target][name] = {**found, "rows": int(rows.sum())}
print(
    json.dumps(
        {"versions": {"scikit-learn": sklearn.__version__, "scipy": scipy.__version__}, "csv": csv, "expected": expected},
        indent=1,
    )
)
