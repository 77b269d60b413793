// Owns the difference that a step makes: the table before and the one after, laid over each other row by row and column
// by column. Pure; knows nothing of how it is drawn.
import type { RecipeStep } from '../../src/shared/schema/recipeSteps';
import type { TablePage } from '../../src/shared/schema/recipeResult';

export type Mark = 'same' | 'added' | 'removed';
export type ColumnKind = TablePage['columns'][number]['kind'];

export interface DiffColumn {
  readonly name: string;
  readonly kind: ColumnKind;
  readonly mark: Mark;
  /** Index into the cells of each side; -1 where it is not. */
  readonly before: number;
  readonly after: number;
  readonly renamedFrom?: string;
}

export interface DiffRow {
  readonly mark: Mark;
  readonly before: number;
  readonly after: number;
}

export interface DiffTable {
  readonly columns: readonly DiffColumn[];
  readonly rows: readonly DiffRow[];
  /** No row is on both sides: the step made another table. */
  readonly isOther: boolean;
}

export interface DiffCell {
  /** null: missing. */
  readonly text: string | null;
  /** What fits a narrow column, where that is less than the text. */
  readonly short?: string;
  /** As it was before, where that is another value. */
  readonly old?: string | null;
}

export function diffTable(before: TablePage, after: TablePage, step?: RecipeStep): DiffTable {
  return { columns: diffColumns(before, after, step), ...diffRows(before, after) };
}

/** In the order after the step; a removed column stays behind the one that it stood behind. */
export function diffColumns(before: TablePage, after: TablePage, step?: RecipeStep): DiffColumn[] {
  const oldNames = new Map(
    step?.step === 'renameColumns' && step.enabled ? step.renames.map(({ to, column }) => [to, column]) : [],
  );
  const beforeIndex = new Map(before.columns.map((column, i) => [column.name, i]));
  const found = new Set<number>();
  const result: DiffColumn[] = after.columns.map(({ name, kind }, i) => {
    const old = oldNames.get(name);
    const at = beforeIndex.get(old ?? name) ?? -1;
    if (at >= 0) found.add(at);
    const common = { name, kind, before: at, after: i, mark: at < 0 ? 'added' : 'same' } as const;
    return old === undefined || at < 0 ? common : { ...common, renamedFrom: old };
  });
  before.columns.forEach(({ name, kind }, i) => {
    if (found.has(i)) return;
    result.splice(placeBehind(result, i), 0, { name, kind, mark: 'removed', before: i, after: -1 });
  });
  return result;
}

/** Behind the last column that stood before column `i`. */
function placeBehind(columns: readonly DiffColumn[], i: number): number {
  let place = 0;
  columns.forEach(({ before }, at) => {
    if (before >= 0 && before < i) place = at + 1;
  });
  return place;
}

/**
 * Rows are told apart by their row in the file; made ones (-1) are new. The page after has the rows of the page before as
 * far as they are still there, so one that it lacks was removed.
 */
function diffRows(before: TablePage, after: TablePage): { rows: DiffRow[]; isOther: boolean } {
  const waiting = new Map<number, number[]>();
  before.sourceRows.forEach((source, i) => {
    if (source < 0) return;
    const list = waiting.get(source);
    if (list === undefined) waiting.set(source, [i]);
    else list.push(i);
  });
  // A repeated row has its source's number too: only the first of them was there before.
  const partner = after.sourceRows.map((source) => waiting.get(source)?.shift() ?? -1);
  const matched = new Set(partner.filter((i) => i >= 0));
  const rows: DiffRow[] = [];
  let next = 0;
  const removedUpTo = (end: number): void => {
    for (; next < end; next++)
      if (!matched.has(next)) rows.push({ mark: 'removed', before: next, after: -1 });
  };
  partner.forEach((old, i) => {
    if (old >= 0) removedUpTo(old);
    rows.push({ mark: old >= 0 ? 'same' : 'added', before: old, after: i });
  });
  removedUpTo(before.rows.length);
  return { rows, isOther: matched.size === 0 && before.rows.length > 0 && after.rows.length > 0 };
}

export function diffCell(before: TablePage, after: TablePage, row: DiffRow, column: DiffColumn): DiffCell {
  const old =
    row.before < 0 || column.before < 0 ? undefined : (before.rows[row.before]?.[column.before] ?? null);
  if (row.after < 0 || column.after < 0) return { text: old ?? null };
  const text = after.rows[row.after]?.[column.after] ?? null;
  return old === undefined || old === text ? { text } : { text, old };
}

/** Changed cells of each column, in the rows that are on both sides; index as in `table.columns`. */
export function changedCells(before: TablePage, after: TablePage, table: DiffTable): number[] {
  return table.columns.map((column) => {
    if (column.mark !== 'same') return 0;
    let changed = 0;
    for (const row of table.rows) if (diffCell(before, after, row, column).old !== undefined) changed++;
    return changed;
  });
}

/** Whether anything in the row differs: for looking at the changes alone. */
export function isChangedRow(before: TablePage, after: TablePage, table: DiffTable, row: DiffRow): boolean {
  if (row.mark !== 'same') return true;
  return table.columns.some((column) => diffCell(before, after, row, column).old !== undefined);
}
