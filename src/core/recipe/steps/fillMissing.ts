// Owns filling missing values: with what train rows have (over all, or in the group of the row), with a constant, or
// with the value before or behind. Text stays text unless a mean or a median takes its place.
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../../shared/errors';
import type { FittedStates } from '../../../shared/schema/fittedSteps';
import type { StepOf } from '../../../shared/schema/recipeSteps';
import { sqlText } from '../../data/database';
import {
  columnsOf,
  numberOf,
  replaceColumns,
  textOf,
  type Relation,
  type RelationColumn,
} from '../../data/relation';
import { doubleSql, timestampOfMsSql } from '../../data/scalarSql';
import { besideRows } from './besideRows';
import { MAX_CATEGORIES } from './categories';
import { changeColumns, forManyQueries, slicesOf, type ColumnChange } from './changeColumns';
import { lookUp, type Lookup } from './lookUp';
import { noteNotNumbersApplied } from './notNumbers';
import {
  meanOnGrid,
  momentsOf,
  noteNoValues,
  onGrid,
  quantilesOf,
  rangesOf,
  sumGrid,
  whole128,
} from './statisticsSql';
import type { ApplyContext, StepContext } from './step';
import { refuseTarget } from './targetUse';

type Step = StepOf<'fillMissing'>;
type State = FittedStates['fillMissing'];
type Fill = State[number]['value'];

/** @throws BenchError 'recipe.targetColumn' for groups of the target */
export async function fitFill(step: Step, train: Relation, context: StepContext): Promise<State> {
  if (step.with !== 'constant') refuseTarget(step.groupBy, context);
  if (step.with !== 'mean' && step.with !== 'median' && step.with !== 'mode') return [];
  const columns = columnsOf(train, step.columns);
  const keys = step.groupBy.length === 0 ? [] : columnsOf(train, step.groupBy);
  const rows = await forManyQueries(train, [...new Set([...columns, ...keys])], context);
  const values =
    step.with === 'mode'
      ? await modesOf(rows, columns, context)
      : await centresOf(step.with, rows, columns, context);
  const state: State = [];
  for (const [i, column] of columns.entries()) {
    const value = values[i] ?? null;
    const groups =
      keys.length === 0 || value === null ? [] : await groupsOf(step.with, rows, { column, keys }, context);
    state.push({ column: column.name, value, groups });
  }
  return state;
}

/** A time is its milliseconds. */
async function centresOf(
  kind: 'mean' | 'median',
  train: Relation,
  columns: readonly RelationColumn[],
  context: StepContext,
): Promise<Fill[]> {
  const ranges = await rangesOf(train, columns, context);
  const medians = kind === 'median' ? await quantilesOf(train, columns, ranges, [0.5], context) : [];
  const means = kind === 'mean' ? await momentsOf(train, columns, ranges, context) : [];
  return columns.map((_, i) => {
    const value = kind === 'median' ? medians[i]?.[0] : means[i]?.mean;
    return value === undefined || !Number.isFinite(value) ? null : value;
  });
}

/** What a mode counts: texts, or numbers and times as numbers. */
function countedSql(column: RelationColumn): string {
  return column.kind === 'text' ? textOf(column) : numberOf(column);
}

/** Of equally frequent ones the smallest, as scikit-learn's SimpleImputer. */
async function modesOf(
  train: Relation,
  columns: readonly RelationColumn[],
  context: StepContext,
): Promise<Fill[]> {
  const modes: Fill[] = [];
  for (const column of columns) {
    const [row] = await context.database.rows(
      `SELECT v FROM (SELECT ${countedSql(column)} AS v FROM ${train.from}) WHERE v IS NOT NULL
        GROUP BY v ORDER BY count(*) DESC, v LIMIT 1`,
      { signal: context.signal },
    );
    const mode = fillOf(row?.[0]);
    if (mode === null) noteNoValues(column.name, context);
    modes.push(mode);
  }
  return modes;
}

function fillOf(value: unknown): Fill {
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : null;
  return typeof value === 'string' ? value : null;
}

/** The most frequent groups that have a value. */
async function groupsOf(
  kind: 'mean' | 'median' | 'mode',
  train: Relation,
  { column, keys }: { readonly column: RelationColumn; readonly keys: readonly RelationColumn[] },
  context: StepContext,
): Promise<State[number]['groups']> {
  const names = keys.map((_, i) => `k${i}`);
  const by = names.join(', ');
  const value = kind === 'mode' ? countedSql(column) : numberOf(column);
  const inner = `SELECT ${[...keys.map((key, i) => `${textOf(key)} AS k${i}`), `${value} AS x`].join(', ')} FROM ${train.from}`;
  const present = `(SELECT * FROM (${inner}) WHERE x IS NOT NULL)`;
  const last = `ORDER BY n DESC, ${by} LIMIT ${MAX_CATEGORIES}`;
  const options = { signal: context.signal };
  const keyOf = (row: readonly unknown[]): (string | null)[] =>
    names.map((_, i) => (typeof row[i] === 'string' ? row[i] : null));
  const valueAt = keys.length;
  if (kind === 'mean') {
    const [range] = await rangesOf(train, [column], { ...context, note: () => undefined });
    if (range === undefined || range.count === 0) return [];
    const grid = sumGrid(range);
    const rows = await context.database.rows(
      `SELECT ${by}, count(*) AS n, sum(${onGrid('x', grid)}) FROM ${present} GROUP BY ${by} ${last}`,
      options,
    );
    return rows.map((row) => ({
      key: keyOf(row),
      value: meanOnGrid(whole128(row[valueAt + 1]), Number(row[valueAt]), grid),
    }));
  }
  const sql =
    kind === 'median'
      ? `SELECT ${by}, median(x), count(*) AS n FROM ${present} GROUP BY ${by} ${last}`
      : `SELECT ${by}, x, n FROM (SELECT ${by}, x, count(*) AS c, sum(count(*)) OVER (PARTITION BY ${by}) AS n
          FROM ${present} GROUP BY ${by}, x QUALIFY row_number() OVER (PARTITION BY ${by} ORDER BY c DESC, x) = 1) ${last}`;
  const rows = await context.database.rows(sql, options);
  return rows.map((row) => ({ key: keyOf(row), value: fillOf(row[valueAt]) }));
}

export async function applyFill(
  step: Step,
  state: State,
  input: Relation,
  context: ApplyContext,
): Promise<Relation> {
  if (step.with === 'constant') return fillConstant(step, input, context);
  if (step.with === 'forward' || step.with === 'backward') return fillAlong(step, input, context);
  const columns = columnsOf(input, step.columns);
  const isNumber = step.with !== 'mode';
  if (isNumber) await noteNotNumbersApplied(input, columns, context);
  const fills = new Map(state.map((fill) => [fill.column, fill]));
  const known = columns.flatMap((column) => {
    const fill = fills.get(column.name);
    return fill === undefined || fill.value === null ? [] : [{ column, fill }];
  });
  const grouped = known.filter(({ fill }) => fill.groups.length > 0);
  const lookups = grouped.map(({ fill }): Lookup => {
    const texts = fill.groups.map(({ value }) => value);
    return {
      key: groupKeySql(columnsOf(input, step.groupBy)),
      keys: fill.groups.map(({ key }) => groupKey(key)),
      found: [
        texts.some((value) => typeof value === 'string')
          ? { kind: 'text', values: texts.map((value) => (value === null ? null : String(value))) }
          : { kind: 'number', values: texts.map((value) => (typeof value === 'number' ? value : null)) },
      ],
    };
  });
  const { relation, ids, beside } = await lookUp(input, lookups, context);
  const groupIds = new Map(grouped.map(({ column }, i) => [column.name, ids[i]?.found[0]]));
  const changes = known.map(({ column, fill }) =>
    filled(column, isNumber, [groupIds.get(column.name), fillSql(fill.value)]),
  );
  return changeColumns(relation, changes, context, beside);
}

function fillSql(value: Fill): string {
  if (value === null) return 'NULL';
  return typeof value === 'number' ? doubleSql(value) : sqlText(value);
}

/** @param fills SQL: numbers (milliseconds for a time), or texts for a column of text that stays text */
function filled(
  column: RelationColumn,
  isNumber: boolean,
  fills: readonly (string | undefined)[],
): ColumnChange {
  const { name, id, kind, numbers } = column;
  const known = fills.filter((sql) => sql !== undefined);
  const fill = `coalesce(${known.join(', ')})`;
  if (kind === 'datetime') {
    return { name, kind, sql: `CASE WHEN ${id} IS NULL THEN ${timestampOfMsSql(fill)} ELSE ${id} END` };
  }
  if (kind === 'number' || isNumber) {
    return { name, kind: 'number', sql: `coalesce(${numberOf(column)}, ${known.join(', ')})` };
  }
  return { name, kind, numbers, sql: `CASE WHEN (${textOf(column)}) IS NULL THEN ${fill} ELSE ${id} END` };
}

/** The keys of a row as one text, which no other keys have: each with its length in bytes before it. */
function groupKeySql(keys: readonly RelationColumn[]): string {
  const parts = keys.map((key) => `coalesce(strlen(${textOf(key)})::VARCHAR || ':' || ${textOf(key)}, '-')`);
  return parts.join(' || ');
}

function groupKey(key: readonly (string | null)[]): string {
  return key.map((text) => (text === null ? '-' : `${Buffer.byteLength(text)}:${text}`)).join('');
}

/** @throws BenchError 'recipe.fillValue' */
async function fillConstant(step: Step, input: Relation, context: ApplyContext): Promise<Relation> {
  const text = step.value.trim();
  if (text === '') throw fillError(l10n.t('There is no value to fill with. Write one.'));
  const changes: ColumnChange[] = [];
  for (const column of columnsOf(input, step.columns)) {
    if (column.kind === 'text') {
      changes.push(filled(column, false, [sqlText(asWritten(step.value, column))]));
      continue;
    }
    const given = { name: '', kind: 'text', id: sqlText(text) } as const;
    const sql =
      column.kind === 'number' ? numberOf(given) : `epoch_ms(try_cast(${given.id} AS TIMESTAMP))::DOUBLE`;
    const [row] = await context.database.rows(`SELECT ${sql}`, { signal: context.signal });
    const value = row?.[0];
    if (typeof value !== 'number') {
      throw fillError(
        column.kind === 'number'
          ? l10n.t('Column "{0}" has numbers; "{1}" to fill with is none.', column.name, text)
          : l10n.t(
              'Column "{0}" has dates; "{1}" to fill with is none. Write it as 2020-12-31.',
              column.name,
              text,
            ),
      );
    }
    changes.push(filled(column, false, [doubleSql(value)]));
  }
  return changeColumns(input, changes, context);
}

function fillError(message: string): BenchError {
  return new BenchError('recipe.fillValue', message);
}

/** A number as the numbers of the column are written: 0.5 is 0,5 among 1,25. */
export function asWritten(value: string, { numbers }: Pick<RelationColumn, 'numbers'>): string {
  const isNumber = /^[-+]?\d*\.?\d+(e[-+]?\d+)?$/i.test(value.trim());
  return isNumber && numbers?.decimal === ',' ? value.replace('.', ',') : value;
}

/** With the nearest value before or behind, in the order of the rows; within the group. */
async function fillAlong(step: Step, input: Relation, context: ApplyContext): Promise<Relation> {
  const keys = step.groupBy.length === 0 ? [] : columnsOf(input, step.groupBy);
  const partition = keys.length === 0 ? '' : `PARTITION BY ${keys.map(textOf).join(', ')} `;
  const [nearest, frame] =
    step.with === 'forward'
      ? ['last_value', 'UNBOUNDED PRECEDING AND CURRENT ROW']
      : ['first_value', 'CURRENT ROW AND UNBOUNDED FOLLOWING'];
  let relation = input;
  for (const slice of slicesOf(columnsOf(input, step.columns))) {
    const along = slice.map((column, i) => {
      const value =
        column.kind === 'text'
          ? `CASE WHEN (${textOf(column)}) IS NOT NULL THEN ${column.id} END`
          : column.id;
      const over = `OVER (${partition}ORDER BY ord ROWS BETWEEN ${frame})`;
      return { id: `c${relation.nextId + i}`, sql: `${nearest}(${value} IGNORE NULLS) ${over}` };
    });
    const { from, rows } = await besideRows(relation, along, context);
    const beside = { ...rows, from, nextId: rows.nextId + slice.length };
    const changed = replaceColumns(
      beside,
      slice.map(({ name, kind }, i) => ({ name, kind, sql: along[i]?.id ?? 'NULL' })),
    );
    // How the numbers of a text column are written has not changed.
    relation = { ...changed, columns: relation.columns };
  }
  return relation;
}
