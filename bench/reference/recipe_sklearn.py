"""Writes test/fixtures/sklearn/{numbers,categories,targetEncode,missing}.json: what scikit-learn makes of the sample tables.

    python -m venv venv && venv/bin/pip install numpy scipy pandas scikit-learn
    venv/bin/python bench/reference/recipe_sklearn.py

Every fifth row (from row 0) is held out: estimators are fitted on the others and applied to all. Of the results every
n-th row is written. What is learnt is written in the shape of src/shared/schema/fittedSteps.ts.
"""

import json
import platform
from pathlib import Path

import numpy as np
import pandas as pd
import scipy
import sklearn
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.preprocessing import (
    KBinsDiscretizer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
    TargetEncoder,
)

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "test" / "fixtures" / "sklearn"
VERSIONS = {
    "python": platform.python_version(),
    "numpy": np.__version__,
    "scipy": scipy.__version__,
    "pandas": pd.__version__,
    "scikit-learn": sklearn.__version__,
}
MISSING = ["", "NA", "N/A", "n/a", "<NA>", "#N/A", "NaN", "nan", "NAN", "NULL", "Null", "null", "?", "."]


def read(name):
    return pd.read_csv(
        ROOT / "examples" / f"{name}.csv", skipinitialspace=True, na_values=MISSING, keep_default_na=False
    )


TABLES = {name: read(name) for name in ["penguins", "adult_income", "breast_cancer_wdbc", "tips"]}
EVERY = {"penguins": 7, "adult_income": 61, "breast_cancer_wdbc": 9, "tips": 5}


def is_train(frame):
    return np.arange(len(frame)) % 5 != 0


def with_holes(frame, columns):
    """Some cells taken away, by row and column."""
    holed = frame.copy()
    for j, column in enumerate(columns):
        rows = (np.arange(len(frame)) * 31 + j * 17) % 11 == 0
        holed[column] = holed[column].astype(float).mask(rows)
    return holed


def plain(value):
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if value is None or (isinstance(value, (float, np.floating)) and np.isnan(value)):
        return None
    if isinstance(value, (np.floating, float)):
        number = float(value)
        return int(number) if number.is_integer() and abs(number) < 1e15 else number
    if isinstance(value, np.integer):
        return int(value)
    return value


def case(csv, step, columns, made, state=None, **more):
    """made: {column: values over all rows}"""
    every = EVERY[csv]
    return plain(
        {
            "csv": csv,
            "every": every,
            **more,
            "step": {**step, "columns": columns},
            **({} if state is None else {"state": state}),
            "values": {name: np.asarray(values, dtype=object)[::every] for name, values in made.items()},
        }
    )


def fit_apply(estimator, frame, columns):
    x = frame[columns].to_numpy(dtype=float)
    estimator.fit(x[is_train(frame)])
    return x, estimator.transform(x)


def by_column(columns, matrix):
    return {column: matrix[:, i] for i, column in enumerate(columns)}


def per_column(columns, **lists):
    return [
        {"column": column, **{name: values[i] for name, values in lists.items()}}
        for i, column in enumerate(columns)
    ]


WDBC = ["mean radius", "mean texture", "mean area", "mean concavity", "area error", "worst symmetry"]
POSITIVE = ["mean radius", "mean texture", "mean area", "area error", "worst symmetry"]
PENGUINS = ["Beak Length (mm)", "Beak Depth (mm)", "Flipper Length (mm)", "Body Mass (g)"]
ADULT = ["age", "capital-gain", "hours-per-week"]
TIPS = ["total_bill", "tip", "size"]


def numbers():
    cases = []
    sets = [("penguins", PENGUINS), ("breast_cancer_wdbc", WDBC), ("adult_income", ADULT), ("tips", TIPS)]
    for csv, columns in sets:
        frame = TABLES[csv]
        scaler = StandardScaler()
        _, made = fit_apply(scaler, frame, columns)
        state = per_column(columns, offset=scaler.mean_, divisor=scaler.scale_)
        cases.append(case(csv, {"step": "standardise"}, columns, by_column(columns, made), state))
        for low, high in [(0, 1), (-3, 5)]:
            scaler = MinMaxScaler(feature_range=(low, high))
            _, made = fit_apply(scaler, frame, columns)
            cases.append(
                case(csv, {"step": "minMaxScale", "low": low, "high": high}, columns, by_column(columns, made))
            )
        scaler = RobustScaler()
        _, made = fit_apply(scaler, frame, columns)
        state = per_column(columns, offset=scaler.center_, divisor=scaler.scale_)
        cases.append(case(csv, {"step": "robustScale"}, columns, by_column(columns, made), state))
        for standardise in [True, False]:
            power = PowerTransformer(method="yeo-johnson", standardize=standardise)
            _, made = fit_apply(power, frame, columns)
            state = per_column(columns, **{"lambda": power.lambdas_})
            step = {"step": "powerTransform", "method": "yeoJohnson", "standardise": standardise}
            cases.append(case(csv, step, columns, by_column(columns, made), state))
        for quantiles, output in [(1000, "uniform"), (1000, "normal"), (50, "uniform"), (50, "normal")]:
            ranks = QuantileTransformer(n_quantiles=quantiles, output_distribution=output, subsample=None)
            _, made = fit_apply(ranks, frame, columns)
            # 1000 quantiles of each column would be most of the file.
            state = per_column(columns, quantiles=ranks.quantiles_.T) if quantiles == 50 else None
            step = {"step": "quantileTransform", "quantiles": quantiles, "output": output}
            cases.append(case(csv, step, columns, by_column(columns, made), state))
        if frame[columns].notna().all().all():
            for strategy, bins in [("uniform", 7), ("quantile", 5), ("quantile", 20)]:
                binner = KBinsDiscretizer(
                    n_bins=bins, encode="ordinal", strategy=strategy, quantile_method="linear", subsample=None
                )
                _, made = fit_apply(binner, frame, columns)
                state = per_column(columns, edges=[edges[1:-1] for edges in binner.bin_edges_])
                step = {"step": "bin", "strategy": strategy, "bins": bins}
                cases.append(case(csv, step, columns, by_column(columns, made), state))
        train = frame[columns][is_train(frame)]
        low, high = train.quantile(0.02), train.quantile(0.9)
        state = per_column(columns, low=low.to_numpy(), high=high.to_numpy())
        made = frame[columns].clip(low, high, axis=1).to_numpy(dtype=float)
        cases.append(case(csv, {"step": "clip", "low": 0.02, "high": 0.9}, columns, by_column(columns, made), state))
        made = np.log1p(frame[columns].to_numpy(dtype=float))
        cases.append(case(csv, {"step": "logTransform"}, columns, by_column(columns, made)))
    for csv, columns in [("breast_cancer_wdbc", POSITIVE), ("tips", TIPS), ("penguins", PENGUINS)]:
        power = PowerTransformer(method="box-cox")
        _, made = fit_apply(power, TABLES[csv], columns)
        state = per_column(columns, **{"lambda": power.lambdas_})
        step = {"step": "powerTransform", "method": "boxCox"}
        cases.append(case(csv, step, columns, by_column(columns, made), state))
    return cases


CATEGORIES = {
    "penguins": ["Species", "Island", "Sex"],
    "adult_income": ["workclass", "education", "native-country"],
    "tips": ["sex", "smoker", "day", "size"],
}


def as_texts(frame, columns):
    """Texts as in the file; None where missing."""
    texts = {
        column: pd.Series([None if pd.isna(v) else str(v) for v in frame[column]], dtype=object)
        for column in columns
    }
    return pd.DataFrame(texts, dtype=object)


def one_hot_names(columns, categories):
    return [
        f"{column} (missing)" if pd.isna(value) else f"{column}={value}"
        for column, values in zip(columns, categories)
        for value in values
    ]


def categories():
    cases = []
    for csv, columns in CATEGORIES.items():
        frame = TABLES[csv]
        texts = as_texts(frame, columns)
        train = texts[is_train(frame)]
        for drop, ours in [(None, "none"), ("first", "first"), ("if_binary", "ifBinary")]:
            encoder = OneHotEncoder(drop=drop, handle_unknown="ignore", sparse_output=False)
            encoder.fit(train.to_numpy())
            made = encoder.transform(texts.to_numpy())
            kept = [
                [v for k, v in enumerate(values) if encoder.drop_idx_ is None or encoder.drop_idx_[i] != k]
                for i, values in enumerate(encoder.categories_)
            ]
            step = {"step": "oneHot", "maxCategories": 1000, "drop": ours}
            named = dict(zip(one_hot_names(columns, kept), made.T))
            if csv == "adult_income":
                # Of the many columns some.
                named = {name: named[name] for name in list(named)[::4]}
            cases.append(case(csv, step, columns, named))
        encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
        encoder.fit(train.fillna(np.nan).to_numpy())
        made = encoder.transform(texts.fillna(np.nan).to_numpy())
        state = per_column(
            columns, categories=[[v for v in values if not pd.isna(v)] for values in encoder.categories_]
        )
        cases.append(case(csv, {"step": "ordinalEncode"}, columns, by_column(columns, made), state))
        counts = {column: train[column].value_counts(dropna=False) / len(train) for column in columns}
        made = {
            column: [
                counts[column].get(value, 0.0) if value is not None else float((train[column].isna()).mean())
                for value in texts[column]
            ]
            for column in columns
        }
        cases.append(case(csv, {"step": "frequencyEncode"}, columns, made))
        encoder = OneHotEncoder(min_frequency=0.02, handle_unknown="infrequent_if_exist", sparse_output=False)
        encoder.fit(train.to_numpy())
        kept = [
            [v for v in values if v is not None and (rare is None or v not in rare)]
            for values, rare in zip(encoder.categories_, encoder.infrequent_categories_)
        ]
        state = per_column(columns, kept=kept)
        made = {
            column: [None if v is None else v if v in kept[i] else "other" for v in texts[column]]
            for i, column in enumerate(columns)
        }
        cases.append(case(csv, {"step": "groupRare", "minShare": 0.02}, columns, made, state))
    frame = TABLES["adult_income"]
    texts = as_texts(frame, ["education"])
    encoder = OneHotEncoder(max_categories=6, handle_unknown="infrequent_if_exist", sparse_output=False)
    encoder.fit(texts[is_train(frame)].to_numpy())
    made = encoder.transform(texts.to_numpy())
    frequent = [v for v in encoder.categories_[0] if v not in encoder.infrequent_categories_[0]]
    named = dict(zip(one_hot_names(["education"], [frequent]), made.T))
    cases.append(case("adult_income", {"step": "oneHot", "maxCategories": 5}, ["education"], named))
    return cases


TARGETS = [
    ("tips", ["sex", "day", "size"], "tip", "regression"),
    ("adult_income", ["workclass", "education", "native-country"], "income", "binary"),
    ("penguins", ["Island", "Sex"], "Species", "multiclass"),
]
FOLDS = 5


def folds(frame):
    """(fold of each train row, their splits)"""
    fold = (np.arange(is_train(frame).sum()) * 7 + 3) % 11 % FOLDS
    return fold, [(np.flatnonzero(fold != f), np.flatnonzero(fold == f)) for f in range(FOLDS)]


def target_encoding():
    cases = []
    for csv, columns, target, task in TARGETS:
        frame = TABLES[csv]
        x, y = as_texts(frame, columns).to_numpy(), frame[target].to_numpy()
        train = is_train(frame)
        for smooth in ["auto", 0.0, 10.0]:
            fold, splits = folds(frame)
            kind = "continuous" if task == "regression" else task
            encoder = TargetEncoder(target_type=kind, smooth=smooth, cv=splits)
            out_of_fold = encoder.fit_transform(x[train], y[train])
            made = encoder.transform(x)
            made[train] = out_of_fold
            names = columns
            if task == "multiclass":
                names = [f"{column} ({name})" for column in columns for name in encoder.classes_]
            step = {"step": "targetEncode", "smooth": smooth, "folds": FOLDS}
            more = {
                "target": {"column": target, "task": task},
                "means": np.atleast_1d(encoder.target_mean_),
                "full": {
                    name: encoder.transform(x)[:: EVERY[csv], i] for i, name in enumerate(names)
                },
            }
            cases.append(case(csv, step, columns, by_column(names, made), **more))
    return cases


HOLED = ["mean radius", "mean texture", "mean area", "mean concavity", "worst radius", "worst symmetry"]


def missing():
    cases = []
    wdbc = with_holes(TABLES["breast_cancer_wdbc"], HOLED)
    for csv, frame, columns, holes in [
        ("penguins", TABLES["penguins"], PENGUINS, False),
        ("breast_cancer_wdbc", wdbc, HOLED, True),
    ]:
        more = {"holes": True} if holes else {}
        for strategy in ["mean", "median"]:
            imputer = SimpleImputer(strategy=strategy)
            _, made = fit_apply(imputer, frame, columns)
            state = [
                {"column": column, "value": value, "groups": []}
                for column, value in zip(columns, imputer.statistics_)
            ]
            step = {"step": "fillMissing", "with": strategy}
            cases.append(case(csv, step, columns, by_column(columns, made), state, **more))
        for neighbours, weights in [(5, "uniform"), (5, "distance"), (1, "uniform"), (17, "distance")]:
            imputer = KNNImputer(n_neighbors=neighbours, weights=weights)
            _, made = fit_apply(imputer, frame, columns)
            step = {"step": "knnImpute", "neighbours": neighbours, "weights": weights}
            cases.append(case(csv, step, columns, by_column(columns, made), **more))
        imputer = SimpleImputer(strategy="constant", fill_value=-1.5)
        _, made = fit_apply(imputer, frame, columns)
        step = {"step": "fillMissing", "with": "constant", "value": "-1.5"}
        cases.append(case(csv, step, columns, by_column(columns, made), cast=True, **more))
    for csv, columns in [("adult_income", CATEGORIES["adult_income"] + ["occupation"]), ("penguins", ["Sex"])]:
        texts = as_texts(TABLES[csv], columns)
        x = texts.to_numpy(dtype=object)
        for step, imputer in [
            ({"step": "fillMissing", "with": "mode"}, SimpleImputer(missing_values=None, strategy="most_frequent")),
            (
                {"step": "fillMissing", "with": "constant", "value": "none"},
                SimpleImputer(missing_values=None, strategy="constant", fill_value="none"),
            ),
        ]:
            imputer.fit(x[is_train(texts)])
            made = imputer.transform(x)
            state = (
                [{"column": c, "value": v, "groups": []} for c, v in zip(columns, imputer.statistics_)]
                if step["with"] == "mode"
                else None
            )
            cases.append(case(csv, step, columns, by_column(columns, made), state))
    # Of a group, as pandas.
    for csv, columns, keys, how in [
        ("penguins", PENGUINS, ["Species"], "mean"),
        ("penguins", PENGUINS, ["Species", "Sex"], "median"),
    ]:
        frame = TABLES[csv].copy()
        frame[columns] = with_holes(frame, columns)[columns]
        train = frame[is_train(frame)]
        group = getattr(train.groupby(keys, dropna=False)[columns], how)()
        overall = getattr(train[columns], how)()
        made = {}
        for column in columns:
            found = frame[keys].merge(
                group[column].rename("fill"), how="left", left_on=keys, right_index=True
            )["fill"]
            made[column] = frame[column].fillna(found.fillna(overall[column])).to_numpy()
        cases.append(case(csv, {"step": "fillMissing", "with": how, "groupBy": keys}, columns, made, holes=True))
    return cases


def write(name, cases):
    OUT.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in cases)
    (OUT / f"{name}.json").write_text(
        f'{{"versions": {json.dumps(VERSIONS)},\n"cases": [\n{lines}\n]}}\n', encoding="utf-8"
    )


write("numbers", numbers())
write("categories", categories())
write("targetEncode", target_encoding())
write("missing", missing())
