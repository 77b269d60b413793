// Owns the figures of a column of dates. Of a small file texts are brought out of DuckDB, so that one parser decides what a
// date is; of a large one SQL reads them as that parser does.
import type { ColumnProfile } from '../../shared/schema/profile';
import { isMissingNumberSql } from './cells';
import { sqlTexts, type Database, type QueryOptions } from './database';
import { isDayFirst, parseDateTime } from './datetime';
import { dateTimeSql, showsDayFirstSql } from './datetimeSql';
import { isMissingNumber } from './missing';
import { summariseNumbers, summariseValues, type NumericSummary } from './numberSummary';
import { MAX_EXAMPLE_LENGTH, toNumber, type ColumnCells } from './profileCells';

export interface DateColumn {
  readonly summary: NumericSummary;
  readonly order: ColumnProfile['order'];
  readonly present: number;
  readonly badCount: number;
  readonly firstBadRow: number;
  readonly firstBadText: string;
}

export async function readDates(
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
