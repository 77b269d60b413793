// Owns the profile of one column: its counts, the guess of its type, what there is to show of it. A handful of queries.
import * as l10n from '@vscode/l10n';
import type { ColumnProfile, DataIssue } from '../../shared/schema/profile';
import { cellColumn } from './cells';
import { badNumbers, cellIssue, usualIssues, writtenNumbers } from './columnIssues';
import { guessType, isMostly, runnersUp, type ColumnFacts } from './columnType';
import { sqlText, type Database, type QueryOptions } from './database';
import { readDates, type DateColumn } from './dateSummary';
import { DATETIME_PATTERN } from './datetime';
import { MAX_COUNTED, summariseCounted, summariseNumbers } from './numberSummary';
import {
  cellNumberSql,
  ifSql,
  IS_MISSING_NUMBER,
  IS_WRITTEN_NUMBER,
  MAX_EXAMPLE_LENGTH,
  textSql,
  toNumber,
  type ColumnCells,
  type ColumnContext,
  type ColumnRef,
  type LineOf,
  type Profiled,
  type TextFacts,
} from './profileCells';
import { numberTextSql } from './relation';
import type { ValueRows } from './rowLoader';

/** Above this many rows, distinct values are estimated (HyperLogLog, about 2 %). */
const EXACT_DISTINCT_ROWS = 5_000_000;

const TOP_VALUES = 20;

const EXAMPLES = 5;

export async function profileValues(
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

export async function profileColumn(
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
