// Owns the check on what is only known later, as far as dates tell: dates that have not come yet, a date that always
// comes after another one, a date that is there for one class only, and rows in the order of time that a split at
// random would mix. Dates cannot prove when a prediction is made, so most of it is a question to who knows the table.
import * as l10n from '@vscode/l10n';
import { formatNumber } from '../../shared/format';
import { splitSchema, type Split } from '../../shared/schema/experiment';
import type { ColumnProfile } from '../../shared/schema/profile';
import type { Remedy } from '../../shared/schema/quality';
import { dateTimeSql, showsDayFirstSql } from '../data/datetimeSql';
import { DAY_MS } from '../data/datetime';
import { numberOf, textOf, type RelationColumn } from '../data/relation';
import {
  count,
  featureColumns,
  FIRST_ROWS,
  leaveOut,
  numberAt,
  percent,
  sharesOf,
  targetColumn,
  type CheckContext,
  type Found,
  type QualityCheck,
} from './check';

/** A date is after another one, and rows are in order, in so many of the rows. */
const NEARLY_ALWAYS = 0.99;
/** Dates that are mostly the same day as the other one say nothing new. */
const MOSTLY = 0.5;
const MIN_PAIRS = 20;
/** Between the classes with the most and the fewest dates. */
const CLASS_GAP = 0.5;
/** Correlation of a target with the one before it, or agreement beyond chance (Cohen's kappa). */
const LIKE_BEFORE = 0.5;
/** Pairs are compared each with each. */
const MAX_DATES = 12;
/** A class of a few rows has or has not by chance. */
const MIN_CLASS_ROWS = 20;

export const futureInformation: QualityCheck = {
  title: () => l10n.t('What is only known later'),
  async run(context) {
    const columns = featureColumns(context)
      .filter(({ type, missing, rows }) => type === 'datetime' && missing < rows)
      .sort((a, b) => (a.numeric?.mean ?? 0) - (b.numeric?.mean ?? 0))
      .slice(0, MAX_DATES);
    if (columns.length === 0) return { notMade: l10n.t('There is no column of dates.') };
    const dates = await readDates(context, columns);
    const found: Found[] = [];
    for (const date of dates.columns) {
      const later = (await afterAnother(context, dates, date)) ?? (await ofOneClass(context, dates, date));
      const finding = later ?? (await notComeYet(context, dates, date));
      if (finding !== undefined) found.push(finding);
    }
    const mixed = await mixedInTime(context, dates);
    return mixed === undefined ? found : [...found, mixed];
  },
};

interface DateColumn {
  readonly column: ColumnProfile;
  /** In `Dates.from`. */
  readonly id: string;
}
interface Dates {
  /** `rid`, a TIMESTAMP a column, and `y`: the class or number that is to be predicted, or NULL. */
  readonly from: string;
  /** The earliest on average first. */
  readonly columns: readonly DateColumn[];
}

async function readDates(context: CheckContext, columns: readonly ColumnProfile[]): Promise<Dates> {
  const { target } = context;
  const names = columns.map(({ name }) => name);
  const relation = await context.relation(target === undefined ? names : [...names, target.column]);
  const cells = relation.columns.slice(0, names.length);
  const [days = []] = await context.query(
    `SELECT ${cells.map((cell) => `bool_or(${showsDayFirstSql(`coalesce(${textOf(cell)}, '')`)})`).join(', ')} FROM ${relation.from}`,
  );
  const selected = cells.map((cell, i) => `${dateSql(cell, days[i] === true)} AS d${i}`);
  const answer = relation.columns[names.length];
  const isNumber = target?.task === 'regression';
  const y = answer === undefined ? 'NULL' : isNumber ? numberOf(answer) : textOf(answer);
  const table = context.workbench.tableName();
  // Reading a date is the slow part: once.
  await context.query(
    `CREATE TABLE ${table} AS SELECT rid, ${selected.join(', ')}, ${y} AS y FROM ${relation.from}`,
  );
  return { from: table, columns: columns.map((column, i) => ({ column, id: `d${i}` })) };
}

function dateSql(cell: RelationColumn, dayFirst: boolean): string {
  return cell.kind === 'datetime' ? cell.id : dateTimeSql(textOf(cell), dayFirst);
}

/** A date that is never before that of another column, and mostly after it. */
async function afterAnother(
  context: CheckContext,
  dates: Dates,
  { column, id }: DateColumn,
): Promise<Found | undefined> {
  for (const earlier of dates.columns) {
    if (earlier.id === id) return undefined;
    const [row] = await context.query(
      `SELECT count(*), count(*) FILTER (WHERE ${id} >= ${earlier.id}), count(*) FILTER (WHERE ${id} > ${earlier.id}),
         median(date_diff('hour', ${earlier.id}, ${id})) / 24
       FROM ${dates.from} WHERE ${id} IS NOT NULL AND ${earlier.id} IS NOT NULL`,
    );
    const [both = 0, notBefore = 0, after = 0] = [0, 1, 2].map((index) => numberAt(row, index));
    if (both < MIN_PAIRS || notBefore < NEARLY_ALWAYS * both || after < MOSTLY * both) continue;
    const gap = await classGap(context, dates, { column, id });
    const order = l10n.t(
      'The date "{0}" is not before "{1}" in {2} of {3} rows, and {4} days after it in the middle: at the time of "{1}" it would not be known.',
      column.name,
      earlier.column.name,
      count(notBefore),
      count(both),
      formatNumber(numberAt(row, 3)),
    );
    return {
      status: gap === undefined ? 'note' : 'warn',
      message: gap === undefined ? order : `${order} ${gap}`,
      columns: [column.name, earlier.column.name],
      count: notBefore,
      rows: [],
      remedies: leaveOut(column.name),
    };
  }
  return undefined;
}

async function ofOneClass(context: CheckContext, dates: Dates, date: DateColumn): Promise<Found | undefined> {
  const gap = await classGap(context, dates, date);
  if (gap === undefined) return undefined;
  const { name, rows, missing } = date.column;
  return {
    status: 'warn',
    message: l10n.t(
      'The date "{0}" is there in {1} of {2} rows. {3}',
      name,
      count(rows - missing),
      count(rows),
      gap,
    ),
    columns: [name],
    rows: [],
    remedies: leaveOut(name),
  };
}

/** That a date is there for one class and not for another: it was written down when the class was known. */
async function classGap(
  { target, query }: CheckContext,
  { from }: Dates,
  { column, id }: DateColumn,
): Promise<string | undefined> {
  if (target === undefined || target.task === 'regression' || column.missing === 0) return undefined;
  const [row] = await query(
    `SELECT max(share), arg_max(y, (share, y)), min(share), arg_min(y, (share, y))
     FROM (SELECT y, count(${id}) / count(*) AS share FROM ${from} WHERE y IS NOT NULL GROUP BY y HAVING count(*) >= ${MIN_CLASS_ROWS})`,
  );
  const [most, fewest] = [numberAt(row, 0), numberAt(row, 2)];
  if (most - fewest < CLASS_GAP) return undefined;
  return l10n.t(
    'It is there in {0} of the rows of class "{1}", and in {2} of class "{3}".',
    percent(most),
    String(row?.[1]),
    percent(fewest),
    String(row?.[3]),
  );
}

async function notComeYet(
  context: CheckContext,
  dates: Dates,
  { column, id }: DateColumn,
): Promise<Found | undefined> {
  // A day is left for time zones.
  const now = `make_timestamp(${Math.floor(context.nowMs + DAY_MS)}::BIGINT * 1000)`;
  const [counted] = await context.query(`SELECT count(*) FROM ${dates.from} WHERE ${id} > ${now}`);
  const ahead = numberAt(counted, 0);
  if (ahead === 0) return undefined;
  const found = await context.query(
    `SELECT rid, strftime(${id}, '%Y-%m-%d') FROM ${dates.from} WHERE ${id} > ${now} ORDER BY rid LIMIT ${FIRST_ROWS}`,
  );
  const today = new Date(context.nowMs).toISOString().slice(0, 10);
  return {
    status: 'note',
    message: l10n.t(
      'Column "{0}": dates after today, {3}: {1} of {2}. They are plans, or mistakes.',
      column.name,
      count(ahead),
      count(column.rows - column.missing),
      today,
    ),
    columns: [column.name],
    count: ahead,
    rows: found.map(([rid, text]) => ({ row: Number(rid), column: column.name, text: String(text) })),
    remedies: leaveOut(column.name),
  };
}

/** Rows in the order of a date whose target goes with that of the row before: chance would test on what lies between. */
async function mixedInTime(context: CheckContext, dates: Dates): Promise<Found | undefined> {
  const { target, split } = context;
  const answer = targetColumn(context);
  const isAtRandom =
    split.method === 'random' ||
    split.method === 'stratified' ||
    (split.method === 'kFold' && (split.kind === 'plain' || split.kind === 'stratified'));
  if (target === undefined || answer === undefined || !isAtRandom) return undefined;
  for (const { column, id } of dates.columns) {
    const [order] = await context.query(
      `SELECT count(*), count(*) FILTER (WHERE now >= before), count(*) FILTER (WHERE now > before)
       FROM ${withRowBefore(dates.from, id)} WHERE now IS NOT NULL AND before IS NOT NULL`,
    );
    const [pairs = 0, inOrder = 0, rising = 0] = [0, 1, 2].map((index) => numberAt(order, index));
    if (pairs < MIN_PAIRS || inOrder < NEARLY_ALWAYS * pairs || rising < MOSTLY * pairs) continue;
    const likeness = await likeTheRowBefore(
      context,
      dates,
      target.task === 'regression' ? answer : undefined,
    );
    if (likeness === undefined) return undefined;
    return {
      status: 'note',
      message: l10n.t(
        'The rows are in the order of "{0}", and {1}. A split at random tests on rows between train rows, which is easier than telling what comes next.',
        column.name,
        likeness,
      ),
      columns: [column.name],
      rows: [],
      remedies: [splitByTime(column.name, split)],
    };
  }
  return undefined;
}

function splitByTime(column: string, split: Split): Remedy {
  const { validation, test } = sharesOf(split);
  return {
    kind: 'split',
    label: l10n.t('Test on the latest rows by "{0}"', column),
    split: splitSchema.parse({
      method: 'time',
      column,
      ...(validation === undefined ? {} : { validation }),
      ...(test === undefined ? {} : { test }),
    }),
  };
}

/** `now` and `before`: a column beside itself one row on. Tables keep the order of the rows; a window would sort them. */
function withRowBefore(table: string, id: string): string {
  return `(SELECT b.now, a.before FROM (SELECT ${id} AS before FROM ${table}) a POSITIONAL JOIN (SELECT ${id} AS now FROM ${table} OFFSET 1) b)`;
}

async function likeTheRowBefore(
  { query }: CheckContext,
  { from }: Dates,
  number: ColumnProfile | undefined,
): Promise<string | undefined> {
  const pairs = `${withRowBefore(from, 'y')} WHERE now IS NOT NULL AND before IS NOT NULL`;
  if (number !== undefined) {
    const { sd = 1, mean = 0 } = number.numeric ?? {};
    const scale = Number.isFinite(sd) && sd > 0 ? sd : 1;
    const scaled = (name: string): string => `(${name}) / (${scale})::DOUBLE - (${mean / scale})::DOUBLE`;
    const [row] = await query(`SELECT corr(${scaled('now')}, ${scaled('before')}) FROM ${pairs}`);
    const r = numberAt(row, 0);
    return r >= LIKE_BEFORE
      ? l10n.t('the target goes with that of the row before (r = {0})', formatNumber(r))
      : undefined;
  }
  const [row] = await query(
    `WITH classes AS (SELECT count(*) AS c FROM ${from} WHERE y IS NOT NULL GROUP BY y)
     SELECT (SELECT avg((now = before)::INT) FROM ${pairs}), (SELECT sum(c::DOUBLE * c) / sum(c)::DOUBLE ** 2 FROM classes)`,
  );
  const [same, chance] = [numberAt(row, 0), numberAt(row, 1)];
  if (chance >= 1 || (same - chance) / (1 - chance) < LIKE_BEFORE) return undefined;
  return l10n.t(
    'the target is that of the row before in {0} of all rows, {1} by chance',
    percent(same),
    percent(chance),
  );
}
