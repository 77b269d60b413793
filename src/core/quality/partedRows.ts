// Owns the rows with the parts that the experiment would give them, for checks that look across the split. Only the
// columns that the split or a check needs are written down.
import { throwIfAborted } from '../../shared/abort';
import { columnOf, PART_CODES, textOf } from '../data/relation';
import { splitColumnOf } from '../recipe/split';
import { splitRelation } from '../recipe/splitRelation';
import type { CheckContext, PartedRows } from './check';

/** @throws BenchError of the areas split and target */
export async function partRows(context: CheckContext): Promise<PartedRows> {
  const { target, split, database, workbench, signal, lineOf } = context;
  const by = splitColumnOf(split)?.name;
  const names = [...new Set([target?.column, by].filter((name) => name !== undefined))];
  const relation = await splitRelation(await context.relation(names), split, target, {
    database,
    workbench,
    target,
    signal,
    lineOf,
    note: () => undefined,
  });
  throwIfAborted(signal);
  const table = workbench.tableName();
  await context.query(
    `CREATE TABLE ${table} AS SELECT rid, part <> ${PART_CODES.train} AS held FROM ${relation.from}`,
  );
  const [row] = await context.query(
    `SELECT count(*) FILTER (WHERE held), count(*) FILTER (WHERE NOT held) FROM ${table}`,
  );
  return { table, held: Number(row?.[0] ?? 0), train: Number(row?.[1] ?? 0) };
}

/** `rid`, `held` and the trimmed text `g` of a column. */
export async function partedBy(context: CheckContext, name: string): Promise<string> {
  const { table } = await context.parted();
  const relation = await context.relation([name]);
  return `(SELECT p.rid, p.held, r.g FROM ${table} p
    JOIN (SELECT rid, ${textOf(columnOf(relation, name))} AS g FROM ${relation.from}) r USING (rid))`;
}
