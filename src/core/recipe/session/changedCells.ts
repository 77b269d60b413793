// Owns counting the cells that a step gave another value: in columns and rows that are there before and after it.
import type { RecipeStep } from '../../../shared/schema/recipeSteps';
import type { Database, QueryOptions } from '../../data/database';
import type { Relation, RelationColumn } from '../../data/relation';
import { COLUMNS_PER_QUERY, shownSql } from './shownCells';

interface Pair {
  readonly before: RelationColumn;
  readonly after: RelationColumn;
}

/** Cells of made rows are new, not changed; neither are those of groups. */
export async function countChangedCells(
  step: RecipeStep,
  { before, after }: { readonly before: Relation; readonly after: Relation },
  database: Database,
  options: QueryOptions = {},
): Promise<number> {
  if (step.step === 'groupAggregate') return 0;
  const pairs = changeable(step, before, after);
  let changed = 0;
  for (let first = 0; first < pairs.length; first += COLUMNS_PER_QUERY) {
    const group = pairs.slice(first, first + COLUMNS_PER_QUERY);
    const beside = besideSql(group, before, after);
    changed +=
      (beside === undefined ? undefined : await countBeside(beside, database, options)) ??
      (await firstNumber(joinSql(group, before, after), database, options));
  }
  return changed;
}

async function countBeside(
  sql: string,
  database: Database,
  options: QueryOptions,
): Promise<number | undefined> {
  try {
    return await firstNumber(sql, database, options);
  } catch (error) {
    // The step wrote its rows anew, so the old values are not beside them.
    if (error instanceof Error && error.message.startsWith('Binder Error')) return undefined;
    throw error;
  }
}

async function firstNumber(sql: string, database: Database, options: QueryOptions): Promise<number> {
  const [row] = await database.rows(sql, options);
  return Number(row?.[0] ?? 0);
}

/** A step leaves alone what it does not name: such a column is the very same object before and after. */
function changeable(step: RecipeStep, before: Relation, after: Relation): Pair[] {
  const named = namedColumns(step);
  const byName = new Map(before.columns.map((column) => [column.name, column]));
  return after.columns.flatMap((column): Pair[] => {
    const old = byName.get(column.name);
    if (old === undefined || (old === column && !named.has(column.name))) return [];
    return [{ before: old, after: column }];
  });
}

function namedColumns(step: RecipeStep): ReadonlySet<string> {
  return new Set([...('columns' in step ? step.columns : []), ...('column' in step ? [step.column] : [])]);
}

/**
 * One pass and no join: steps on cells are expressions around the rows before, so the old values can ride along.
 * Undefined where the rows after are not made that way.
 */
function besideSql(pairs: readonly Pair[], before: Relation, after: Relation): string | undefined {
  const isTable = /^\w+$/.test(before.from);
  const parts = isTable
    ? after.from.split(new RegExp(`\\b${before.from}\\b`))
    : after.from.split(before.from);
  if (parts.length < 2) return undefined;
  const olds = pairs.map(({ before: { id } }, i) => `${id} AS old_${i}`);
  const from = parts.join(`(SELECT *, ${olds.join(', ')} FROM ${before.from})`);
  const counts = pairs.map(
    (pair, i) => `count(*) FILTER (WHERE ${differ({ ...pair.before, id: `old_${i}` }, pair.after)})`,
  );
  return `SELECT ${counts.join(' + ')} FROM ${from} WHERE rid >= 0`;
}

function joinSql(pairs: readonly Pair[], before: Relation, after: Relation): string {
  const counts = pairs.map(
    (pair, i) =>
      `count(*) FILTER (WHERE ${differ({ ...pair.before, id: `old_${i}` }, { ...pair.after, id: `new_${i}` })})`,
  );
  const olds = pairs.map(({ before: { id } }, i) => `${id} AS old_${i}`);
  const news = pairs.map(({ after: { id } }, i) => `${id} AS new_${i}`);
  return `SELECT ${counts.join(' + ')}
    FROM (SELECT rid, ${news.join(', ')} FROM ${after.from} WHERE rid >= 0) a
    JOIN (SELECT rid, ${olds.join(', ')} FROM ${before.from} WHERE rid >= 0) b ON a.rid = b.rid`;
}

/** Of two kinds, what is shown decides: the text 5 and the number 5 are the same cell. */
function differ(before: RelationColumn, after: RelationColumn): string {
  return before.kind === after.kind
    ? `${before.id} IS DISTINCT FROM ${after.id}`
    : `${shownSql(before)} IS DISTINCT FROM ${shownSql(after)}`;
}

/** Source rows, in the order before the step, that it took away or of which it changed a cell; at most `limit`. */
export async function changedRows(
  step: RecipeStep,
  { before, after, limit }: { readonly before: Relation; readonly after: Relation; readonly limit: number },
  database: Database,
  options: QueryOptions = {},
): Promise<number[]> {
  const pairs = changeable(step, before, after);
  const rows = new Set<number>();
  for (let first = 0; first === 0 || first < pairs.length; first += COLUMNS_PER_QUERY) {
    const group = pairs.slice(first, first + COLUMNS_PER_QUERY);
    const conditions = group.map((pair, i) =>
      differ({ ...pair.before, id: `old_${i}` }, { ...pair.after, id: `new_${i}` }),
    );
    const olds = ['rid', 'ord', ...group.map(({ before: { id } }, i) => `${id} AS old_${i}`)];
    const news = ['rid', ...group.map(({ after: { id } }, i) => `${id} AS new_${i}`)];
    const found = await database.rows(
      `SELECT b.rid FROM (SELECT ${olds.join(', ')} FROM ${before.from} WHERE rid >= 0) b
       LEFT JOIN (SELECT ${news.join(', ')} FROM ${after.from} WHERE rid >= 0) a ON a.rid = b.rid
       WHERE ${['a.rid IS NULL', ...conditions].join(' OR ')} ORDER BY b.ord LIMIT ${limit}`,
      options,
    );
    for (const [row] of found) rows.add(Number(row));
    if (rows.size >= limit) break;
  }
  return [...rows].slice(0, limit);
}
