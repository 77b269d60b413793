// Owns columns of SQL that does not keep the order of the rows, such as window functions: only they are put back into
// order, as narrow columns, and stand beside the rows, which are never sorted themselves.
import type { Relation } from '../../data/relation';
import type { StepContext } from './step';

interface BesideColumn {
  readonly id: string;
  /** May use the columns of the relation. */
  readonly sql: string;
}

/** @returns FROM clause: the rows in their order, with the columns behind them */
export async function besideRows(
  relation: Relation,
  columns: readonly BesideColumn[],
  { database, workbench, signal }: StepContext,
): Promise<{ readonly from: string; readonly rows: Relation }> {
  const rows = await writtenDown(relation, { workbench, signal });
  const name = workbench.tableName();
  const ids = columns.map(({ id }) => id).join(', ');
  const selected = columns.map(({ id, sql }) => `(${sql}) AS ${id}`).join(', ');
  await database.rows(
    `CREATE TABLE ${name} AS SELECT ${ids} FROM (SELECT ord AS place, ${selected} FROM ${rows.from}) ORDER BY place`,
    { signal },
  );
  return { from: `(SELECT a.*, ${ids} FROM ${rows.from} a POSITIONAL JOIN ${name})`, rows };
}

/** A table is as it is; a subquery is computed once. */
export function writtenDown(
  relation: Relation,
  { workbench, signal }: Pick<StepContext, 'workbench' | 'signal'>,
): Promise<Relation> {
  return workbench.materialise(relation, { signal });
}
