// Owns the steps on dates. All dates are UTC; a text without an offset is taken as UTC (data/datetime.ts).
import * as l10n from '@vscode/l10n';
import { isCancelled } from '../../../shared/abort';
import { BenchError } from '../../../shared/errors';
import type { StepKind, StepOf } from '../../../shared/schema/recipeSteps';
import { sqlText } from '../../data/database';
import { columnOf, columnsOf, textOf, type Relation, type RelationColumn } from '../../data/relation';
import { bindSql, doubleSql } from '../../data/scalarSql';
import { changeColumns, widenColumns } from './changeColumns';
import { sameColumns, widened } from './columnNames';
import { dateOf, decideDayFirst } from './dayFirst';
import type { StepContext, StepDefinition } from './step';
import { noteUnread } from './unreadCells';

type DatePart = StepOf<'dateParts'>['parts'][number];

async function pinParseDate(
  step: StepOf<'parseDate'>,
  input: Relation,
  context: StepContext,
): Promise<StepOf<'parseDate'>> {
  if (step.format !== 'auto' || step.dayFirst !== 'auto') return step;
  return { ...step, dayFirst: await decideDayFirst(step.columns, input, context) };
}

async function parseDate(
  step: StepOf<'parseDate'>,
  input: Relation,
  context: StepContext,
): Promise<Relation> {
  if (step.format !== 'auto') await requireFormat(step.format, context);
  const read = columnsOf(input, step.columns)
    .filter(({ kind }) => kind !== 'datetime')
    .map((column) => ({
      column,
      value: step.format === 'auto' ? dateOf(column, step.dayFirst) : formattedSql(column, step.format),
    }));
  const expected = step.format === 'auto' ? l10n.t('a date') : l10n.t('a date written as {0}', step.format);
  await noteUnread(input, read, { expected, context });
  const changes = read.map(({ column, value }) => ({
    name: column.name,
    kind: 'datetime' as const,
    sql: value,
  }));
  return changeColumns(input, changes, context);
}

/** Through microseconds, since a format with an offset gives another type. */
function formattedSql(column: RelationColumn, format: string): string {
  return bindSql('f0', `(${textOf(column)})`, (text) => {
    const read = `make_timestamp(epoch_us(try_strptime(${text}, ${sqlText(format)})))`;
    // DuckDB reads these words whatever the format is, and as 1900.
    return `CASE WHEN NOT regexp_matches(${text}, '(?i)infinity|epoch') THEN ${read} END`;
  });
}

/** @throws BenchError 'recipe.dateFormat' */
async function requireFormat(format: string, { database, signal }: StepContext): Promise<void> {
  try {
    await database.rows(`SELECT try_strptime('', ${sqlText(format)})`, { signal });
  } catch (error) {
    if (isCancelled(error)) throw error;
    throw new BenchError(
      'recipe.dateFormat',
      l10n.t('"{0}" is no strptime format; expected one such as %d.%m.%Y %H:%M.', format),
      { details: { format }, cause: error },
    );
  }
}

/** Of a TIMESTAMP. */
const PART_SQL: Readonly<Record<DatePart, (date: string) => string>> = {
  year: (date) => `year(${date})`,
  quarter: (date) => `quarter(${date})`,
  month: (date) => `month(${date})`,
  // ISO 8601: weeks start on Monday, the first has the year's first Thursday.
  week: (date) => `week(${date})`,
  dayOfYear: (date) => `dayofyear(${date})`,
  day: (date) => `day(${date})`,
  // Monday is 0, as in pandas.
  weekday: (date) => `isodow(${date}) - 1`,
  hour: (date) => `hour(${date})`,
  minute: (date) => `minute(${date})`,
  isWeekend: (date) => `isodow(${date}) >= 6`,
  daysSince1970: (date) => `epoch_us(${date}) / 8.64e10`,
};

/** Where the circle starts, and its length. Other parts are no circles and stay numbers. */
const CIRCLES: Readonly<Partial<Record<DatePart, readonly [first: number, length: number]>>> = {
  month: [1, 12],
  weekday: [0, 7],
  dayOfYear: [1, 365.25],
  hour: [0, 24],
  minute: [0, 60],
};

interface PartColumn {
  readonly name: string;
  readonly sql: (date: string) => string;
}

function partColumns(step: StepOf<'dateParts'>): PartColumn[] {
  return [...new Set(step.parts)].flatMap((part): PartColumn[] => {
    const name = `${step.column}_${part}`;
    const value = (date: string): string => `(${PART_SQL[part](date)})::DOUBLE`;
    const circle = step.cyclic ? CIRCLES[part] : undefined;
    if (circle === undefined) return [{ name, sql: value }];
    const [first, length] = circle;
    const angle = (date: string): string =>
      `(${value(date)} - ${first}) * ${doubleSql((2 * Math.PI) / length)}`;
    return [
      { name: `${name}_sin`, sql: (date) => `sin(${angle(date)})` },
      { name: `${name}_cos`, sql: (date) => `cos(${angle(date)})` },
    ];
  });
}

async function pinDateParts(
  step: StepOf<'dateParts'>,
  input: Relation,
  context: StepContext,
): Promise<StepOf<'dateParts'>> {
  if (step.dayFirst !== 'auto' || columnOf(input, step.column).kind !== 'text') return step;
  return { ...step, dayFirst: await decideDayFirst([step.column], input, context) };
}

async function dateParts(
  step: StepOf<'dateParts'>,
  input: Relation,
  context: StepContext,
): Promise<Relation> {
  const column = columnOf(input, step.column);
  const value = dateOf(column, step.dayFirst);
  if (column.kind !== 'datetime') {
    await noteUnread(input, [{ column, value }], { expected: l10n.t('a date'), context });
  }
  // The date once, beside the rows: each part takes it.
  const date = `c${input.nextId}`;
  const rows: Relation = {
    ...input,
    from: `(SELECT *, (${value}) AS ${date} FROM ${input.from})`,
    nextId: input.nextId + 1,
  };
  const added = partColumns(step).map(({ name, sql }) => ({ name, kind: 'number' as const, sql: sql(date) }));
  return widenColumns(rows, [{ from: step.column, added, keep: step.keep }], context);
}

export const dateSteps = {
  parseDate: { kind: 'plain', columns: sameColumns, pin: pinParseDate, apply: parseDate },
  dateParts: {
    kind: 'plain',
    columns: (step, columns) => {
      const added = partColumns(step).map(({ name }) => name);
      return widened(columns, { from: step.column, added, keep: step.keep });
    },
    pin: pinDateParts,
    apply: dateParts,
  },
} satisfies { readonly [K in StepKind]?: StepDefinition<K> };
