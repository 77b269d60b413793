// Owns the profile: what is in each column, as counts and a guess of its type. A handful of queries per column over the
// loaded cells; only dates are brought out of DuckDB, so that one parser decides what a date is.
import * as l10n from '@vscode/l10n';
import { throwIfAborted } from '../../shared/abort';
import type { ColumnProfile, DataIssue, DatasetProfile } from '../../shared/schema/profile';
import {
  cellColumn,
  isMissingNumberSql,
  isMissingSql,
  numberSql,
  trimmedSql,
  type CellSyntax,
} from './cells';
import { guessType, isMostly, runnersUp, type ColumnFacts } from './columnType';
import type { CsvFile } from './csvFile';
import { sqlText, sqlTexts, type Database, type QueryOptions, type SqlValue } from './database';
import { DATETIME_PATTERN, isDayFirst, parseDateTime } from './datetime';
import { dateTimeSql, showsDayFirstSql } from './datetimeSql';
import { isMissingNumber, MISSING_NUMBER_TEXTS, MISSING_TEXTS } from './missing';
import { isTrimmedSql, numberTextSql } from './relation';
import { doubleSql } from './scalarSql';
import type { ValueRows } from './rowLoader';

/** Above this many rows, distinct values are estimated (HyperLogLog, about 2 %). */
const EXACT_DISTINCT_ROWS = 5_000_000;
const TOP_VALUES = 20;
const EXAMPLES = 5;
const MAX_EXAMPLE_LENGTH = 200;

type LineOf = (row: number, options?: QueryOptions) => Promise<number | undefined>;

export interface ProfileOptions extends QueryOptions {
  /** Rows of a large file, in place of the table `cells`. */
  readonly values?: Pick<ValueRows, 'view' | 'numbers' | 'trimmed'> | undefined;
}

/** Profiles the table `cells`. */
export async function profileTable(
  file: CsvFile,
  database: Database,
  lineOf: LineOf,
  { values, ...options }: ProfileOptions,
): Promise<DatasetProfile> {
  const { onProgress, signal } = options;
  const [counted] = await database.rows(`SELECT count(*) FROM ${values?.view ?? 'cells'}`, { signal });
  const rows = Number(counted?.[0] ?? 0);
  const found = new Array<Profiled>(file.columns.length);
  const refs = file.columns.map((name, index): ColumnRef => ({ name, index, rows, cells: file.cells }));
  let done = 0;
  const near = nearTables(refs.length);
  const profileOne = async (column: ColumnRef, line: Database, scratch: string): Promise<void> => {
    throwIfAborted(signal);
    const context = { database: line, scratch, lineOf, signal };
    found[column.index] =
      values === undefined
        ? await profileColumn(await parseColumn(column, await near(column, context), context), line, lineOf, {
            signal,
          })
        : await profileValues(column, values, context);
    onProgress?.(++done / file.columns.length);
  };
  if (values === undefined && refs.length <= FEW_COLUMNS) {
    for (const column of refs) await profileOne(column, database, CELLS);
  } else {
    await inLanes(refs, database, profileOne);
  }
  return {
    path: file.path,
    sizeBytes: file.sizeBytes,
    modifiedMs: file.modifiedMs,
    dialect: file.dialect,
    rows,
    columns: found.map(({ profile }) => profile),
    issues: found.flatMap(({ issues }) => issues),
  };
}

/** From so many columns on, looking one up among them takes longer than the rest. */
const MANY_COLUMNS = 400;
const NEAR_COLUMNS = 100;

/** Where a column of `cells` is read from: of a very wide table, a copy of it and its neighbours, one for each lane. */
function nearTables(columns: number): (column: ColumnRef, context: ColumnContext) => Promise<string> {
  const copied = new Map<string, number>();
  return async ({ index }, { database, scratch, signal }) => {
    if (columns <= MANY_COLUMNS) return 'cells';
    const first = index - (index % NEAR_COLUMNS);
    const table = `${scratch}_near`;
    if (copied.get(scratch) !== first) {
      const count = Math.min(NEAR_COLUMNS, columns - first);
      const ids = Array.from({ length: count }, (_, i) => cellColumn(first + i));
      await database.rows(`CREATE OR REPLACE TABLE ${table} AS SELECT ${ids.join(', ')} FROM cells`, {
        signal,
      });
      copied.set(scratch, first);
    }
    return table;
  };
}

/** Planning, and much of a quantile, is the work of one thread: two columns at once keep two busy. */
const LANES = 2;
/** So many of a small file are done before another line would be worth its start. */
const FEW_COLUMNS = 32;

/** Each column once, a few at a time, each lane over a line and with a table of its own. */
async function inLanes(
  columns: readonly ColumnRef[],
  database: Database,
  work: (column: ColumnRef, line: Database, scratch: string) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async (line: Database, scratch: string): Promise<void> => {
    try {
      for (let column = columns[next++]; column !== undefined; column = columns[next++]) {
        await work(column, line, scratch);
      }
    } catch (error) {
      next = columns.length;
      throw error;
    }
  };
  const others = await Promise.all(Array.from({ length: LANES - 1 }, () => database.another()));
  try {
    const lanes = [database, ...others].map((line, index) => lane(line, `${CELLS}_${index}`));
    const failed = (await Promise.allSettled(lanes)).find((ended) => ended.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  } finally {
    for (const line of others) line.dispose();
  }
}

interface ColumnRef {
  readonly name: string;
  readonly index: number;
  readonly rows: number;
  readonly cells: CellSyntax;
}

interface ColumnContext {
  readonly database: Database;
  /** The table for the column at hand. */
  readonly scratch: string;
  readonly lineOf: LineOf;
  readonly signal: AbortSignal | undefined;
}

/** The column at hand. Each FROM clause gives t (trimmed text), miss and n (number). */
interface ColumnCells extends ColumnRef {
  /** Every cell, with `rowid`. */
  readonly from: string;
  /** Too many rows to bring out of the database. */
  readonly isLarge?: boolean;
  /** Every text once with k, how many cells have it; undefined where there are too many of them. */
  readonly counted?: string | undefined;
}

const CELLS = 'current_column';

/** Parsed once: a handful of queries follow on it. */
async function parseColumn(
  column: ColumnRef,
  rows: string,
  { database, scratch, signal }: ColumnContext,
): Promise<ColumnCells> {
  const { index, cells } = column;
  const text = textSql(cellColumn(index));
  await database.rows(
    `CREATE OR REPLACE TABLE ${scratch} AS
     SELECT t, ${missingSql(cells)} AS miss, ${presentNumberSql(cells)} AS n FROM (SELECT ${text} AS t FROM ${rows})`,
    { signal },
  );
  return { ...column, from: scratch };
}

/** As trimmedSql. Hardly a cell has space around it, which is told faster than it is trimmed. */
function textSql(id: string): string {
  return `CASE WHEN ${isTrimmedSql(id)} THEN ${id} ELSE ${trimmedSql(id)} END`;
}

/** What is longer than all of the words is none of them. */
function missingSql(cells: CellSyntax): string {
  const longest = longestOf([...MISSING_TEXTS, ...cells.missing]);
  return ifSql(`strlen(t) <= ${longest}`, isMissingSql('t', cells));
}

function longestOf(texts: readonly string[]): number {
  return Math.max(...texts.map((text) => Buffer.byteLength(text)));
}

/** A costly condition where a cheap one holds: DuckDB would take both sides of an AND for every row. */
function ifSql(cheap: string, costly: string): string {
  return `CASE WHEN ${cheap} THEN ${costly} ELSE false END`;
}

const IS_MISSING_NUMBER = ifSql(`strlen(t) <= ${longestOf(MISSING_NUMBER_TEXTS)}`, isMissingNumberSql('t'));

/** A number starts with a digit, a sign or a point: all that comes before ':'. */
function cellNumberSql({ numbers }: CellSyntax): string {
  return `CASE WHEN t < ':' THEN ${numberSql('t', numbers)} END`;
}

function presentNumberSql(cells: CellSyntax): string {
  const number = cellNumberSql(cells);
  // A number may be one of the user's own words for "no value": -999.
  return cells.missing.length === 0 ? number : `CASE WHEN NOT miss THEN ${number} END`;
}

// A large file: nothing of a row is written down again.

async function profileValues(
  column: ColumnRef,
  { view, numbers, trimmed }: Pick<ValueRows, 'view' | 'numbers' | 'trimmed'>,
  context: ColumnContext,
): Promise<Profiled> {
  const { database, scratch, lineOf, signal } = context;
  if (numbers.has(column.index)) return profileNumbers(column, view, context);
  const id = cellColumn(column.index);
  // A cell that means "no value" is NULL in the view.
  const present = cellNumberSql(column.cells);
  const text = trimmed.has(column.index) ? `coalesce(${id}, '')` : textSql(id);
  const parsed = (rows: string, more: string): string =>
    `(SELECT ${more}, t, t = '' AS miss, ${present} AS n FROM (SELECT ${more}, ${text} AS t FROM ${rows}))`;
  const counted = (await hasFewTexts(id, view, database, { signal }))
    ? `(SELECT ${id}, count(*) AS k FROM ${view} GROUP BY ${id})`
    : undefined;
  if (counted !== undefined) {
    await database.rows(`CREATE OR REPLACE TABLE ${scratch} AS FROM ${parsed(counted, 'k')}`, { signal });
  }
  const cells = {
    ...column,
    from: parsed(view, 'rowid'),
    isLarge: true,
    counted: counted === undefined ? undefined : scratch,
  };
  return profileColumn(cells, database, lineOf, { signal });
}

/** Rows that are looked at to see whether texts repeat. */
const LOOKED_AT_ROWS = 100_000;

async function hasFewTexts(
  id: string,
  view: string,
  database: Database,
  options: QueryOptions,
): Promise<boolean> {
  const [row = []] = await database.rows(
    `SELECT count(*), count(DISTINCT ${id}) FROM (SELECT ${id} FROM ${view} LIMIT ${LOOKED_AT_ROWS})`,
    options,
  );
  return toNumber(row[1]) <= toNumber(row[0]) / 4;
}

/** A column that was read as numbers: each cell is one or means "no value". */
async function profileNumbers(
  column: ColumnRef,
  view: string,
  { database, scratch, signal }: ColumnContext,
): Promise<Profiled> {
  const id = cellColumn(column.index);
  const [row = []] = await database.rows(
    `SELECT count(${id}), count(*) FILTER (WHERE ${id} = trunc(${id})), approx_count_distinct(${id}), min(${id}), max(${id})
     FROM ${view}`,
    { signal },
  );
  const [numbers = 0, integers = 0, distinct = 0, min = 0, max = 0] = row.map(toNumber);
  const parsed = (rows: string, more: string): string =>
    `(SELECT ${more}, ${numberTextSql(id)} AS t, ${id} IS NULL AS miss, ${id} AS n FROM ${rows})`;
  const isCounted = distinct <= Math.min(MAX_COUNTED, numbers / 4);
  if (isCounted) {
    const counted = `(SELECT ${id}, count(*) AS k FROM ${view} GROUP BY ${id})`;
    await database.rows(`CREATE OR REPLACE TABLE ${scratch} AS FROM ${parsed(counted, 'k')}`, { signal });
  }
  const exact = isCounted ? await database.rows(`SELECT count(n) FROM ${scratch}`, { signal }) : [[distinct]];
  const facts: ColumnFacts & TextFacts = {
    ...NO_TEXTS,
    ...{ name: column.name, rows: column.rows, missing: column.rows - numbers },
    ...{ distinct: Math.min(toNumber(exact[0]?.[0]), numbers), numbers, integers, min, max },
  };
  const cells = {
    ...column,
    from: parsed(view, 'rowid'),
    isLarge: true,
    counted: isCounted ? scratch : undefined,
  };
  const guess = { ...guessType(facts), missing: facts.missing, dates: undefined };
  const profile = await describe(cells, facts, guess, database, { signal });
  return {
    profile: { ...profile, distinctIsExact: isCounted },
    issues: usualIssues(column, facts, facts.missing),
  };
}

const NO_TEXTS = {
  ...{ missingIfNumber: 0, leadingZeros: 0, longDigits: 0, dates: 0 },
  ...{ meanLength: 0, maxLength: 0, minLength: 0, written: 0, meanWords: 0, cjk: 0, fewValues: [] },
};

interface Profiled {
  readonly profile: ColumnProfile;
  readonly issues: DataIssue[];
}

async function profileColumn(
  column: ColumnCells,
  database: Database,
  lineOf: LineOf,
  options: QueryOptions,
): Promise<Profiled> {
  const facts = await countFacts(column, database, options);
  let guess = guessType(facts);
  let dates: DateColumn | undefined;
  if (guess.type === 'datetime') {
    dates = await readDates(column, database, options);
    if (!isMostly(dates.present, dates.present + dates.badCount)) {
      // They look like dates but are none, e.g. 2020-19-45.
      dates = undefined;
      guess = guessType({ ...facts, dates: 0 });
    }
  }
  const isNumeric = guess.type === 'number' || guess.type === 'datetime';
  const missing = facts.missing + (isNumeric ? facts.missingIfNumber : 0);
  const issues: DataIssue[] = [];
  const notNumbers = facts.rows - facts.missing - facts.missingIfNumber - facts.numbers;
  if (guess.type === 'number' && notNumbers > 0) {
    const issue = await badNumbers(column, database, lineOf, options);
    if (issue !== undefined) issues.push(issue);
  } else if (dates !== undefined && dates.badCount > 0) {
    const line = await lineOf(dates.firstBadRow, options);
    const message = l10n.t(
      'Column "{0}": line {1} has "{2}"; expected a date. Cells like this: {3}; they count as missing.',
      column.name,
      line ?? '?',
      dates.firstBadText,
      dates.badCount,
    );
    issues.push(cellIssue('data.notDate', message, column.name, line, dates.badCount));
  }
  if (!isNumeric && guess.type !== 'boolean') {
    const issue = await writtenNumbers(column, facts, database, lineOf, options);
    if (issue !== undefined) issues.push(issue);
  }
  issues.push(...usualIssues(column, facts, missing));
  return { profile: await describe(column, facts, { ...guess, missing, dates }, database, options), issues };
}

function usualIssues({ name, rows }: ColumnRef, { distinct }: ColumnFacts, missing: number): DataIssue[] {
  if (missing === rows) {
    const message = l10n.t('Column "{0}" has no value in any row.', name);
    return [{ severity: 'warning', code: 'data.allMissing', message, column: name }];
  }
  if (distinct !== 1 || missing > 0) return [];
  const message = l10n.t('Column "{0}" has the same value in every row.', name);
  return [{ severity: 'info', code: 'data.constant', message, column: name }];
}

async function describe(
  column: ColumnCells,
  facts: ColumnFacts & TextFacts,
  guess: { type: ColumnProfile['type']; reason: string; missing: number; dates: DateColumn | undefined },
  database: Database,
  options: QueryOptions,
): Promise<ColumnProfile> {
  const { type, reason, missing, dates } = guess;
  const base: ColumnProfile = {
    name: column.name,
    type,
    reason,
    runnersUp: runnersUp(facts, type),
    rows: column.rows,
    missing: missing + (dates?.badCount ?? 0),
    distinct: facts.distinct,
    distinctIsExact: column.counted !== undefined || column.rows <= EXACT_DISTINCT_ROWS,
    examples: await examplesOf(column, database, options),
  };
  if (type === 'number') {
    const numeric =
      column.counted === undefined || facts.distinct > MAX_COUNTED
        ? await summariseNumbers(column, facts, database, options)
        : await summariseCounted(column.counted, facts, database, options);
    const bad = facts.rows - facts.missing - facts.missingIfNumber - facts.numbers;
    const isDiscrete = facts.integers === facts.numbers && facts.distinct <= TOP_VALUES;
    return {
      ...base,
      missing: missing + bad,
      ...numeric,
      ...(isDiscrete ? { topValues: await topValues(column, database, options) } : {}),
    };
  }
  if (dates !== undefined) {
    const { summary, order } = dates;
    return { ...base, ...summary, ...(order === undefined ? {} : { order }) };
  }
  const textLength = { min: facts.minLength, max: facts.maxLength, mean: facts.meanLength };
  if (type !== 'category' && type !== 'boolean') return { ...base, textLength };
  const top = await topValues(column, database, options);
  return {
    ...base,
    ...(type === 'boolean' ? {} : { textLength }),
    topValues: top,
    examples: top.slice(0, EXAMPLES).map(({ value }) => value),
  };
}

interface TextFacts {
  /** Of the shortest text. */
  readonly minLength: number;
  /** Texts that are numbers with separators, currency or %. */
  readonly written: number;
}

async function countFacts(
  column: ColumnCells,
  database: Database,
  options: QueryOptions,
): Promise<ColumnFacts & TextFacts> {
  const { from, counted } = column;
  // Texts that are counted once each are few: their number is exact whatever the rows.
  const isExact = counted !== undefined || column.rows <= EXACT_DISTINCT_ROWS;
  const distinct = isExact ? 'count(DISTINCT t)' : 'approx_count_distinct(t)';
  const present = 'FILTER (WHERE NOT miss)';
  const cells = (condition: string): string =>
    counted === undefined
      ? `count(*) FILTER (WHERE ${condition})`
      : `coalesce(sum(k) FILTER (WHERE ${condition}), 0)`;
  const mean = (sql: string): string =>
    counted === undefined ? `avg(${sql}) ${present}` : `sum(k * (${sql})) ${present} / sum(k) ${present}`;
  // What is told from a byte or a length is told before a pattern is tried.
  const [row = []] = await database.rows(
    `SELECT ${cells('miss')},
       ${cells(`NOT miss AND ${IS_MISSING_NUMBER}`)},
       ${distinct} ${present},
       ${cells('n IS NOT NULL')},
       ${cells('n = trunc(n)')},
       ${cells(ifSql(`t >= '00' AND t < '1'`, `n IS NOT NULL AND t[2] BETWEEN '0' AND '9'`))},
       ${cells(ifSql('strlen(t) > 15 AND n = trunc(n)', `length(t) > 15 AND NOT contains(t, '.') AND NOT contains(lower(t), 'e')`))},
       min(n), max(n),
       ${mean('length(t)')}, max(length(t)) ${present}, min(length(t)) ${present}
     FROM ${counted ?? from}`,
    options,
  );
  const count = (at: number): number => toNumber(row[at]);
  // Of numbers alone there is no more to know: planning this for thousands of columns takes longer than the counting.
  const isAllNumbers = count(0) + count(1) + count(3) === column.rows;
  const [texts = []] = isAllNumbers
    ? [[0, 1, 0, 0]]
    : await database.rows(
        `SELECT ${cells(ifSql('n IS NULL AND length(t) BETWEEN 6 AND 40', `regexp_full_match(t, ${sqlText(DATETIME_PATTERN)})`))},
           ${mean(`CASE WHEN contains(t, ' ') THEN length(t) - length(replace(t, ' ', '')) + 1 ELSE 1 END`)},
           ${cells(ifSql('n IS NULL AND strlen(t) > length(t)', String.raw`regexp_matches(t, '[\p{Han}\p{Hiragana}\p{Katakana}]')`))},
           ${cells(IS_WRITTEN_NUMBER)}
         FROM ${counted ?? from}`,
        options,
      );
  const [dates = 0, meanWords = 0, cjk = 0, written = 0] = texts.map(toNumber);
  const few =
    count(2) <= 4
      ? await database.rows(
          `SELECT DISTINCT t FROM ${counted ?? from} WHERE NOT miss ORDER BY t LIMIT 4`,
          options,
        )
      : [];
  return {
    name: column.name,
    rows: column.rows,
    missing: count(0),
    missingIfNumber: count(1),
    distinct: count(2),
    numbers: count(3),
    integers: count(4),
    leadingZeros: count(5),
    longDigits: count(6),
    min: count(7),
    max: count(8),
    meanLength: count(9),
    maxLength: count(10),
    minLength: count(11),
    ...{ dates, meanWords, cjk, written },
    fewValues: few.map(([value]) => String(value)),
  };
}

function toNumber(value: SqlValue | undefined): number {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : 0;
}

async function examplesOf(
  { from }: ColumnCells,
  database: Database,
  options: QueryOptions,
): Promise<string[]> {
  const found = await database.rows(`SELECT t FROM ${from} WHERE NOT miss LIMIT 200`, options);
  const texts = new Set(found.map(([value]) => String(value).slice(0, MAX_EXAMPLE_LENGTH)));
  return [...texts].slice(0, EXAMPLES);
}

async function topValues(
  { from, counted }: ColumnCells,
  database: Database,
  options: QueryOptions,
): Promise<{ value: string; count: number }[]> {
  const found = await database.rows(
    `SELECT t, ${counted === undefined ? 'count(*)' : 'sum(k)'} AS c FROM ${counted ?? from} WHERE NOT miss
     GROUP BY t ORDER BY c DESC, t LIMIT ${TOP_VALUES}`,
    options,
  );
  return found.map(([value, count]) => ({
    value: String(value).slice(0, MAX_EXAMPLE_LENGTH),
    count: toNumber(count),
  }));
}

type NumericSummary = Pick<ColumnProfile, 'numeric' | 'histogram'>;

/**
 * A power of two (exact) that brings the largest value near 1 where squares or sums would overflow, which ends
 * DuckDB's query, or vanish; else 1.
 */
function safeScale({ min, max }: Pick<ColumnFacts, 'min' | 'max'>): number {
  const largest = Math.max(Math.abs(min), Math.abs(max));
  if (largest === 0 || (largest > 1e-150 && largest < 1e150)) return 1;
  return 2 ** Math.min(1000, -Math.floor(Math.log2(largest)));
}

/** More values than these are not brought out of the database. */
const MAX_COUNTED = 500_000;

/** Of a column whose few values are counted. */
async function summariseCounted(
  counted: string,
  facts: ColumnFacts,
  database: Database,
  options: QueryOptions,
): Promise<NumericSummary> {
  const values = new Float64Array(facts.distinct);
  const counts = new Float64Array(facts.distinct);
  let found = 0;
  await database.stream(
    `SELECT n, sum(k)::DOUBLE FROM ${counted} WHERE n IS NOT NULL GROUP BY n ORDER BY n`,
    (chunk) => {
      const cells = chunk.getColumnValues(1);
      for (const [row, value] of chunk.getColumnValues(0).entries()) {
        values[found] = toNumber(value);
        counts[found++] = toNumber(cells[row]);
      }
    },
    options,
  );
  if (found === 0) return {};
  const isWhole = facts.integers === facts.numbers;
  return summariseValues(values.subarray(0, found), counts.subarray(0, found), {
    isWhole,
    scale: safeScale(facts),
  });
}

/** sd has ddof=1; quartiles interpolate linearly, as numpy.percentile; sums are compensated (Kahan). */
async function summariseNumbers(
  { from }: Pick<ColumnCells, 'from'>,
  facts: Pick<ColumnFacts, 'min' | 'max' | 'numbers' | 'integers'>,
  database: Database,
  options: QueryOptions,
): Promise<NumericSummary> {
  if (facts.numbers === 0) return {};
  const { min, max, numbers, integers } = facts;
  const scale = safeScale(facts);
  const [row = []] = await database.rows(
    `SELECT mean, sd, q[1], q[2], q[3] FROM (
       SELECT favg(n) AS mean, stddev_samp(n) AS sd, quantile_cont(n, [0.25, 0.5, 0.75]) AS q
       FROM (SELECT n * ${scale}::DOUBLE AS n FROM ${from} WHERE n IS NOT NULL))`,
    options,
  );
  const at = (index: number): number => toNumber(row[index]) / scale;
  const edges = histogramEdges(min, max, numbers, integers === numbers);
  return {
    numeric: {
      min,
      max,
      mean: at(0),
      sd: numbers > 1 ? at(1) : NaN,
      quartiles: [at(2), at(3), at(4)],
    },
    ...(edges === undefined ? {} : { histogram: await histogramOf(from, edges, database, options) }),
  };
}

const MAX_BINS = 40;

/**
 * Equal bins: one per whole number when these are few (centred on it), else about the square root of the count,
 * 5 to 40. Undefined when the range is not finite.
 */
function histogramEdges(min: number, max: number, count: number, isWhole: boolean): number[] | undefined {
  if (!Number.isFinite((max - min) * MAX_BINS)) return undefined;
  if (isWhole && max - min < MAX_BINS) {
    return Array.from({ length: max - min + 2 }, (_, i) => min - 0.5 + i);
  }
  if (min === max) return [min - 0.5, max + 0.5];
  const bins = Math.min(MAX_BINS, Math.max(5, Math.ceil(Math.sqrt(count))));
  return Array.from({ length: bins + 1 }, (_, i) => (i === bins ? max : min + ((max - min) * i) / bins));
}

/**
 * Bin i holds edges[i] <= x < edges[i + 1]; the last one holds its upper edge too, as numpy.histogram. Dividing rounds, so
 * its bin is held against the very edges, which are computed here as in histogramEdges.
 */
async function histogramOf(
  from: string,
  edges: number[],
  database: Database,
  options: QueryOptions,
): Promise<{ edges: number[]; counts: number[] }> {
  const bins = edges.length - 1;
  const [first = 0, last = 0] = [edges[0], edges[bins]];
  const edge = (bin: string): string =>
    `${doubleSql(first)} + (${doubleSql(last - first)} * (${bin})) / ${bins}`;
  const found = await database.rows(
    `SELECT CASE WHEN near > 0 AND n < ${edge('near')} THEN near - 1
         WHEN near < ${bins - 1} AND n >= ${edge('near + 1')} THEN near + 1 ELSE near END AS bin, count(*)
     FROM (SELECT n, greatest(0, least(${bins - 1},
         floor((n - ${doubleSql(first)}) / ${doubleSql(last - first)} * ${bins})))::INTEGER AS near
       FROM ${from} WHERE n IS NOT NULL) GROUP BY bin`,
    options,
  );
  const counts = new Array<number>(bins).fill(0);
  for (const [bin, count] of found) counts[toNumber(bin)] = toNumber(count);
  return { edges, counts };
}

/** As histogramOf. */
function binOf(value: number, edges: readonly number[]): number {
  const bins = edges.length - 1;
  const [first = 0, last = 0] = [edges[0], edges[bins]];
  const near = Math.min(bins - 1, Math.max(0, Math.floor(((value - first) / (last - first)) * bins)));
  if (near > 0 && value < (edges[near] ?? 0)) return near - 1;
  return near < bins - 1 && value >= (edges[near + 1] ?? 0) ? near + 1 : near;
}

async function badNumbers(
  column: ColumnCells,
  database: Database,
  lineOf: LineOf,
  options: QueryOptions,
): Promise<DataIssue | undefined> {
  const [row] = await database.rows(
    `SELECT min(rowid), arg_min(t, rowid), count(*) FROM ${column.from}
     WHERE NOT miss AND n IS NULL AND NOT ${isMissingNumberSql('t')}`,
    options,
  );
  if (row === undefined || toNumber(row[2]) === 0) return undefined;
  const line = await lineOf(toNumber(row[0]), options);
  const count = toNumber(row[2]);
  const message = l10n.t(
    'Column "{0}": line {1} has "{2}"; expected a number. Cells like this: {3}; they count as missing.',
    column.name,
    line ?? '?',
    String(row[1]).slice(0, MAX_EXAMPLE_LENGTH),
    count,
  );
  return cellIssue('data.notNumber', message, column.name, line, count);
}

// 1.234,5 and 1,234.5 and 0,5 and $3 and 4 % and 12€; what a plain number would be has n.
const WRITTEN_NUMBER = "[-+]?[$€£¥]? ?[-+]?(\\d{1,3}([.,'\u00a0]\\d{3})+|\\d+)([.,]\\d+)?[ \u00a0]?[%$€£¥]?";

// What starts with a letter is none, which is told before the pattern is tried.
const IS_WRITTEN_NUMBER = ifSql(
  `n IS NULL AND (t < ':' OR t > '~')`,
  `NOT miss AND regexp_full_match(t, ${sqlText(WRITTEN_NUMBER)})`,
);

/** A column of numbers that are written so that they are read as text: it would be ignored, or one-hot, unseen. */
async function writtenNumbers(
  column: ColumnCells,
  facts: ColumnFacts & TextFacts,
  database: Database,
  lineOf: LineOf,
  options: QueryOptions,
): Promise<DataIssue | undefined> {
  const count = facts.written;
  const present = facts.rows - facts.missing - facts.missingIfNumber;
  if (count === 0 || !isMostly(facts.numbers + count, present)) return undefined;
  const [row = []] = await database.rows(
    `SELECT min(rowid), arg_min(t, rowid) FROM ${column.from} WHERE ${IS_WRITTEN_NUMBER}`,
    options,
  );
  const line = await lineOf(toNumber(row[0]), options);
  const message = l10n.t(
    'Column "{0}": line {1} has "{2}", which is read as text. Cells like this: {3}. Write numbers with a decimal point, without separators, currency or %.',
    column.name,
    line ?? '?',
    String(row[1]).slice(0, MAX_EXAMPLE_LENGTH),
    count,
  );
  return cellIssue('data.writtenNumber', message, column.name, line, count);
}

function cellIssue(
  code: string,
  message: string,
  column: string,
  line: number | undefined,
  count: number,
): DataIssue {
  return { severity: 'warning', code, message, column, count, ...(line === undefined ? {} : { line }) };
}

interface DateColumn {
  readonly summary: NumericSummary;
  readonly order: ColumnProfile['order'];
  readonly present: number;
  readonly badCount: number;
  readonly firstBadRow: number;
  readonly firstBadText: string;
}

async function readDates(
  column: ColumnCells,
  database: Database,
  options: QueryOptions,
): Promise<DateColumn> {
  // A large file: SQL that reads dates as the parser here does, so that no row leaves the database.
  if (column.isLarge === true && column.counted === undefined) return queryDates(column, database, options);
  const texts: string[] = [];
  const counts: number[] = [];
  const { counted } = column;
  await database.stream(
    `SELECT t, ${counted === undefined ? '1' : 'k'}::DOUBLE FROM ${counted ?? column.from}`,
    (chunk) => {
      for (const value of chunk.getColumnValues(0)) texts.push(String(value));
      for (const value of chunk.getColumnValues(1)) counts.push(toNumber(value));
    },
    options,
  );
  const dayFirst = isDayFirst(texts);
  const valuesMs = new Float64Array(texts.length);
  const valueCounts = new Float64Array(texts.length);
  let distinct = 0;
  let present = 0;
  let badCount = 0;
  const badTexts: string[] = [];
  let firstBadRow = -1;
  for (const [row, text] of texts.entries()) {
    const cells = counts[row] ?? 0;
    if (isMissingNumber(text, column.cells.missing)) continue;
    const value = parseDateTime(text, dayFirst);
    if (Number.isNaN(value)) {
      badCount += cells;
      badTexts.push(text);
      if (firstBadRow < 0) firstBadRow = row;
    } else {
      valuesMs[distinct] = value;
      valueCounts[distinct++] = cells;
      present += cells;
    }
  }
  let firstBadText = badTexts[0] ?? '';
  if (counted !== undefined && badTexts.length > 0) {
    const [row = []] = await database.rows(
      `SELECT min(rowid), arg_min(t, rowid) FROM ${column.from} WHERE list_contains([${sqlTexts(badTexts)}], t)`,
      options,
    );
    firstBadRow = toNumber(row[0]);
    firstBadText = String(row[1]);
  }
  const values = valuesMs.subarray(0, distinct);
  return {
    summary: summariseDates(values, valueCounts),
    order: counted === undefined ? orderOf(values) : await queryOrder(column, dayFirst, database, options),
    present,
    badCount,
    firstBadRow,
    firstBadText: firstBadText.slice(0, MAX_EXAMPLE_LENGTH),
  };
}

async function queryDates(
  column: ColumnCells,
  database: Database,
  options: QueryOptions,
): Promise<DateColumn> {
  const [shown] = await database.rows(
    `SELECT coalesce(bool_or(${showsDayFirstSql('t')}), false) FROM ${column.from} WHERE t[2] IN ('/', '-') OR t[3] IN ('/', '-')`,
    options,
  );
  const dayFirst = shown?.[0] === true;
  const from = datesSql(column, dayFirst);
  const isBad = 'FILTER (WHERE n IS NULL)';
  const [row = []] = await database.rows(
    `SELECT count(n), count(*) ${isBad}, min(rowid) ${isBad}, arg_min(t, rowid) ${isBad}, min(n), max(n) FROM ${from}`,
    options,
  );
  const present = toNumber(row[0]);
  const facts = { min: toNumber(row[4]), max: toNumber(row[5]), numbers: present, integers: 0 };
  return {
    summary: await summariseNumbers({ from }, facts, database, options),
    order: await queryOrder(column, dayFirst, database, options),
    present,
    badCount: toNumber(row[1]),
    firstBadRow: toNumber(row[2]),
    firstBadText: typeof row[3] === 'string' ? row[3].slice(0, MAX_EXAMPLE_LENGTH) : '',
  };
}

/** FROM clause: n is milliseconds since 1970. */
function datesSql({ from }: ColumnCells, dayFirst: boolean): string {
  const time = `epoch_us(${dateTimeSql('t', dayFirst)}) / 1000.0`;
  return `(SELECT rowid, t, ${time} AS n FROM ${from} WHERE NOT miss AND NOT ${isMissingNumberSql('t')})`;
}

/** Most columns show in their first rows that they are mixed. */
async function queryOrder(
  column: ColumnCells,
  dayFirst: boolean,
  database: Database,
  options: QueryOptions,
): Promise<ColumnProfile['order']> {
  const dates = datesSql(column, dayFirst);
  let order: ColumnProfile['order'];
  for (const rows of [`(SELECT * FROM ${dates} LIMIT 10000)`, dates]) {
    // Without an order of its own the window follows the rows as they are read.
    const [row = []] = await database.rows(
      `SELECT coalesce(bool_or(n > p), false), coalesce(bool_or(n < p), false)
       FROM (SELECT n, lag(n) OVER () AS p FROM ${rows} WHERE n IS NOT NULL)`,
      options,
    );
    if (row[0] === true && row[1] === true) return undefined;
    order = row[0] === row[1] ? undefined : row[0] === true ? 'ascending' : 'descending';
  }
  return order;
}

/** Undefined where they are mixed, or all equal. */
function orderOf(values: Float64Array): ColumnProfile['order'] {
  let [rises, falls] = [false, false];
  for (let i = 1; i < values.length && !(rises && falls); i++) {
    const step = (values[i] ?? 0) - (values[i - 1] ?? 0);
    if (step > 0) rises = true;
    else if (step < 0) falls = true;
  }
  return rises === falls ? undefined : rises ? 'ascending' : 'descending';
}

/** As for numbers, in milliseconds since the epoch. @param counts how many cells have each value */
function summariseDates(valuesMs: Float64Array, counts: Float64Array): NumericSummary {
  const order = Uint32Array.from(valuesMs.keys()).sort((a, b) => (valuesMs[a] ?? 0) - (valuesMs[b] ?? 0));
  const sorted = Float64Array.from(order, (index) => valuesMs[index] ?? NaN);
  const cells = Float64Array.from(order, (index) => counts[index] ?? 0);
  return summariseValues(sorted, cells, { isWhole: false, scale: 1 });
}

interface ValuesShape {
  readonly isWhole: boolean;
  /** A power of two that keeps squares in range. */
  readonly scale: number;
}

/** @param sorted ascending @param cells how many cells have each value */
function summariseValues(
  sorted: Float64Array,
  cells: Float64Array,
  { isWhole, scale }: ValuesShape,
): NumericSummary {
  const count = cells.reduce((sum, each) => sum + each, 0);
  const [min, max] = [sorted[0] ?? NaN, sorted[sorted.length - 1] ?? NaN];
  let mean = 0;
  for (const [i, value] of sorted.entries()) mean += value * scale * ((cells[i] ?? 0) / count);
  let squares = 0;
  for (const [i, value] of sorted.entries()) squares += (value * scale - mean) ** 2 * (cells[i] ?? 0);
  const valueAt = (rank: number): number => {
    let before = 0;
    return sorted[cells.findIndex((each) => (before += each) > rank)] ?? NaN;
  };
  const quantile = (share: number): number => {
    const at = (count - 1) * share;
    const low = valueAt(Math.floor(at));
    return low + (valueAt(Math.ceil(at)) - low) * (at - Math.floor(at));
  };
  const edges = histogramEdges(min, max, count, isWhole);
  const summary = {
    numeric: {
      min,
      max,
      mean: mean / scale,
      sd: count > 1 ? Math.sqrt(squares / (count - 1)) / scale : NaN,
      quartiles: [quantile(0.25), quantile(0.5), quantile(0.75)] as [number, number, number],
    },
  };
  if (edges === undefined) return summary;
  const bins = edges.length - 1;
  const inBins = new Array<number>(bins).fill(0);
  for (const [i, value] of sorted.entries()) {
    const bin = binOf(value, edges);
    inBins[bin] = (inBins[bin] ?? 0) + (cells[i] ?? 0);
  }
  return { ...summary, histogram: { edges, counts: inBins } };
}
