// Owns how a step changes the names of columns, before there is data.
import { columnExists, unknownColumn } from '../../data/relation';

/** @throws BenchError 'recipe.unknownColumn' for the first that is not there */
export function requireColumns(names: readonly string[], columns: readonly string[]): void {
  const there = new Set(columns);
  for (const name of names) if (!there.has(name)) throw unknownColumn(name, columns);
}

/** For a step that leaves the names as they are. */
export function sameColumns(
  step: { readonly columns: readonly string[] },
  columns: readonly string[],
): readonly string[] {
  requireColumns(step.columns, columns);
  return columns;
}

/** With new columns at the end. @throws BenchError 'recipe.columnExists' */
export function withColumns(columns: readonly string[], added: readonly string[]): readonly string[] {
  const taken = new Set(columns);
  for (const name of added) {
    if (taken.has(name)) throw columnExists(name);
    taken.add(name);
  }
  return [...columns, ...added];
}

/** With new columns behind the one they are made from, or in its place. @throws BenchError */
export function widened(
  columns: readonly string[],
  { from, added, keep }: { readonly from: string; readonly added: readonly string[]; readonly keep: boolean },
): readonly string[] {
  requireColumns([from], columns);
  withColumns(
    columns.filter((name) => keep || name !== from),
    added,
  );
  return columns.flatMap((name) => (name !== from ? [name] : keep ? [name, ...added] : added));
}
