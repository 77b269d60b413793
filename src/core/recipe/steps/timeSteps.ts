// Owns the steps on time series: values of earlier rows. "Earlier" is by a column (numbers as numbers, then texts by code
// point, so ISO dates as they are; other dates are to be parsed first), equal times and no column by the order of the
// rows; a row without a time comes last. A row without a group key is in a group with the others of its kind.
import type { StepKind, StepOf } from '../../../shared/schema/recipeSteps';
import {
  columnExists,
  columnOf,
  columnsOf,
  numberOf,
  textOf,
  type Relation,
  type RelationColumn,
} from '../../data/relation';
import { besideRows } from './besideRows';
import { noteNotNumbers } from './notNumbers';
import { scalesOf } from './numberScale';
import { finiteSql } from './numberSql';
import { doubleSql } from '../../data/scalarSql';
import { sortTerms } from './rowOrder';
import type { StepContext, StepDefinition } from './step';
import { refuseTarget } from './targetUse';

function lagName(column: string, lag: number): string {
  return `${column}_lag${lag}`;
}

function rollingName(column: string, step: StepOf<'rolling'>): string {
  return `${column}_${step.function}${step.window}`;
}

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];

/** PARTITION BY and ORDER BY of a window. */
function windowSql(step: StepOf<'lag'> | StepOf<'rolling'>, input: Relation): string {
  const groups = unique(step.groupBy).map((name) => {
    const column = columnOf(input, name);
    return column.kind === 'text' ? textOf(column) : column.id;
  });
  const order = step.orderBy === '' ? [] : [sortTerms(columnOf(input, step.orderBy))];
  const partition = groups.length === 0 ? '' : `PARTITION BY ${groups.join(', ')} `;
  return `${partition}ORDER BY ${[...order, 'ord'].join(', ')}`;
}

type WindowColumn = Omit<RelationColumn, 'id'> & { readonly sql: string };

async function addWindowColumns(
  input: Relation,
  added: readonly WindowColumn[],
  context: StepContext,
): Promise<Relation> {
  const taken = new Set(input.columns.map(({ name }) => name));
  for (const { name } of added) {
    if (taken.has(name)) throw columnExists(name);
    taken.add(name);
  }
  const columns = added.map((column, i) => ({ ...column, id: `c${input.nextId + i}` }));
  const { from } = await besideRows(input, columns, context);
  return {
    ...input,
    from,
    columns: [...input.columns, ...columns.map(({ sql: _, ...column }) => column)],
    nextId: input.nextId + added.length,
  };
}

/** What the column is, so many rows before; missing for the first rows of a group. */
function lag(step: StepOf<'lag'>, input: Relation, context: StepContext): Promise<Relation> {
  refuseTarget([step.orderBy, ...step.groupBy], context);
  const over = windowSql(step, input);
  const added = columnsOf(input, step.columns).flatMap((column) =>
    unique(step.lags).map((rows) => ({
      name: lagName(column.name, rows),
      kind: column.kind,
      numbers: column.numbers,
      sql: `lag(${column.id}, ${rows}) OVER (${over})`,
    })),
  );
  return addWindowColumns(input, added, context);
}

/**
 * As pandas' `shift(1).rolling(window)` (with includeCurrent: `rolling(window)`): missing until there are so many rows,
 * and where one of them has no number; sd has ddof 1.
 */
async function rolling(step: StepOf<'rolling'>, input: Relation, context: StepContext): Promise<Relation> {
  refuseTarget([step.orderBy, ...step.groupBy, ...(step.includeCurrent ? step.columns : [])], context);
  const columns = columnsOf(input, step.columns);
  await noteNotNumbers(input, columns, context);
  const scales = await scalesOf(columns, input, context);
  const rows = step.includeCurrent
    ? `${step.window - 1} PRECEDING AND CURRENT ROW`
    : `${step.window} PRECEDING AND 1 PRECEDING`;
  const over = `OVER (${windowSql(step, input)} ROWS BETWEEN ${rows})`;
  const added = columns.map((column, i) => {
    const scale = doubleSql(scales[i] ?? 1);
    const value = numberOf(column);
    const aggregate = { mean: 'avg', sum: 'sum', min: 'min', max: 'max', sd: 'stddev_samp' }[step.function];
    const result = finiteSql(`(${aggregate}((${value}) / ${scale}) ${over} * ${scale})`);
    return {
      name: rollingName(column.name, step),
      kind: 'number' as const,
      sql: `CASE WHEN count(${value}) ${over} = ${step.window} THEN ${result} END`,
    };
  });
  return addWindowColumns(input, added, context);
}

export const timeSteps = {
  lag: {
    kind: 'plain',
    columns: (step, columns) => [
      ...columns,
      ...unique(step.columns).flatMap((column) => unique(step.lags).map((rows) => lagName(column, rows))),
    ],
    apply: lag,
  },
  rolling: {
    kind: 'plain',
    columns: (step, columns) => [
      ...columns,
      ...unique(step.columns).map((column) => rollingName(column, step)),
    ],
    apply: rolling,
  },
} satisfies { readonly [K in StepKind]?: StepDefinition<K> };
