// Owns the steps on rows, filterRows apart (filterSteps.ts). All of them are SQL: no row comes into memory.
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../../shared/errors';
import type { StepKind, StepOf } from '../../../shared/schema/recipeSteps';
import {
  columnOf,
  columnsOf,
  filterRows,
  numberOf,
  PART_CODES,
  selectLive,
  textOf,
  trainRows,
  type Relation,
  type RelationColumn,
} from '../../data/relation';
import { groupAggregate } from './aggregate';
import { besideRows, writtenDown } from './besideRows';
import { doubleSql } from '../../data/scalarSql';
import { seededKey, sortTerms } from './rowOrder';
import { momentsOf, rangesOf } from './statisticsSql';
import type { ApplyContext, StepContext, StepDefinition } from './step';

const sameColumns = (_step: unknown, columns: readonly string[]): readonly string[] => columns;

/** Trimmed texts of a row as one number of 128 bits: rows with the same are equal. */
function textsKey(columns: readonly RelationColumn[]): string {
  return `md5_number(concat(${columns.map((column) => `coalesce(md5(${textOf(column)}), '-')`).join(', ')}))`;
}

async function dropDuplicates(
  step: StepOf<'dropDuplicates'>,
  input: Relation,
  context: StepContext,
): Promise<Relation> {
  const partition = `PARTITION BY ${textsKey(columnsOf(input, step.columns))}`;
  const isKept = {
    first: `row_number() OVER (${partition} ORDER BY ord) = 1`,
    last: `row_number() OVER (${partition} ORDER BY ord DESC) = 1`,
    none: `count(*) OVER (${partition}) = 1`,
  }[step.keep];
  return keepRows(input, isKept, context);
}

/** The rows for which a window function holds, in their order. */
async function keepRows(input: Relation, condition: string, context: StepContext): Promise<Relation> {
  const { from, rows } = await besideRows(input, [{ id: 'kept', sql: condition }], context);
  const select = `SELECT ${selectLive(rows)} FROM ${from} WHERE kept`;
  return context.workbench.fromSelect(select, rows, { signal: context.signal });
}

function dropMissing(step: StepOf<'dropMissing'>, input: Relation): Relation {
  const present = columnsOf(input, step.columns).map((column) => `(${textOf(column)}) IS NOT NULL`);
  return filterRows(input, `(${present.join(step.when === 'any' ? ' AND ' : ' OR ')})`);
}

/** The rows with the smallest keys: exactly as many as wanted, or all. */
async function sample(step: StepOf<'sample'>, input: Relation, context: StepContext): Promise<Relation> {
  const { database, workbench, signal } = context;
  const rows = await writtenDown(input, context);
  const key = seededKey(step.seed, 'sample');
  const [last] = await database.rows(
    `SELECT max(key)::VARCHAR FROM (SELECT ${key} AS key FROM ${rows.from} ORDER BY key LIMIT ${step.rows})`,
    { signal },
  );
  const bound = last?.[0];
  if (typeof bound !== 'string') return rows;
  const select = `SELECT ${selectLive(rows)} FROM ${rows.from} WHERE ${key} <= '${bound}'::UHUGEINT`;
  return workbench.fromSelect(select, rows, { signal });
}

interface Fence {
  readonly low: number;
  readonly high: number;
}

async function removeOutliers(
  step: StepOf<'removeOutliers'>,
  input: Relation,
  context: ApplyContext,
): Promise<Relation> {
  const rows = await writtenDown(input, context);
  const inside: string[] = [];
  for (const column of columnsOf(rows, step.columns)) {
    const fence =
      step.method === 'iqr'
        ? await iqrFence(column, step.factor, trainRows(rows), context)
        : await zScoreFence(column, step.factor, trainRows(rows), context);
    if (fence === undefined) continue;
    const value = `(${numberOf(column)})`;
    inside.push(`coalesce(${value} BETWEEN ${doubleSql(fence.low)} AND ${doubleSql(fence.high)}, true)`);
  }
  if (inside.length === 0) return rows;
  const kept = filterRows(rows, `(part <> ${PART_CODES.train} OR (${inside.join(' AND ')}))`);
  const [left] = await context.database.rows(`SELECT count(*) FROM ${trainRows(kept).from}`, {
    signal: context.signal,
  });
  if (Number(left?.[0] ?? 0) > 0) return kept;
  throw new BenchError(
    'recipe.noTrainRows',
    l10n.t('No train row is left within factor {0} of the rest. Take a larger factor.', step.factor),
  );
}

/** Quartiles as numpy's (linear). Undefined for a column without numbers, or whose quartiles are one number. */
async function iqrFence(
  column: RelationColumn,
  factor: number,
  train: Relation,
  context: StepContext,
): Promise<Fence | undefined> {
  const quartile = (share: number): string => `quantile_cont(${numberOf(column)}, ${share})`;
  const [row = []] = await context.database.rows(
    `SELECT ${quartile(0.25)}, ${quartile(0.75)} FROM ${train.from}`,
    { signal: context.signal },
  );
  const [first, third] = row;
  if (typeof first !== 'number' || typeof third !== 'number') return undefined;
  if (first === third) {
    const message = l10n.t(
      'Column "{0}": half of the train rows have the value {1}, so its interquartile range is 0; no outlier is looked for in it.',
      column.name,
      first,
    );
    context.note({ severity: 'warning', code: 'recipe.noRange', message, column: column.name });
    return undefined;
  }
  return finiteFence(first - factor * (third - first), third + factor * (third - first));
}

/** Population sd (ddof 0), as scipy.stats.zscore. */
async function zScoreFence(
  column: RelationColumn,
  factor: number,
  train: Relation,
  context: StepContext,
): Promise<Fence | undefined> {
  const ranges = await rangesOf(train, [column], context);
  const [moments] = await momentsOf(train, [column], ranges, context);
  // Every row has the mean: none is far from it, whatever rounding says.
  if (moments === undefined || !(moments.sd > 0)) return undefined;
  return finiteFence(moments.mean - factor * moments.sd, moments.mean + factor * moments.sd);
}

function finiteFence(low: number, high: number): Fence {
  return { low: Math.max(low, -Number.MAX_VALUE), high: Math.min(high, Number.MAX_VALUE) };
}

export const rowSteps = {
  dropDuplicates: { kind: 'plain', columns: sameColumns, apply: dropDuplicates },
  dropMissing: { kind: 'plain', columns: sameColumns, apply: dropMissing },
  sample: { kind: 'plain', columns: sameColumns, apply: sample },
  shuffle: {
    kind: 'plain',
    columns: sameColumns,
    apply: (step, input, { workbench, signal }) =>
      workbench.reorder(input, `${seededKey(step.seed, 'shuffle')}, ord`, { signal }),
  },
  sort: {
    kind: 'plain',
    columns: sameColumns,
    apply: (step, input, { workbench, signal }) => {
      const terms = step.by.map(({ column, order }) => sortTerms(columnOf(input, column), order));
      return workbench.reorder(input, [...terms, 'ord'].join(', '), { signal });
    },
  },
  removeOutliers: { kind: 'trainOnly', columns: sameColumns, apply: removeOutliers },
  groupAggregate: {
    kind: 'plain',
    columns: (step) => [...new Set(step.by), ...step.aggregates.map(({ name }) => name)],
    apply: groupAggregate,
  },
} satisfies { readonly [K in StepKind]?: StepDefinition<K> };
