// Owns each kind of step as lines of pandas, with what it has learnt written into them. A kind that pandas cannot do as it
// is done here (its rows are drawn in JavaScript, or depend on the split) has none.
import type { FittedKind, FittedStates } from '../../../shared/schema/fittedSteps';
import type { StepKind, StepOf } from '../../../shared/schema/recipeSteps';
import type { RelationColumn } from '../../data/relation';
import { missingName } from '../encoders/encoder';
import { asWritten } from '../steps/fillMissing';
import { STOP_WORDS } from '../steps/stopWords';
import { conditionToPandas, expressionToPandas, writtenAs } from './pandasExpression';
import { pyPattern, pyReplacement } from './pyPattern';
import { pyBoolean, pyDict, pyNumber, pyNumbers, pyText, pyTexts } from './python';

export interface PandasContext<K extends StepKind> {
  readonly state: K extends FittedKind ? FittedStates[K] : undefined;
  /** Before the step. */
  readonly columns: readonly RelationColumn[];
  /** Names of the columns after the step, in order. */
  readonly after: readonly string[];
}

/** Lines of Python; undefined: left out of the script. */
type Writer<K extends StepKind> = (step: StepOf<K>, context: PandasContext<K>) => string[] | undefined;

const cell = (column: string): string => `df[${pyText(column)}]`;

function find(columns: readonly RelationColumn[], name: string): RelationColumn | undefined {
  return columns.find((column) => column.name === name);
}

/** number(df["x"]), with how its numbers are written. */
function numberOfCell(name: string, columns: readonly RelationColumn[]): string {
  const column = find(columns, name);
  return `number(${cell(name)}${column === undefined ? '' : writtenAs(column)})`;
}

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];
const inOrder = (after: readonly string[]): string => `df = df[${pyTexts(after)}]`;

/** New numbers for each of the columns; those that nothing is known of are missing. */
function mapNumbers<S extends { readonly column: string }>(
  names: readonly string[],
  state: readonly S[],
  columns: readonly RelationColumn[],
  code: (x: string, known: S) => string,
): string[] {
  return unique(names).map((name) => {
    const known = state.find(({ column }) => column === name);
    return `${cell(name)} = ${known === undefined ? 'np.nan' : code(numberOfCell(name, columns), known)}`;
  });
}

function scaled(
  names: readonly string[],
  state: FittedStates['standardise'],
  columns: readonly RelationColumn[],
): string[] {
  return mapNumbers(
    names,
    state,
    columns,
    (x, { offset, divisor }) => `finite((${x} - ${pyNumber(offset)}) / ${pyNumber(divisor)})`,
  );
}

function textChanges(names: readonly string[], code: string): string[] {
  return unique(names).map((name) => `${cell(name)} = change(${cell(name)}, ${code})`);
}

/** Steps on texts leave numbers and times alone. */
function textNames(names: readonly string[], columns: readonly RelationColumn[]): string[] {
  return names.filter((name) => find(columns, name)?.kind === 'text');
}

const key = (text: string | null): string => (text === null ? 'None' : pyText(text));

function frameOf(names: readonly string[], code: string): string {
  return `pd.DataFrame({i: ${code} for i, c in enumerate(${pyTexts(names)})})`;
}

function dateCode(name: string, dayFirst: 'auto' | 'yes' | 'no'): string {
  return `dates(${cell(name)}, ${pyBoolean(dayFirst === 'yes')})`;
}

const PARTS: Readonly<Record<StepOf<'dateParts'>['parts'][number], string>> = {
  year: 's.dt.year',
  quarter: 's.dt.quarter',
  month: 's.dt.month',
  week: 's.dt.isocalendar().week',
  dayOfYear: 's.dt.dayofyear',
  day: 's.dt.day',
  weekday: 's.dt.dayofweek',
  hour: 's.dt.hour',
  minute: 's.dt.minute',
  isWeekend: '(s.dt.dayofweek >= 5).where(s.notna())',
  daysSince1970: '(s - pd.Timestamp(0)) / pd.Timedelta(days=1)',
};
const CIRCLES: Readonly<Partial<Record<keyof typeof PARTS, readonly [number, number]>>> = {
  month: [1, 12],
  weekday: [0, 7],
  dayOfYear: [1, 365.25],
  hour: [0, 24],
  minute: [0, 60],
};

function datePartLines(step: StepOf<'dateParts'>): string[] {
  const lines = [`s = ${dateCode(step.column, step.dayFirst)}`];
  for (const part of unique(step.parts)) {
    const name = `${step.column}_${part}`;
    const value = `(${PARTS[part]}).astype(float)`;
    const circle = step.cyclic ? CIRCLES[part] : undefined;
    if (circle === undefined) lines.push(`${cell(name)} = ${value}`);
    else {
      const angle = `(${value} - ${circle[0]}) * 2 * np.pi / ${circle[1]}`;
      lines.push(`${cell(`${name}_sin`)} = np.sin(${angle})`, `${cell(`${name}_cos`)} = np.cos(${angle})`);
    }
  }
  return lines;
}

const CURRENCY = '$\\u00a2-\\u00a5\\u20a0-\\u20cf\\uffe0-\\uffe6';

function castLines(step: StepOf<'cast'>, columns: readonly RelationColumn[]): string[] {
  return unique(step.columns).map((name) => {
    switch (step.to) {
      case 'number':
        return `${cell(name)} = ${castNumber(step, name, columns)}`;
      case 'text':
        return `${cell(name)} = text(${cell(name)})`;
      case 'boolean': {
        const yes = '{"true", "yes", "t", "y", "1", "是", "真"}';
        const no = '{"false", "no", "f", "n", "0", "否", "假"}';
        return `${cell(name)} = change(${cell(name)}, lambda v: "true" if v.lower() in ${yes} else "false" if v.lower() in ${no} else "")`;
      }
      case 'datetime':
        return `${cell(name)} = ${dateCode(name, step.dayFirst)}`;
    }
  });
}

function castNumber(step: StepOf<'cast'>, name: string, columns: readonly RelationColumn[]): string {
  const column = find(columns, name);
  if (column?.kind !== 'text') return `number(${cell(name)})`;
  const isPlain = step.decimal === '.' && step.thousands === '';
  const written = isPlain
    ? writtenAs(column)
    : `, decimal=${pyText(step.decimal)}, thousands=${pyText(step.thousands)}`;
  const bare = step.symbols
    ? `change(${cell(name)}, lambda v: re.sub("^([-+]?)\\\\s*[${CURRENCY}]?\\\\s*(.*?)\\\\s*[${CURRENCY}%\\uff05]?$", "\\\\1\\\\2", v))`
    : cell(name);
  return `number(${bare}${written})`;
}

function replaceLines(step: StepOf<'replaceText'>): string[] | undefined {
  const { find: wanted, replace, match, ignoreCase } = step;
  switch (match) {
    case 'regex': {
      const found = pyPattern(wanted, ignoreCase);
      if (found === undefined) return undefined;
      const code = `re.sub(${found.pattern}, ${pyReplacement(replace)}, v, flags=${found.flags})`;
      return textChanges(step.columns, `lambda v: ${code}`);
    }
    case 'part':
      return textChanges(
        step.columns,
        ignoreCase
          ? `lambda v: re.sub(re.escape(${pyText(wanted)}), lambda _: ${pyText(replace)}, v, flags=re.I)`
          : `lambda v: v.replace(${pyText(wanted)}, ${pyText(replace)})`,
      );
    case 'cell': {
      const side = ignoreCase ? 'v.lower()' : 'v';
      const other = pyText(ignoreCase ? wanted.trim().toLowerCase() : wanted.trim());
      return textChanges(step.columns, `lambda v: ${pyText(replace)} if ${side} == ${other} else v`);
    }
  }
}

function mapLines(step: StepOf<'mapValues'>): string[] {
  const values = step.values.map(({ from, to }) => [from.trim(), to] as const);
  const lines = [
    `values = ${pyDict(values.filter(([from]) => from !== '').map(([from, to]) => [pyText(from), key(to)]))}`,
    `${cell(step.column)} = change(${cell(step.column)}, lambda v: values.get(v, v))`,
  ];
  const [, missing] = values.find(([from]) => from === '') ?? [];
  if (typeof missing !== 'string') return lines;
  // Those that were missing before, not those that became so.
  return [
    `empty = text(${cell(step.column)}).isna()`,
    ...lines,
    `${cell(step.column)} = ${cell(step.column)}.mask(empty, ${pyText(missing)})`,
  ];
}

function fillLines(
  step: StepOf<'fillMissing'>,
  { state, columns }: PandasContext<'fillMissing'>,
): string[] | undefined {
  const gaps = (name: string): string => `text(${cell(name)}).isna()`;
  switch (step.with) {
    case 'constant':
      return unique(step.columns).map((name) => {
        const value = constantOf(step.value, find(columns, name));
        return `${cell(name)} = ${cell(name)}.mask(${gaps(name)}, ${value})`;
      });
    case 'forward':
    case 'backward': {
      const fill = step.with === 'forward' ? 'ffill' : 'bfill';
      const by = step.groupBy.map((name) => `text(${cell(name)}).fillna("\\0")`);
      return unique(step.columns).map((name) => {
        const known = `${cell(name)}.mask(${gaps(name)})`;
        const grouped = by.length === 0 ? known : `${known}.groupby([${by.join(', ')}], sort=False)`;
        return `${cell(name)} = ${grouped}.${fill}()`;
      });
    }
    case 'mean':
    case 'median':
    case 'mode':
      return unique(step.columns).flatMap((name) => learntFill(step, name, state, columns));
  }
}

function constantOf(value: string, column: RelationColumn | undefined): string {
  if (column?.kind === 'number') return pyNumber(Number(value));
  return column?.kind === 'datetime'
    ? `pd.Timestamp(${pyText(value.trim())})`
    : pyText(asWritten(value, column ?? {}));
}

function learntFill(
  step: StepOf<'fillMissing'>,
  name: string,
  state: FittedStates['fillMissing'],
  columns: readonly RelationColumn[],
): string[] {
  const fill = state.find(({ column }) => column === name);
  const kind = find(columns, name)?.kind;
  if (fill === undefined || fill.value === null || kind === undefined) return [];
  const literal = (value: number | string | null): string => {
    if (value === null) return 'None';
    if (typeof value === 'string') return pyText(value);
    return kind === 'datetime' ? `pd.Timestamp(${pyNumber(value)}, unit="ms")` : pyNumber(value);
  };
  const isText = kind === 'text' && step.with === 'mode';
  const values = kind === 'text' && !isText ? numberOfCell(name, columns) : cell(name);
  const gaps = isText ? `text(${cell(name)}).isna()` : `${values}.isna()`;
  if (fill.groups.length === 0) return [`${cell(name)} = ${values}.mask(${gaps}, ${literal(fill.value)})`];
  const groups = fill.groups.map(
    (group) => [`(${group.key.map((text) => `${key(text)},`).join(' ')})`, literal(group.value)] as const,
  );
  const fills = `group_fill(df, ${pyText(name)}, ${pyTexts(step.groupBy)}, ${literal(fill.value)}, ${pyDict(groups)})`;
  return [`${cell(name)} = ${values}.mask(${gaps}, ${fills})`];
}

/** More of them do not belong into a script that somebody reads. */
const MAX_DONOR_CELLS = 20_000;

function knnLines(
  step: StepOf<'knnImpute'>,
  { state, columns }: PandasContext<'knnImpute'>,
): string[] | undefined {
  if (state.donors.length * state.columns.length > MAX_DONOR_CELLS) return undefined;
  const rows = state.donors.map((row) => pyNumbers(row)).join(', ');
  const numbers = state.columns.map((name) => `${pyText(name)}: ${numberOfCell(name, columns)}`);
  const width = state.columns.length;
  return [
    `donors = np.array([${rows}], dtype=float).reshape(-1, ${width})`,
    `numbers = pd.DataFrame({${numbers.join(', ')}}).to_numpy()`,
    `df[${pyTexts(state.columns)}] = knn(numbers, donors, ${pyNumbers(state.means)}, ${step.neighbours}, ${pyBoolean(step.weights === 'distance')})`,
  ];
}

function encodedLines(
  names: readonly {
    readonly column: string;
    readonly entries: readonly (readonly [string | null, number])[];
  }[],
  unseen: string,
  whenMissing: (missing: number | undefined) => string,
): string[] {
  return names.map(({ column, entries }) => {
    const values = entries.flatMap(([value, number]): [string, string][] =>
      value === null ? [] : [[pyText(value), pyNumber(number)]],
    );
    const missing = entries.find(([value]) => value === null)?.[1];
    return `${cell(column)} = encode(${cell(column)}, ${pyDict(values)}, ${whenMissing(missing)}, ${unseen})`;
  });
}

function windowLines(
  step: StepOf<'lag'> | StepOf<'rolling'>,
  made: readonly (readonly [name: string, code: string])[],
): string[] {
  const order = step.orderBy === '' ? 'None' : pyText(step.orderBy);
  return made.map(
    ([name, code]) => `${cell(name)} = along(df, ${pyTexts(step.groupBy)}, ${order}, lambda g: ${code})`,
  );
}

const ROLLING = { mean: 'mean()', sum: 'sum()', min: 'min()', max: 'max()', sd: 'std()' } as const;

function aggregateLines(
  step: StepOf<'groupAggregate'>,
  { columns }: PandasContext<'groupAggregate'>,
): string[] {
  const functions: Readonly<Record<StepOf<'groupAggregate'>['aggregates'][number]['function'], string>> = {
    count: 'count()',
    sum: 'sum(min_count=1)',
    mean: 'mean()',
    median: 'median()',
    min: 'min()',
    max: 'max()',
    sd: 'std()',
    distinct: 'nunique()',
    first: 'first()',
    last: 'last()',
  };
  const by = unique(step.by);
  const lines = [
    `keys = ${frameOf(by, 'text(df[c])')}`,
    'group = keys.groupby(list(keys.columns), sort=False, dropna=False).ngroup()',
    'first = ~group.duplicated()',
    `made = pd.DataFrame({${by.map((name) => `${pyText(name)}: ${find(columns, name)?.kind === 'text' ? `text(${cell(name)})` : cell(name)}[first]`).join(', ')}})`,
  ];
  for (const { column, function: name, name: as } of step.aggregates) {
    const ofNumbers = ['sum', 'mean', 'median', 'min', 'max', 'sd'].includes(name);
    const isTime = find(columns, column)?.kind === 'datetime' && (name === 'min' || name === 'max');
    const isText = find(columns, column)?.kind === 'text' && !ofNumbers;
    const values = isText
      ? `text(${cell(column)})`
      : ofNumbers && !isTime
        ? numberOfCell(column, columns)
        : cell(column);
    lines.push(`made[${pyText(as)}] = ${values}.groupby(group).${functions[name]}.to_numpy()`);
  }
  return [...lines, 'df = made'];
}

/** The steps that need the train rows themselves, or draw rows. */
const leftOut = (): undefined => undefined;

export const pandasSteps: { readonly [K in StepKind]: Writer<K> } = {
  selectColumns: (_step, { after }) => [inOrder(after)],
  dropColumns: (step) => [`df = df.drop(columns=${pyTexts(unique(step.columns))})`],
  renameColumns: (step) => [
    `df = df.rename(columns=${pyDict(step.renames.map(({ column, to }) => [pyText(column), pyText(to)]))})`,
  ],
  reorderColumns: (_step, { after }) => [inOrder(after)],
  cast: (step, { columns }) => castLines(step, columns),
  computeColumn: (step, { columns }) => {
    const code = expressionToPandas(step.expression, columns);
    return code === undefined ? undefined : [`${cell(step.name)} = finish(${code}, df.index)`];
  },
  splitColumn: (step, { after }) => [
    `parts = text(${cell(step.column)}).str.split(${pyText(step.separator)}, regex=False)`,
    ...step.into.map((name, i) =>
      i === step.into.length - 1
        ? `${cell(name)} = text(parts.str[${i}:].str.join(${pyText(step.separator)}))`
        : `${cell(name)} = text(parts.str[${i}])`,
    ),
    inOrder(after),
  ],
  joinColumns: (step, { after }) => [
    `texts = [text(df[c]) for c in ${pyTexts(step.columns)}]`,
    `${cell(step.name)} = text(pd.Series([${pyText(step.separator)}.join(v for v in row if isinstance(v, str)) for row in zip(*texts)], index=df.index, dtype=object))`,
    inOrder(after),
  ],
  trim: (step, { columns }) =>
    textChanges(
      textNames(step.columns, columns),
      step.inner
        ? 'lambda v: re.sub(SPACES, " ", v).strip(" ")'
        : 'lambda v: re.sub("^" + SPACES + "|" + SPACES + "$", "", v)',
    ),
  changeCase: (step, { columns }) =>
    textChanges(
      textNames(step.columns, columns),
      step.case === 'title'
        ? String.raw`lambda v: re.sub(r"[^\W_][\w'’]*", lambda m: m[0][0].upper() + m[0][1:], v.lower())`
        : `lambda v: v.${step.case}()`,
    ),
  replaceText: (step) => replaceLines(step),
  extractText: (step, { after }) => {
    const found = pyPattern(step.pattern);
    if (found === undefined) return undefined;
    const match = `re.search(${found.pattern}, v, flags=${found.flags})`;
    return [
      `${cell(step.name)} = change(${cell(step.column)}, lambda v: m.group(${step.group}) if (m := ${match}) else "")`,
      inOrder(after),
    ];
  },
  mapValues: (step) => mapLines(step),
  cleanText: (step) => {
    const flags = [
      step.lowerCase,
      step.removeHtml,
      step.removeUrls,
      step.removePunctuation,
      step.removeDigits,
    ];
    const words = step.removeStopWords ? `set(${pyText(STOP_WORDS.join(' '))}.split())` : 'set()';
    return [
      `stop_words = ${words}`,
      ...textChanges(step.columns, `lambda v: clean(v, ${flags.map(pyBoolean).join(', ')}, stop_words)`),
    ];
  },
  tokenise: (step) =>
    textChanges(step.columns, `lambda v: " ".join(w for w in tokens(v, 1) if len(w) >= ${step.minLength})`),
  tfIdf: (step, { state, after }) => [
    `weights = tf_idf(${cell(step.column)}, ${pyTexts(state.terms)}, ${pyNumbers(state.idf)}, ${step.maxWords})`,
    `df = pd.concat([df, pd.DataFrame(weights, index=df.index, columns=${pyTexts(state.names)})], axis=1)`,
    inOrder(after),
  ],
  parseDate: (step) =>
    unique(step.columns).map((name) =>
      step.format === 'auto'
        ? `${cell(name)} = ${dateCode(name, step.dayFirst)}`
        : `${cell(name)} = pd.to_datetime(text(${cell(name)}), format=${pyText(step.format)}, errors="coerce")`,
    ),
  dateParts: (step, { after }) => [...datePartLines(step), inOrder(after)],
  filterRows: (step, { columns }) => {
    const code = conditionToPandas(step.condition, columns);
    if (code === undefined) return undefined;
    return [`df = df[${step.keep === 'others' ? '~' : ''}(${code}).fillna(False).astype(bool)]`];
  },
  dropDuplicates: (step, { columns }) => {
    const names = step.columns.length === 0 ? columns.map(({ name }) => name) : unique(step.columns);
    const keep = step.keep === 'none' ? 'False' : pyText(step.keep);
    return [`df = df[~${frameOf(names, 'text(df[c])')}.duplicated(keep=${keep})]`];
  },
  dropMissing: (step, { columns }) => {
    const names = step.columns.length === 0 ? columns.map(({ name }) => name) : unique(step.columns);
    return [`df = df[~${frameOf(names, 'text(df[c])')}.isna().${step.when}(axis=1)]`];
  },
  sample: (step) => [
    `keys = pd.Series(seeded(df, ${step.seed}, "sample"), index=df.index, dtype=object)`,
    `df = df[keys.isin(sorted(keys)[:${step.rows}])]`,
  ],
  shuffle: (step) => [
    `keys = seeded(df, ${step.seed}, "shuffle")`,
    'df = df.iloc[sorted(range(len(df)), key=lambda i: keys[i])]',
  ],
  sort: (step) => [
    `df = sort_rows(df, [${step.by.map(({ column, order }) => `(${pyText(column)}, ${pyBoolean(order === 'ascending')})`).join(', ')}])`,
  ],
  removeOutliers: leftOut,
  groupAggregate: (step, context) => aggregateLines(step, context),
  fillMissing: (step, context) => fillLines(step, context),
  knnImpute: (step, context) => knnLines(step, context),
  missingIndicator: (step, { after }) => [
    ...unique(step.columns).map(
      (name) => `${cell(missingName(name))} = text(${cell(name)}).isna().astype(float)`,
    ),
    inOrder(after),
  ],
  markMissing: (step, { columns }) =>
    unique(step.columns).map((name) => {
      const texts = unique(step.values.map((value) => value.trim()));
      const numbers = texts.filter((text) => text !== '' && Number.isFinite(Number(text))).map(Number);
      const isNumber =
        numbers.length === 0 || find(columns, name)?.kind === 'datetime'
          ? ''
          : ` | ${numberOfCell(name, columns)}.isin(${pyNumbers(numbers)})`;
      return `${cell(name)} = ${cell(name)}.mask(text(${cell(name)}).isin(${pyTexts(texts)})${isNumber})`;
    }),
  clip: (step, { state, columns }) =>
    unique(step.columns).map((name) => {
      const bounds = state.find(({ column }) => column === name);
      const bound = (value: number | null | undefined): string => (value == null ? 'None' : pyNumber(value));
      return `${cell(name)} = ${numberOfCell(name, columns)}.clip(${bound(bounds?.low)}, ${bound(bounds?.high)})`;
    }),
  standardise: (step, { state, columns }) => scaled(step.columns, state, columns),
  minMaxScale: (step, { state, columns }) => scaled(step.columns, state, columns),
  robustScale: (step, { state, columns }) => scaled(step.columns, state, columns),
  logTransform: (step, { columns }) =>
    unique(step.columns).map((name) => {
      const x = numberOfCell(name, columns);
      return `${cell(name)} = np.log1p(${x}.where(${x} > -1))`;
    }),
  powerTransform: (step, { state, columns }) => {
    const name = step.method === 'boxCox' ? 'box_cox' : 'yeo_johnson';
    return mapNumbers(
      step.columns,
      state,
      columns,
      (x, { lambda, offset, divisor }) =>
        `finite((${name}(${x}, ${pyNumber(lambda)}) - ${pyNumber(offset)}) / ${pyNumber(divisor)})`,
    );
  },
  quantileTransform: (step, { state, columns }) =>
    mapNumbers(
      step.columns,
      state,
      columns,
      (x, { quantiles }) => `ranks(${x}, ${pyNumbers(quantiles)}, ${pyBoolean(step.output === 'normal')})`,
    ),
  bin: (step, { state, columns }) =>
    mapNumbers(
      step.columns,
      state,
      columns,
      (x, { edges }) =>
        `pd.Series(np.searchsorted(${pyNumbers(edges)}, ${x}, side="right"), index=df.index).astype(float).where(${x}.notna())`,
    ),
  groupRare: (step, { state }) =>
    state.map(
      ({ column, kept }) =>
        `${cell(column)} = change(${cell(column)}, lambda v: v if v in ${kept.length === 0 ? 'set()' : `{${pyTexts(kept).slice(1, -1)}}`} else ${pyText(step.label)})`,
    ),
  oneHot: (_step, { state, after }) => [
    ...state.flatMap(({ column, categories, names }) => [
      `t_ = text(${cell(column)})`,
      ...categories.map(
        (value, i) =>
          `${cell(names[i] ?? column)} = (${value === null ? 't_.isna()' : `t_ == ${pyText(value)}`}).astype(float)`,
      ),
    ]),
    inOrder(after),
  ],
  ordinalEncode: (_step, { state }) =>
    encodedLines(
      state.map(({ column, categories }) => ({
        column,
        entries: categories.map((value, i) => [value, i] as const),
      })),
      '-1.0',
      () => 'np.nan',
    ),
  hashEncode: (step, { after }) => [
    ...unique(step.columns).flatMap((column) => [
      `bucket = text(${cell(column)}).map(lambda v: int(hashlib.md5(v.encode()).hexdigest()[:8], 16) % ${step.buckets} if isinstance(v, str) else -1)`,
      `for i in range(${step.buckets}):`,
      `    df[${pyText(column)} + f"#{i}"] = (bucket == i).astype(float)`,
    ]),
    inOrder(after),
  ],
  frequencyEncode: (_step, { state }) =>
    encodedLines(
      state.map(({ column, categories, shares }) => ({
        column,
        entries: categories.map((value, i) => [value, shares[i] ?? 0] as const),
      })),
      '0.0',
      (missing) => pyNumber(missing ?? 0),
    ),
  // Train rows are given what the other folds say: that is for training alone.
  targetEncode: leftOut,
  lag: (step) =>
    windowLines(
      step,
      unique(step.columns).flatMap((column) =>
        unique(step.lags).map(
          (rows) => [`${column}_lag${rows}`, `g[${pyText(column)}].shift(${rows})`] as const,
        ),
      ),
    ),
  rolling: (step, { columns }) =>
    windowLines(
      step,
      unique(step.columns).map((column) => {
        const x = numberOfCell(column, columns).replace('df[', 'g[');
        const shifted = step.includeCurrent ? x : `${x}.shift(1)`;
        return [
          `${column}_${step.function}${step.window}`,
          `${shifted}.rolling(${step.window}).${ROLLING[step.function]}`,
        ] as const;
      }),
    ),
  jitter: leftOut,
  mixup: leftOut,
  smote: leftOut,
  oversample: leftOut,
  undersample: leftOut,
  textDropout: leftOut,
  textSwap: leftOut,
};
