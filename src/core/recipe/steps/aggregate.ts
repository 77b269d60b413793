// Owns groupAggregate: one row a group, groups in the order in which they first appear. Sums run in the order of the
// rows, so that they are the same bits on every machine, however many threads there are.
import type { StepOf } from '../../../shared/schema/recipeSteps';
import {
  columnExists,
  columnOf,
  columnsOf,
  numberOf,
  textOf,
  type ColumnKind,
  type Relation,
  type RelationColumn,
} from '../../data/relation';
import { noteNotNumbers } from './notNumbers';
import { scalesOf } from './numberScale';
import { finiteSql } from './numberSql';
import { doubleSql } from '../../data/scalarSql';
import type { ApplyContext } from './step';
import { noteTargetUse } from './targetUse';

type AggregateFunction = StepOf<'groupAggregate'>['aggregates'][number]['function'];

/** These take numbers; the others take any value. */
const OF_NUMBERS: ReadonlySet<AggregateFunction> = new Set(['sum', 'mean', 'median', 'min', 'max', 'sd']);

/**
 * Groups are of equal trimmed texts (numbers, times); a missing key is a group of its own. `rid` is that of the first
 * row, so that a line can be shown.
 */
export async function groupAggregate(
  step: StepOf<'groupAggregate'>,
  input: Relation,
  context: ApplyContext,
): Promise<Relation> {
  const keys = columnsOf(input, step.by);
  const aggregates = step.aggregates.map(({ column, ...rest }) => ({ ...rest, of: columnOf(input, column) }));
  const taken = new Set(keys.map(({ name }) => name));
  for (const { name } of aggregates) {
    if (taken.has(name)) throw columnExists(name);
    taken.add(name);
  }
  for (const { of, name } of aggregates)
    if (name !== context.target?.column) noteTargetUse([of.name], name, context);
  const numbers = aggregates.filter((aggregate) => OF_NUMBERS.has(aggregate.function));
  await noteNotNumbers(input, [...new Set(numbers.map(({ of }) => of))], context);
  const scales = await scalesOf(
    aggregates.map(({ of }) => of),
    input,
    context,
  );
  const keyColumns = keys.map((column, i) => ({ ...column, id: `c${input.nextId + i}` }));
  const newColumns = aggregates.map(({ name, of, function: kind }, i) => ({
    ...resultOf(kind, of),
    name,
    id: `c${input.nextId + keys.length + i}`,
  }));
  const selected = [
    'arg_min(rid, ord) AS rid',
    'row_number() OVER (ORDER BY min(ord)) - 1 AS ord',
    ...keyColumns.map(({ id }, i) => `k${i} AS ${id}`),
    ...newColumns.map(
      ({ id }, i) => `${aggregateSql(aggregates[i]?.function, `x${i}`, scales[i] ?? 1)} AS ${id}`,
    ),
  ];
  const values = [
    ...keys.map((column, i) => `${valueOf(column)} AS k${i}`),
    ...aggregates.map(({ of, function: kind }, i) => `${argumentOf(kind, of)} AS x${i}`),
  ];
  const select = `SELECT ${selected.join(', ')} FROM (SELECT rid, ord, ${values.join(', ')} FROM ${input.from})
    GROUP BY ${keys.map((_, i) => `k${i}`).join(', ')} ORDER BY ord`;
  const result = {
    columns: [...keyColumns, ...newColumns],
    isSplit: false,
    nextId: input.nextId + keys.length + aggregates.length,
  };
  return context.workbench.fromSelect(select, result, { signal: context.signal });
}

function valueOf(column: RelationColumn): string {
  return column.kind === 'text' ? textOf(column) : column.id;
}

function argumentOf(kind: AggregateFunction, column: RelationColumn): string {
  if (kind === 'min' || kind === 'max') return column.kind === 'datetime' ? column.id : numberOf(column);
  return OF_NUMBERS.has(kind) ? numberOf(column) : valueOf(column);
}

function resultOf(
  kind: AggregateFunction,
  column: RelationColumn,
): { readonly kind: ColumnKind; readonly numbers?: RelationColumn['numbers'] } {
  if (kind === 'first' || kind === 'last') return { kind: column.kind, numbers: column.numbers };
  const isTime = (kind === 'min' || kind === 'max') && column.kind === 'datetime';
  return { kind: isTime ? 'datetime' : 'number' };
}

/** As pandas: missing values are skipped, sd has ddof 1; but a sum of none is missing, not 0. */
function aggregateSql(kind: AggregateFunction | undefined, x: string, scale: number): string {
  const scaled = scale === 1 ? x : `${x} / ${doubleSql(scale)}`;
  const back = (sql: string): string => finiteSql(scale === 1 ? sql : `(${sql} * ${doubleSql(scale)})`);
  switch (kind) {
    case 'count':
    case undefined:
      return `count(${x})::DOUBLE`;
    case 'distinct':
      return `count(DISTINCT ${x})::DOUBLE`;
    case 'sum':
      return back(`fsum(${scaled} ORDER BY ord)`);
    case 'mean':
      return back(`favg(${scaled} ORDER BY ord)`);
    case 'sd':
      return back(`stddev_samp(${scaled} ORDER BY ord)`);
    case 'median':
      return back(`quantile_cont(${scaled}, 0.5)`);
    case 'min':
    case 'max':
      return `${kind}(${x})`;
    case 'first':
      return `arg_min(${x}, ord) FILTER (WHERE ${x} IS NOT NULL)`;
    case 'last':
      return `arg_max(${x}, ord) FILTER (WHERE ${x} IS NOT NULL)`;
  }
}
