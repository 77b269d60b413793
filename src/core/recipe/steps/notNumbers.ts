// Owns what is said of cells that a step takes for numbers and that are none.
import * as l10n from '@vscode/l10n';
import {
  filterRows,
  isNotNumberSql,
  numberOf,
  PART_CODES,
  textOf,
  type Relation,
  type RelationColumn,
} from '../../data/relation';
import { slicesOf } from './changeColumns';
import type { ApplyContext, StepContext } from './step';

/**
 * Of rows that what was learnt is applied to: new ones, or those of validation and test. A fit has told of train rows
 * itself.
 */
export async function noteNotNumbersApplied(
  input: Relation,
  names: readonly RelationColumn[],
  context: ApplyContext,
): Promise<void> {
  if (context.mode === 'predict') {
    await noteNotNumbers(input, names, context);
    return;
  }
  if (!input.isSplit) return;
  const heldOut = filterRows(input, `part <> ${PART_CODES.train}`);
  const texts = names.filter(({ kind }) => kind === 'text');
  for (const slice of slicesOf(texts)) {
    const suspects = await withOtherTexts(heldOut, slice, context);
    await noteNotNumbers(heldOut, suspects, context, (column, text, count) =>
      l10n.t(
        'Column "{0}" has "{1}" where a number is expected, in validation or test rows. Cells like this: {2}; they count as missing.',
        column,
        text,
        count,
      ),
    );
  }
}

/** Those with cells that are no numbers, words for "no value" among them: one look for all. */
async function withOtherTexts(
  rows: Relation,
  columns: readonly RelationColumn[],
  { database, signal }: StepContext,
): Promise<RelationColumn[]> {
  const counts = columns.flatMap((column) => [`count(${column.id})`, `count(${numberOf(column)})`]);
  const [row = []] = await database.rows(`SELECT ${counts.join(', ')} FROM ${rows.from}`, { signal });
  return columns.filter((_, i) => Number(row[2 * i] ?? 0) > Number(row[2 * i + 1] ?? 0));
}

const inRows = (column: string, text: string, count: number): string =>
  l10n.t(
    'Column "{0}" has "{1}" where a number is expected. Cells like this: {2}; they count as missing.',
    column,
    text,
    count,
  );

/** One note a column, with the first such text. */
export async function noteNotNumbers(
  relation: Relation,
  columns: readonly RelationColumn[],
  { database, note, signal }: StepContext,
  words = inRows,
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
    const message = words(column.name, typeof row[1] === 'string' ? row[1] : '', count);
    note({ severity: 'warning', code: 'recipe.notNumber', message, column: column.name, count });
  }
}
