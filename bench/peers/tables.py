# The peers of bench/tables.mjs: the same profile and the same recipe in polars and in pandas. Prints one JSON line:
# seconds and the most memory (MB) of the process.
# usage: tables.py polars|polarsStreaming|pandas profile|preprocess in.csv out.parquet
import json, resource, sys, time

peer, task, source, output = sys.argv[1:5]
NUMBERS = ["age", "income", "score", "height", "weight", "visits"]
FILLED = ["age", "income"]
CATEGORIES = ["city", "plan"]
SEED = 1


def polars_profile():
    import polars as pl

    frame = pl.read_csv(source, null_values=["NA", ""])
    frame.describe()
    for name in frame.columns:
        if frame[name].dtype == pl.String:
            frame[name].value_counts(sort=True).head(20)
        else:
            frame[name].hist(bin_count=40)
        frame[name].n_unique()
    return frame.height


def polars_preprocess():
    import numpy as np
    import polars as pl

    frame = pl.read_csv(source, null_values=["NA", ""])
    part = np.zeros(frame.height, dtype=np.uint8)
    order = np.random.default_rng(SEED).permutation(frame.height)
    test = round(frame.height * 0.15)
    part[order[:test]] = 2
    part[order[test : 2 * test]] = 1
    frame = frame.with_columns(pl.Series("part", part))
    train = frame.filter(pl.col("part") == 0)
    medians = train.select(pl.col(FILLED).median()).row(0)
    mode = train.select(pl.col("plan").drop_nulls().mode().first()).item()
    fills = [pl.col(name).fill_null(value) for name, value in zip(FILLED, medians)]
    fills.append(pl.col("plan").fill_null(mode))
    frame = frame.with_columns(fills)
    train = frame.filter(pl.col("part") == 0)
    stats = train.select(
        [pl.col(n).mean().alias(n + "_mean") for n in NUMBERS]
        + [pl.col(n).std(ddof=0).alias(n + "_sd") for n in NUMBERS]
    ).row(0, named=True)
    frame = frame.with_columns(
        [(pl.col(n) - stats[n + "_mean"]) / stats[n + "_sd"] for n in NUMBERS]
    )
    for name in CATEGORIES:
        values = train[name].drop_nulls().unique().sort().to_list()
        frame = frame.with_columns(
            [(pl.col(name) == v).cast(pl.Float64).alias(f"{name}={v}") for v in values]
        ).drop(name)
    if output.endswith(".parquet"):
        frame.write_parquet(output)
    else:
        frame.write_csv(output)
    return frame.height


def polarsStreaming_preprocess():
    """Without the whole table in memory: the file is read once to learn and once to write."""
    import numpy as np
    import polars as pl

    frame = pl.scan_csv(source, null_values=["NA", ""])
    rows = frame.select(pl.len()).collect(engine="streaming").item()
    part = np.zeros(rows, dtype=np.uint8)
    order = np.random.default_rng(SEED).permutation(rows)
    test = round(rows * 0.15)
    part[order[:test]] = 2
    part[order[test : 2 * test]] = 1
    split = pl.LazyFrame({"part": part})
    frame = pl.concat([frame, split], how="horizontal")
    train = frame.filter(pl.col("part") == 0)
    first = train.select(
        [pl.col(FILLED).median()]
        + [pl.col("plan").drop_nulls().mode().first()]
        + [pl.col(n).drop_nulls().unique().sort().implode().alias("values_" + n) for n in CATEGORIES]
    ).collect(engine="streaming")
    fills = [pl.col(n).fill_null(first[n].item()) for n in FILLED + ["plan"]]
    frame = frame.with_columns(fills)
    stats = (
        frame.filter(pl.col("part") == 0)
        .select(
            [pl.col(n).mean().alias(n + "_mean") for n in NUMBERS]
            + [pl.col(n).std(ddof=0).alias(n + "_sd") for n in NUMBERS]
        )
        .collect(engine="streaming")
        .row(0, named=True)
    )
    frame = frame.with_columns(
        [(pl.col(n) - stats[n + "_mean"]) / stats[n + "_sd"] for n in NUMBERS]
    )
    for name in CATEGORIES:
        values = first["values_" + name][0].to_list()
        frame = frame.with_columns(
            [(pl.col(name) == v).cast(pl.Float64).alias(f"{name}={v}") for v in values]
        ).drop(name)
    frame.sink_parquet(output)
    return rows


def pandas_profile():
    import numpy as np
    import pandas as pd

    frame = pd.read_csv(source)
    frame.describe(include="all")
    for name in frame.columns:
        if frame[name].dtype.kind in "if":
            np.histogram(frame[name].dropna(), bins=40)
        else:
            frame[name].value_counts().head(20)
        frame[name].nunique()
    return len(frame)


def pandas_preprocess():
    import numpy as np
    import pandas as pd

    frame = pd.read_csv(source)
    order = np.random.default_rng(SEED).permutation(len(frame))
    part = np.zeros(len(frame), dtype=np.uint8)
    test = round(len(frame) * 0.15)
    part[order[:test]] = 2
    part[order[test : 2 * test]] = 1
    is_train = part == 0
    for name in FILLED:
        frame[name] = frame[name].fillna(frame.loc[is_train, name].median())
    frame["plan"] = frame["plan"].fillna(frame.loc[is_train, "plan"].mode()[0])
    means = frame.loc[is_train, NUMBERS].mean()
    sds = frame.loc[is_train, NUMBERS].std(ddof=0)
    frame[NUMBERS] = (frame[NUMBERS] - means) / sds
    frame = pd.get_dummies(frame, columns=CATEGORIES, prefix_sep="=", dtype=float)
    frame["part"] = part
    if output.endswith(".parquet"):
        frame.to_parquet(output)
    else:
        frame.to_csv(output, index=False)
    return len(frame)


start = time.perf_counter()
rows = globals()[f"{peer}_{task}"]()
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"peer": peer, "task": task, "rows": rows, "seconds": seconds, "peakMb": peak}))
