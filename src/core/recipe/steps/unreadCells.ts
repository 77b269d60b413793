// Owns what is said of cells that a step could not read as what it was told they are, and that are missing from then on.
import * as l10n from '@vscode/l10n';
import { isMissingNumberSql, isMissingSql, trimmedSql } from '../../data/cells';
import { textOf, type Relation, type RelationColumn } from '../../data/relation';
import { forManyQueries, slicesOf } from './changeColumns';
import type { StepContext } from './step';

/** A column and what it was read as. */
export interface ReadColumn {
  readonly column: RelationColumn;
  /** SQL, NULL where it could not be read. */
  readonly value: string;
}

interface UnreadCells {
  readonly column: string;
  readonly count: number;
  /** The first of them. */
  readonly text: string;
  /** Source row of it, from 1; undefined for a row that a step made. */
  readonly row: number | undefined;
}

/**
 * Notes columns that have such cells. Words such as "-" or "unknown" stand for no value, so they are none.
 * @param options.expected what should be in the cells, in words
 */
export async function noteUnread(
  relation: Relation,
  columns: readonly ReadColumn[],
  { expected, context }: { readonly expected: string; readonly context: StepContext },
): Promise<void> {
  for (const cells of await unreadCells(relation, columns, context)) {
    const { column, count } = cells;
    const message = unreadText(cells, expected);
    context.note({ severity: 'warning', code: 'recipe.notRead', message, column, count });
  }
}

function unreadText({ column, text, row, count }: UnreadCells, expected: string): string {
  return row === undefined
    ? l10n.t(
        'Column "{0}" has "{1}", expected {2}. Cells like this: {3}; they are missing now.',
        column,
        text,
        expected,
        count,
      )
    : l10n.t(
        'Column "{0}" has "{1}" in row {2}, expected {3}. Cells like this: {4}; they are missing now.',
        column,
        text,
        row,
        expected,
        count,
      );
}

async function unreadCells(
  relation: Relation,
  columns: readonly ReadColumn[],
  context: StepContext,
): Promise<UnreadCells[]> {
  const { database, signal } = context;
  const found: UnreadCells[] = [];
  const rows = await forManyQueries(
    relation,
    columns.map(({ column }) => column),
    context,
  );
  for (const slice of slicesOf(columns, 16)) {
    const cells = slice.map(({ column, value }, i) => {
      // The value first: few cells cannot be read, and whether they stand for no value is looked up in lists.
      const unread = `CASE WHEN ${hasValueSql(column)} THEN (${textOf(column)}) END`;
      return `CASE WHEN (${value}) IS NULL THEN ${unread} END AS u${i}`;
    });
    const counted = slice.map(
      (_, i) => `count(u${i}), arg_min(u${i}, ord), arg_min(rid, ord) FILTER (u${i} IS NOT NULL)`,
    );
    const [row = []] = await database.rows(
      `SELECT ${counted.join(', ')} FROM (SELECT rid, ord, ${cells.join(', ')} FROM ${rows.from})`,
      { signal },
    );
    for (const [i, { column }] of slice.entries()) {
      const [count, text, rid] = row.slice(3 * i);
      const source = Number(rid ?? -1);
      if (Number(count ?? 0) === 0) continue;
      found.push({
        column: column.name,
        count: Number(count),
        text: typeof text === 'string' ? text : '',
        row: source < 0 ? undefined : source + 1,
      });
    }
  }
  return found;
}

function hasValueSql({ id, kind }: RelationColumn): string {
  if (kind !== 'text') return `${id} IS NOT NULL`;
  const text = trimmedSql(id);
  return `NOT ${isMissingSql(text)} AND NOT ${isMissingNumberSql(text)}`;
}
