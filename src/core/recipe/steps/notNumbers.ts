// Owns what is said of cells that a step takes for numbers and that are none.
import * as l10n from '@vscode/l10n';
import { isNotNumberSql, textOf, type Relation, type RelationColumn } from '../../data/relation';
import type { StepContext } from './step';

/** One note a column, with the first such text. */
export async function noteNotNumbers(
  relation: Relation,
  columns: readonly RelationColumn[],
  { database, note, signal }: StepContext,
): Promise<void> {
  for (const column of columns) {
    if (column.kind !== 'text') continue;
    const is = `FILTER (WHERE ${isNotNumberSql(column)})`;
    const [row = []] = await database.rows(
      `SELECT count(*) ${is}, arg_min(${textOf(column)}, ord) ${is} FROM ${relation.from}`,
      { signal },
    );
    const count = Number(row[0] ?? 0);
    if (count === 0) continue;
    const message = l10n.t(
      'Column "{0}" has "{1}" where a number is expected. Cells like this: {2}; they count as missing.',
      column.name,
      typeof row[1] === 'string' ? row[1] : '',
      count,
    );
    note({ severity: 'warning', code: 'recipe.notNumber', message, column: column.name, count });
  }
}
