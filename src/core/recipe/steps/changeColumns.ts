// Owns giving many columns new values at once. DuckDB plans a query in the square of its expressions, and plans those of
// a subquery again in every query above it, so a wide change is written down, a few columns at a time.
import {
  addColumns,
  columnOf,
  numberOf,
  replaceColumns,
  type ColumnExpression,
  type Relation,
  type RelationColumn,
} from '../../data/relation';
import { writtenDown } from './besideRows';
import type { StepContext } from './step';

/** Above this a change is written down: 1,000 columns of text as numbers took 13 s to plan in one query, 1.4 s so. */
const LAZY_COLUMNS = 64;
export const COLUMNS_PER_QUERY = 32;

/** A change that may keep how numbers are written in a text column. */
export interface ColumnChange extends ColumnExpression {
  readonly numbers?: RelationColumn['numbers'];
}

/** Changes that are computed in one query. */
export interface ChangeSlice<C extends ColumnExpression = ColumnChange> {
  readonly changes: readonly C[];
  /** FROM clause: the same rows in the same order, with more columns for the expressions to use. */
  readonly from?: (rows: string) => string;
}

export function slicesOf<T>(items: readonly T[], size = COLUMNS_PER_QUERY): T[][] {
  const slices: T[][] = [];
  for (let first = 0; first < items.length; first += size) slices.push(items.slice(first, first + size));
  return slices;
}

/** The rows, written down with these columns alone where many queries are to come that would plan it all each time. */
export async function forManyQueries(
  relation: Relation,
  columns: readonly RelationColumn[],
  { workbench, signal }: StepContext,
): Promise<Relation> {
  const isCheap = columns.length <= LAZY_COLUMNS || /^\w+$/.test(relation.from);
  return isCheap ? relation : workbench.materialise({ ...relation, columns }, { signal });
}

/**
 * New values (and kinds) for columns that are there.
 * @param beside identifiers that the expressions use and that are no columns
 */
export async function changeColumns(
  input: Relation,
  changes: readonly ColumnChange[],
  context: StepContext,
  beside: readonly string[] = [],
): Promise<Relation> {
  const isWide = changes.length > LAZY_COLUMNS;
  const slices = isWide ? slicesOf(changes).map((slice) => ({ changes: slice })) : [{ changes }];
  return changeSlices(input, slices, context, beside);
}

/** As changeColumns. One slice is a subquery; of several each is written down. */
export async function changeSlices(
  input: Relation,
  slices: readonly ChangeSlice[],
  context: StepContext,
  beside: readonly string[] = [],
): Promise<Relation> {
  const { relation, changes } = await computed(input, slices, context, beside);
  const numbersOf = new Map(changes.map(({ name, numbers }) => [name, numbers]));
  const changed = replaceColumns(relation, changes);
  const columns = changed.columns.map((column) => {
    const numbers = numbersOf.get(column.name);
    return numbers === undefined ? column : { ...column, numbers };
  });
  return { ...changed, columns };
}

/** A column and the new ones made from it. */
export interface Widening {
  readonly from: string;
  readonly added: readonly ColumnExpression[];
  readonly keep: boolean;
}

/**
 * Adds columns behind the one that each is made from, which goes unless it is kept.
 * @param beside as of changeColumns
 * @throws BenchError 'recipe.columnExists'
 */
export async function widenColumns(
  input: Relation,
  widenings: readonly Widening[],
  context: StepContext,
  beside: readonly string[] = [],
): Promise<Relation> {
  const added = widenings.flatMap((widening) => widening.added);
  // 0/1 columns are simple, and written down they are large: a few hundred stay a subquery.
  const isWide = added.length > LAZY_COLUMNS * 8;
  const slices = isWide ? slicesOf(added).map((slice) => ({ changes: slice })) : [{ changes: added }];
  const { relation, changes } = await computed(input, slices, context, beside);
  // A made column may have the name of the one whose place it takes.
  const gone = new Set(widenings.filter(({ keep }) => !keep).map(({ from }) => from));
  const kept = relation.columns.filter(({ name }) => !gone.has(name));
  const all = addColumns({ ...relation, columns: kept }, changes);
  const made = new Map(all.columns.slice(kept.length).map((column) => [column.name, column]));
  const madeFrom = new Map(widenings.map((widening) => [widening.from, widening.added]));
  const columns = relation.columns.flatMap((column) => {
    const news = (madeFrom.get(column.name) ?? []).flatMap(({ name }) => made.get(name) ?? []);
    return gone.has(column.name) ? news : [column, ...news];
  });
  return { ...all, columns };
}

/** The rows with what the expressions need, and the expressions: of written columns, their names. */
async function computed<C extends ColumnExpression>(
  input: Relation,
  slices: readonly ChangeSlice<C>[],
  context: StepContext,
  beside: readonly string[],
): Promise<{ readonly relation: Relation; readonly changes: readonly C[] }> {
  const [first, second] = slices;
  if (first === undefined) return { relation: input, changes: [] };
  if (second === undefined) {
    const from = first.from?.(input.from) ?? input.from;
    return { relation: { ...input, from }, changes: first.changes };
  }
  const { database, workbench, signal } = context;
  const rows = await writtenWith(input, beside, context);
  const tables: string[] = [];
  const changes: C[] = [];
  for (const { changes: slice, from } of slices) {
    const table = workbench.tableName();
    const selected = slice.map(({ sql }, i) => `(${sql}) AS ${table}_${i}`);
    const source = from?.(rows.from) ?? rows.from;
    await database.rows(`CREATE TABLE ${table} AS SELECT ${selected.join(', ')} FROM ${source}`, { signal });
    tables.push(table);
    changes.push(...slice.map((change, i) => ({ ...change, sql: `${table}_${i}` })));
  }
  const joined = tables.map((table) => `POSITIONAL JOIN ${table}`).join(' ');
  return { relation: { ...rows, from: `(SELECT * FROM ${rows.from} ${joined})` }, changes };
}

/** The rows written down with what stands beside them. */
export async function writtenWith(
  input: Relation,
  beside: readonly string[],
  context: StepContext,
): Promise<Relation> {
  const besideColumns = beside.map((id) => ({ name: id, id, kind: 'text' as const }));
  const written = await writtenDown({ ...input, columns: [...input.columns, ...besideColumns] }, context);
  return { ...written, columns: input.columns };
}

/** Columns of text or time as numbers; what is none is NULL. */
export async function asNumbers(
  input: Relation,
  names: readonly string[],
  context: StepContext,
): Promise<Relation> {
  const changes = [...new Set(names)]
    .map((name) => columnOf(input, name))
    .filter(({ kind }) => kind !== 'number')
    .map((column) => ({ name: column.name, kind: 'number' as const, sql: numberOf(column) }));
  return changeColumns(input, changes, context);
}
