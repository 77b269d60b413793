// Owns the profile: what is in each column, as counts and a guess of its type. One aggregate query per column
// over the loaded cells; only dates are brought out of DuckDB, so that one parser decides what a date is.
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
import { guessType, isMostly, type ColumnFacts } from './columnType';
import type { CsvFile } from './csvFile';
import { sqlText, type Database, type QueryOptions, type SqlValue } from './database';
import { DATETIME_PATTERN, isDayFirst, parseDateTime } from './datetime';
import { isMissingNumber } from './missing';

/** Above this many rows, distinct values are estimated (HyperLogLog, about 2 %). */
const EXACT_DISTINCT_ROWS = 5_000_000;
const TOP_VALUES = 20;
const EXAMPLES = 5;
const MAX_EXAMPLE_LENGTH = 200;

type LineOf = (row: number, options?: QueryOptions) => Promise<number | undefined>;

/** Profiles the table `cells`. */
export async function profileTable(
  file: CsvFile,
  database: Database,
  lineOf: LineOf,
  options: QueryOptions,
): Promise<DatasetProfile> {
  const { onProgress, signal } = options;
  const [counted] = await database.rows('SELECT count(*) FROM cells', options);
  const rows = Number(counted?.[0] ?? 0);
  const columns: ColumnProfile[] = [];
  const issues: DataIssue[] = [];
  for (const [index, name] of file.columns.entries()) {
    throwIfAborted(signal);
    const found = await profileColumn({ name, index, rows, cells: file.cells }, database, lineOf, { signal });
    columns.push(found.profile);
    issues.push(...found.issues);
    onProgress?.((index + 1) / file.columns.length);
  }
  return {
    path: file.path,
    sizeBytes: file.sizeBytes,
    modifiedMs: file.modifiedMs,
    dialect: file.dialect,
    rows,
    columns,
    issues,
  };
}

interface ColumnRef {
  readonly name: string;
  readonly index: number;
  readonly rows: number;
  readonly cells: CellSyntax;
}

/** The column at hand, parsed once: t trimmed text, miss, n number. A handful of queries follow on it. */
const CELLS = 'current_column';

async function parseColumn(
  { index, cells }: ColumnRef,
  database: Database,
  options: QueryOptions,
): Promise<void> {
  const text = trimmedSql(cellColumn(index));
  const number = numberSql('t', cells.numbers);
  // A number may be one of the user's own words for "no value": -999.
  const present = cells.missing.length === 0 ? number : `CASE WHEN NOT miss THEN ${number} END`;
  await database.rows(
    `CREATE OR REPLACE TABLE ${CELLS} AS
     SELECT t, ${isMissingSql('t', cells)} AS miss, ${present} AS n FROM (SELECT ${text} AS t FROM cells)`,
    options,
  );
}

async function profileColumn(
  column: ColumnRef,
  database: Database,
  lineOf: LineOf,
  options: QueryOptions,
): Promise<{ profile: ColumnProfile; issues: DataIssue[] }> {
  await parseColumn(column, database, options);
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
  if (missing === column.rows) {
    const message = l10n.t('Column "{0}" has no value in any row.', column.name);
    issues.push({ severity: 'warning', code: 'data.allMissing', message, column: column.name });
  } else if (facts.distinct === 1 && missing === 0) {
    const message = l10n.t('Column "{0}" has the same value in every row.', column.name);
    issues.push({ severity: 'info', code: 'data.constant', message, column: column.name });
  }
  return { profile: await describe(column, facts, { ...guess, missing, dates }, database, options), issues };
}

async function describe(
  column: ColumnRef,
  facts: ColumnFacts,
  guess: { type: ColumnProfile['type']; reason: string; missing: number; dates: DateColumn | undefined },
  database: Database,
  options: QueryOptions,
): Promise<ColumnProfile> {
  const { type, reason, missing, dates } = guess;
  const base: ColumnProfile = {
    name: column.name,
    type,
    reason,
    runnersUp: [],
    rows: column.rows,
    missing: missing + (dates?.badCount ?? 0),
    distinct: facts.distinct,
    distinctIsExact: column.rows <= EXACT_DISTINCT_ROWS,
    examples: await examplesOf(database, options),
  };
  if (type === 'number') {
    const numeric = await summariseNumbers(facts, database, options);
    const bad = facts.rows - facts.missing - facts.missingIfNumber - facts.numbers;
    const isDiscrete = facts.integers === facts.numbers && facts.distinct <= TOP_VALUES;
    return {
      ...base,
      missing: missing + bad,
      ...numeric,
      ...(isDiscrete ? { topValues: await topValues(TOP_VALUES, database, options) } : {}),
    };
  }
  if (dates !== undefined) {
    const order = orderOf(dates.valuesMs);
    return { ...base, ...summariseDates(dates.valuesMs), ...(order === undefined ? {} : { order }) };
  }
  const length = { min: 0, max: facts.maxLength, mean: facts.meanLength };
  const [shortest] = await database.rows(`SELECT min(length(t)) FROM ${CELLS} WHERE NOT miss`, options);
  const textLength = { ...length, min: Number(shortest?.[0] ?? 0) };
  if (type !== 'category' && type !== 'boolean') return { ...base, textLength };
  const top = await topValues(TOP_VALUES, database, options);
  return {
    ...base,
    ...(type === 'boolean' ? {} : { textLength }),
    topValues: top,
    examples: top.slice(0, EXAMPLES).map(({ value }) => value),
  };
}

async function countFacts(
  column: ColumnRef,
  database: Database,
  options: QueryOptions,
): Promise<ColumnFacts> {
  const distinct = column.rows <= EXACT_DISTINCT_ROWS ? 'count(DISTINCT t)' : 'approx_count_distinct(t)';
  const present = 'FILTER (WHERE NOT miss)';
  const [row = []] = await database.rows(
    `SELECT count(*) FILTER (WHERE miss),
       count(*) FILTER (WHERE NOT miss AND ${isMissingNumberSql('t')}),
       ${distinct} ${present},
       count(n),
       count(*) FILTER (WHERE n = trunc(n)),
       count(*) FILTER (WHERE n IS NOT NULL AND length(t) > 1 AND t[1] = '0' AND t[2] BETWEEN '0' AND '9'),
       count(*) FILTER (WHERE length(t) > 15 AND n = trunc(n) AND NOT contains(t, '.') AND NOT contains(lower(t), 'e')),
       min(n), max(n),
       count(*) FILTER (WHERE n IS NULL AND length(t) BETWEEN 6 AND 40 AND regexp_full_match(t, ${sqlText(DATETIME_PATTERN)})),
       avg(length(t)) ${present}, max(length(t)) ${present},
       avg(length(t) - length(replace(t, ' ', '')) + 1) ${present},
       count(*) FILTER (WHERE n IS NULL AND regexp_matches(t, '[\\p{Han}\\p{Hiragana}\\p{Katakana}]'))
     FROM ${CELLS}`,
    options,
  );
  const count = (at: number): number => toNumber(row[at]);
  const few =
    count(2) <= 4
      ? await database.rows(`SELECT DISTINCT t FROM ${CELLS} WHERE NOT miss ORDER BY t LIMIT 4`, options)
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
    dates: count(9),
    meanLength: count(10),
    maxLength: count(11),
    meanWords: count(12),
    cjk: count(13),
    fewValues: few.map(([value]) => String(value)),
  };
}

function toNumber(value: SqlValue | undefined): number {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : 0;
}

async function examplesOf(database: Database, options: QueryOptions): Promise<string[]> {
  const found = await database.rows(`SELECT t FROM ${CELLS} WHERE NOT miss LIMIT 200`, options);
  const texts = new Set(found.map(([value]) => String(value).slice(0, MAX_EXAMPLE_LENGTH)));
  return [...texts].slice(0, EXAMPLES);
}

async function topValues(
  limit: number,
  database: Database,
  options: QueryOptions,
): Promise<{ value: string; count: number }[]> {
  const found = await database.rows(
    `SELECT t, count(*) AS c FROM ${CELLS} WHERE NOT miss GROUP BY t ORDER BY c DESC, t LIMIT ${limit}`,
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
function safeScale({ min, max }: ColumnFacts): number {
  const largest = Math.max(Math.abs(min), Math.abs(max));
  if (largest === 0 || (largest > 1e-150 && largest < 1e150)) return 1;
  return 2 ** Math.min(1000, -Math.floor(Math.log2(largest)));
}

/** sd has ddof=1; quartiles interpolate linearly, as numpy.percentile; sums are compensated (Kahan). */
async function summariseNumbers(
  facts: ColumnFacts,
  database: Database,
  options: QueryOptions,
): Promise<NumericSummary> {
  if (facts.numbers === 0) return {};
  const { min, max, numbers, integers } = facts;
  const scale = safeScale(facts);
  const [row = []] = await database.rows(
    `SELECT favg(n), stddev_samp(n), quantile_cont(n, 0.25), quantile_cont(n, 0.5), quantile_cont(n, 0.75)
     FROM (SELECT n * ${scale}::DOUBLE AS n FROM ${CELLS} WHERE n IS NOT NULL)`,
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
    ...(edges === undefined ? {} : { histogram: await histogramOf(edges, database, options) }),
  };
}

/**
 * Equal bins: one per whole number when these are few (centred on it), else about the square root of the count,
 * 5 to 40. Undefined when the range is not finite.
 */
function histogramEdges(min: number, max: number, count: number, isWhole: boolean): number[] | undefined {
  if (!Number.isFinite(max - min)) return undefined;
  if (isWhole && max - min < 40) {
    return Array.from({ length: max - min + 2 }, (_, i) => min - 0.5 + i);
  }
  if (min === max) return [min - 0.5, max + 0.5];
  const bins = Math.min(40, Math.max(5, Math.ceil(Math.sqrt(count))));
  return Array.from({ length: bins + 1 }, (_, i) => (i === bins ? max : min + ((max - min) * i) / bins));
}

/** Bin i holds edges[i] <= x < edges[i + 1]; the last one holds its upper edge too, as numpy.histogram. */
async function histogramOf(
  edges: number[],
  database: Database,
  options: QueryOptions,
): Promise<{ edges: number[]; counts: number[] }> {
  const bins = edges.length - 1;
  const [first = 0, last = 0] = [edges[0], edges[bins]];
  const found = await database.rows(
    `SELECT greatest(0, least(${bins - 1}, floor((n - (${first}::DOUBLE)) / ${last - first} * ${bins})))::INTEGER AS bin, count(*)
     FROM ${CELLS} WHERE n IS NOT NULL GROUP BY bin`,
    options,
  );
  const counts = new Array<number>(bins).fill(0);
  for (const [bin, count] of found) counts[toNumber(bin)] = toNumber(count);
  return { edges, counts };
}

async function badNumbers(
  column: ColumnRef,
  database: Database,
  lineOf: LineOf,
  options: QueryOptions,
): Promise<DataIssue | undefined> {
  const [row] = await database.rows(
    `SELECT rowid, t, count(*) OVER () FROM ${CELLS}
     WHERE NOT miss AND n IS NULL AND NOT ${isMissingNumberSql('t')} ORDER BY rowid LIMIT 1`,
    options,
  );
  if (row === undefined) return undefined;
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

/** A column of numbers that are written so that they are read as text: it would be ignored, or one-hot, unseen. */
async function writtenNumbers(
  column: ColumnRef,
  facts: ColumnFacts,
  database: Database,
  lineOf: LineOf,
  options: QueryOptions,
): Promise<DataIssue | undefined> {
  const [row] = await database.rows(
    `SELECT rowid, t, count(*) OVER () FROM ${CELLS}
     WHERE NOT miss AND n IS NULL AND regexp_full_match(t, ${sqlText(WRITTEN_NUMBER)}) ORDER BY rowid LIMIT 1`,
    options,
  );
  const count = toNumber(row?.[2]);
  if (
    row === undefined ||
    !isMostly(facts.numbers + count, facts.rows - facts.missing - facts.missingIfNumber)
  ) {
    return undefined;
  }
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
  readonly valuesMs: Float64Array;
  readonly present: number;
  readonly badCount: number;
  readonly firstBadRow: number;
  readonly firstBadText: string;
}

async function readDates(column: ColumnRef, database: Database, options: QueryOptions): Promise<DateColumn> {
  const texts: string[] = [];
  await database.stream(
    `SELECT ${trimmedSql(cellColumn(column.index))} FROM cells`,
    (chunk) => {
      for (const value of chunk.getColumnValues(0)) texts.push(String(value));
    },
    options,
  );
  const dayFirst = isDayFirst(texts);
  const valuesMs = new Float64Array(texts.length);
  let present = 0;
  let badCount = 0;
  let firstBadRow = -1;
  for (const [row, text] of texts.entries()) {
    if (isMissingNumber(text, column.cells.missing)) continue;
    const value = parseDateTime(text, dayFirst);
    if (Number.isNaN(value)) {
      badCount++;
      if (firstBadRow < 0) firstBadRow = row;
    } else valuesMs[present++] = value;
  }
  return {
    valuesMs: valuesMs.slice(0, present),
    present,
    badCount,
    firstBadRow,
    firstBadText: (texts[firstBadRow] ?? '').slice(0, MAX_EXAMPLE_LENGTH),
  };
}

/** As for numbers, in milliseconds since the epoch. */
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

function summariseDates(valuesMs: Float64Array): NumericSummary {
  const sorted = Float64Array.from(valuesMs).sort();
  const count = sorted.length;
  const [min, max] = [sorted[0] ?? NaN, sorted[count - 1] ?? NaN];
  let mean = 0;
  for (const value of sorted) mean += value / count;
  let squares = 0;
  for (const value of sorted) squares += (value - mean) ** 2;
  const quantile = (share: number): number => {
    const at = (count - 1) * share;
    const low = sorted[Math.floor(at)] ?? NaN;
    return low + ((sorted[Math.ceil(at)] ?? NaN) - low) * (at - Math.floor(at));
  };
  const edges = histogramEdges(min, max, count, false);
  const summary = {
    numeric: {
      min,
      max,
      mean,
      sd: count > 1 ? Math.sqrt(squares / (count - 1)) : NaN,
      quartiles: [quantile(0.25), quantile(0.5), quantile(0.75)] as [number, number, number],
    },
  };
  if (edges === undefined) return summary;
  const bins = edges.length - 1;
  const counts = new Array<number>(bins).fill(0);
  const [first = 0, last = 0] = [edges[0], edges[bins]];
  for (const value of sorted) {
    const bin = Math.min(bins - 1, Math.max(0, Math.floor(((value - first) / (last - first)) * bins)));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { ...summary, histogram: { edges, counts } };
}
