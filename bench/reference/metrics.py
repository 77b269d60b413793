"""Writes test/fixtures/evaluate/*.json: what scikit-learn, scipy and numpy make of the same predictions.

    python -m venv venv && venv/bin/pip install numpy scipy scikit-learn
    venv/bin/python bench/reference/metrics.py

Small data with ties, classes that never occur and classes that are never predicted. What scikit-learn does not have
(ECE, conformal intervals, reciprocal ranks, the corrected t test) is written out from its formula.
"""

import json
import math
import warnings
from fractions import Fraction
from pathlib import Path

import numpy as np
import scipy
import scipy.stats as st
import sklearn
import sklearn.metrics as skm
from sklearn.calibration import calibration_curve

OUT = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "evaluate"
VERSIONS = {"scikit-learn": sklearn.__version__, "scipy": scipy.__version__, "numpy": np.__version__}
rng = np.random.default_rng(11)
warnings.simplefilter("ignore")


def plain(value):
    """JSON without NaN and infinities: they are strings, as in the project's own files."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, np.ndarray):
        return plain(value.ravel().tolist())
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def write(name, content):
    OUT.mkdir(parents=True, exist_ok=True)
    file = OUT / f"{name}.json"
    file.write_text(json.dumps(plain({"versions": VERSIONS, **content}), separators=(",", ":")) + "\n")
    print(file, file.stat().st_size, "bytes")


def averages(actual, predicted, prefix=""):
    out = {}
    for average in ("macro", "micro", "weighted"):
        p, r, f, _ = skm.precision_recall_fscore_support(actual, predicted, average=average, zero_division=0)
        title = average.capitalize()
        out |= {f"precision{title}": p, f"recall{title}": r, ("macroF1" if average == "macro" else f"f1{title}"): f}
    return out


# --- classes ---


def class_case(name, actual, predicted, classes):
    labels = range(classes)
    p, r, f, support = skm.precision_recall_fscore_support(actual, predicted, labels=labels, zero_division=0)
    case = {
        "name": name, "actual": actual, "predicted": predicted, "classes": classes,
        "counts": skm.confusion_matrix(actual, predicted, labels=labels),
        "perClass": {"precision": p, "recall": r, "f1": f, "support": support},
        "scores": {
            "accuracy": skm.accuracy_score(actual, predicted),
            "balancedAccuracy": skm.balanced_accuracy_score(actual, predicted),
            **averages(actual, predicted),
            "mcc": skm.matthews_corrcoef(actual, predicted),
            "kappa": skm.cohen_kappa_score(actual, predicted),
        },
    }
    if classes == 2:
        p, r, f, _ = skm.precision_recall_fscore_support(actual, predicted, average="binary", zero_division=0)
        case["binary"] = {"precision": p, "recall": r, "f1": f,
                          "specificity": skm.recall_score(actual, predicted, pos_label=0, zero_division=0)}
    return case


def class_cases():
    four = rng.integers(0, 4, 120)
    guess = np.where(rng.random(120) < 0.6, four, rng.integers(0, 4, 120))
    two = (rng.random(90) < 0.2).astype(int)
    two_guess = np.where(rng.random(90) < 0.8, two, 1 - two)
    return [
        class_case("four classes", four, guess, 4),
        class_case("class 3 never occurs", np.minimum(four, 2), guess, 4),
        class_case("class 1 is never predicted", four, np.where(guess == 1, 0, guess), 4),
        class_case("class 2 neither occurs nor is predicted", np.where(four == 2, 3, four),
                   np.where(guess == 2, 3, guess), 4),
        class_case("one class is predicted", four, np.zeros(120, int), 4),
        class_case("one class is all there is", np.ones(20, int), np.ones(20, int), 3),
        class_case("binary, one in five positive", two, two_guess, 2),
        class_case("binary, nothing is predicted positive", two, np.zeros(90, int), 2),
        class_case("binary, nothing is positive", np.zeros(30, int), two_guess[:30], 2),
        class_case("all wrong", np.array([0, 1, 2, 0]), np.array([1, 2, 0, 2]), 3),
        class_case("one row", np.array([1]), np.array([1]), 2),
    ]


# --- scores and probabilities ---


def error_by_hand(hit, confidence, bins=10):
    """Sum over bins of rows / n * |share of hits - mean confidence|, and the largest such gap."""
    edges = np.linspace(0, 1, bins + 1)
    bin_of = np.searchsorted(edges[1:-1], confidence)
    gaps = [(np.mean(bin_of == b), abs(hit[bin_of == b].mean() - confidence[bin_of == b].mean()))
            for b in range(bins) if np.any(bin_of == b)]
    return {"ece": sum(w * g for w, g in gaps), "mce": max(g for _, g in gaps)}


def binary_case(name, positive, score):
    fpr, tpr, thresholds = skm.roc_curve(positive, score)
    precision, recall, pr_thresholds = skm.precision_recall_curve(positive, score)
    tns, fps, fns, tps, all_thresholds = skm.confusion_matrix_at_thresholds(positive, score)
    curves = []
    for strategy in ("uniform", "quantile"):
        for bins in (5, 10):
            observed, predicted = calibration_curve(positive, score, n_bins=bins, strategy=strategy, pos_label=1)
            curves.append({"strategy": strategy, "bins": bins, "observed": observed, "predicted": predicted})
    both = len(np.unique(positive)) == 2
    table = [{
        "threshold": t,
        "precision": skm.precision_score(positive, score >= t, zero_division=0),
        "recall": skm.recall_score(positive, score >= t, zero_division=0),
        "specificity": skm.recall_score(positive, score >= t, pos_label=0, zero_division=0),
        "f1": skm.f1_score(positive, score >= t, zero_division=0),
        "balancedAccuracy": skm.balanced_accuracy_score(positive, score >= t),
        "cost": 2.5 * np.sum((score >= t) & (positive == 0)) + 7 * np.sum((score < t) & (positive == 1)),
    } for t in [np.inf, *all_thresholds]]
    return {
        "name": name, "positive": positive, "score": score,
        "rocAuc": skm.roc_auc_score(positive, score) if both else math.nan,
        "prAuc": skm.average_precision_score(positive, score),
        "logLoss": skm.log_loss(positive, score, labels=[0, 1]),
        "brier": skm.brier_score_loss(positive, score, labels=[0, 1], pos_label=1),
        "top1": skm.top_k_accuracy_score(positive, score, k=1, labels=[0, 1]),
        **error_by_hand(positive, score),
        "roc": {"falsePositiveRate": fpr, "truePositiveRate": tpr, "thresholds": thresholds},
        "precisionRecall": {"precision": precision, "recall": recall, "thresholds": pr_thresholds},
        "thresholds": {"falsePositives": fps, "truePositives": tps, "thresholds": all_thresholds},
        "calibration": curves, "table": table,
    }


def binary_cases():
    positive = (rng.random(80) < 0.3).astype(int)
    tied = np.clip(np.round(positive * 0.25 + rng.random(80) * 0.7, 1), 0, 1)
    fine = 1 / (1 + np.exp(-(positive * 1.5 - 1 + rng.standard_normal(80))))
    return [
        binary_case("many ties", positive, tied),
        binary_case("no ties", positive, fine),
        binary_case("separated", positive, np.where(positive == 1, 0.75, 0.125)),
        binary_case("one score for all", positive, np.full(80, 0.25)),
        binary_case("certain and wrong", np.array([0, 1, 1, 0]), np.array([1.0, 0.0, 1.0, 0.0])),
        binary_case("no positives", np.zeros(12, int), tied[:12]),
        binary_case("no negatives", np.ones(12, int), tied[:12]),
    ]


def multiclass_case(name, actual, probabilities):
    classes = probabilities.shape[1]
    labels = list(range(classes))
    present = np.unique(actual)
    one_hot = np.eye(classes)[actual]
    per_auc = [skm.roc_auc_score(one_hot[:, c], probabilities[:, c]) if 0 < one_hot[:, c].sum() < len(actual)
               else math.nan for c in labels]
    per_ap = [skm.average_precision_score(one_hot[:, c], probabilities[:, c]) for c in labels]
    top = probabilities.argmax(1)
    return {
        "name": name, "actual": actual, "probabilities": probabilities, "classes": classes,
        "rocAuc": skm.roc_auc_score(actual, probabilities, multi_class="ovr", average="macro", labels=labels),
        "rocAucWeighted": skm.roc_auc_score(actual, probabilities, multi_class="ovr", average="weighted",
                                            labels=labels),
        "prAuc": float(np.mean([per_ap[c] for c in present])),
        "rocAucPerClass": per_auc, "prAucPerClass": per_ap,
        "logLoss": skm.log_loss(actual, probabilities, labels=labels),
        "brier": skm.brier_score_loss(actual, probabilities, labels=labels),
        "topK": [skm.top_k_accuracy_score(actual, probabilities, k=k, labels=labels) for k in labels if k > 0],
        **error_by_hand((top == actual).astype(float), probabilities[np.arange(len(actual)), top]),
    }


def multiclass_cases():
    actual = rng.integers(0, 5, 60)
    sharp = rng.dirichlet(np.ones(5), 60) + 0.7 * np.eye(5)[actual]
    sharp /= sharp.sum(1, keepdims=True)
    eighths = rng.multinomial(8, np.ones(5) / 5, 60) / 8  # many ties, and zeros
    return [
        multiclass_case("no ties", actual, sharp),
        multiclass_case("many ties", actual, eighths),
        multiclass_case("class 4 never occurs", np.minimum(actual, 3), sharp),
    ]


# --- numbers ---


def number_scores(actual, predicted):
    return {
        "rmse": skm.root_mean_squared_error(actual, predicted),
        "mae": skm.mean_absolute_error(actual, predicted),
        "r2": skm.r2_score(actual, predicted, force_finite=False),
        "mape": skm.mean_absolute_percentage_error(actual, predicted),
        "medianAbsoluteError": skm.median_absolute_error(actual, predicted),
        "explainedVariance": skm.explained_variance_score(actual, predicted, force_finite=False),
        "meanBias": np.mean(predicted - actual) if actual.ndim == 1 else np.mean(predicted - actual, axis=0).mean(),
        "maxError": skm.max_error(actual, predicted) if actual.ndim == 1
        else float(np.mean([skm.max_error(actual[:, j], predicted[:, j]) for j in range(actual.shape[1])])),
    }


def number_case(name, actual, predicted):
    residual = predicted - actual
    return {
        "name": name, "actual": actual, "predicted": predicted, "scores": number_scores(actual, predicted),
        "pinball": [{"q": q, "value": skm.mean_pinball_loss(actual, predicted, alpha=q)} for q in (0.05, 0.5, 0.9)],
        "residuals": {
            "mean": residual.mean(), "sd": residual.std(ddof=1), "skew": st.skew(residual),
            "min": residual.min(), "max": residual.max(),
            "quantiles": dict(zip(("q05", "q25", "q50", "q75", "q95"),
                                  np.quantile(residual, [0.05, 0.25, 0.5, 0.75, 0.95]))),
        },
        "conformal": [{"coverage": c, "halfWidth": conformal(residual, c)} for c in ("0.5", "0.8", "0.9", "0.95", "0.99")],
    }


def conformal(residual, coverage):
    """The k-th smallest |residual|, k = ceil((n + 1) coverage), in exact arithmetic."""
    rank = math.ceil((len(residual) + 1) * Fraction(coverage))
    return math.inf if rank > len(residual) else np.sort(np.abs(residual))[max(rank, 1) - 1]


def number_cases():
    true = rng.standard_normal(61) * 50 + 1000
    skewed = np.exp(rng.standard_normal(40))
    return [
        number_case("odd number of rows", true, true + rng.standard_normal(61) * 7 + 1),
        number_case("skewed, an even number", skewed, skewed * (1 + 0.3 * rng.standard_normal(40))),
        number_case("an actual value is 0", np.array([0.0, 1, 2, -3]), np.array([0.5, 1, 1, -2])),
        number_case("worse than the mean", np.array([1.0, 2, 3]), np.array([3.0, 2, 0])),
        number_case("nineteen rows", true[:19], true[:19] + rng.standard_normal(19)),
    ]


def outputs_case():
    actual = rng.standard_normal((30, 3)) * [1, 10, 100]
    predicted = actual + rng.standard_normal((30, 3)) * [0.5, 8, 20]
    return {"actual": [actual[:, j] for j in range(3)], "predicted": [predicted[:, j] for j in range(3)],
            "scores": number_scores(actual, predicted)}


# --- labels and rankings ---


def label_case(name, actual, scores, threshold=0.5):
    predicted = (scores > threshold).astype(int)
    labels = actual.shape[1]
    return {
        "name": name, "actual": actual, "predicted": predicted, "scores": scores, "labels": labels,
        "result": {
            "subsetAccuracy": skm.accuracy_score(actual, predicted),
            "hammingLoss": skm.hamming_loss(actual, predicted),
            **averages(actual, predicted),
            "f1Samples": skm.f1_score(actual, predicted, average="samples", zero_division=0),
        },
        "ranking": {
            "labelRankingAveragePrecision": skm.label_ranking_average_precision_score(actual, scores),
            "coverageError": skm.coverage_error(actual, scores),
            "rankingLoss": skm.label_ranking_loss(actual, scores),
        },
        "rocAuc": [skm.roc_auc_score(actual[:, j], scores[:, j]) for j in range(labels)],
        "prAuc": [skm.average_precision_score(actual[:, j], scores[:, j]) for j in range(labels)],
    }


def label_cases():
    actual = (rng.random((40, 5)) < [0.5, 0.3, 0.1, 0.8, 0.4]).astype(int)
    actual[0], actual[1] = 0, 1  # a row without labels, one with all
    fine = np.clip(0.4 * actual + rng.random((40, 5)) * 0.6, 0, 1)
    absent = actual.copy()
    absent[:, 2] = 0
    never = fine.copy()
    never[:, 1] *= 0.5  # never predicted
    return [
        label_case("no ties", actual, fine),
        label_case("many ties", actual, np.round(fine, 1)),
        label_case("label 2 never occurs, label 1 is never predicted", absent, never),
        label_case("no label is ever there", np.zeros((6, 3), int), fine[:6, :3]),
    ]


def reciprocal_rank(gains, scores):
    """1 / (1 + how many that are not relevant score at least as high as the best relevant)."""
    out = []
    for gain, score in zip(gains, scores):
        if not (gain > 0).any():
            out.append(0.0)
            continue
        best = score[gain > 0].max()
        out.append(1 / (1 + np.sum((gain <= 0) & (score >= best))))
    return np.array(out)


def retrieval_cases():
    gains = rng.integers(0, 4, (25, 6)) * (rng.random((25, 6)) < 0.6)
    gains[0] = 0
    cases = []
    for name, scores in (("no ties", rng.random((25, 6))), ("ties", np.round(rng.random((25, 6)), 1)),
                         ("all tied", np.zeros((25, 6)))):
        ranks = reciprocal_rank(gains, scores)
        cases.append({
            "name": name, "gains": gains, "scores": scores, "items": 6,
            "ndcg": [skm.ndcg_score(gains, scores, k=k) for k in (1, 3, 6)],
            "mrr": ranks.mean(), "hits": [np.mean(ranks >= 1 / k) for k in (1, 3, 6)],
        })
    return cases


# --- intervals and tests ---


def distribution_cases():
    return {
        "t": [{"t": t, "df": df, "twoSided": 2 * st.t.sf(t, df)}
              for df in (1, 2, 3.5, 9, 29, 30, 100, 1000, 1e6) for t in (0.01, 0.5, 1, 1.96, 5, 40)],
        "tQuantile": [{"p": p, "df": df, "value": st.t.ppf(p, df)}
                      for df in (1, 2, 4, 9, 29, 100, 5000, 1e6) for p in (0.55, 0.9, 0.975, 0.995, 0.9999)],
        "normal": [{"z": z, "cdf": st.norm.cdf(z)} for z in (-8, -3, -1, -0.1, 0, 0.3, 1.5, 2.9, 3.1, 6)],
        "normalQuantile": [{"p": p, "value": st.norm.ppf(p)} for p in (1e-9, 0.01, 0.3, 0.5, 0.8, 0.975, 0.9999)],
    }


def wilson_cases():
    return [{"count": c, "total": n, "level": level, "low": ci.low, "high": ci.high}
            for c, n in ((52, 52), (0, 10), (7, 10), (1, 1), (450, 1000)) for level in (0.8, 0.95, 0.99)
            for ci in [st.binomtest(c, n).proportion_ci(level, method="wilson")]]


def repeat_cases():
    cases = []
    for n in (2, 3, 5, 10, 30):
        a = 0.8 + 0.03 * rng.standard_normal(n)
        b = a - 0.01 + 0.02 * rng.standard_normal(n)
        d = a - b
        ci = st.t.interval(0.95, n - 1, a.mean(), st.sem(a))
        paired = st.ttest_rel(a, b)
        paired_ci = paired.confidence_interval(0.95)
        # Nadeau & Bengio 2003: the variance of k fold scores, with train sets that overlap.
        scale = math.sqrt((1 / n + 20 / 80) * d.var(ddof=1))
        corrected = d.mean() / scale
        half = st.t.ppf(0.975, n - 1) * scale
        cases.append({
            "a": a, "b": b,
            "mean": {"value": a.mean(), "low": ci[0], "high": ci[1]},
            "paired": {"statistic": paired.statistic, "pValue": paired.pvalue, "low": paired_ci.low,
                       "high": paired_ci.high},
            "corrected": {"testRows": 20, "trainRows": 80, "statistic": corrected,
                          "pValue": 2 * st.t.sf(abs(corrected), n - 1), "low": d.mean() - half,
                          "high": d.mean() + half},
        })
    return cases


def wilcoxon_cases():
    cases = []
    for n in (1, 4, 6, 10, 25):
        d = rng.standard_normal(n) + 0.4
        res = st.wilcoxon(d, method="exact")
        cases.append({"differences": d, "method": "exact", "statistic": res.statistic, "pValue": res.pvalue})
    for n in (5, 8, 11):
        d = rng.integers(-3, 6, n).astype(float)
        d[0], d[1] = 2, -2
        d = d[d != 0]  # ties; exact by all sign changes
        res = st.wilcoxon(d, method=st.PermutationMethod(n_resamples=np.inf))
        d = np.append(d, 0)  # a zero is left out
        cases.append({"differences": d, "method": "exact", "statistic": res.statistic, "pValue": res.pvalue})
    for n in (32, 60):
        d = np.round(rng.standard_normal(n) * 3 + 1)
        res = st.wilcoxon(d, method="asymptotic", correction=False)
        cases.append({"differences": d, "method": "normal", "statistic": res.statistic, "pValue": res.pvalue})
    return cases


def bootstrap_cases():
    """The same resamples for everybody: percentiles of each metric, and of the difference of two models."""
    n, resamples = 40, 60
    actual = rng.integers(0, 2, n)
    score_a = np.round(0.4 * actual + rng.random(n) * 0.8, 1)
    score_b = np.round(0.2 * actual + rng.random(n) * 0.9, 1)
    values = rng.standard_normal(n)
    guesses = values + 0.5 * rng.standard_normal(n)
    draws = rng.integers(0, n, (resamples, n))
    cut = 0.6

    def interval(values, level):
        return dict(zip(("low", "high"), np.percentile(values, [50 * (1 - level), 50 * (1 + level)])))

    metrics = {
        "accuracy": lambda i: skm.accuracy_score(actual[i], score_a[i] > cut),
        "macroF1": lambda i: skm.f1_score(actual[i], score_a[i] > cut, average="macro", zero_division=0),
        "rocAuc": lambda i: skm.roc_auc_score(actual[i], score_a[i]),
        "prAuc": lambda i: skm.average_precision_score(actual[i], score_a[i]),
        "rmse": lambda i: skm.root_mean_squared_error(values[i], guesses[i]),
        "mae": lambda i: skm.mean_absolute_error(values[i], guesses[i]),
        "r2": lambda i: skm.r2_score(values[i], guesses[i]),
    }
    everything = np.arange(n)
    auc_b = lambda i: skm.roc_auc_score(actual[i], score_b[i])
    differences = np.array([metrics["rocAuc"](i) - auc_b(i) for i in draws])
    return {
        "rows": n, "actual": actual, "scoreA": score_a, "scoreB": score_b, "cut": cut, "values": values,
        "guesses": guesses, "draws": draws, "resamples": resamples,
        "metrics": {name: {"value": metric(everything), "at95": interval([metric(i) for i in draws], 0.95),
                           "at80": interval([metric(i) for i in draws], 0.8)} for name, metric in metrics.items()},
        "difference": {"value": metrics["rocAuc"](everything) - auc_b(everything), **interval(differences, 0.95),
                       "shareABetter": float(np.mean(differences > 0))},
    }


write("classes", {"cases": class_cases()})
write("probabilities", {"binary": binary_cases(), "multiclass": multiclass_cases()})
write("numbers", {"cases": number_cases(), "outputs": outputs_case()})
write("labels", {"cases": label_cases(), "retrieval": retrieval_cases()})
write("intervals", {"distributions": distribution_cases(), "wilson": wilson_cases(), "repeats": repeat_cases(),
                    "wilcoxon": wilcoxon_cases(), "bootstrap": bootstrap_cases()})
