// Owns the Python functions that a pandas script is made with: those that it uses stand at its top. They do to a column
// what a step does in SQL.

/** By name; one may use those before it. */
export const PANDAS_HELPERS = {
  text: `def text(s):
    """As text without the space around it; missing where there is none."""
    if pd.api.types.is_datetime64_any_dtype(s):
        return s.dt.strftime("%Y-%m-%dT%H:%M:%S").astype(object).where(s.notna(), None)
    if pd.api.types.is_numeric_dtype(s):
        whole = lambda v: str(int(v)) if v == int(v) and abs(v) < 1e15 else repr(float(v))
        return s.astype(object).map(lambda v: None if pd.isna(v) else whole(v))
    t = s.astype(object).map(lambda v: v.strip(" \\t\\r\\n\\u00a0") if isinstance(v, str) else None)
    return t.where(t != "", None)`,
  number: `def number(s, decimal=".", thousands=""):
    """As finite numbers; missing where it is none. A time is milliseconds since 1970."""
    if pd.api.types.is_datetime64_any_dtype(s):
        return (s - pd.Timestamp(0)) / pd.Timedelta(milliseconds=1)
    if pd.api.types.is_numeric_dtype(s):
        return s.astype(float)
    def plain(v):
        if not isinstance(v, str) or "_" in v:
            return np.nan
        if thousands:
            parts = {" ": "[ \\u00a0\\u2009\\u202f]", "'": "['\\u2019]"}.get(thousands, "[" + thousands + "]")
            if re.fullmatch(r"[-+]?\\d{1,3}(" + parts + r"\\d{3})+([" + decimal + r"]\\d*)?", v):
                v = re.sub(parts, "", v)
        if decimal == ",":
            if "." in v:
                return np.nan
            v = v.replace(",", ".")
        try:
            n = float(v)
        except ValueError:
            return np.nan
        return n if np.isfinite(n) else np.nan
    return text(s).map(plain).astype(float)`,
  finite: `def finite(n):
    return n.where(np.isfinite(n))`,
  dates: `def dates(s, day_first):
    """The common forms, in UTC; missing where it is none."""
    if pd.api.types.is_datetime64_any_dtype(s):
        return s
    if pd.api.types.is_numeric_dtype(s):
        return pd.to_datetime(s, unit="ms", errors="coerce")
    plain = text(s).str.replace(r"^(\\d{4})年(\\d{1,2})月(\\d{1,2})日", r"\\1-\\2-\\3", regex=True)
    plain = plain.str.replace(r"^(\\d{4})年(\\d{1,2})月$", r"\\1-\\2-1", regex=True)
    plain = plain.str.replace(r"^(\\d{4})\\.(\\d{1,2})\\.(\\d{1,2})", r"\\1-\\2-\\3", regex=True)
    read = pd.to_datetime(plain, format="mixed", dayfirst=day_first, errors="coerce", utc=True)
    return read.dt.tz_localize(None)`,
  along: `def along(df, by, order, f):
    """Within groups and in an order: f of the grouped rows, back in their places."""
    rows = sort_rows(df, [(order, True)]) if order else df
    if not by:
        return f(rows).reindex(df.index)
    keys = [text(rows[c]).fillna("\\0") for c in by]
    return rows.groupby(keys, sort=False, group_keys=False).apply(f).reindex(df.index)`,
  sort_rows: `def sort_rows(df, by):
    """Numbers as numbers, then texts by code point; missing last."""
    keys = []
    for column, ascending in by:
        t, n = text(df[column]), number(df[column])
        if pd.api.types.is_numeric_dtype(df[column]) or pd.api.types.is_datetime64_any_dtype(df[column]):
            t = t.where(n.isna(), "")
        words = sorted(set(t[n.isna()].dropna()))
        place = t.where(n.isna(), None).map({w: i for i, w in enumerate(words)}).astype(float).fillna(-1)
        sign = 1 if ascending else -1
        keys += [t.isna() & n.isna(), sign * n.isna().astype(int), sign * n.fillna(0), sign * place]
    return df.iloc[np.lexsort([np.asarray(key, dtype=float) for key in reversed(keys)])]`,
  seeded: `def seeded(df, seed, purpose):
    """A number a row that looks random: of the source row, the seed and what it is for."""
    key = lambda row: int.from_bytes(hashlib.md5(f"{purpose}:{seed}:{row}".encode()).digest(), "little")
    return [key(row) for row in df.index]`,
  encode: `def encode(s, values, missing, unseen):
    """A number a category."""
    t = text(s)
    return t.map(lambda v: missing if v is None or v != v else values.get(v, unseen)).astype(float)`,
  group_fill: `def group_fill(df, column, by, value, groups):
    """What fills the gaps of a column: the value of the row's group, else that of all."""
    keys = zip(*[text(df[c]).map(lambda v: v if isinstance(v, str) else None) for c in by])
    fills = [groups.get(key) for key in keys]
    return pd.Series([value if fill is None else fill for fill in fills], index=df.index)`,
  yeo_johnson: `def yeo_johnson(x, power):
    up, down = x.where(x >= 0), x.where(x < 0)
    p = np.log1p(up) if abs(power) < 2.3e-16 else np.expm1(power * np.log1p(up)) / power
    q = 2 - power
    n = -np.log1p(-down) if abs(q) < 2.3e-16 else -np.expm1(q * np.log1p(-down)) / q
    return p.where(x >= 0, n)`,
  box_cox: `def box_cox(x, power):
    x = x.where(x > 0)
    return np.log(x) if abs(power) < 2.3e-16 else np.expm1(power * np.log(x)) / power`,
  ranks: `def ranks(x, quantiles, normal):
    """As sklearn's QuantileTransformer."""
    q, shares = np.asarray(quantiles), np.linspace(0, 1, len(quantiles))
    v = x.to_numpy(dtype=float)
    r = (np.interp(v, q, shares) - np.interp(-v, -q[::-1], -shares[::-1])) / 2
    edge = 1e-7 if normal else 0
    r = np.where(v - edge < q[0] if normal else v <= q[0], 0.0, r)
    r = np.where(v + edge > q[-1] if normal else v >= q[-1], 1.0, r)
    if len(quantiles) == 1 or q[0] == q[-1]:
        r = np.where(v > q[-1], 1.0, 0.0)
    if normal:
        low, high = -5.199337582605575, 5.19933758270342
        bend = lambda p: low if p <= 0 else high if p >= 1 else float(np.clip(NormalDist().inv_cdf(p), low, high))
        r = np.array([bend(p) if p == p else np.nan for p in r])
    return pd.Series(np.where(np.isnan(v), np.nan, r), index=x.index)`,
  knn: `def knn(x, donors, means, neighbours, by_distance):
    """As sklearn's KNNImputer; of donors equally near, the first."""
    filled = x.copy()
    for row in np.flatnonzero(np.isnan(x).any(axis=1)):
        gaps = (donors - x[row]) ** 2
        shared = (~np.isnan(gaps)).sum(axis=1)
        total = np.zeros(len(donors))
        for column in gaps.T:
            total += np.where(np.isnan(column), 0, column)
        far = np.where(shared > 0, total / np.maximum(shared, 1) * x.shape[1], np.nan)
        for at in np.flatnonzero(np.isnan(x[row])):
            able = np.flatnonzero(~np.isnan(donors[:, at]) & ~np.isnan(far))
            near = able[np.argsort(far[able], kind="stable")[:neighbours]]
            weights = np.ones(len(near))
            if by_distance:
                exact = far[near] == 0
                weights = exact.astype(float) if exact.any() else 1 / np.sqrt(far[near])
            if not 0 < weights.sum() < np.inf:
                weights = np.ones(len(near))
            filled[row, at] = np.average(donors[near, at], weights=weights) if len(near) else means[at]
    return filled`,
  spaces: `SPACES = r"[ \\t\\n\\v\\f\\r\\u0085\\u00a0\\u1680\\u2000-\\u200b\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff]+"`,
  change: `def change(s, f):
    """f of each text; missing where nothing is left."""
    t = text(s).map(lambda v: f(v) if isinstance(v, str) else None)
    return t.where(t != "", None)`,
  clean: `def clean(v, lower, html, urls, punctuation, digits, stop_words):
    if html:
        v = re.sub(r"<(?:script|style)\\b[^>]*>[\\s\\S]*?</(?:script|style)\\s*>|<!--[\\s\\S]*?-->|</?[A-Za-z!][^<>]*>", " ", v, flags=re.I)
        for entity, character in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#39;", "'"), ("&apos;", "'"), ("&nbsp;", " "), ("&amp;", "&")]:
            v = v.replace(entity, character)
        v = re.sub(r"&(?:#\\d+|#x[0-9a-f]+|[a-z][a-z0-9]+);", " ", v, flags=re.I)
    if urls:
        v = re.sub(r"(?:https?|ftp)://\\S+|\\bwww\\.\\S+", " ", v, flags=re.I)
    if lower:
        v = v.lower()
    if punctuation:
        v = re.sub(r"([^\\W\\d_])['\\u2019]([^\\W\\d_])", r"\\1\\2", v)
        v = "".join(" " if unicodedata.category(c)[0] in "PS" else c for c in v)
    if digits:
        v = "".join(" " if unicodedata.category(c)[0] == "N" else c for c in v)
    v = re.sub(SPACES, " ", v).strip(" ")
    return " ".join(w for w in v.split(" ") if w.lower() not in stop_words)`,
  tokens: `CJK = "\\u3005\\u3007\\u3021-\\u3029\\u3038-\\u303b\\u3040-\\u309f\\u30a0-\\u30ff\\u31f0-\\u31ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff\\U00020000-\\U0003ffff"
def tokens(v, least):
    """Words; Chinese and Japanese as pairs of characters."""
    found = []
    for run in re.findall("[" + CJK + r"]+|[^\\W" + CJK + "]+", v):
        if re.match("[" + CJK + "]", run) and len(run) > 1:
            found += [run[i:i + 2] for i in range(len(run) - 1)]
        elif len(run) >= least or re.match("[" + CJK + "]", run):
            found.append(run)
    return found`,
  tf_idf: `def tf_idf(s, terms, idf, max_words):
    """Weights of the terms, rows of length 1."""
    place = {term: i for i, term in enumerate(terms)}
    weights = np.zeros((len(s), len(terms)))
    for row, v in enumerate(text(s)):
        words = tokens(v.lower(), 2) if isinstance(v, str) else []
        for n in range(1, max_words + 1):
            for i in range(len(words) - n + 1):
                at = place.get(" ".join(words[i:i + n]))
                if at is not None:
                    weights[row, at] += idf[at]
    length = np.sqrt((weights ** 2).sum(axis=1, keepdims=True))
    return weights / np.where(length == 0, 1, length)`,
  n: `def n(s, **written):
    """Numbers with missing ones, for conditions."""
    return number(s, **written).astype("Float64")`,
  t: `def t(s):
    """Texts with missing ones, for conditions."""
    return text(s).astype("string")`,
  in_rows: `def in_rows(x, index):
    """A value in every row."""
    kind = "string" if isinstance(x, str) else "Float64"
    return x if isinstance(x, pd.Series) else pd.Series([x] * len(index), index=index, dtype=kind)`,
  sure: `def sure(x):
    """Missing where a number has no end."""
    x = x.astype("Float64")
    return x.where(np.isfinite(x.astype(float)))`,
  at_least_0: `def at_least_0(x):
    return x.where(x >= 0)`,
  above_0: `def above_0(x):
    return x.where(x > 0)`,
  rounded: `def rounded(x, digits):
    """A half goes away from zero."""
    return np.sign(x) * np.floor(abs(x) * 10.0 ** digits + 0.5) / 10.0 ** digits`,
  raised: `def raised(x, y, index):
    """pandas would know missing ** 0."""
    x, y = sure(in_rows(x, index)), sure(in_rows(y, index))
    return (x ** y).where(x.notna() & y.notna())`,
  times: `def times(a, b, compare):
    """Times compared; missing where one is."""
    return compare(a, b).astype("boolean").where(pd.notna(a) & pd.notna(b))`,
  cells: `def cells(a, b, compare):
    """Compared as numbers where both are, else as texts."""
    x, y = n(a), n(b)
    return compare(x, y).where(x.notna() & y.notna(), compare(t(a), t(b)))`,
  d: `def d(s):
    return pd.to_datetime(s, utc=True).dt.tz_localize(None) if isinstance(s, pd.Series) else pd.Timestamp(s)`,
  finish: `def finish(x, index):
    """A computed column: numbers (0/1 for a condition), texts or times; missing where there is no answer."""
    x = x if isinstance(x, pd.Series) else pd.Series([x] * len(index), index=index)
    if pd.api.types.is_datetime64_any_dtype(x):
        return x
    if pd.api.types.is_numeric_dtype(x) or pd.api.types.is_bool_dtype(x):
        x = x.astype("Float64").astype(float)
        return x.where(np.isfinite(x))
    x = x.astype(object).where(x.notna(), None)
    return x.where(x != "", None)`,
  choose: `def choose(condition, a, b, index):
    """a where the condition holds, b where not, missing where nobody knows."""
    c = condition if isinstance(condition, pd.Series) else pd.Series([condition] * len(index), index=index)
    column = lambda x: x if isinstance(x, pd.Series) else pd.Series([x] * len(index), index=index)
    a, b = column(a), column(b)
    return a.where(c.fillna(False).astype(bool), b).where(c.notna())`,
} as const;
export type PandasHelper = keyof typeof PANDAS_HELPERS;

/** What a helper needs from elsewhere: modules to import. */
const MODULES: readonly (readonly [pattern: RegExp, line: string])[] = [
  [/\bhashlib\./, 'import hashlib'],
  [/\boperator\./, 'import operator'],
  [/\bre\./, 'import re'],
  [/\bunicodedata\./, 'import unicodedata'],
  [/\bNormalDist\(/, 'from statistics import NormalDist'],
];
const LIBRARIES: readonly (readonly [pattern: RegExp, line: string])[] = [
  [/\bnp\./, 'import numpy as np'],
  [/\bpd\./, 'import pandas as pd'],
];

/** The top of a script: what it imports, and the helpers that it uses. */
export function pandasPrelude(body: string): string {
  const names = Object.keys(PANDAS_HELPERS) as PandasHelper[];
  const used = new Set<PandasHelper>();
  const find = (code: string): void => {
    for (const name of names) {
      if (used.has(name) || !usePattern(name).test(code)) continue;
      used.add(name);
      find(PANDAS_HELPERS[name]);
    }
  };
  find(body);
  const helpers = names.filter((name) => used.has(name)).map((name) => PANDAS_HELPERS[name]);
  const all = [...helpers, body].join('\n');
  const lines = (modules: typeof MODULES): string =>
    modules
      .filter(([pattern]) => pattern.test(all))
      .map(([, line]) => line)
      .join('\n');
  const imports = [lines(MODULES), lines(LIBRARIES)].filter((text) => text !== '');
  return [imports.join('\n\n'), ...helpers].join('\n\n\n');
}

/** Called, or handed on by its name; a name of one letter is a variable elsewhere. */
function usePattern(name: PandasHelper): RegExp {
  if (name === 'spaces') return /\bSPACES\b/;
  return new RegExp(`(?<![\\w."'])${name}${name.length === 1 ? '\\(' : '(?=[(),])'}`);
}
